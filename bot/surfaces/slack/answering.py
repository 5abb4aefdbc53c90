"""Replies to a gesture: the modal that it opens, the private words that it gets.

Owns the ways in which Slack lets an app answer one person: by the gesture's trigger (a modal,
within three seconds), by its response URL, by an ephemeral message, or directly. It must not know
what was asked.

https://docs.slack.dev/interactivity/handling-user-interaction
"""

from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from core.chat import Command, Event, FieldErrors, Form, Private, Reply, Typing
from core.errors import DeskError
from core.wording.surfaces import FORM_LATE, OPEN_FORM

from . import forms
from .calls import in_our_words
from .events import OPENER, opener_value
from .sending import Sending
from .words import speech

Json = dict[str, Any]

HTTP_OK: Final = 200

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Gesture:
    """What a person did, and what it lets us do: `trigger` opens one modal, `response_url` says
    something to the person alone, in `thread` where the gesture was made inside one.
    """

    event: Event
    trigger: str = ""
    response_url: str = ""
    thread: str | None = None


class Answering:
    """Brings replies to people."""

    def __init__(self, client: AsyncWebClient, sending: Sending) -> None:
        self._client = client
        self._sending = sending

    async def answer(self, reply: Reply, gesture: Gesture) -> None:
        """Carry out `reply`. Raises ActionNeeded, TryLater where no way was open."""
        if isinstance(reply, Form):
            await self._open(reply, gesture)
        elif isinstance(reply, Private):
            await self._whisper(reply, gesture)
        elif isinstance(reply, FieldErrors):
            await self._whisper(Private("\n".join(reply.errors.values())), gesture)

    async def _open(self, form: Form, gesture: Gesture) -> None:
        if isinstance(gesture.event, Typing):
            return
        if not gesture.trigger:
            await self._offer(form, gesture)
            return
        view = forms.draw(form, gesture.event.place)
        try:
            with in_our_words():
                await self._client.views_open(trigger_id=gesture.trigger, view=view)
        except DeskError as error:
            _log.warning("slack_form_not_opened", form=form.key, reason=str(error))
            await self._whisper(Private(FORM_LATE), gesture)

    async def _offer(self, form: Form, gesture: Gesture) -> None:
        """A message opens no modal: offer a button that does."""
        event = gesture.event
        if not isinstance(event, Command):
            return
        content = speech(form.title)
        button = {
            "type": "button",
            "action_id": OPENER,
            "text": {"type": "plain_text", "text": OPEN_FORM},
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
