"""What a person reads and sees: messages and views flattened to text, controls and pictures.

It owns the flattening of blocks. It must not change any state; what it shows is always the state
of the moment at which it is asked.
"""

import html
import re
from collections.abc import Iterator
from typing import Any, Final

from .forms import Control, Values, controls
from .hub import Hub
from .workspace import Message, View

Json = dict[str, Any]
MARKUP: Final = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
# In this order a block's parts are read.
PARTS: Final = (
    *("title", "rich_text_title", "subtitle", "label", "text", "body", "hint", "caption"),
    *("fields", "rows", "elements", "element", "accessory", "child_blocks", "tasks"),
    *("hero_image", "actions", "details", "output", "sources", "options", "initial_option"),
    "placeholder",
)
LITERAL: Final = frozenset({"text", "plain_text"})  # shown letter by letter
MENUS: Final = frozenset({"static_select", "multi_static_select", "overflow"})  # closed when seen


def spoken(text: str, names: dict[str, str]) -> str:
    """Slack's markup as a reader sees it: names for ids, labels for links, real < and &.

    Args:
        text: for example `<@U01> likes <https://x.example|this>`.
        names: what is read for each user and channel id.
    """

    def shown(match: re.Match[str]) -> str:
        target, label = match.group(1), match.group(2)
        if target[:1] in {"@", "#"}:
            return target[0] + (label or names.get(target[1:], target[1:]))
        if target.startswith("!date"):
            return label or target
        if target.startswith("!"):
            return "@" + (label or target[1:])
        return f"{label} ({target})" if label and label != target else target

    return html.unescape(MARKUP.sub(shown, text))


def lines(node: Any) -> Iterator[str]:
    """The texts below blocks, elements and text objects, in reading order."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for each in node:
            yield from lines(each)
    elif isinstance(node, dict):
        yield from _parts(node)


def _parts(node: Json) -> Iterator[str]:
    kind = node.get("type")
    alone = {
        "user": "<@{user_id}>",
        "link": "<{url}|{text}>",
        "emoji": ":{name}:",
        "image": "[{alt_text}]",
        "task_card": "{status}:",
    }
    if kind in LITERAL:
        yield html.escape(node["text"], quote=False)  # `spoken` reads markup, and here is none
    elif kind in alone:
        yield alone[kind].format_map({"text": node.get("url"), **node})
    if kind == "rich_text_section":
        yield "".join(lines(node["elements"]))
    elif kind not in LITERAL | {"link"}:
        hidden = {"options"} if kind in MENUS else set()
        if "initial_option" in node:
            hidden.add("placeholder")
        for part in PARTS:
            if part in node and part not in hidden:
                yield from lines(node[part])


class SlackMessage:
    """A message as a person sees it now.

    Args:
        hub: the workspace.
        message: which message.
    """

    def __init__(self, hub: Hub, message: Message) -> None:
        self._hub = hub
        self.raw = message

    def __repr__(self) -> str:
        return f"<message {self.ts} by {self.author}: {self.plain()!r}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SlackMessage) and self.raw is other.raw

    def __hash__(self) -> int:
        return hash(self.ts)

    @property
    def ts(self) -> str:
        """Its timestamp, which is its name in the channel."""
        return self.raw.ts

    @property
    def channel(self) -> str:
        """The id of the channel in which it stands."""
        return self.raw.channel

    @property
    def thread_ts(self) -> str:
        """The thread it belongs to; its own ts where it begins one."""
        return self.raw.thread_ts or self.raw.ts

    @property
    def author(self) -> str:
        """The name of who wrote it."""
        return self._hub.workspace.users[self.raw.user].name

    @property
    def edits(self) -> int:
        """How often it was edited."""
        return self.raw.edits

    @property
    def metadata(self) -> Json | None:
        """What the app attached for itself."""
        return self.raw.metadata

    @property
    def deleted(self) -> bool:
        """Whether it is gone."""
        channel = self._hub.workspace.channels[self.raw.channel]
        return self.raw.only_for is None and self.raw.ts not in channel.messages

    @property
    def notification(self) -> str:
        """What stands in a notification: the top-level text, not the blocks."""
        return spoken(self.raw.text, self._names())

    @property
    def reactions(self) -> dict[str, set[str]]:
        """Per reaction the names of who gave it."""
        users = self._hub.workspace.users
        return {name: {users[u].name for u in who} for name, who in self.raw.reactions.items()}

    def _names(self) -> dict[str, str]:
        space = self._hub.workspace
        people = {user.id: user.name for user in space.users.values()}
        return people | {channel.id: channel.name for channel in space.channels.values()}

    def plain(self) -> str:
        """The text that a reader sees, one line per part: blocks where there are any."""
        parts = list(lines(self.raw.blocks)) if self.raw.blocks else [self.raw.text]
        for attachment in self.raw.attachments:
            parts += [attachment.get("fallback") or "", attachment.get("text") or ""]
            parts += lines(attachment.get("blocks"))
        parts += [f"[{self._hub.workspace.files[each].name}]" for each in self.raw.files]
        return spoken("\n".join(part for part in parts if part), self._names())

    def controls(self) -> list[Control]:
        """Everything that can be pressed or chosen."""
        return controls(self.raw.blocks)

    def buttons(self) -> list[Control]:
        """The buttons, in reading order."""
        return [control for control in self.controls() if control.kind == "button"]

    def images(self) -> list[bytes]:
        """The pictures that are seen, as bytes: those in blocks first, then attached files."""
        files = [self._hub.workspace.files[each] for each in self.raw.files]
        attached = [file.content for file in files if file.mimetype.startswith("image/")]
        return [*shown_images(self._hub, self.raw.blocks), *attached]

    def alt_texts(self) -> list[str]:
        """What a screen reader says of each picture in the blocks."""
        return [node["alt_text"] for node in _images(self.raw.blocks)]

    def files(self) -> dict[str, bytes]:
        """The attached files: name to bytes."""
        files = [self._hub.workspace.files[each] for each in self.raw.files]
        return {file.name: file.content for file in files}


def shown_images(hub: Hub, blocks: list[Json]) -> list[bytes]:
    """The uploaded pictures in blocks, as bytes."""
    files = hub.workspace.files
    urls = {hub.renderer.file(each)["url_private"]: each for each in files.values()}
    shown = [node["slack_file"] for node in _images(blocks) if "slack_file" in node]
    seen = [files[each["id"]] if "id" in each else urls[each["url"]] for each in shown]
    return [file.content for file in seen]


def _images(node: Any) -> Iterator[Json]:
    if isinstance(node, list):
        for each in node:
            yield from _images(each)
    elif isinstance(node, dict):
        if node.get("type") == "image":
            yield node
        for value in node.values():
            yield from _images(value)


class SlackView:
    """A modal or Home tab as a person sees it now.

    Args:
        hub: the workspace.
        view: which view.
    """

    def __init__(self, hub: Hub, view: View) -> None:
        self._hub = hub
        self.raw = view

    def __repr__(self) -> str:
        return f"<view {self.title!r}: {self.plain()!r}>"

    @property
    def title(self) -> str:
        """What stands at the top."""
        return str((self.raw.body.get("title") or {}).get("text", ""))

    @property
    def closed(self) -> bool:
        """Whether it is gone from the screen."""
        return self.raw.closed

    @property
    def covered_by(self) -> "SlackView | None":
        """The view that lies upon it in its modal."""
        upper = self._hub.workspace.covering(self.raw)
        return SlackView(self._hub, upper) if upper else None

    @property
    def blocks(self) -> list[Json]:
        """What it is made of."""
        return list(self.raw.body.get("blocks", []))

    def plain(self) -> str:
        """The text that a reader sees, without what is filled in."""
        return spoken("\n".join(lines(self.blocks)), {})

    def controls(self) -> list[Control]:
        """Everything that can be filled in, pressed or chosen."""
        return controls(self.blocks)

    def buttons(self) -> list[Control]:
        """The buttons, in reading order."""
        return [control for control in self.controls() if control.kind == "button"]

    def images(self) -> list[bytes]:
        """The pictures that are seen, as bytes."""
        return shown_images(self._hub, self.blocks)

    def alt_texts(self) -> list[str]:
        """What a screen reader says of each picture."""
        return [node["alt_text"] for node in _images(self.blocks)]

    def fields(self) -> list[str]:
        """The labels of what can be filled in."""
        return [each.label for each in self.controls() if each.block.get("type") == "input"]

    @property
    def values(self) -> Values:
        """What is filled in, as Slack states it: block id, action id, state."""
        return self.raw.values
