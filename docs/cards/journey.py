"""The journey that is drawn: from `/generate` to the link, with the moments that are shown.

Owns what one person does and when it is looked at. It must not know how a chat is drawn: what
stands in a message at a moment is kept by the `keep` that it is given, because cards change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from tests.desk import environment, running_desk
from tests.driving import Chat, Form, Seen, Where, until
from tests.driving.chat import picture_of

ORDER = "/generate a lighthouse at dusk --style vintage --count 4"
CAPTION = "Evenings are for walks by the sea. Our autumn collection is here."
ALT_TEXTS = "A striped lighthouse on a cliff at dusk\nThe lighthouse again, in the last light"
ADDRESS = "https://desk.acme.example"
GRACE = 20.0  # the product's own, so that the card reads as it does

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Story(Generic[Kept]):
    """What was seen: `thread` as it stood at the end, root first; the others at their moment."""

    generate: Form
    first: Kept
    publish: Form
    grace: Kept
    thread: list[Kept]


async def tell(chat: Chat, folder: Path, keep: Callable[[Seen], Kept]) -> Story[Kept]:
    """Live through the journey in a chat; `folder` holds the desk's data.

    AssertionError where something did not come, or the platform would not have taken something.
    """
    ada = chat.person("Ada")
    marketing = chat.channel("marketing")
    settings = chat.settings() | {"PUBLIC_URL": ADDRESS, "PUBLISH_GRACE_SECONDS": str(GRACE)}
    async with running_desk(environment(folder, **settings)):
        await chat.connected()
        generate = await (await ada.command("/generate", marketing)).form()
        await ada.command(ORDER, marketing)
        first = keep(await see(chat, marketing, ": a lighthouse at dusk"))
        pictures = await see(chat, marketing, "4 pictures: a lighthouse at dusk")
        await ada.react(pictures, "2️⃣")
        await ada.react(pictures, "4️⃣")
        await see(chat, marketing, "Chosen by Ada: 2 and 4")
        await ada.react(pictures, "✅")
        pictures = await see(chat, marketing, "Approved by Ada: 2 and 4")
        publish = await (await ada.press(pictures, "Publish")).form()
        await ada.submit(publish, {"Caption": CAPTION, "Alt text": ALT_TEXTS})
        grace = keep(await see(chat, marketing, "Publishing in "))
        await see(chat, marketing, "It is live")
        await until(lambda: not seen(chat, marketing, "preparing"))
        await until(lambda: not seen(chat, marketing, ": publishing"))
        thread = [keep(one) for one in chat.read(marketing)]
    chat.check()
    return Story(generate, first, publish, grace, thread)


async def see(chat: Chat, where: Where, words: str) -> Seen:
    """The message that says this; waits for it."""
    standing = partial(picture_of, chat, where)
    return await until(lambda: seen(chat, where, words), patience=60, picture=standing)


def seen(chat: Chat, where: Where, words: str) -> Seen | None:
    """The same, None where nothing says so now."""
    return next((one for one in chat.read(where) if one.says(words)), None)
