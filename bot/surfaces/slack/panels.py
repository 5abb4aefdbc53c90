"""Panels: cards for one person's eyes, in a modal or in the Home tab.

Owns how a panel gets its pictures. A trigger lives three seconds and Slack takes longer to process
an upload, so the panel stands at once and the pictures are put in by a second call. It must not
know what a panel is for.

https://docs.slack.dev/surfaces/modals, https://docs.slack.dev/surfaces/app-home and
https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse as Answer

from core.chat import Card, File, Panel, Place, Private
from core.errors import ActionNeeded, DeskError, TryLater
from core.ports import Load
from core.wording.surfaces import APP_NAME, PICTURES_COMING, PICTURES_FAILED

from . import frames
from .calls import in_our_words
from .cards import blocks_of
from .files import Files
from .frames import Frame, Spot
from .words import speech

Json = dict[str, Any]

MOST_REMEMBERED: Final = 1000  # pictures
PAUSES: Final = (0.5, 2.0)  # seconds before another try

_log = structlog.get_logger(__name__)


class Panels:
    """Draws panels. `load` fetches the bytes of a card's picture.

    Pictures that were shown lately are remembered by their ids, for the pages of a library are
    turned to and fro, and Slack's limit would be met by sending them each time.
    """

    def __init__(self, client: AsyncWebClient, files: Files, load: Load) -> None:
        self._client = client
        self._files = files
        self._load = load
        self._sent: OrderedDict[str, str] = OrderedDict()

    async def open(self, panel: Panel, place: Place, trigger: str) -> None:
        """Open a modal. Raises as `in_our_words`: a trigger lives three seconds and opens one."""

        async def call(view: Json) -> Answer:
            with in_our_words():
                return await self._client.views_open(trigger_id=trigger, view=view)

        await self._show(panel.card, place, call, home_of="")

    async def replace(self, panel: Panel, place: Place, spot: Spot, person: str) -> None:
        """Put `panel` where one stands. Raises as `in_our_words`, also where that was closed
        meanwhile.

        Without a hash: of two answers the later one is what was asked for last, and what a press
        carries is older than the pictures that came since.
        """

        async def call(view: Json) -> Answer:
            return await self._put(view, spot, person)

        await self._show(panel.card, place, call, home_of="" if spot.id else person)

    async def complete(self, panel: Panel, place: Place, spot: Spot) -> None:
        """Put the pictures into a modal that was drawn by `draw`."""
        if self._missing(panel.card):
            await self._bring(panel.card, place, spot, "", None)

    async def greet(self, words: Private, place: Place, person: str) -> None:
        """Say something in the Home tab instead of a panel. Raises as `in_our_words`."""
        view = _frame(place, speech(words.text, words.links)["blocks"], person)
        await self._put(view, Spot(), person)

    def draw(self, panel: Panel, place: Place) -> Json:
        """A modal with what can be shown at once, for an answer that is itself the view."""
        return _frame(place, self._blocks(panel.card))

    async def _show(
        self, card: Card, place: Place, call: Callable[[Json], Awaitable[Answer]], home_of: str
    ) -> None:
        try:
            told = await call(_frame(place, self._blocks(card), home_of))
        except ActionNeeded as error:
            # A picture that somebody deleted in Slack makes the whole view invalid.
            if error.code != "chat_refused" or not self._forget(card):
                raise
            told = await call(_frame(place, self._blocks(card), home_of))
        if self._missing(card):
            stands = told["view"]
            spot = Spot("" if home_of else stands["id"])
            # The hash tells whether the view shows something else by then.
            await self._bring(card, place, spot, home_of, stands["hash"])

    async def _bring(
        self, card: Card, place: Place, spot: Spot, home_of: str, over: str | None
    ) -> None:
        """Send the pictures, and redraw the panel with them or with a word about them. A panel that
        was closed or shows something else by then is left alone.
        """
        remark = await self._send(card)
        try:
            view = _frame(place, self._blocks(card, remark), home_of)
            await self._put(view, spot, home_of, over)
        except DeskError as error:
            _log.info("slack_panel_not_completed", reason=str(error))

    async def _put(self, view: Json, spot: Spot, person: str, over: str | None = None) -> Answer:
        """Redraw a view; with `over`, only where it still has this hash. Where Slack does not
        answer, it is asked again: drawing twice shows the same. Raises as `in_our_words`.
        """
        for pause in PAUSES:
            try:
                return await self._draw(view, spot, person, over)
            except TryLater:
                await asyncio.sleep(pause)
        return await self._draw(view, spot, person, over)

    async def _draw(self, view: Json, spot: Spot, person: str, over: str | None) -> Answer:
        with in_our_words():
            if spot.id:
                return await self._client.views_update(view_id=spot.id, view=view, hash=over)
            return await self._client.views_publish(user_id=person, view=view, hash=over)

    async def _send(self, card: Card) -> str:
        """Upload what is missing, and say what is to be said about it."""
        try:
            self._sent |= await self._files.upload(self._missing(card), self._load)
        except (DeskError, FileNotFoundError) as error:
            _log.warning("slack_panel_without_pictures", reason=str(error))
            return PICTURES_FAILED
        while len(self._sent) > MOST_REMEMBERED:
            self._sent.popitem(last=False)
        return ""

    def _missing(self, card: Card) -> list[File]:
        return [each for each in card.pictures if each.id not in self._sent]

    def _forget(self, card: Card) -> bool:
        """Whether any picture of the card was remembered."""
        known = [each for each in card.pictures if each.id in self._sent]
        for each in known:
            del self._sent[each.id]
        return bool(known)

    def _blocks(self, card: Card, remark: str = PICTURES_COMING) -> list[Json]:
        return blocks_of(card, self._sent, remark if self._missing(card) else "")


def _frame(place: Place, blocks: Sequence[Json], home_of: str = "") -> Json:
    """A modal, or somebody's Home tab."""
    if home_of:
        return frames.home(place, blocks)
    return frames.modal(frames.PANEL, Frame(place), APP_NAME, blocks)
