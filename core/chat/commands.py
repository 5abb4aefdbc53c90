"""The rows of the command table, from which menus, manifests and `/help` are made."""

from dataclasses import dataclass
from typing import Literal

from core.chat.cards import Option


@dataclass(frozen=True)
class CommandOption:
    """One option of a command, typed on Discord and `--name value` elsewhere.

    `complete` asks for autocomplete; `choices` are fixed. `rest` takes the free text that is not
    an option. A "file" exists only where a command can bring files (Discord), and arrives among the
    command's attachments.
    """

    name: str
    description: str
    kind: Literal["text", "integer", "file"] = "text"
    choices: tuple[Option, ...] = ()
    complete: bool = False
    rest: bool = False
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class CommandSpec:
    """One row of the command table: both chats, the manifests, the page's completion and `/help`
    are made from it. One with `on_message` is not typed: it stands in the menu of each message, is
    called as `name` says ("Add to library"), and brings the message's files.
    """

    name: str
    description: str
    usage: str
    options: tuple[CommandOption, ...] = ()
    on_message: bool = False
