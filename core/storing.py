"""What storage offers to core: units of work, and the rows of every room.

One unit of work is one transaction: it commits when its block ends without an error, and only then
sends what was buffered with `enqueue` and `notify`. Nobody else commits, and no network call is
made inside. Rows that were got or added are written back by themselves.
"""

from __future__ import annotations  # rooms import this module, and it names their rows

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from core.business.accounts import Account
    from core.business.budgets import Budget, LowNotice
    from core.business.keys import ProviderKey
    from core.business.ledger import Entry
    from core.business.members import Business, Member
    from core.business.spending import Spent
    from core.business.tokens import ApiToken  # noqa: F401  # named in a string below
    from core.chat import MessageRef
    from core.generation.batches.batch import Batch  # noqa: F401  # named in a string below
    from core.generation.comparing import Ballot
    from core.generation.jobs import Attempt, Item, ItemState, Job
    from core.library.browsing import Browsing  # noqa: F401  # named in a string below
    from core.library.captioning import Look  # named in a string below
    from core.library.finding import Count, Slice
    from core.library.images import Image, Star
    from core.library.removal import Removal  # noqa: F401  # named in a string below
    from core.library.search import FacetKind, Search
    from core.messages import Message
    from core.page import Line, LineReaction, SignIn  # noqa: F401  # SignIn is named in a string below
    from core.publishing.posts import Post, Target, TargetState
    from core.review.marks import Mark, Request

RowT = TypeVar("RowT")
KeyT_contra = TypeVar("KeyT_contra", contravariant=True)


class Rows(Protocol[RowT, KeyT_contra]):
    """Rows of one kind."""

    def add(self, row: RowT) -> None:
        """Insert at the end of the unit (or at the next query)."""
        ...

    async def get(self, key: KeyT_contra) -> RowT | None:
        """The row, or None."""
        ...

    async def lock(self, key: KeyT_contra) -> RowT | None:
        """The row as it stands now, and nobody else changes it until this unit ends."""
        ...


class Leased(Rows[RowT, str], Protocol[RowT]):
    """Rows that workers take by a lease."""

    async def claim(self, key: str, until: datetime) -> RowT | None:
        """Take the row until `until` and raise its fence, or None: ended, not due, or taken."""
        ...

    async def renew(self, key: str, fence: int, until: datetime) -> bool:
        """Prolong a lease; False when it is somebody else's by now."""
        ...

    async def held(self, key: str, fence: int) -> RowT | None:
        """The row, locked, if the lease with this fence still holds; else None."""
        ...

    async def to_wake(self, next_at: datetime) -> list[str]:
        """Ids of rows whose `wake_at` has come, moved on to `next_at` so that others leave them."""
        ...


class Businesses(Rows["Business", int], Protocol):
    """Tenants and the teams that speak for them."""

    async def by_team(self, surface: str, team: str) -> Business | None:
        """The business of a chat team."""
        ...

    async def join(self, surface: str, team: str, business: Business) -> None:
        """Let a team speak for `business`, which is inserted if it is new."""
        ...

    async def has_team(self, surface: str) -> bool:
        """Whether any team of this surface has been taken in."""
        ...

    async def of_user(self, surface: str, user: str) -> list[Business]:
        """The businesses in which this platform user is a member, oldest first."""
        ...


class Members(Rows["Member", str], Protocol):
    """People."""

    async def by_user(self, business_id: int, surface: str, user: str) -> Member | None:
        """The member behind a platform user."""
        ...

    async def anywhere(self, business_id: int, user: str) -> Member | None:
        """The member behind a user id of whichever surface: no two platforms' ids look alike."""
        ...

    async def named(self, business_id: int, name: str) -> list[Member]:
        """Everybody of this display name, whatever its case."""
        ...

    async def approvers_named(self, business_id: int) -> bool:
        """Whether anybody was made approver."""
        ...


class Jobs(Rows["Job", str], Protocol):
    """Orders."""

    async def orders_since(self, owner_id: str, since: datetime) -> int:
        """How many jobs this member has placed after `since`."""
        ...

    async def batches(self, business_id: int, limit: int, *, started: bool = True) -> list[Job]:
        """The newest batches, by default those that have started."""
        ...

    async def ballots(self, business_id: int) -> list[Ballot]:
        """All comparisons of the business as their marks stand now, discarded ones included."""
        ...

    async def of_post(self, post_id: str) -> list[Job]:
        """Those whose pictures are for this post, oldest first."""
        ...

    async def to_wake(self, next_at: datetime) -> list[str]:
        """As `Leased.to_wake`, for jobs whose prompt waits for moderation."""
        ...


class Items(Leased["Item"], Protocol):
    """Pictures asked for."""

    async def of_job(self, job_id: str) -> list[Item]:
        """By number."""
        ...

    async def beginning(self, job_ids: list[str], most: int) -> list[Item]:
        """The first items of each job, by number."""
        ...

    async def counts(self, job_ids: list[str]) -> dict[str, dict[ItemState, int]]:
        """How many items of each job are in which state; jobs without items are absent."""
        ...

    async def of_image(self, image_id: int) -> list[Item]:
        """The items of which this image came, oldest first."""
        ...

    async def ready(self, job_id: str) -> int:
        """How many of a batch stand ready for a slot: woken, and not yet submitted."""
        ...

    async def sleeping(self, job_id: str, limit: int) -> list[Item]:
        """The first items of a batch that nobody has woken yet, kept from others meanwhile."""
        ...

    async def made(self, business_id: int, fingerprints: list[str]) -> dict[str, int]:
        """The newest image that was made for each of these orders, of those that have one."""
        ...

    async def ahead_of(self, job: Job) -> int:
        """How many unfinished items of older jobs stand before this job, all businesses."""
        ...


class Batches(Leased["Batch"], Protocol):
    """Lists of prompts until their jobs have items."""


class Attempts(Rows["Attempt", str], Protocol):
    """Paid calls."""

    async def of_item(self, item_id: str) -> list[Attempt]:
        """Oldest first."""
        ...


class Images(Rows["Image", int], Protocol):
    """What we hold."""

    async def of_business(self, business_id: int, image_id: int) -> Image | None:
        """The image, None where it is another business's."""
        ...

    async def by_hash(self, business_id: int, sha256: str) -> Image | None:
        """The (first) image with these stored bytes."""
        ...

    async def by_source(self, business_id: int, source_sha256: str) -> Image | None:
        """The image that was made of a file with these bytes, as a person brought it."""
        ...

    async def named(self, business_id: int, filename: str, limit: int) -> list[Image]:
        """Images with this file name whatever its case, newest first."""
        ...

    async def insert(self, image: Image) -> int:
        """Insert now and return its id; `created_at` becomes the unit's moment.

        Raises TryLater("image_being_removed") while objects of the same bytes are being deleted.
        """
        ...

    async def delete(self, image: Image) -> None:
        """Delete the row, its stars with it."""
        ...

    async def find(
        self, business_id: int, search: Search, wanted: Slice, count: Count | None = None
    ) -> tuple[list[Image], Count]:
        """A part of the answers, in the order in which `wanted` walks (as `search.sort` says, or
        the other way round), and how many there are. `count` is what `count` said, if asked before.
        """
        ...

    async def count(self, business_id: int, search: Search) -> Count:
        """How many images answer; from kept counters, or counted up to a bound."""
        ...

    async def values(
        self, business_id: int, kind: FacetKind, beginning: str, limit: int
    ) -> list[tuple[str, int]]:
        """The tags ("tag"), people ("by") or providers ("from") in use that begin so, each with its
        number of images, the most used first.
        """
        ...

    async def near(self, business_id: int, dhash: str, distance: int) -> list[tuple[Image, int]]:
        """Images whose `dhash` differs in at most `distance` (≤ 7) bits, the nearest first."""
        ...

    async def children(self, image_id: int) -> list[Image]:
        """Images made from this one, oldest first."""
        ...

    async def add_star(self, star: Star) -> bool:
        """Put it on; False if it stood already."""
        ...

    async def remove_star(self, image_id: int, member_id: str) -> bool:
        """Take it off; False if it did not stand."""
        ...

    async def stars(self, image_id: int) -> list[Star]:
        """Who starred it, oldest first."""
        ...

    async def starred_by(self, member_id: str, image_ids: list[int]) -> set[int]:
        """Which of these images this member has starred."""
        ...


class Browsings(Rows["Browsing", str], Protocol):
    """People's places in the library."""

    async def forget(self, member_id: str, before: datetime) -> None:
        """Drop what this member began earlier."""
        ...


class Removals(Leased["Removal"], Protocol):
    """Images on their way out."""

    async def ended(self, business_id: int, sha256: str) -> bool:
        """Whether objects of these bytes were deleted during the last day."""
        ...

    async def forget(self, before: datetime) -> None:
        """Drop what ended earlier."""
        ...


class Looks(Leased["Look"], Protocol):
    """Looks of an AI at images, for their words."""

    async def of_job(self, job_id: str) -> list[Look]:
        """Those at the pictures of one job."""
        ...

    async def waiting(self, limit: int) -> list[str]:
        """Ids of those that nobody has begun, the longest due first."""
        ...


class Objects(Protocol):
    """Which rows name which objects in the store."""

    async def named(self, keys: list[str]) -> set[str]:
        """Those of `keys` that some row names, so that they must stay."""
        ...


class Budgets(Rows["Budget", str], Protocol):
    """What may be spent, and who was told that it is nearly used up."""

    async def of_business(self, business_id: int) -> list[Budget]:
        """All of them."""
        ...

    async def notice(self, notice: LowNotice) -> bool:
        """Note that somebody is told; False if they were before. The caller has locked the
        business.
        """
        ...

    async def forget_notices(self, budget: Budget) -> None:
        """Have everybody told again."""
        ...

    async def remove(self, budget: Budget) -> None:
        """Delete it, with its notices."""
        ...


class Ledger(Protocol):
    """Bookings."""

    def add(self, entry: Entry) -> None:
        """Insert a booking."""
        ...

    async def spent(self, business_id: int, day: str) -> int:
        """Micro-USD reserved or settled on this day, without what people paid by their own keys."""
        ...

    async def paid_by(self, key_id: str) -> int:
        """Micro-USD reserved or settled by this key."""
        ...

    async def used(
        self,
        business_id: int,
        days: tuple[str, str],
        *,
        member_id: str | None = None,
        channel: str | None = None,
    ) -> tuple[int, int]:
        """Micro-USD and AI pictures, reserved or settled from the first to the last of `days`, by
        one person or in one channel where that is given; without what was paid by own keys.
        """
        ...

    async def by_day(
        self, business_id: int, days: tuple[str, str], member_id: str | None
    ) -> list[Spent]:
        """The same by day, person and model, in this order; those that came to nothing left out."""
        ...

    async def of_item(self, item_id: str) -> list[Entry]:
        """Oldest first."""
        ...

    async def of_job(self, job_id: str) -> list[Entry]:
        """Oldest first."""
        ...


class Messages(Leased["Message"], Protocol):
    """Cards in chats."""

    async def want(self, subject: str, subject_id: str) -> list[str]:
        """Raise `wanted` on every card of this subject, and return their ids."""
        ...

    async def of_subject(self, subject: str, subject_id: str) -> list[Message]:
        """Oldest first."""
        ...

    async def of_root(self, root_id: str) -> list[Message]:
        """All cards of one thread, the root itself left out."""
        ...

    async def by_ref(self, ref: MessageRef) -> Message | None:
        """Our card that stands at this place of a chat."""
        ...

    async def reactable(self, surface: str, since: datetime) -> list[str]:
        """Ids of the cards on a surface, made after `since`, that take reactions; newest first."""
        ...


class Marks(Rows["Mark", str], Protocol):
    """Signals that stand."""

    async def of_job(self, job_id: str) -> list[Mark]:
        """Oldest first."""
        ...

    async def remove(self, mark: Mark) -> None:
        """Delete a mark."""
        ...


class Requests(Rows["Request", str], Protocol):
    """Requests by reaction."""

    async def find(self, message_id: str, member_id: str, signal: str) -> Request | None:
        """The one request of this kind by this person on this card."""
        ...

    async def of_message(self, message_id: str) -> list[Request]:
        """All requests made on this card."""
        ...

    async def remove(self, request: Request) -> None:
        """Forget a request, so that it may be made again."""
        ...


class Posts(Rows["Post", str], Protocol):
    """What is published."""

    async def slug_taken(self, slug: str) -> bool:
        """Whether a post of this desk has this slug."""
        ...

    async def by_slug(self, slug: str) -> Post | None:
        """The post with this slug."""
        ...

    async def of_job(self, job_id: str) -> list[Post]:
        """Those that were written for a job's pictures, oldest first."""
        ...

    async def with_image(self, image_id: int) -> list[Post]:
        """The posts that show this image, newest first."""
        ...

    async def of_business(
        self, business_id: int, limit: int, *, state: TargetState | None, after: Post | None
    ) -> list[Post]:
        """The newest posts, from the one after `after` on; with `state` those that are so far for
        some account.
        """
        ...

    async def pages(self, business_id: int, limit: int) -> list[tuple[Post, Target]]:
        """What stands on the built-in site, newest first."""
        ...


class Targets(Leased["Target"], Protocol):
    """Posts on their way."""

    async def of_post(self, post_id: str) -> list[Target]:
        """In the order they were made."""
        ...

    async def of_posts(self, post_ids: list[str]) -> list[Target]:
        """Those of several posts, in the order of their accounts."""
        ...


class Accounts(Rows["Account", str], Protocol):
    """Connected accounts."""

    async def of_business(self, business_id: int) -> list[Account]:
        """Oldest first."""
        ...


@dataclass(frozen=True)
class WaitingEvent:
    """An event that is written down to be handled a moment later, `text` being all of it."""

    surface: str
    event_id: str
    text: str


class Events(Protocol):
    """What was handled already, by the platforms' own event ids, and what waits to be."""

    async def enter(self, surface: str, event_id: str) -> bool:
        """Note that this event is being handled; False if it was (or is being) handled already.

        Waits for a unit that is handling the same event just now.
        """
        ...

    async def hold(self, waiting: list[WaitingEvent], until: datetime) -> None:
        """Write events down that somebody else handles if it was not done `until` then; those that
        are known already stay as they are.
        """
        ...

    async def held(self, surface: str, event_id: str) -> str | None:
        """The text of the event that waits under this id; None if none does (any more)."""
        ...

    async def settle(self, surface: str, event_id: str) -> bool:
        """Whether an event was waiting under this id; it waits no longer."""
        ...

    async def to_wake(self, next_at: datetime) -> list[tuple[str, str]]:
        """Surface and id of events that wait for too long, moved on to `next_at`."""
        ...

    async def answer(self, surface: str, event_id: str, reply: dict[str, Any]) -> None:
        """Keep the reply, so that a second delivery gets the same."""
        ...

    async def reply(self, surface: str, event_id: str) -> dict[str, Any] | None:
        """What was answered."""
        ...

    async def forget(self, before: datetime) -> None:
        """Drop what is older."""
        ...


class Lines(Protocol):
    """The page's chat."""

    async def add(self, line: Line) -> None:
        """Insert with the next `seq`, and tell the page's readers after the commit."""
        ...

    async def get(self, line_id: str) -> Line | None:
        """The line."""
        ...

    async def by_key(self, key: str) -> Line | None:
        """The line that holds the card with this key."""
        ...

    async def touch(self, line: Line) -> None:
        """Give a changed line the next `seq`, and tell the page's readers after the commit."""
        ...

    async def of_channel(self, business_id: int, channel: str, limit: int) -> list[Line]:
        """The newest lines outside threads, oldest first."""
        ...

    async def of_threads(self, line_ids: list[str]) -> list[Line]:
        """The replies to these lines, oldest first."""
        ...

    async def newest(self, business_id: int) -> int:
        """The greatest `seq` there is, 0 without lines."""
        ...

    async def changed(self, business_id: int, after_seq: int) -> list[Line]:
        """Lines with a greater `seq`, in its order."""
        ...

    async def reactions(self, line_ids: list[str]) -> list[LineReaction]:
        """All reactions on these lines, oldest first."""
        ...

    async def react(self, reaction: LineReaction) -> bool:
        """Put it on; False if it stood already."""
        ...

    async def unreact(self, line_id: str, user: str, emoji: str) -> bool:
        """Take it off; False if it did not stand."""
        ...


class SignIns(Rows["SignIn", str], Protocol):
    """One-time links, by the hash of their token."""


class ApiTokens(Rows["ApiToken", str], Protocol):
    """Tokens of programs, by their hash."""


class Keys(Rows["ProviderKey", str], Protocol):
    """Keys of providers that were brought, sealed."""

    async def of_owner(self, business_id: int, owner_id: str) -> list[ProviderKey]:
        """A person's own, "" for the business's; without revoked ones, oldest first."""
        ...


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
