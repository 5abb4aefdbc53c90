"""Jobs, items and attempts; messages, marks and requests; posts and targets."""

from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from core.chat import MessageRef
from core.generation.comparing import Ballot
from core.generation.jobs import Attempt, Item, ItemState, Job
from core.messages import Message, ref_key
from core.publishing.posts import Post, Target, TargetState
from core.review.marks import Mark, Request
from storage import tables
from storage.library import post_images
from storage.repositories.ballots import read_ballots
from storage.repositories.rows import SOON, Leased, SqlRows, wake


class Jobs(SqlRows[Job, str]):
    """Orders."""

    entity = Job

    async def orders_since(self, owner_id: str, since: datetime) -> int:
        """How many jobs other than uploads this member has placed after `since`."""
        columns = tables.jobs.c
        counted = select(func.count()).select_from(tables.jobs)
        found = counted.where(
            columns.owner_id == owner_id, columns.created_at > since, columns.kind != "upload"
        )
        return int(await self.session.scalar(found) or 0)

    async def batches(self, business_id: int, limit: int, *, started: bool = True) -> list[Job]:
        """Newest first."""
        columns = tables.jobs.c
        found = select(Job).where(columns.business_id == business_id, columns.kind == "batch")
        if started:
            found = found.where(columns.started_at.is_not(None))
        return await self._all(found.order_by(columns.created_at.desc()).limit(limit))

    async def ballots(self, business_id: int) -> list[Ballot]:
        """Read together: a scoreboard is of all comparisons there ever were."""
        return await read_ballots(self.session, business_id)

    async def of_post(self, post_id: str) -> list[Job]:
        """Those whose pictures are for this post, oldest first."""
        columns = tables.jobs.c
        found = select(Job).where(columns.post_id == post_id)
        return await self._all(found.order_by(columns.created_at, columns.id))

    async def to_wake(self, next_at: datetime) -> list[str]:
        """Jobs whose prompt waits for moderation."""
        return await wake(self.session, tables.jobs, self.now, next_at)


class Items(Leased[Item]):
    """Pictures asked for."""

    entity = Item
    table = tables.items

    def claimable(self) -> ColumnElement[bool]:
        """Those that are neither ended nor waiting for moderation."""
        return tables.items.c.state.in_(("queued", "generating"))

    async def of_job(self, job_id: str) -> list[Item]:
        """By number."""
        columns = tables.items.c
        return await self._all(
            select(Item).where(columns.job_id == job_id).order_by(columns.number)
        )

    async def beginning(self, job_ids: list[str], most: int) -> list[Item]:
        """By job, then number."""
        columns = tables.items.c
        found = select(Item).where(columns.job_id.in_(job_ids), columns.number <= most)
        return await self._all(found.order_by(columns.job_id, columns.number))

    async def counts(self, job_ids: list[str]) -> dict[str, dict[ItemState, int]]:
        """Counted by the database."""
        columns = tables.items.c
        counted = (
            select(columns.job_id, columns.state, func.count().label("amount"))
            .where(columns.job_id.in_(job_ids))
            .group_by(columns.job_id, columns.state)
        )
        found: dict[str, dict[ItemState, int]] = {}
        for row in (await self.session.execute(counted)).all():
            found.setdefault(row.job_id, {})[row.state] = row.amount
        return found

    async def of_image(self, image_id: int) -> list[Item]:
        """The items of which this image came, oldest first."""
        columns = tables.items.c
        found = select(Item).where(columns.image_id == image_id)
        return await self._all(found.order_by(columns.started_at, columns.id))

    async def ready(self, job_id: str) -> int:
        """Woken ones, and those that are claimed and have no call under way."""
        columns = tables.items.c
        under_way = exists().where(
            tables.attempts.c.item_id == columns.id, tables.attempts.c.outcome == ""
        )
        woken = and_(columns.state == "queued", columns.wake_at.is_not(None))
        claimed = and_(columns.state == "generating", ~under_way)
        counted = select(func.count()).select_from(tables.items)
        found = counted.where(columns.job_id == job_id, or_(woken, claimed))
        return int(await self.session.scalar(found) or 0)

    async def sleeping(self, job_id: str, limit: int) -> list[Item]:
        """By number; rows that another unit holds are passed over."""
        columns = tables.items.c
        found = select(Item).where(
            columns.job_id == job_id, columns.state == "queued", columns.wake_at.is_(None)
        )
        ordered = found.order_by(columns.number).limit(limit)
        return await self._all(ordered.with_for_update(skip_locked=True))

    async def made(self, business_id: int, fingerprints: list[str]) -> dict[str, int]:
        """A later one takes an earlier one's place."""
        columns = tables.items.c
        found = (
            select(columns.fingerprint, columns.image_id)
            .where(
                columns.business_id == business_id,
                columns.fingerprint.in_(fingerprints),
                columns.image_id.is_not(None),
            )
            .order_by(columns.image_id)
        )
        rows = (await self.session.execute(found)).all()
        return {row.fingerprint: row.image_id for row in rows}

    async def ahead_of(self, job: Job) -> int:
        """Unfinished items of older jobs."""
        columns = tables.items.c
        older = select(func.count()).select_from(tables.items.join(tables.jobs))
        found = older.where(
            columns.state.in_(("queued", "generating")), tables.jobs.c.created_at < job.created_at
        )
        return int(await self.session.scalar(found) or 0)


class Attempts(SqlRows[Attempt, str]):
    """Paid calls."""

    entity = Attempt

    async def of_item(self, item_id: str) -> list[Attempt]:
        """Oldest first, and last the one whose answer is awaited: clocks may disagree."""
        columns = tables.attempts.c
        found = select(Attempt).where(columns.item_id == item_id)
        return await self._all(found.order_by(columns.outcome == "", columns.submitted_at))


class Messages(Leased[Message]):
    """Cards in chats."""

    entity = Message
    table = tables.messages

    def claimable(self) -> ColumnElement[bool]:
        """Those that ask to be drawn again."""
        return tables.messages.c.drawn < tables.messages.c.wanted

    async def want(self, subject: str, subject_id: str) -> list[str]:
        """Raise `wanted` on every card of this subject, and return their ids."""
        columns = tables.messages.c
        wanted = (
            update(tables.messages)
            .where(columns.subject == subject, columns.subject_id == subject_id)
            .values(wanted=columns.wanted + 1, wake_at=self.now + SOON)
            .returning(columns.id)
        )
        await self.session.flush()
        return list((await self.session.scalars(wanted)).all())

    async def of_subject(self, subject: str, subject_id: str) -> list[Message]:
        """Oldest first."""
        columns = tables.messages.c
        found = select(Message).where(columns.subject == subject, columns.subject_id == subject_id)
        return await self._all(found.order_by(columns.created_at))

    async def of_root(self, root_id: str) -> list[Message]:
        """All cards of one thread but its root."""
        columns = tables.messages.c
        found = select(Message).where(columns.root_id == root_id, columns.id != root_id)
        return await self._all(found.order_by(columns.created_at))

    async def by_ref(self, ref: MessageRef) -> Message | None:
        """Our card that stands at this place of a chat."""
        columns = tables.messages.c
        return await self._first(
            select(Message).where(columns.surface == ref.surface, columns.ref == ref_key(ref))
        )

    async def reactable(self, surface: str, since: datetime) -> list[str]:
        """Ids of the cards on a surface that take reactions, made after `since`, newest first."""
        columns = tables.messages.c
        found = select(columns.id).where(
            columns.surface == surface,
            columns.created_at > since,
            columns.ref != "",
            columns.subject.in_(("status", "result", "sheet", "post")),
        )
        return list((await self.session.scalars(found.order_by(columns.created_at.desc()))).all())


class Marks(SqlRows[Mark, str]):
    """Signals that stand."""

    entity = Mark

    async def of_job(self, job_id: str) -> list[Mark]:
        """Oldest first."""
        columns = tables.marks.c
        found = select(Mark).where(columns.job_id == job_id)
        return await self._all(found.order_by(columns.at, columns.id))

    async def remove(self, mark: Mark) -> None:
        """Delete a mark."""
        await self.session.delete(mark)


class Requests(SqlRows[Request, str]):
    """Requests by reaction."""

    entity = Request

    async def find(self, message_id: str, member_id: str, signal: str) -> Request | None:
        """The one request of this kind by this person on this card."""
        columns = tables.requests.c
        return await self._first(
            select(Request).where(
                columns.message_id == message_id,
                columns.member_id == member_id,
                columns.signal == signal,
            )
        )

    async def of_message(self, message_id: str) -> list[Request]:
        """All requests made on this card."""
        return await self._all(select(Request).where(tables.requests.c.message_id == message_id))

    async def remove(self, request: Request) -> None:
        """Forget a request, so that it may be made again."""
        await self.session.delete(request)


class Posts(SqlRows[Post, str]):
    """What is published."""

    entity = Post

    async def slug_taken(self, slug: str) -> bool:
        """Whether a post of this desk has this slug."""
        return bool(await self.session.scalar(select(exists().where(tables.posts.c.slug == slug))))

    async def slugs_like(self, start: str) -> set[str]:
        """The slugs of this desk's posts that begin so."""
        column = tables.posts.c.slug
        found = select(column).where(column.startswith(start, autoescape=True))
        return set((await self.session.scalars(found)).all())

    async def by_slug(self, slug: str) -> Post | None:
        """The post with this slug."""
        return await self._first(select(Post).where(tables.posts.c.slug == slug))

    async def of_job(self, job_id: str) -> list[Post]:
        """Oldest first."""
        columns = tables.posts.c
        found = select(Post).where(columns.job_id == job_id)
        return await self._all(found.order_by(columns.created_at, columns.id))

    async def with_image(self, image_id: int) -> list[Post]:
        """The posts that show this image, newest first."""
        shown = select(post_images.c.post_id).where(post_images.c.image_id == image_id)
        found = select(Post).where(tables.posts.c.id.in_(shown))
        return await self._all(found.order_by(tables.posts.c.created_at.desc()))

    async def of_business(
        self, business_id: int, limit: int, *, state: TargetState | None, after: Post | None
    ) -> list[Post]:
        """The newest posts, from the one after `after` on."""
        columns = tables.posts.c
        found = select(Post).where(columns.business_id == business_id)
        if state:
            so_far = select(tables.targets.c.post_id).where(
                tables.targets.c.business_id == business_id, tables.targets.c.state == state
            )
            found = found.where(columns.id.in_(so_far))
        if after:
            here = tuple_(literal(after.created_at, columns.created_at.type), literal(after.id))
            found = found.where(tuple_(columns.created_at, columns.id) < here)
        ordered = found.order_by(columns.created_at.desc(), columns.id.desc())
        return await self._all(ordered.limit(limit))

    async def pages(self, business_id: int, limit: int) -> list[tuple[Post, Target]]:
        """What stands on the built-in site, newest first."""
        columns = tables.targets.c
        found = (
            select(Post, Target)
            .join_from(Target, Post, columns.post_id == tables.posts.c.id)
            .join(tables.accounts, columns.account_id == tables.accounts.c.id)
            .where(
                columns.business_id == business_id,
                columns.state == "published",
                tables.accounts.c.network == "site",
            )
            .order_by(columns.published_at.desc())
            .limit(limit)
        )
        return [(post, target) for post, target in (await self.session.execute(found)).all()]


class Targets(Leased[Target]):
    """Posts on their way."""

    entity = Target
    table = tables.targets

    def claimable(self) -> ColumnElement[bool]:
        """Those that are due, were left on their way, or stand at an address not known yet."""
        columns = tables.targets.c
        return or_(
            and_(columns.state == "scheduled", columns.due_at <= self.now),
            columns.state.in_(("claimed", "staged", "sending")),
            and_(columns.state == "published", columns.url == ""),
        )

    async def of_account(self, account_id: str) -> list[Target]:
        """All that ever went or are to go there."""
        return await self._all(select(Target).where(tables.targets.c.account_id == account_id))

    async def of_post(self, post_id: str) -> list[Target]:
        """In the order of their accounts' ids."""
        columns = tables.targets.c
        found = select(Target).where(columns.post_id == post_id)
        return await self._all(found.order_by(columns.account_id))

    async def of_posts(self, post_ids: list[str]) -> list[Target]:
        """Those of several posts."""
        columns = tables.targets.c
        found = select(Target).where(columns.post_id.in_(post_ids))
        return await self._all(found.order_by(columns.account_id))
