"""Panels as ephemeral messages. Owns that a panel comes in time, in order and also without its
pictures; it must not know how a card looks nor what it is about.

The interaction is acknowledged first, since reading pictures takes a moment; then its original
response is edited by the interaction's own token, which is good for 15 minutes. A deferred answer
gets its components by the flag of that edit (discord/discord-api-docs#7515).
https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import discord
import structlog
from discord.components import Container, MediaGalleryComponent

from bot.surfaces.discord.cards import attachment_names, draw, sent_name
from bot.surfaces.discord.failures import Code
from bot.surfaces.discord.people import Remembered
from bot.surfaces.discord.posting import MOST_FILE_BYTES, MOST_REQUEST_BYTES, Posting
from bot.surfaces.discord.rest import Rest, Upload, code_of
from core.chat import Card, Event, File, Panel, Private
from core.errors import DeskError
from core.ports import Load
from core.wording.surfaces import PANEL_LATE, PICTURES_MISSING

Json = dict[str, Any]

ORIGINAL: Final = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
PATIENCE: Final = 30.0  # seconds for a panel's pictures
LIFETIME: Final = 900.0  # seconds for which an interaction may be answered

_log = structlog.get_logger(__name__)


@dataclass
class _Standing:
    """One panel's message. Of several presses the latest may change it (interaction ids grow);
    `names` are its files' ids by the names under which they were sent.
    """

    names: dict[str, str]
    latest: int = 0
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True)
class _Ready:
    """A card with what could be had of its files: those that stand already, and the bytes of the
    others.
    """

    card: Card
    kept: dict[str, str]
    uploads: list[Upload]


class Panels:
    """Shows panels in answer to interactions that were acknowledged."""

    def __init__(self, rest: Rest, posting: Posting, load: Load) -> None:
        self._rest = rest
        self._posting = posting
        self._load = load
        self._standing: Remembered[_Standing] = Remembered(LIFETIME)

    async def show(self, interaction: discord.Interaction, event: Event, panel: Panel) -> None:
        """Make the interaction's original response the panel; a picture that stands there is kept.

        Where a later press has changed that message meanwhile, it stays as it is; where Discord
        takes the panel no more, the person is told. Raises as `Rest.call`.
        """
        standing = self._stands(interaction)
        names = standing.names
        ready = await self._ready(panel.card, names)
        async with standing.drawing:
            if standing.latest != interaction.id:
                return
            if standing.names is not names:  # changed since, by an earlier press
                ready = await self._ready(panel.card, standing.names)
            try:
                standing.names = attachment_names(await self._draw(interaction, ready))
            except DeskError as error:
                standing.names = {}  # perhaps it was drawn all the same
                if code_of(error) == Code.UNKNOWN_MESSAGE:  # put away by the person
                    return
                _log.warning("discord_panel_lost", reason=str(error))
                await self._posting.tell(event.place, event.actor.id, Private(PANEL_LATE))

    async def _draw(self, interaction: discord.Interaction, ready: _Ready) -> Json:
        return dict(
            await self._rest.call(
                "PATCH",
                ORIGINAL,
                # A panel may take the place of a sentence, beside which no card stands.
                body=draw(ready.card, ready.kept).body | {"content": None},
                uploads=ready.uploads,
                places={
                    "webhook_id": str(interaction.application_id),
                    "webhook_token": interaction.token,
                },
            )
        )

    def _stands(self, interaction: discord.Interaction) -> _Standing:
        touched = interaction.message
        if touched is None or not touched.flags.ephemeral:
            return _Standing({}, interaction.id)
        # What was drawn here since is not in the message as this press tells it.
        kept = self._standing.get(str(touched.id))
        standing = kept[0] if kept else _Standing(dict(_files(touched.components)))
        standing.latest = max(standing.latest, interaction.id)
        self._standing.put(str(touched.id), standing)
        return standing

    async def _ready(self, card: Card, names: dict[str, str]) -> _Ready:
        """The card, less the files that cannot be loaded or are too much for one request; it says
        so then.
        """
        kept = {
            picture.id: names[name]
            for picture in card.pictures
            if (name := sent_name(picture, card)) in names
        }
        files = {file.id: file for file in (*card.pictures, *card.files)}
        missing = [file for id_, file in files.items() if id_ not in kept]
        uploads, room = {}, MOST_REQUEST_BYTES
        for file, data in zip(missing, await self._load_all(missing), strict=True):
            if data is not None and len(data) <= min(room, MOST_FILE_BYTES):
                uploads[file.id] = Upload(sent_name(file, card), file.mime_type, data)
                room -= len(data)
        if len(uploads) < len(missing):
            there = kept.keys() | uploads.keys()
            card = replace(
                card,
                lines=(*card.lines, PICTURES_MISSING),
                pictures=tuple(file for file in card.pictures if file.id in there),
                files=tuple(file for file in card.files if file.id in there),
            )
        return _Ready(card, kept, list(uploads.values()))

    async def _load_all(self, files: Sequence[File]) -> list[bytes | None]:
        """The bytes of each file; None for what cannot be had in time."""

        async def load(file: File) -> bytes | None:
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self._load(file)
            except (DeskError, FileNotFoundError, TimeoutError) as error:
                _log.warning("discord_panel_picture_missing", file=file.id, reason=repr(error))
                return None

        return await asyncio.gather(*(load(file) for file in files))


def _files(components: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """The name and the id of each picture that the library's components show."""
    for part in components:
        if isinstance(part, Container):
            yield from _files(part.children)
        elif isinstance(part, MediaGalleryComponent):
            for item in part.items:
                path = item.media.url.partition("?")[0]
                yield path.rpartition("/")[2], str(item.media.attachment_id)
