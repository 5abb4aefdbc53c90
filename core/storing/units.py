"""The unit of work: one transaction over all rows. It must not know any database."""

from __future__ import annotations  # rooms import this package, and it names their rows

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from core.storing.library import Browsings, Images, Looks, Objects, Removals
    from core.storing.people import (
        Accounts,
        ApiTokens,
        Budgets,
        Businesses,
        Keys,
        Ledger,
        Members,
        SignIns,
    )
    from core.storing.talk import Events, Lines
    from core.storing.work import (
        Attempts,
        Batches,
        Items,
        Jobs,
        Marks,
        Messages,
        Posts,
        Requests,
        Targets,
    )


class UnitOfWork(Protocol):
    """One transaction over all rows."""

    @property
    def now(self) -> datetime:
        """The moment of this unit, the same throughout."""
        ...

    @property
    def businesses(self) -> Businesses:
        """Tenants."""
        ...

    @property
    def members(self) -> Members:
        """People."""
        ...

    @property
    def jobs(self) -> Jobs:
        """Orders."""
        ...

    @property
    def items(self) -> Items:
        """Pictures asked for."""
        ...

    @property
    def batches(self) -> Batches:
        """Lists of prompts."""
        ...

    @property
    def attempts(self) -> Attempts:
        """Paid calls."""
        ...

    @property
    def images(self) -> Images:
        """What we hold."""
        ...

    @property
    def browsings(self) -> Browsings:
        """People's places in the library."""
        ...

    @property
    def removals(self) -> Removals:
        """Images on their way out."""
        ...

    @property
    def looks(self) -> Looks:
        """Looks for words."""
        ...

    @property
    def objects(self) -> Objects:
        """Which rows name which objects."""
        ...

    @property
    def budgets(self) -> Budgets:
        """What may be spent."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Bookings."""
        ...

    @property
    def messages(self) -> Messages:
        """Cards in chats."""
        ...

    @property
    def marks(self) -> Marks:
        """Signals that stand."""
        ...

    @property
    def requests(self) -> Requests:
        """Requests by reaction."""
        ...

    @property
    def posts(self) -> Posts:
        """What is published."""
        ...

    @property
    def targets(self) -> Targets:
        """Posts on their way."""
        ...

    @property
    def accounts(self) -> Accounts:
        """Connected accounts."""
        ...

    @property
    def events(self) -> Events:
        """What was handled already."""
        ...

    @property
    def lines(self) -> Lines:
        """The page's chat."""
        ...

    @property
    def signins(self) -> SignIns:
        """One-time links."""
        ...

    @property
    def tokens(self) -> ApiTokens:
        """Tokens of programs."""
        ...

    @property
    def keys(self) -> Keys:
        """Keys of providers that were brought."""
        ...

    @property
    def soon(self) -> datetime:
        """When recovery is to look at a row, should the wake-up that is sent for it now be lost."""
        ...

    def later(self, seconds: float) -> datetime:
        """`now` plus some seconds."""
        ...

    def enqueue(self, task: str, id_: str, delay: float = 0) -> None:
        """Wake a worker after the commit."""
        ...

    def notify(self, channel: str, text: str) -> None:
        """Publish to listeners after the commit."""
        ...


class Units(Protocol):
    """Opens units of work."""

    def write(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit that may change rows; commits on a clean exit, else rolls back."""
        ...

    def read(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit that only looks; changes are lost."""
        ...
