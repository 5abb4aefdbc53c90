"""The errors of the desk: reason codes and facts, no prose.

    DeskError
    ├── UserError        a person asked for something that cannot be; shown to that person
    ├── TryLater         surely not done; the machine repeats it after a pause
    ├── ActionNeeded     an admin must do something first (connect, verify, pay, invite)
    └── OutcomeUnknown   perhaps done, perhaps paid or posted; never repeated blindly

Adapters raise these and never their SDK's own. `core.wording` turns a reason code and its facts
into a sentence; this module must not know how a sentence reads.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

Fact: TypeAlias = str | int | float | bool | list[str] | None


@dataclass(frozen=True)
class Trouble:
    """Why something did not work, as a row keeps it: an error's code and facts."""

    code: str
    facts: dict[str, Fact] = field(default_factory=dict)


class DeskError(Exception):
    """A failure that the desk understands.

    `code` is a stable snake_case reason; each has a sentence in `core.wording`. `facts` fill that
    sentence and are stored as JSON, so they are plain values and never secrets.
    """

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    @property
    def trouble(self) -> Trouble:
        """This error as a row keeps it."""
        return Trouble(self.code, dict(self.facts))

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code


class UserError(DeskError):
    """What was asked for cannot be done as asked; nothing was paid or posted."""


class TryLater(DeskError):
    """The other side surely did nothing and may be asked again after `after` seconds."""

    def __init__(self, code: str, *, after: float, **facts: Fact) -> None:
        super().__init__(code, **facts)
        self.after = after


class ActionNeeded(DeskError):
    """Surely not done, and repeating is useless until an admin has acted."""


class OutcomeUnknown(DeskError):
    """The call was sent and its answer never came: it may have been carried out and billed."""
