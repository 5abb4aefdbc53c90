"""What Slack delivers: taken, handed to the inbox, acknowledged, answered.

Owns the bolt app with its listeners, which Socket Mode and signed HTTP share, and the order of
things: Slack hears "taken" only after the inbox has written the event down; what needs further
calls to Slack (modals, private words) follows beside. It must not know what commands do.
"""

import asyncio
import logging
import re
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar
from weakref import WeakValueDictionary

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from core.chat import (
    Command,
    CommandSpec,
    Dropped,
    Nothing,
    Press,
    Private,
    Reply,
    Submission,
    Visit,
)
from core.errors import DeskError
from core.ports import Inbox, Later
from core.wording.surfaces import NOTHING_WAS_DONE

from . import events
from .answering import Answering, Gesture
from .files import Files
from .frames import Spot, spot_of
from .people import Desk, People
from .words import speech

Json = dict[str, Any]

Bringing = TypeVar("Bringing", bound=Command | Dropped | Submission)

ANY: Final = re.compile(r".*", re.DOTALL)
REACTED: Final = frozenset({"reaction_added", "reaction_removed"})
LAST_WORDS_SECONDS: Final = 5.0

_log = structlog.get_logger(__name__)


class Listener:
    """Turns deliveries into events and replies into answers.

    `commands` is the command table, `watched` the channels whose files are all taken. `inbox`
    decides.
    """

    def __init__(
        self,
        people: People,
        files: Files,
        answering: Answering,
        commands: Sequence[CommandSpec],
        watched: frozenset[str],
        inbox: Inbox,
    ) -> None:
        self._people = people
        self._files = files
        self._answering = answering
        self._commands = {spec.name: spec for spec in commands}
        self._watched = watched
        self._inbox = inbox
        self._beside: set[asyncio.Task[None]] = set()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def app(self, api_url: str, signing_secret: str = "") -> AsyncApp:
        """The bolt app; the secret matters to signed HTTP alone. Its own client has no token, for
        all calls are made by ours.
        """
        logger = logging.getLogger("imagedesk.slack.bolt")
        logger.setLevel(logging.ERROR)  # below, bolt logs bodies of forged requests
        app = AsyncApp(
            name="imagedesk",
            logger=logger,
            client=AsyncWebClient(base_url=api_url),
            signing_secret=signing_secret,
            # Bolt reads the argument names, and would pass a bound method its `self` again.
            authorize=lambda: self._authorize(),  # noqa: PLW0108  # see above
            # Bolt would otherwise acknowledge events before their listeners have run.
            process_before_response=True,
        )
        app.command(ANY)(self._command)
        app.shortcut(ANY)(self._shortcut)
        app.action(ANY)(self._action)
        app.view(ANY)(self._submission)
        app.event(ANY)(self._event)
        return app

    async def finish(self) -> None:
        """Let the answers that are under way arrive, for a few seconds."""
        if self._beside:
            await asyncio.wait(self._beside, timeout=LAST_WORDS_SECONDS)

    async def _authorize(self) -> AuthorizeResult:
        """Who we are, so that bolt drops what the desk did itself. Where Slack does not tell, this
        raises, nothing is acknowledged, and Slack delivers again.
        """
        desk = await self._people.desk()
        return AuthorizeResult(
            enterprise_id=None, team_id=desk.team, bot_user_id=desk.user, bot_id=desk.bot
        )

    async def _command(self, body: Json, ack: AsyncAck) -> None:
        actor = await self._people.glance(body["user_id"], body.get("user_name", ""))
        event = events.command(body, actor, await self._people.desk(), self._commands)
        reply = await self._ask(event)
        if isinstance(reply, Private):
            await ack({"response_type": "ephemeral", **speech(reply.text, reply.links)})
            return
        await ack()
        self._answer(reply, Gesture(event, body["trigger_id"], body.get("response_url", "")))

    async def _shortcut(self, body: Json, ack: AsyncAck) -> None:
        if body["type"] == "message_action":
            actor = await self._people.glance(body["user"]["id"], body["user"].get("name", ""))
            desk = await self._people.desk()
            event = await self._named(events.shortcut(body, actor, desk, self._commands))
            gesture = Gesture(event, body["trigger_id"], body.get("response_url", ""))
            self._answer(await self._ask(event), gesture)
        await ack()

    async def _action(self, body: Json, ack: AsyncAck) -> None:
        actor = await self._people.glance(body["user"]["id"], body["user"].get("name", ""))
        reopened = body["actions"][0].get("action_id") == events.OPENER
        make = events.opener if reopened else events.press
        event = make(body, actor, await self._people.desk())
        if event is not None:
            gesture = Gesture(
                event,
                body["trigger_id"],
                body.get("response_url", ""),
                _inner_thread(body.get("container") or {}),
                spot_of(body["view"]) if body.get("view") else None,
            )
            self._answer(await self._ask(event), gesture)
        await ack()

    async def _named(self, event: Bringing) -> Bringing:
        """The same event, its files told of as far as Slack tells at once."""
        return replace(event, attachments=await self._files.name(event.attachments))

    async def _ask(self, event: Command | Press) -> Reply | Later:
        """The inbox's reply. Slack delivers gestures once: where the inbox fails, nobody else will
        tell the person. (Messages and reactions come again, and a modal stays open.)
        """
        try:
            if isinstance(event, Command):
                return await self._inbox.take(event)
            return await self._inbox.handle(event)
        except Exception:  # noqa: BLE001  # whatever kept the inbox from writing
            _log.exception("slack_event_not_written", event_id=event.event_id)
            return Private(NOTHING_WAS_DONE)

    async def _submission(self, body: Json, ack: AsyncAck) -> None:
        actor = await self._people.glance(body["user"]["id"], body["user"].get("name", ""))
        event, view = await self._named(events.submission(body, actor)), body["view"]
        reply = await self._inbox.handle(event)
        gesture = Gesture(event, spot=spot_of(view))
        await ack(**self._answering.submitted(reply, gesture, view))
        self._later(self._answering.after_submission(reply, gesture, view))

    async def _event(self, body: Json) -> None:
        """Bolt acknowledges when this returns, and answers 500 when it raises."""
        event, desk = body["event"], await self._people.desk()
        kind, user = event["type"], event.get("user")
        heard: Command | Dropped | Visit | None = None
        if kind in REACTED:
            if user and events.under_ours(event, desk):
                await self._react(body, user, desk)
        elif kind == "app_home_opened" and event.get("tab") == "home":
            heard = events.visit(body, await self._people.glance(user), desk)
        # Elsewhere than in direct messages, only those that mention us are ours to read …
        elif user and (kind == "app_mention" or _is_direct(event)):
            heard = events.spoken(body, await self._people.glance(user), desk, self._commands)
        # … and the files in channels that are watched.
        elif user and kind == "message" and event.get("channel") in self._watched:
            heard = events.dropped(body, await self._people.glance(user), desk)
        if heard is not None:
            if isinstance(heard, Command | Dropped):
                heard = await self._named(heard)
            spot = Spot() if isinstance(heard, Visit) else None
            self._answer(await self._inbox.handle(heard), Gesture(heard, spot=spot))

    async def _react(self, body: Json, user: str, desk: Desk) -> None:
        """Of "on, off" the last word counts, so one person's reactions to a message are heard one
        after another, however long Slack takes to say who that is.
        """
        key = f"{user}:{body['event']['item']['ts']}"
        turn = self._turns.setdefault(key, asyncio.Lock())
        async with turn:
            actor = await self._people.glance(user)
            await self._inbox.handle(events.reaction(body, actor, desk))

    def _answer(self, reply: Reply | Later, gesture: Gesture) -> None:
        """Answer beside: the acknowledgement does not wait for it."""
        if isinstance(reply, Later):
            self._later(self._answer_later(reply, gesture))
        elif not isinstance(reply, Nothing):
            self._later(self._answering.answer(reply, gesture))

    async def _answer_later(self, taken: Later, gesture: Gesture) -> None:
        await self._answering.answer(await taken.reply, gesture)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_logged(work))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except DeskError as error:
        _log.warning("slack_answer_lost", reason=str(error))


def _is_direct(event: Json) -> bool:
    return event["type"] == "message" and event.get("channel_type") == "im"


def _inner_thread(container: Json) -> str | None:
    """The thread that the used message stands in, unless it is the root, seen in the channel."""
    thread = container.get("thread_ts")
    return None if thread == container.get("message_ts") else thread
