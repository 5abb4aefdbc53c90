"""Budgets, the same in every chat: shown, set, held, and told of before they are used up."""

import pytest

from tests.desk import running_desk
from tests.driving import Chat, Person, Where
from tests.flows.conftest import Eyes
from tests.platforms.openai import OpenAIServer

PAGE = pytest.mark.parametrize("chat", ["page"], indirect=True)


async def test_a_budget_is_set_shown_held_and_taken_off(
    chat: Chat,
    ada: Person,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Three AI pictures a month: who asks for a fourth reads what is left and what to do; sketches
    go on; and what holds is what `/budget` shows.
    """
    async with running_desk(paid):
        await chat.connected()
        shown = await ada.command("/budget", marketing)
        assert "$5.00 a day; $5.00 left" in shown.text
        refused = await ada.command("/budget 20", marketing)
        assert "Only admins" in refused.text
        said = await root.command("/budget --images 3 --for @Ada --per month", marketing)
        assert "Ada: 3 AI pictures a month" in said.text
        await ada.command("/generate a fox --count 2", marketing)
        await eyes.see(marketing, "2 pictures: a fox")
        await ada.command("/generate a cat --count 2", marketing)
        told = await eyes.told(ada, "Your limit of 3 AI pictures a month has 1 left")
        assert "this would make 2. Nothing was made" in told
        await ada.command("/generate an owl --model sketch --count 3", marketing)
        await eyes.see(marketing, "3 pictures: an owl")
        shown = await ada.command("/budget", marketing)
        assert "You: 3 AI pictures a month; 1 left." in shown.text
        await root.command("/budget --off yes --for @Ada", marketing)
        await ada.command("/generate a cat --count 2", marketing)
        await eyes.see(marketing, "2 pictures: a cat")
    assert len(openai.bill) == 4


async def test_admins_are_asked_in_a_form(
    chat: Chat,
    ada: Person,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """What holds now stands above it; what is wrong is told at its field, nothing changed."""
    async with running_desk(paid):
        await chat.connected()
        asked = await root.command("/budget", marketing)
        form = await asked.form()
        said = f"{asked.text}\n{form.text}"  # in Discord before the form, which has no room for it
        assert "The team: $5.00 a day; $5.00 left." in said
        assert "You have spent $0 today and $0 this month." in said
        assert "no amount" in (await root.submit(form, {"Dollars": "plenty"})).text
        form = await (await root.command("/budget", marketing)).form()
        await root.submit(form, {"For": "This channel", "Dollars": "0.025", "Per": "Month"})
        await eyes.told(root, "This channel: $0.025 a month")
        await ada.command("/generate a fox", marketing)
        status = await eyes.see(marketing, "Done: a fox")
        assert not status.says("nearly used up")
        await ada.command("/generate a cat", marketing)
        await eyes.told(ada, "This channel's budget of $0.025 a month", "would cost")
    assert len(openai.bill) == 1


async def test_what_is_nearly_used_up_is_told_once(
    chat: Chat,
    ada: Person,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
) -> None:
    """The person's own budget to them alone, the team's on the card; the next order is silent."""
    async with running_desk(paid | {"DAILY_BUDGET": "0.08"}):
        await chat.connected()
        await ada.command("/help", marketing)
        await root.command("/budget 0.07 --for person", marketing)
        await ada.command("/generate a fox --count 5", marketing)
        await eyes.told(ada, "Your budget of $0.070 a day is nearly used up: $0.004 left.")
        status = await eyes.see(marketing, "Done: a fox", "5 of 5")
        assert status.says("The team's budget of $0.080 a day is nearly used up: $0.014 left.")
        assert not status.says("Your budget")
        await root.command("/generate a cat --quality low", marketing)
        status = await eyes.see(marketing, "Done: a cat")
        assert not status.says("nearly used up")


@PAGE
async def test_what_cannot_be_understood_changes_nothing(
    chat: Chat, root: Person, marketing: Where, environ: dict[str, str]
) -> None:
    """Each mistake is told by its name."""
    async with running_desk(environ):
        await chat.connected()
        for text, reason in (
            ("/budget plenty", "“plenty” is no amount"),
            ("/budget -3", "“-3” is no amount"),
            ("/budget nan", "“nan” is no amount"),
            ("/budget 1e99", "“1e99” is no amount"),
            ("/budget 1e999999", "“1e999999” is no amount"),
            ("/budget infinity", "“infinity” is no amount"),
            (f"/budget --images {'9' * 5000}", "is no number of pictures"),
            ("/budget --images 2.5", "“2.5” is no number of pictures"),
            ("/budget --for channel", "Say how much"),
            ("/budget 3 --for @nobody", "I do not know that person"),
            ("/budget 3 --per week", "not per “week”"),
            ("/budget --off --for channel", "There was no such budget"),
        ):
            assert reason in (await root.command(text, marketing)).text
        form = await (await root.command("/budget", marketing)).form()
        assert "The team: $5.00 a day; $5.00 left." in form.text
        said = await root.submit(form, {"For": "One person, named below", "Dollars": "3"})
        assert "Name the person" in said.text
