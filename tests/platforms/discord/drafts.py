"""Turns a request's body and files into a message, or changes a message by them.

It owns the rules of a message as a whole: its size, its files, what may stand beside components.
It must not know routes, permissions, or who is told.
Source: https://docs.discord.com/developers/resources/message
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from tests.platforms.discord import refusals
from tests.platforms.discord.attachments import Attachment, keep
from tests.platforms.discord.channels import Channel
from tests.platforms.discord.component_rules import message_faults
from tests.platforms.discord.messages import (
    REPLY,
    TEXT_DISPLAY,
    Flag,
    Message,
    media_links,
    walk,
    without_nulls,
)
from tests.platforms.discord.world import Json, User, World

MOST_CONTENT: Final = 2000
MOST_EMBED_TEXT: Final = 6000
MOST_FILES: Final = 10
MOST_FILE_BYTES: Final = 10 * 1024 * 1024
MENTION: Final = re.compile(r"<@!?(\d+)>")


@dataclass(frozen=True)
class Upload:
    """One file of a multipart request."""

    filename: str
    content: bytes


Uploads = Mapping[int, Upload]  # by the n of `files[n]`


@dataclass
class Look:
    """All that a reader will see, before it is accepted."""

    content: str
    embeds: list[Json]
    components: list[Json]
    version_2: bool
    attachments: list[Attachment] = field(default_factory=list)

    def faults(self) -> Iterator[str]:
        """What breaks a rule, in sentences."""
        if len(self.content) > MOST_CONTENT:
            yield f"content of {len(self.content)} characters, at most {MOST_CONTENT}"
        if len(self.embeds) > 10:
            yield f"{len(self.embeds)} embeds, at most 10"
        text = sum(_embed_text(each) for each in self.embeds)
        if text > MOST_EMBED_TEXT:
            yield f"embeds of {text} characters, at most {MOST_EMBED_TEXT}"
        if len(self.attachments) > MOST_FILES:
            yield f"{len(self.attachments)} files, at most {MOST_FILES}"
        if self.version_2 and (self.content or self.embeds):
            yield "content and embeds do not stand beside components v2"
        yield from message_faults(self.components, version_2=self.version_2)
        named = {f"attachment://{each.filename}" for each in self.attachments}
        for url in self._references():
            if url.startswith("attachment://") and url not in named:
                yield f"{url} names no file of this message, as Discord keeps its name"

    def empty(self) -> bool:
        """Whether a reader would see nothing."""
        shown = self.components if self.version_2 else ()
        return not (self.content or self.embeds or self.attachments or shown)

    def settle(self) -> None:
        """Give every component its id, and every reference to a file the file's link."""
        taken = {part["id"] for part in walk(self.components) if part.get("id")}
        free = (number for number in range(1, 1000) if number not in taken)
        for part in walk(self.components):
            part["id"] = part.get("id") or next(free)
        by_name = {f"attachment://{each.filename}": each for each in self.attachments}
        by_path = {urlsplit(each.url()).path: each for each in self.attachments}
        for link in media_links(self.components):
            url = link["url"]
            attachment = by_name.get(url) or by_path.get(urlsplit(url).path)
            if attachment is not None:
                link.clear()
                link.update(attachment.media())

    def _references(self) -> Iterator[str]:
        yield from (link.get("url", "") for link in media_links(self.components))
        for embed in self.embeds:
            for part in ("image", "thumbnail"):
                yield (embed.get(part) or {}).get("url", "")


def _embed_text(embed: Json) -> int:
    parts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    parts.append((embed.get("author") or {}).get("name"))
    for shown in embed.get("fields") or []:
        parts += [shown["name"], shown["value"]]
    return sum(len(part or "") for part in parts)


def write(
    channel: Channel,
    author: User,
    body: Json,
    uploads: Uploads,
    *,
    origin: Json | None = None,
    ephemeral_for: User | None = None,
) -> Message:
    """A new message, not posted yet.

    Args:
        body: as `POST …/messages` takes it.
        origin: `interaction_metadata`, where an interaction makes it.
        ephemeral_for: who alone will see it, where the body's flags say so.

    Raises Refusal where it breaks a rule.
    """
    world = channel.world
    flags = _new_flags(body, by_interaction=origin is not None)
    look = _look(body, version_2=bool(flags & Flag.IS_COMPONENTS_V2))
    _check_uploads(uploads)
    whispered = bool(flags & Flag.EPHEMERAL)
    look.attachments = _receive(channel, body, uploads, ephemeral=whispered)
    _accept(look)
    reference = _reference(channel, body)
    message = Message(
        channel=channel,
        id=world.snowflake(),
        author=author,
        created=world.now(),
        content=look.content,
        embeds=look.embeds,
        components=look.components,
        attachments=look.attachments,
        flags=flags,
        kind=0 if reference is None else REPLY,
        nonce=body.get("nonce"),
        reference=reference,
        origin=origin,
        ephemeral_for=ephemeral_for if whispered else None,
    )
    message.mentions = _mentioned(world, message)
    message.notified = set(_notified(message, body.get("allowed_mentions")))
    return message


def _new_flags(body: Json, *, by_interaction: bool) -> int:
    flags = int(body.get("flags") or 0)
    allowed = Flag.SUPPRESS_EMBEDS | Flag.SUPPRESS_NOTIFICATIONS | Flag.IS_COMPONENTS_V2
    if by_interaction:
        allowed |= Flag.EPHEMERAL
    if flags & ~allowed:
        raise refusals.invalid(f"flags {flags} cannot be set here")
    return flags


def change(message: Message, body: Json, uploads: Uploads) -> None:
    """Edit a message by the keys that are there; attachments that are not listed are dropped.

    Raises:
        Refusal: the result would break a rule; the message is then as it was.
    """
    flags = message.flags & ~Flag.LOADING
    wanted = int(body.get("flags") or 0)
    if wanted & ~(Flag.SUPPRESS_EMBEDS | Flag.IS_COMPONENTS_V2 | Flag.EPHEMERAL | Flag.HAS_THREAD):
        raise refusals.invalid(f"flags {wanted} cannot be set by an edit")
    flags |= wanted & (Flag.SUPPRESS_EMBEDS | Flag.IS_COMPONENTS_V2)
    before = {
        "content": message.content,
        "embeds": message.embeds,
        "components": message.components,
    }
    look = _look(before | body, version_2=bool(flags & Flag.IS_COMPONENTS_V2))
    _check_uploads(uploads)
    look.attachments = [*_kept(message, body, uploads)]
    look.attachments += _receive(message.channel, body, uploads, ephemeral=message.ephemeral)
    _accept(look)
    message.content, message.embeds = look.content, look.embeds
    message.components, message.attachments = look.components, look.attachments
    message.flags = flags
    message.edited = message.channel.world.now()
    message.mentions = _mentioned(message.channel.world, message)


def _look(body: Json, *, version_2: bool) -> Look:
    return Look(
        content=body.get("content") or "",
        embeds=without_nulls(body.get("embeds") or []),
        components=without_nulls(body.get("components") or []),
        version_2=version_2,
    )


def _accept(look: Look) -> None:
    faults = list(look.faults())
    if faults:
        raise refusals.invalid(*faults)
    if look.empty():
        raise refusals.Refusal(400, 50006, "Cannot send an empty message")
    look.settle()


def _check_uploads(uploads: Uploads) -> None:
    if len(uploads) > MOST_FILES:
        raise refusals.invalid(f"{len(uploads)} files, at most {MOST_FILES}")
    if any(len(each.content) > MOST_FILE_BYTES for each in uploads.values()):
        raise refusals.too_large()


def _receive(
    channel: Channel, body: Json, uploads: Uploads, *, ephemeral: bool
) -> list[Attachment]:
    listed = {str(each["id"]): each for each in body.get("attachments") or []}
    if uploads and listed and not {str(index) for index in uploads} <= listed.keys():
        raise refusals.invalid("a file is not among the attachments listed")
    return [
        keep(
            channel.world,
            channel.id,
            upload.filename,
            upload.content,
            description=listed.get(str(index), {}).get("description"),
            ephemeral=ephemeral,
        )
        for index, upload in sorted(uploads.items())
    ]


def _kept(message: Message, body: Json, uploads: Uploads) -> Iterator[Attachment]:
    if body.get("attachments") is None and "attachments" not in body:
        yield from message.attachments
        return
    held = {str(each.id): each for each in message.attachments}
    for each in body["attachments"] or []:
        if str(each["id"]) in held:
            yield held[str(each["id"])]
        elif str(each["id"]) not in {str(index) for index in uploads}:
            raise refusals.invalid(f"attachment {each['id']} is not in this message")


def _reference(channel: Channel, body: Json) -> Message | None:
    given: Any = body.get("message_reference")
    if given is None:
        return None
    found = channel.log.get(int(given["message_id"]))
    if found is None and given.get("fail_if_not_exists", True):
        raise refusals.invalid("message_reference names an unknown message")
    return found


def _mentioned(world: World, message: Message) -> list[User]:
    texts = [message.content]
    texts += [part["content"] for part in walk(message.components) if part["type"] == TEXT_DISPLAY]
    named = (int(found) for text in texts for found in MENTION.findall(text))
    return [world.users[each] for each in dict.fromkeys(named) if each in world.users]


def _notified(message: Message, allowed: Json | None) -> Iterator[int]:
    answered = message.reference
    if answered is not None and (allowed is None or allowed.get("replied_user")):
        yield answered.author.id
    chosen = {int(each) for each in (allowed or {}).get("users") or []}
    for user in message.mentions:
        if allowed is None or "users" in (allowed.get("parse") or []) or user.id in chosen:
            yield user.id
