"""The state of one pretended Slack workspace, and the signal that it changed.

It owns people, channels, messages, files, views, triggers and response URLs, their identifiers
and the clock. It must not know HTTP, sockets or Block Kit: who may do what is decided by the
methods that change this state.
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

TRIGGER_SECONDS: Final = 3.0
RESPONSE_URL_SECONDS: Final = 30 * 60
RESPONSE_URL_USES: Final = 5

ChannelKind = Literal["public", "private", "im"]
Json = dict[str, Any]


class Refusal(Exception):
    """Slack answers `ok: false` with this error code.

    Args:
        error: Slack's own code, for example `channel_not_found`.
        facts: what stands beside it in the answer (`needed`, `response_metadata` …).
    """

    def __init__(self, error: str, **facts: Any) -> None:
        super().__init__(error)
        self.error = error
        self.facts = facts


@dataclass
class User:
    """A member of the workspace; the app's own bot user is one too."""

    id: str
    name: str
    admin: bool = False
    bot: bool = False
    tz: str = "Europe/Berlin"
    locale: str = "en-US"


@dataclass
class File:
    """An uploaded file; `processed` says whether Slack has found out what it is."""

    id: str
    name: str
    title: str
    length: int
    user: str
    created: float
    content: bytes = b""
    uploaded: bool = False
    completed: bool = False
    processed: bool = False
    mimetype: str = ""
    alt_text: str = ""
    shared_in: list[tuple[str, str]] = field(default_factory=list)  # (channel, ts)


@dataclass
class Message:
    """A message as it stands; `reactions` keeps, per name, who reacted, first to last."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    edited_ts: str | None = None
    edits: int = 0
    subtype: str | None = None
    client_msg_id: str | None = None
    from_app: bool = False
    only_for: str | None = None  # an ephemeral message's one reader
    reactions: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Channel:
    """A conversation with its members and messages, oldest first."""

    id: str
    name: str
    kind: ChannelKind
    members: set[str] = field(default_factory=set)
    archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)

    def thread(self, ts: str) -> list[Message]:
        """The message with this ts and its replies, oldest first."""
        return [m for m in self.messages.values() if ts in {m.ts, m.thread_ts}]


@dataclass
class View:
    """A modal or Home tab; `values` is what the person has filled in so far, `previous` the view
    that it covers in its modal.
    """

    id: str
    user: str
    body: Json
    hash: str
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    closed: bool = False
    previous: "View | None" = None

    def stack(self) -> list["View"]:
        """This view and those that it covers, down to the root."""
        return [self, *self.previous.stack()] if self.previous else [self]


@dataclass
class Trigger:
    """The permission to open one modal, given with a person's gesture.

    `origin` is the modal or Home tab in which the gesture was made, `view` what was opened.
    """

    id: str
    user: str
    issued: float
    view: View | None = None
    origin: View | None = None


@dataclass
class ResponseUrl:
    """A hook that lets the app answer one gesture, five times within thirty minutes."""

    key: str
    user: str
    channel: str
    issued: float
    message_ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class Workspace:
    """All that one pretended workspace holds."""

    team_id: Final = "T0DESK00001"
    domain: Final = "desk-test"
    name: Final = "Desk Test"

    def __init__(self) -> None:
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.ephemerals: list[Message] = []
        self._numbers = itertools.count(1)
        self._last_ts = 0
        self._skipped = 0.0
        self._sleepers: set[asyncio.Event] = set()
        self.bot = self.add_user("Image Desk", bot=True)
        self.bot_id = self.new_id("B")

    def now(self) -> float:
        """Seconds since the epoch, by this workspace's clock."""
        return time.time() + self._skipped

    def advance(self, seconds: float) -> None:
        """Let this much time pass at once: triggers, response URLs and messages grow old."""
        self._skipped += seconds
        self.changed()

    def new_id(self, prefix: str) -> str:
        """A fresh identifier such as `C0000000007`."""
        return f"{prefix}{next(self._numbers):010d}"

    def new_ts(self) -> str:
        """A fresh message timestamp, later than every one before."""
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_user(self, name: str, **traits: Any) -> User:
        """A new member; public channels are joined."""
        user = User(self.new_id("U"), name, **traits)
        self.users[user.id] = user
        if not user.bot:
            for channel in self.channels.values():
                if channel.kind == "public":
                    channel.members.add(user.id)
        return user

    def add_channel(self, name: str, kind: ChannelKind, members: set[str]) -> Channel:
        """A new conversation; Slack's direct messages begin with D, the others with C."""
        channel = Channel(self.new_id("D" if kind == "im" else "C"), name, kind, members)
        self.channels[channel.id] = channel
        self.changed()
        return channel

    def direct_message(self, user: str) -> Channel:
        """The conversation of this person with the app; made when asked for first."""
        for channel in self.channels.values():
            if channel.kind == "im" and user in channel.members:
                return channel
        return self.add_channel("directmessage", "im", {user, self.bot.id})

    def add_message(self, message: Message) -> Message:
        """Keep a message that its checks have passed."""
        self.channels[message.channel].messages[message.ts] = message
        for file_id in message.files:
            self.files[file_id].shared_in.append((message.channel, message.ts))
        self.changed()
        return message

    def new_trigger(self, user: str, origin: View | None = None) -> Trigger:
        """A permission to open a modal, from now on for three seconds."""
        name = f"{self.new_id('')}.{self.team_id}"
        trigger = Trigger(name, user, self.now(), origin=origin)
        self.triggers[trigger.id] = trigger
        return trigger

    def new_response_url(
        self, user: str, channel: str, message_ts: str | None = None, thread_ts: str | None = None
    ) -> ResponseUrl:
        """A hook for the gesture that a person has just made."""
        key = self.new_id("hook")
        hook = ResponseUrl(key, user, channel, self.now(), message_ts, thread_ts)
        self.response_urls[key] = hook
        return hook

    def covering(self, view: View) -> View | None:
        """The open view that lies upon this one; None where it is seen, or closed."""
        opened = [each for each in self.views.values() if not each.closed]
        return next((each for each in opened if each.previous is view), None)

    def close(self, view: View) -> None:
        """Take a view off the screen; what it covers is seen again."""
        view.closed = True
        self.changed()

    def take_trigger(self, trigger_id: str) -> Trigger:
        """Use up a trigger, or refuse as Slack does for unknown, late and second uses."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.view is not None:
            raise Refusal("exchanged_trigger_id")
        if self.now() - trigger.issued > TRIGGER_SECONDS:
            raise Refusal("expired_trigger_id")
        return trigger

    def changed(self) -> None:
        """Wake everybody who waits for this state to become something."""
        for sleeper in self._sleepers:
            sleeper.set()

    async def until(self, condition: Callable[[], object], timeout: float) -> bool:  # noqa: ASYNC109  # a wait is what this offers
        """Wait for a condition over this state, looked at again after each change.

        Returns:
            False when the time ran out first.
        """
        sleeper = asyncio.Event()
        self._sleepers.add(sleeper)
        deadline = asyncio.get_running_loop().time() + timeout
        try:
            while not condition():
                left = deadline - asyncio.get_running_loop().time()
                if left <= 0:
                    return False
                sleeper.clear()
                try:
                    await asyncio.wait_for(sleeper.wait(), left)
                except TimeoutError:
                    return bool(condition())
            return True
        finally:
            self._sleepers.discard(sleeper)

    def all_messages(self) -> Iterator[Message]:
        """Every message that stands in any channel."""
        for channel in self.channels.values():
            yield from channel.messages.values()
