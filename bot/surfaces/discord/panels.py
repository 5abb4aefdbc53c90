"""Panels as ephemeral messages. Owns that a panel comes in time, in order and also without its
pictures; it must not know how a card looks nor what it is about.

The interaction is acknowledged first, since reading pictures takes a moment; then its original
response is edited by the interaction's own token, which is good for 15 minutes.
https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import discord
import structlog

from bot.surfaces.discord.cards import draw, sent_name
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
class _Turns:
    """Who may change one message: of several presses the latest (interaction ids grow)."""

    latest: int = 0
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)


class Panels:
    """Shows panels in answer to interactions that were acknowledged."""

    def __init__(self, rest: Rest, posting: Posting, load: Load) -> None:
        self._rest = rest
        self._posting = posting
        self._load = load
        self._turns: Remembered[_Turns] = Remembered(LIFETIME)

    async def show(self, interaction: discord.Interaction, event: Event, panel: Panel) -> None:
        """Make the interaction's original response the panel. Where a later press has changed that
        message meanwhile, it stays as it is; where Discord takes the panel no more, the person is
        told. Raises as `Rest.call`.
        """
        turns = self._turns_of(interaction)
        card, uploads = await self._loaded(panel.card)
        async with turns.drawing:
            if turns.latest != interaction.id:
                return
            try:
                await self._draw(interaction, card, uploads)
            except DeskError as error:
                if code_of(error) == Code.UNKNOWN_MESSAGE:  # put away by the person
                    return
                _log.warning("discord_panel_lost", reason=str(error))
                await self._posting.tell(event.place, event.actor.id, Private(PANEL_LATE))

    async def _draw(
        self, interaction: discord.Interaction, card: Card, uploads: Sequence[Upload]
    ) -> None:
        await self._rest.call(
            "PATCH",
            ORIGINAL,
            # What a panel takes the place of may be a plain sentence, which no card stands beside.
            body=draw(card, {}).body | {"content": None},
            uploads=uploads,
            places={
                "webhook_id": str(interaction.application_id),
                "webhook_token": interaction.token,
            },
        )

    def _turns_of(self, interaction: discord.Interaction) -> _Turns:
        touched = interaction.message
        key = str(touched.id if touched and touched.flags.ephemeral else interaction.id)
        (turns,) = self._turns.get(key) or (_Turns(),)
        turns.latest = max(turns.latest, interaction.id)
        self._turns.put(key, turns)
        return turns

    async def _loaded(self, card: Card) -> tuple[Card, list[Upload]]:
        """The card with what could be loaded of its files, and their bytes; it says what is not
        there.
        """
        files = {file.id: file for file in (*card.pictures, *card.files)}
        loads = [self._upload(file, card) for file in files.values()]
        loaded = dict(zip(files, await asyncio.gather(*loads), strict=True))
        uploads, room = {}, MOST_REQUEST_BYTES
        for id_, upload in loaded.items():
            if upload is not None and len(upload.data) <= min(room, MOST_FILE_BYTES):
                uploads[id_] = upload
                room -= len(upload.data)
        if len(uploads) < len(files):
            card = replace(
                card,
                lines=(*card.lines, PICTURES_MISSING),
                pictures=tuple(file for file in card.pictures if file.id in uploads),
                files=tuple(file for file in card.files if file.id in uploads),
            )
        return card, list(uploads.values())

    async def _upload(self, file: File, card: Card) -> Upload | None:
        try:
            async with asyncio.timeout(PATIENCE):
                data = await self._load(file)
        except (DeskError, FileNotFoundError, TimeoutError) as error:
            _log.warning("discord_panel_picture_missing", file=file.id, reason=repr(error))
            return None
        return Upload(sent_name(file, card), file.mime_type, data)
