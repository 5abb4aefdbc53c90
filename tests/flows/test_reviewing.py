"""Choosing and approving: a reaction is membership in a set, a request is made once."""

import asyncio
import io
from zipfile import ZipFile

import pytest

from tests.desk import running_desk
from tests.driving import Chat, Person, SlackChat, Where
from tests.flows.conftest import Eyes


async def test_every_event_delivered_twice_changes_nothing(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Commands, forms, presses, menus and reactions: one job, one approval, one post."""
    async with running_desk(environ):
        await chat.connected()
        chat.twice = True
        await ada.command("/generate a fox --count 2", marketing)
        pictures = await eyes.see(marketing, "2 pictures: a fox")
        await ada.react(pictures, "1️⃣")
        await ada.choose(pictures, "Choose pictures", ["Picture 1", "Picture 2"])
        await ada.press(pictures, "Approve")
        await ada.react(pictures, "🔁")
        pictures = await eyes.changed(pictures, "Approved by Ada: 1 and 2.")
        form = await (await ada.press(pictures, "Publish")).form()
        await ada.submit(form, {})
        await eyes.see(marketing, "It is live")
        await eyes.until(marketing, lambda: len(eyes.all(marketing, "2 pictures: a fox")) == 2)
        await eyes.until(marketing, lambda: len(eyes.all(marketing, "Done: a fox")) == 2)
        assert len(chat.read(marketing)) == 6


@pytest.mark.parametrize("chat", ["slack"], indirect=True)
async def test_a_reaction_that_was_taken_away_at_once_does_not_stand(
    chat: SlackChat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Also where Slack takes its time to say whose the first one was, and the second is quick."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        pictures = await eyes.see(marketing, "1 picture: a fox")
    async with running_desk(environ):  # which knows nobody yet
        await chat.connected()
        chat.server.faults.answer("users.info", status=429, retry_after=1)
        await asyncio.gather(ada.react(pictures, "✅"), ada.unreact(pictures, "✅"))
        await ada.react(pictures, "⭐")
        await eyes.changed(pictures, "⭐ Ada", "✅ approves it.", without="Approved")


async def test_approval_covers_what_was_chosen_then_and_follows_the_set(
    chat: Chat, ada: Person, bob: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """A later number widens nothing, taking ✅ away withdraws, and a stranger changes nothing."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox --count 3", marketing)
        pictures = await eyes.see(marketing, "3 pictures: a fox")
        await bob.react(pictures, "3️⃣")
        await bob.react(pictures, "✅")
        await bob.react(pictures, "❌")
        await bob.react(pictures, "🔁")
        await bob.react(pictures, "📤")
        await ada.react(pictures, "2️⃣")
        await ada.react(pictures, "✅")
        await ada.react(pictures, "3️⃣")
        pictures = await eyes.changed(
            pictures, "Approved by Ada: 2.", "Chosen by Ada: 2 and 3. ✅ approves them."
        )
        await ada.unreact(pictures, "✅")
        await ada.unreact(pictures, "2️⃣")
        pictures = await eyes.changed(pictures, "Chosen by Ada: 3.", without="Approved")
        await bob.press(pictures, "Approve")
        await eyes.told(bob, "That is for approvers")
        await ada.react(pictures, "✅")
        await ada.react(pictures, "⭐")
        await eyes.changed(pictures, "Approved by Ada: 3.", "⭐ Ada")
        assert not eyes.all(marketing, "Bob")
        assert len(chat.read(marketing)) == 2


async def test_a_request_counts_once_and_is_withdrawn_while_nothing_has_begun(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """📤 taken away drops the draft; 🔁 that was answered stays answered."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        pictures = await eyes.see(marketing, "1 picture: a fox")
        await ada.react(pictures, "📤")
        card = await eyes.see(marketing, "Publish: A fox", "Check it")
        await ada.react(pictures, "🔁")
        await eyes.until(marketing, lambda: len(eyes.all(marketing, "1 picture: a fox")) == 2)
        await ada.unreact(pictures, "🔁")
        await ada.react(pictures, "🔁")
        await ada.unreact(pictures, "📤")
        await eyes.changed(card, "Discarded. Nothing was published.")
        await ada.react(pictures, "⭐")
        await eyes.changed(pictures, "⭐ Ada")
        await eyes.until(marketing, lambda: len(eyes.all(marketing, "Done: a fox")) == 2)
        assert len(chat.read(marketing)) == 5


@pytest.mark.parametrize("chat", ["slack", "discord"], indirect=True)
async def test_reactions_made_while_the_desk_was_away_are_caught_up(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """The set is followed as it stands; what would spend or publish is asked about first."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox --count 2", marketing)
        pictures = await eyes.see(marketing, "2 pictures: a fox")
        await ada.react(pictures, "1️⃣")
        await eyes.changed(pictures, "Chosen by Ada: 1.")
    await ada.unreact(pictures, "1️⃣")
    await ada.react(pictures, "2️⃣")
    await ada.react(pictures, "✅")
    await ada.react(pictures, "🔁")
    async with running_desk(environ):
        await chat.connected()
        question = await eyes.see(marketing, "Ada asked for new pictures (🔁) when it could not")
        await eyes.changed(pictures, "Approved by Ada: 2.", without="Chosen by Ada: 1")
        assert len(eyes.all(marketing, "2 pictures: a fox")) == 1
        await ada.press(question, "Yes, do it")
        await eyes.until(marketing, lambda: len(eyes.all(marketing, "2 pictures: a fox")) == 2)
        await eyes.changed(question, "Settled.")


async def test_the_menu_under_pictures_does_what_reactions_do(
    chat: Chat, ada: Person, bob: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Originals, favourite, discard and Restore; and approval can be withdrawn by its button."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox --count 2", marketing)
        pictures = await eyes.see(marketing, "2 pictures: a fox")
        await ada.choose(pictures, "More", ["📦 Originals"])
        await eyes.see(marketing, "Originals: a fox")
        offered = await eyes.until(
            marketing, lambda: [one.files for one in chat.read(marketing) if one.files]
        )
        ((name, archive),) = offered[0].items()
        assert name.endswith(".zip")
        assert ZipFile(io.BytesIO(archive)).namelist() == ["01-a-fox.png", "02-a-fox.png"]
        await ada.press(pictures, "Approve")
        await ada.choose(pictures, "More", ["⭐ Favourite"])
        pictures = await eyes.changed(pictures, "⭐ Ada", "Approved by Ada")
        await ada.press(pictures, "Withdraw approval")
        await ada.choose(pictures, "More", ["❌ Discard"])
        pictures = await eyes.changed(pictures, "Discarded by Ada.")
        assert pictures.pictures == ()
        await ada.press(pictures, "Restore")
        pictures = await eyes.changed(pictures, "✅ approves both", "⭐ Ada", without="Discarded")
        assert len(pictures.pictures) == 2


@pytest.mark.parametrize("chat", ["discord"], indirect=True)
async def test_only_taking_a_reaction_away_oneself_takes_it_back(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """❌ off again restores; a moderator who tidies up on Discord withdraws nobody's approval."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        pictures = await eyes.see(marketing, "1 picture: a fox")
        await ada.react(pictures, "✅")
        pictures = await eyes.changed(pictures, "Approved by Ada: 1.")
        pictures.handle.channel.clear_reactions(pictures.handle)
        await ada.react(pictures, "⭐")
        await eyes.changed(pictures, "⭐ Ada", "Approved by Ada: 1.")
        await ada.react(pictures, "❌")
        await eyes.changed(pictures, "Discarded by Ada.")
        await ada.unreact(pictures, "❌")
        await eyes.changed(pictures, "Approved by Ada: 1.", without="Discarded")
