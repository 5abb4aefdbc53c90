"""Cards as Discord messages. Owns how a card looks (Components v2), how its limits are kept, and
how a message is recognised as the card of a key; it must not know how a message is sent.

Components v2 rather than embeds: every picture carries its alt text, pictures stand between the
words and their controls, and the whole message is one list that an edit replaces. Limits:
https://docs.discord.com/developers/components/reference (40 components, 4,000 characters,
10 gallery items) and reference chat-platforms.md §1.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from bot.surfaces.discord.controls import MOST_COMPONENTS, control_rows, link_buttons
from bot.surfaces.discord.texts import cut, escape
from core.chat import Card, File, Link
from core.errors import UserError

Json = dict[str, Any]

COMPONENTS_V2: Final = 1 << 15  # the message flag; irreversible, so every card sets it
CONTAINER: Final = 17
TEXT: Final = 10
GALLERY: Final = 12
FILE: Final = 13

MOST_TEXT: Final = 4000
MOST_TITLE: Final = 256
LEAST_FACTS: Final = 1500
MOST_ALT: Final = 1024
MOST_FILES: Final = 10
MOST_NONCE: Final = 25
BAR_CELLS: Final = 12
SHORT_FACT: Final = 24  # characters
COLOURS: Final = {"busy": 0x5865F2, "good": 0x57F287, "bad": 0xED4245}


@dataclass(frozen=True)
class Drawing:
    """A message's JSON, and the files that must go with it in the order of their numbers."""

    body: Json
    uploads: tuple[File, ...]


def draw(card: Card, kept: Mapping[str, str]) -> Drawing:
    """What the message of `card` must be. `kept` are attachment ids by `File.id` that stand in it
    already: they are listed and not sent again; those that the card no longer holds are dropped.

    Raises UserError("file_too_big_for_chat") where there are more files than one message takes.
    """
    files = {file.id: file for file in (*card.pictures, *card.files)}
    if len(files) > MOST_FILES:
        raise UserError("file_too_big_for_chat")
    uploads = tuple(file for file in files.values() if file.id not in kept)
    body: Json = {
        "flags": COMPONENTS_V2,
        "components": [_container(card)],
        # Only the person meant is notified, whatever a prompt may hold.
        "allowed_mentions": {"parse": [], "users": [card.mention] if card.mention else []},
        "attachments": [
            *({"id": kept[file.id]} for file in files.values() if file.id in kept),
            *(_announced(number, file, card) for number, file in enumerate(uploads)),
        ],
    }
    return Drawing(body, uploads)


def nonce(key: str) -> str:
    """What keeps Discord for some minutes from taking the card of `key` twice."""
    return key[:MOST_NONCE]


def carries(message: Json, key: str) -> bool:
    """Whether this message is the card of `key`."""
    found = list(_walk(message.get("components", [])))
    ids = {component.get("id") for component in found}
    return ids.issuperset(_marks(key)) or any(
        str(component.get("custom_id", "")).endswith(f":{key}") for component in found
    )


def attachment_ids(message: Json, card: Card) -> dict[str, str]:
    """Attachment ids by `File.id`, of those files of `card` that stand in `message`."""
    ids = attachment_names(message)
    return {
        file.id: ids[name]
        for file in (*card.pictures, *card.files)
        if (name := sent_name(file, card)) in ids
    }


def attachment_names(message: Json) -> dict[str, str]:
    """Attachment ids by the name under which each file of `message` was sent."""
    # Where attachments are shown by components, the component tells their id; the list beside it
    # is not documented to repeat them.
    ids = {each["filename"]: str(each["id"]) for each in message.get("attachments", [])}
    for component in _walk(message.get("components", [])):
        for media in (component.get("file"), *_gallery_media(component)):
            if media and media.get("attachment_id"):
                path = str(media["url"]).partition("?")[0]
                ids[path.rpartition("/")[2]] = str(media["attachment_id"])
    return ids


def sent_name(file: File, card: Card) -> str:
    """The name under which a file is sent: made only of what Discord leaves as it is, and for a
    picture never that of another one, since components refer to their files by name.
    """
    name = PurePosixPath(re.sub(r"[^A-Za-z0-9._-]+", "_", file.filename).strip("._") or "file")
    if file not in card.pictures:
        return name.name
    return f"{name.stem[:60]}-{hashlib.sha256(file.id.encode()).hexdigest()[:8]}{name.suffix}"


def _announced(number: int, file: File, card: Card) -> Json:
    shown: Json = {"id": str(number), "filename": sent_name(file, card)}
    return shown | ({"description": file.alt[:MOST_ALT]} if file.alt else {})


def _container(card: Card) -> Json:
    controls = control_rows(card)
    buttons, written = link_buttons(card.links, _room(card, controls))
    above, below = _texts(card, written)
    box, head = _marks(card.key)
    parts: list[Json] = [{"type": TEXT, "id": head, "content": above}]
    if card.pictures:
        parts.append({"type": GALLERY, "items": [_picture(each, card) for each in card.pictures]})
    if below:
        parts.append({"type": TEXT, "content": below})
    parts += [
        {"type": FILE, "file": {"url": f"attachment://{sent_name(each, card)}"}}
        for each in card.files
    ]
    container: Json = {"type": CONTAINER, "id": box, "components": [*parts, *buttons, *controls]}
    return container | ({"accent_color": COLOURS[card.colour]} if card.colour in COLOURS else {})


def _room(card: Card, controls: Sequence[Json]) -> int:
    """How many components are left for links: container, two texts and gallery are counted in."""
    taken = len(card.files) + sum(1 + len(row["components"]) for row in controls)
    return MOST_COMPONENTS - 4 - taken


def _picture(file: File, card: Card) -> Json:
    shown: Json = {"media": {"url": f"attachment://{sent_name(file, card)}"}}
    return shown | ({"description": cut(file.alt, MOST_ALT)} if file.alt else {})


def _texts(card: Card, written: Sequence[Link]) -> tuple[str, str]:
    """What stands above and below the pictures; of too much text, the lines are cut first, which
    leave at least `LEAST_FACTS` to what is below.
    """
    below = _facts(card.facts)
    if card.progress is not None:
        below.append(_bar(*card.progress))
    below += [f"{escape(link.label)}: {link.url}" for link in written]
    above = [f"<@{card.mention}>"] if card.mention else []
    if card.title:
        above.append(f"### {cut(escape(card.title), MOST_TITLE)}")
    over = "\n".join([*above, *(escape(line) for line in card.lines)])
    under = cut("\n".join(below), max(LEAST_FACTS, MOST_TEXT - len(over)))
    return cut(over, MOST_TEXT - len(under)) or "…", under


def _facts(facts: Sequence[tuple[str, str]]) -> list[str]:
    """Short facts side by side, long ones on lines of their own, in their order."""
    lines: list[str] = []
    flowing = False
    for label, value in facts:
        shown, short = f"**{escape(label)}:** {escape(value)}", len(value) <= SHORT_FACT
        if flowing and short:
            lines[-1] += f" · {shown}"
        else:
            lines.append(shown)
        flowing = short
    return lines


def _bar(done: int, total: int) -> str:
    filled = round(BAR_CELLS * done / total) if total else 0
    return f"{'▰' * filled}{'▱' * (BAR_CELLS - filled)} {done}/{total}"


def _marks(key: str) -> tuple[int, int]:
    """Two component ids made from the key: people never see them, and messages keep them, so that
    a card without any control is recognised too. Large, since Discord numbers the rest from 1.
    """
    digest = hashlib.sha256(key.encode()).digest()
    box, head = (int.from_bytes(part, "big") % (1 << 29) for part in (digest[:4], digest[4:8]))
    return box | 2 << 29, head | 3 << 29


def _walk(components: Sequence[Json]) -> Iterator[Json]:
    for component in components:
        yield component
        yield from _walk(component.get("components", []))


def _gallery_media(component: Json) -> Iterator[Json]:
    for item in component.get("items", []):
        yield item.get("media", {})
