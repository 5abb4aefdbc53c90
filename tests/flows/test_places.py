"""Where people ask: channels, threads of their own, direct messages, and where the desk may not."""

import pytest

from tests.core.hostile import encode, scene
from tests.desk import running_desk
from tests.driving import Chat, Person, SlackChat, Where
from tests.driving.discord import DiscordChat
from tests.driving.slack import SlackPerson
from tests.flows.conftest import Eyes
from tests.platforms.openai import OpenAIServer

PHOTO = encode(scene(1200, 800), "JPEG")

CHATS = pytest.mark.parametrize("chat", ["slack", "discord"], indirect=True)


async def test_inside_an_existing_thread_everything_stays_there(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """No second thread is opened, and the channel stays as it was."""
    async with running_desk(environ):
        await chat.connected()
        talk = await chat.thread(ada, marketing)
        await ada.command("/generate a fox --count 2", talk)
        pictures = await eyes.see(talk, "2 pictures: a fox")
        await ada.react(pictures, "1️⃣")
        await eyes.changed(pictures, "Chosen by Ada: 1.")
        await eyes.see(talk, "Done: a fox")
        assert len(chat.read(talk)) == 2
        assert [one.where.thread for one in chat.read(marketing)] in ([], [talk.thread] * 2)


@CHATS
async def test_a_direct_message_takes_the_whole_job(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """From words to a published page; the business is the person's only one."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/help", marketing)
        await ada.command("/generate a fox --count 2", ada.direct())
        pictures = await eyes.see(ada.direct(), "2 pictures: a fox")
        await ada.react(pictures, "2️⃣")
        await ada.react(pictures, "✅")
        pictures = await eyes.changed(pictures, "Approved by Ada: 2.")
        form = await (await ada.press(pictures, "Publish")).form()
        await ada.submit(form, {"Caption": "Sent from a direct message."})
        await eyes.see(ada.direct(), "It is live")
        assert chat.read(marketing) == []


@CHATS
async def test_where_the_desk_may_not_post_the_person_is_told_and_nothing_is_paid(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """What to do is said to that person alone; once it is done, asking again works."""
    chat.forbid(marketing)
    async with running_desk(paid):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        told = await eyes.told(ada, "then ask again", "Nothing was made and nothing paid")
        assert "Invite me" in told or "Send Messages" in told
        assert chat.read(marketing) == []
        assert openai.calls == []
        await allow(chat, marketing)
        await ada.command("/generate a fox", marketing)
        await eyes.see(marketing, "1 picture: a fox")
    assert len(openai.bill) == 1


@CHATS
async def test_files_are_taken_in_where_the_desk_may_not_post(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """The person is told so, and reads the verdicts once the desk may post there."""
    async with running_desk(environ):
        await chat.connected()
        chat.forbid(marketing)
        form = await (await ada.command("/upload", marketing)).form()
        await ada.submit(form, {}, [("shop.jpg", PHOTO)])
        told = await eyes.told(ada, "taken into the library", "I may not post about them here")
        assert "Nothing was made" not in told
        await allow(chat, marketing)
        await eyes.see(marketing, "shop.jpg: stored")


@CHATS
async def test_what_was_made_while_the_desk_was_shut_out_is_not_lost(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """It was paid: its person is told that it is kept, and it comes as soon as may be."""
    openai.hang("generate")
    async with running_desk(paid):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        status = await eyes.see(marketing, "a fox")
        await openai.faults.until_hanging()
        chat.forbid(marketing)
        openai.release()
        await eyes.told(ada, "What was made is kept")
        await allow(chat, marketing)
        await ada.react(status, "⭐")
        await eyes.see(marketing, "1 picture: a fox", "⭐ Ada")
    assert len(openai.bill) == 1


@CHATS
async def test_a_deleted_card_stays_deleted_and_the_rest_goes_on(
    chat: Chat,
    ada: Person,
    root: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Whoever deletes the status card cancels nothing."""
    openai.hang("generate")
    async with running_desk(paid):
        await chat.connected()
        await ada.command("/generate a fox", marketing)
        status = await eyes.see(marketing, "a fox")
        await openai.faults.until_hanging()
        status = eyes.again(status)
        await chat.delete(root, status)
        openai.release()
        where = marketing if chat.name == "slack" else status.where  # Discord's thread stays
        pictures = await eyes.see(where, "1 picture: a fox")
        await ada.react(pictures, "✅")
        await eyes.changed(pictures, "Approved by Ada")
        assert len(chat.read(where)) == 1
    assert len(openai.bill) == 1


@pytest.mark.parametrize("chat", ["discord"], indirect=True)
async def test_an_archived_thread_is_opened_again_by_what_happens_in_it(
    chat: DiscordChat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Discord archives idle threads; a button on an old card still acts."""
    async with running_desk(environ):
        await chat.connected()
        await ada.command("/generate a fox --count 2", marketing)
        pictures = await eyes.see(marketing, "2 pictures: a fox")
        pictures.handle.channel.archive()
        await ada.press(pictures, "Approve")
        await eyes.changed(pictures, "Approved by Ada: 1 and 2.")
        assert not pictures.handle.channel.archived


@CHATS
async def test_a_long_text_reaches_its_form_from_a_thread(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Slack's mentions open no form: a button carries what was said."""
    text = 'We say "open", ' * 100 + "on Monday."
    async with running_desk(environ):
        await chat.connected()
        talk = await chat.thread(ada, marketing)
        form = await (await ada.command(f"/post {text}", talk)).form()
        assert form.fields["Caption"] == text
        if chat.name == "slack":
            form = await (await ada.command(f"/post {text * 2}", talk)).form()
            assert form.fields["Caption"] == (text * 2)[: len(form.fields["Caption"])]
            assert len(form.fields["Caption"]) > len(text)


@pytest.mark.parametrize("chat", ["slack"], indirect=True)
async def test_a_mention_that_is_edited_orders_nothing_again(
    chat: Chat,
    ada: Person,
    marketing: Where,
    eyes: Eyes,
    paid: dict[str, str],
    openai: OpenAIServer,
) -> None:
    """Slack tells of it as of a new one; it was ordered as it first stood, and is paid once."""
    assert isinstance(ada, SlackPerson)
    async with running_desk(paid):
        await chat.connected()
        said = await ada.person.mention(marketing.channel, "generate a fox")
        await eyes.see(marketing, "1 picture: a fox")
        await ada.person.edit(said, f"{said.raw.text} in snow")
        await ada.command("/generate a boat", marketing)  # what comes later is done
        await eyes.see(marketing, "1 picture: a boat")
        assert not eyes.all(marketing, "a fox in snow")
    assert len(openai.bill) == 2


@pytest.mark.parametrize("chat", ["slack"], indirect=True)
async def test_pictures_can_be_ordered_under_any_message(
    chat: Chat, ada: Person, marketing: Where, eyes: Eyes, environ: dict[str, str]
) -> None:
    """Its menu opens the form, also where it has a picture already; they come into its thread."""
    assert isinstance(ada, SlackPerson)
    async with running_desk(environ):
        await chat.connected()
        photo = ("shop.jpg", encode(scene(1200, 800), "JPEG"))
        said = await ada.person.upload(marketing.channel, [photo], "Like this?")
        form = await (await ada.person.shortcut(said, "generate")).modal()
        await ada.person.submit(form, {"Prompt": "a fox"})
        pictures = await eyes.see(marketing, "1 picture: a fox")
        assert pictures.handle.raw.thread_ts == said.ts


async def allow(chat: Chat, where: Where) -> None:
    """Give back what `Chat.forbid` took."""
    if isinstance(chat, SlackChat):
        await chat.server.invite_bot(where.channel)
    else:
        where.channel.allow("SEND_MESSAGES", "SEND_MESSAGES_IN_THREADS")
