"""The other commands, and what people mistype: each time a clear sentence, and nothing spent."""

import re

import httpx2
import pytest

from tests.desk import running_desk
from tests.driving import Chat, Person, Where
from tests.flows.conftest import Eyes

MISTAKES = {
    "generate a fox --size 5x5": ("5x5", "1024x1024", "1024x1792", "1792x1024"),
    "generate a fox --style rococo": ("rococo", "vintage", "minimalist"),
    "generate a fox --model gpt-9": ("gpt-9", "sketch"),
    "generate a fox --quality fine": ("fine", "medium"),
    "generate a fox --count 11": ("1 to 10 pictures", "“11”"),
    "generate a fox --count 0": ("1 to 10 pictures", "“0”"),
    "generate a fox --count many": ("1 to 10 pictures", "“many”"),
    "generate a fox --colour red": ("colour", "--style"),
    "generate a fox --style": ("--style", "value"),
    "generate a swastika": ("swastika",),
    "generate a kumquat": ("kumquat",),
}

CHATS = pytest.mark.parametrize("chat", ["slack", "discord"], indirect=True)


async def test_help_and_a_post_from_text(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """/help names every command; /post opens a form, previews, and publishes words alone."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/help", marketing)
        told = await eyes.told(ada, "/generate")
        assert all(f"/{name}" in told for name in ("post", "desk", "approver", "help"))
        assert "✅ approve" in told
        form = await (await ada.command("/post We open on Monday!", marketing)).form()
        assert form.fields["Caption"] == "We open on Monday!"
        asked = [name for name in form.fields if name != "Generate with AI"]  # where there is room
        assert asked == ["Accounts", "Caption", "New pictures"]
        await ada.submit(form, {"Caption": "We open on Tuesday!"})
        card = await eyes.see(marketing, "Publish: We open on Tuesday!", "Check it")
        await ada.press(card, "Publish")
        outcome = await eyes.see(marketing, "It is live: We open on Tuesday!")
        (link,) = outcome.links.values()
        async with httpx2.AsyncClient() as browser:
            assert "We open on Tuesday!" in (await browser.get(link)).text


@CHATS
async def test_a_link_to_the_desk_works_once_and_for_its_person(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """/desk answers privately; the session is that person in that business."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        await ada.command("/desk", marketing)
        await eyes.told(ada, "works once, within 10 minutes")
        link = await link_for(ada, eyes)
        async with httpx2.AsyncClient(follow_redirects=True) as browser:
            assert "Ada" in (await browser.get(link)).text
            assert "Sign out" in (await browser.post(link)).text
        async with httpx2.AsyncClient(follow_redirects=True) as another:
            assert (await another.get(link)).status_code == 403
            assert (await another.post(link)).status_code == 403
        assert chat.read(marketing) == [] or "sign-in" not in str(chat.read(marketing))


async def test_named_approvers_alone_approve(
    chat: Chat,
    ada: Person,
    bob: Person,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    environ: dict[str, str],
) -> None:
    """An admin names them; from then on a requester's ✅ counts no more, and back again."""
    async with running_desk(environ):
        await chat.connected()
        await bob.command("/help", marketing)
        await ada.command(f"/approver {bob.mark}", marketing)
        await eyes.told(ada, "admin")
        await root.command("/approver", marketing)
        await eyes.told(root, "Say whom")
        await root.command(f"/approver {bob.mark}", marketing)
        await eyes.told(root, "Bob approves and publishes from now on")
        await ada.command("/generate a fox", marketing)
        pictures = await eyes.see(marketing, "1 picture: a fox")
        await ada.react(pictures, "✅")
        await ada.press(pictures, "Publish")
        await eyes.told(ada, "That is for approvers")
        await bob.react(pictures, "✅")
        await eyes.changed(pictures, "Approved by Bob: 1.")
        await root.command(f"/approver {bob.mark} --remove yes", marketing)
        await eyes.told(root, "Bob does not approve any more")
        assert "Ada" not in eyes.again(pictures).text.split("picture")[1]


async def test_what_cannot_be_ordered_is_said_with_what_can_be(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """One sentence that names the choices; nothing is ordered."""
    async with running_desk(environ | {"BLOCKED_WORDS": "kumquat"}):
        await chat.connected()
        for words, sentence in MISTAKES.items():
            await ada.mention(words, marketing)
            await eyes.told(ada, *sentence)
        assert len(ada.private()) == len(MISTAKES)
        assert chat.read(marketing) == []


async def test_what_was_asked_without_a_prompt_is_kept(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """The form holds what it has fields for, and orders the rest with it; what cannot be is told
    before it is filled in.
    """
    line = "/generate --size 1792x1024 --quality high --style vintage --count 3"
    async with running_desk(environ):
        await chat.connected()
        form = await (await ada.command(line, marketing)).form()
        assert "3 pictures." in form.text
        chosen = {name: form.fields[name] for name in ("Style", "Size", "Quality")}
        assert chosen == {"Style": "vintage", "Size": "1792x1024", "Quality": "high"}
        await ada.submit(form, {"Prompt": "a fox"})
        done = await eyes.see(marketing, "Done: a fox", "3 of 3 pictures")
        assert done.says("1792x1024", "high", "vintage")
        await ada.command("/generate --reference 12", marketing)
        await eyes.told(ada, "picture from another one")


async def test_a_prompt_is_not_lost_with_an_order_that_cannot_be(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Its form stays, or can be opened again with what was typed, and says why."""
    async with running_desk(environ | {"ORDERS_PER_MINUTE": "2"}):
        await chat.connected()
        for prompt in ("a fox", "an owl"):
            await ada.command(f"/generate {prompt}", marketing)
            await eyes.see(marketing, f"1 picture: {prompt}")
        form = await (await ada.command("/generate", marketing)).form()
        refused = await ada.submit(form, {"Prompt": "a boat at sea"})
        assert "That was more than 2 orders in a minute." in refused.text


async def test_what_is_typed_in_lines_keeps_them(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """A post's caption has them; in a headline, a prompt of several stands in one."""
    async with running_desk(environ):
        await chat.connected()
        form = await (await ada.command("/post Open again.\n\nFrom  Monday on.", marketing)).form()
        lines = " " if chat.name == "discord" else "\n\n"  # whose options have one line
        assert form.fields["Caption"] == f"Open again.{lines}From Monday on."
        form = await (await ada.command("/generate", marketing)).form()
        await ada.submit(form, {"Prompt": "a fox\n\n# in snow"})
        await eyes.see(marketing, "Done: a fox # in snow")
        await eyes.see(marketing, "1 picture: a fox # in snow")


@CHATS
async def test_a_command_typed_on_a_telephone_is_understood(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Which makes one long dash of two short ones, and quotes round."""
    async with running_desk(environ):
        await chat.connected()
        await ada.mention("generate a “red” fox —style “vintage” —count 2", marketing)
        done = await eyes.see(marketing, "Done: a “red” fox", "2 of 2 pictures")
        assert done.says("vintage")


@pytest.mark.parametrize("chat", ["discord"], indirect=True)
async def test_words_are_read_as_they_were_written(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Discord would draw a channel, an emoji or a time in their place, or notify people."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate <#123> <:fox:1> <t:12> *x* @everyone <b> 1 < 2", marketing)
        pictures = await eyes.see(marketing, "1 picture: ")
        shown = pictures.handle.plain()
        assert r"\<#123> \<:fox:1> \<t:12> \*x\* @" in shown
        assert "@\u200beveryone <b> 1 < 2" in shown
        assert pictures.pings == {"Ada"}


@CHATS
async def test_of_many_models_each_is_named(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Also where a message is short: those without room for their prices by their names."""
    keys = dict.fromkeys(("OPENAI_API_KEY", "REPLICATE_API_TOKEN", "STABILITY_API_KEY"), "key")
    async with running_desk(environ | keys) as desk:
        await chat.connected()
        await ada.command("/models", marketing)
        told = await eyes.told(ada, "Prices are for one picture")
        assert len(desk.desk.models) > 10
        assert [name for name in desk.desk.models if name not in told] == []


async def link_for(person: Person, eyes: Eyes) -> str:
    """The one-time link that somebody was given."""
    told = await eyes.told(person, "/sign-in/")
    found = re.search(r"https?://\S+/sign-in/[\w-]+", told)
    assert found
    return found[0]
