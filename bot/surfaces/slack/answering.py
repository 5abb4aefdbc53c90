"""Replies to a gesture: the modal that it opens, the private words that it gets.

Owns the ways in which Slack lets an app answer one person: by the gesture's trigger (a modal,
within three seconds), by redrawing the view that it was made in, by its response URL, by an
ephemeral message, or directly. It must not know what was asked.

https://docs.slack.dev/interactivity/handling-user-interaction
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from core.chat import Command, Event, FieldErrors, Form, Panel, Private, Reply, Typing, Visit
from core.errors import DeskError
from core.wording.surfaces import FORM_LATE, OPEN_FORM, PANEL_LATE, SHOW

from . import forms, frames
from .calls import in_our_words
from .events import OPENER, opener_value
from .frames import Frame, Spot
from .panels import Panels
from .sending import Sending
from .words import speech

Json = dict[str, Any]

HTTP_OK: Final = 200

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Gesture:
    """What a person did, and what it lets us do: `trigger` opens one modal, `response_url` says
    something to the person alone, in `thread` where the gesture was made inside one. `spot` is the
    panel that it was made in.
    """

    event: Event
    trigger: str = ""
    response_url: str = ""
    thread: str | None = None
    spot: Spot | None = None


class Answering:
    """Brings replies to people."""

    def __init__(self, client: AsyncWebClient, sending: Sending, panels: Panels) -> None:
        self._client = client
        self._sending = sending
        self._panels = panels

    async def answer(self, reply: Reply, gesture: Gesture) -> None:
        """Carry out `reply`. Raises ActionNeeded, TryLater where no way was open."""
        if isinstance(gesture.event, Typing):
            return
        if isinstance(reply, Panel):
            await self._show(reply, gesture)
        elif isinstance(reply, Form):
            await self._ask(reply, gesture)
        elif isinstance(reply, Private):
            await self._say(reply, gesture)
        elif isinstance(reply, FieldErrors):
            await self._say(Private("\n".join(reply.errors.values())), gesture)

    def submitted(self, reply: Reply, gesture: Gesture, view: Json) -> Json:
        """How Slack is answered to the submission of `view`, a form: with errors at its fields, or
        with what takes its place; {} closes it, and what lay under it is seen again.
        """
        place = gesture.event.place
        if isinstance(reply, FieldErrors):
            return {"response_action": "errors", "errors": reply.errors}
        if isinstance(reply, Form):
            frame = Frame(place, over_home=frames.read_frame(view).over_home)
            return {"response_action": "update", "view": forms.draw(reply, frame)}
        if isinstance(reply, Panel) and gesture.spot is None:
            return {"response_action": "update", "view": self._panels.draw(reply, place)}
        if isinstance(reply, Private) and gesture.spot is not None:
            return {"response_action": "update", "view": frames.notice(reply, place)}
        return {}

    async def after_submission(self, reply: Reply, gesture: Gesture, view: Json) -> None:
        """What follows when Slack has been answered so. Raises as `answer`."""
        place = gesture.event.place
        if isinstance(reply, Panel) and gesture.spot is None:
            await self._panels.complete(reply, place, Spot(view["id"]))
        elif isinstance(reply, Panel):
            await self._show(reply, gesture)
        elif isinstance(reply, Private) and gesture.spot is None:
            await self._whisper(reply, gesture)

    async def _show(self, panel: Panel, gesture: Gesture) -> None:
        event = gesture.event
        if gesture.spot is not None:
            await self._panels.replace(panel, event.place, gesture.spot, event.actor.id)
            return
        if not gesture.trigger:
            await self._offer(panel.card.title, SHOW, gesture)
            return
        opening = self._panels.open(panel, event.place, gesture.trigger)
        await self._or_whisper(opening, Private(PANEL_LATE), gesture)

    async def _ask(self, form: Form, gesture: Gesture) -> None:
        if not gesture.trigger:
            await self._offer(form.title, OPEN_FORM, gesture)
            return
        frame = Frame(gesture.event.place, over_home=gesture.spot == Spot())
        opening = self._lay(forms.draw(form, frame), gesture)
        await self._or_whisper(opening, Private(FORM_LATE), gesture)

    async def _say(self, words: Private, gesture: Gesture) -> None:
        """Words, where the person looks."""
        if isinstance(gesture.event, Visit):
            await self._panels.greet(words, gesture.event.place, gesture.event.actor.id)
            return
        if gesture.spot is None:
            await self._whisper(words, gesture)
            return
        opening = self._lay(frames.notice(words, gesture.event.place), gesture)
        await self._or_whisper(opening, words, gesture)

    async def _or_whisper(self, opening: Awaitable[None], words: Private, gesture: Gesture) -> None:
        """Open a view; say `words` where the trigger is too old or the modal was closed."""
        try:
            await opening
        except DeskError as error:
            # A gesture that was delivered twice has opened it already.
            if error.facts.get("reason") != "exchanged_trigger_id":
                _log.warning("slack_view_not_opened", reason=str(error))
                await self._whisper(words, gesture)

    async def _lay(self, view: Json, gesture: Gesture) -> None:
        """Open a modal; where one is open already, upon it. Raises as `in_our_words`."""
        within = gesture.spot is not None and gesture.spot.id
        call = self._client.views_push if within else self._client.views_open
        with in_our_words():
            await call(trigger_id=gesture.trigger, view=view)

    async def _offer(self, title: str, label: str, gesture: Gesture) -> None:
        """A message opens no modal: offer a button that does."""
        event = gesture.event
        if not isinstance(event, Command):
            return
        content = speech(title)
        button = {
            "type": "button",
            "action_id": OPENER,
            "text": {"type": "plain_text", "text": label},
            "style": "primary",
            "value": opener_value(event),
        }
        content["blocks"].append({"type": "actions", "elements": [button]})
        await self._sending.whisper(event.place, event.actor.id, content)

    async def _whisper(self, words: Private, gesture: Gesture) -> None:
        content = speech(words.text, words.links)
        if gesture.response_url and await self._respond(gesture, content):
            return
        event = gesture.event
        await self._sending.whisper(event.place, event.actor.id, content)

    async def _respond(self, gesture: Gesture, content: Json) -> bool:
        """Whether the response URL took it; it does so thirty minutes long, five times."""
        body = {"response_type": "ephemeral", "replace_original": False, **content}
        if gesture.thread:
            body["thread_ts"] = gesture.thread
        try:
            told = await AsyncWebhookClient(gesture.response_url, retry_handlers=[]).send_dict(body)
        except (TimeoutError, SlackClientError, aiohttp.ClientError, OSError) as error:
            _log.info("slack_response_url_failed", reason=type(error).__name__)
            return False
        return bool(told.status_code == HTTP_OK)
