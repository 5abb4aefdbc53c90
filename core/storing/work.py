"""The rows of work: jobs and items, their cards, marks and requests, posts and targets. It must not
know how they are kept.
"""

from __future__ import annotations  # rooms import this package, and it names their rows

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from core.storing.rows import Leased, Rows

if TYPE_CHECKING:
    from core.chat import MessageRef
    from core.generation.batches.batch import Batch  # noqa: F401  # named in a string below
    from core.generation.comparing import Ballot
    from core.generation.jobs import Attempt, Item, ItemState, Job
    from core.messages import Message
    from core.publishing.posts import Post, Target, TargetState
    from core.review.marks import Mark, Request


class Jobs(Rows["Job", str], Protocol):
    """Orders."""

    async def orders_since(self, owner_id: str, since: datetime) -> int:
        """How many jobs other than uploads this member has placed after `since`."""
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
        """Oldest first, and last the one whose answer is awaited, whatever the clocks say."""
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

    async def slugs_like(self, start: str) -> set[str]:
        """The slugs of this desk's posts that begin so."""
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
        """In the order of their accounts' ids."""
        ...

    async def of_posts(self, post_ids: list[str]) -> list[Target]:
        """Those of several posts, in the same order."""
        ...
