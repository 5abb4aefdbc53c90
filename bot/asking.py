"""Asking: who wants something of the desk, and where.

Owns what every handler and every control is called with. It must not know what is wanted.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.desk import Desk
from core.business.members import Business, Member
from core.chat import Attachment, Place, Reply
from core.generation.ordering import Customer
from core.messages import Message
from core.storing import UnitOfWork


@dataclass(frozen=True)
class Asking:
    """Who asks, for which business, where, and the files that came with it."""

    business: Business
    member: Member
    place: Place
    attachments: tuple[Attachment, ...] = ()

    @property
    def customer(self) -> Customer:
        """The same, as an order needs it."""
        return Customer(self.business, self.member, self.place)


@dataclass(frozen=True)
class Touch:
    """A card that a person touches, and what with."""

    desk: Desk
    uow: UnitOfWork
    asking: Asking
    message: Message
    values: tuple[str, ...] = ()


Handler: TypeAlias = Callable[[Desk, UnitOfWork, Asking, dict[str, str]], Awaitable[Reply]]
"""What carries out a command: it is given the command's options by name."""

FormHandler: TypeAlias = Callable[[Desk, UnitOfWork, Asking, str, dict[str, str]], Awaitable[Reply]]
"""What takes a form that was sent: it is given what its key says behind the first word, and the
fields by name.
"""

Action: TypeAlias = Callable[[Touch], Awaitable[Reply | None]]
"""What a control does; most answer nothing, for the card tells what came of it."""
