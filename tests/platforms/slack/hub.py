"""What methods, gestures and transports of one pretended Slack share.

It owns the wiring of state, verdicts, faults and delivery, the counters of calls, and the tasks
that run beside. It must not know any single method or gesture.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from .app import InstalledApp
from .delivery import Delivery
from .faults import Faults
from .judge import Judge
from .rendering import FILETYPES, Renderer
from .sockets import Sockets
from .workspace import Channel, Json, Refusal, Workspace


@dataclass(repr=False)
class Hub:
    """One workspace with one installed app.

    `share_delay` is how many seconds Slack takes to process an upload and to share it;
    `ack_window` how many the app has to acknowledge. `calls` counts, per method, every request that
    arrived; `posts` the messages that the app brought into each channel.
    """

    workspace: Workspace
    app: InstalledApp
    renderer: Renderer
    faults: Faults
    retry_delays: tuple[float, ...]
    share_delay: float
    ack_window: float
    judge: Judge = field(init=False)
    sockets: Sockets = field(init=False)
    delivery: Delivery = field(init=False)
    calls: Counter[str] = field(default_factory=Counter)
    posts: Counter[str] = field(default_factory=Counter)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    crashes: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.judge = Judge(self.image_fault)
        changed = self.workspace.changed
        self.sockets = Sockets(self.app.id, self.judge, changed, self.ack_window)
        self.delivery = Delivery(self.faults, self.spawn, changed, self.retry_delays, self.sockets)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run something beside the present call; its failure fails the test at the end."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.crashes.append(task.exception() or RuntimeError())
            self.workspace.changed()

    def image_fault(self, slack_file: Json) -> str | None:
        """Why Slack would not show this `slack_file` in a block; None where it would."""
        files = self.workspace.files
        wanted = slack_file.get("id") or ""
        if "url" in slack_file:
            urls = {self.renderer.file(each)["url_private"]: each.id for each in files.values()}
            wanted = urls.get(slack_file["url"], "")
        file = files.get(wanted)
        if file is None or not file.completed:
            return "invalid slack file"
        if not file.processed:
            return "invalid slack file: not processed yet, files.info shows no mimetype"
        if file.mimetype not in FILETYPES:
            return f"invalid slack file: only png, jpg, jpeg and gif are shown, not {file.mimetype}"
        return None

    def channel(self, channel_id: str) -> Channel:
        """A conversation that the app may know of, or `channel_not_found`."""
        channel = self.workspace.channels.get(channel_id)
        if channel is None or (channel.kind != "public" and not self.is_member(channel)):
            raise Refusal("channel_not_found")
        return channel

    def is_member(self, channel: Channel) -> bool:
        """Whether the app's bot user is in this conversation."""
        return self.workspace.bot.id in channel.members

    def writable(self, channel_id: str) -> Channel:
        """A conversation that the app may post to, or Slack's reason why not."""
        if channel_id in self.workspace.users:
            return self.workspace.direct_message(channel_id)
        channel = self.channel(channel_id)
        if not self.is_member(channel) and "chat:write.public" not in self.app.scopes:
            raise Refusal("not_in_channel")
        if channel.archived:
            raise Refusal("is_archived")
        return channel
