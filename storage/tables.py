"""The tables, and how core's plain classes are mapped onto them.

Owns column types and indexes. Core's classes know nothing of this: they are mapped from outside.
Values of core (places, orders …) stand in JSON columns through pydantic.
"""

from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import registry

from core.business.accounts import Account
from core.business.ledger import Entry
from core.business.members import Business, Member, Team
from core.chat import Place, Sent, Thread
from core.errors import Trouble
from core.generation.jobs import Attempt, Item, Job
from core.generation.orders import Order
from core.library.images import Image
from core.messages import Message
from core.page import Line, LineReaction, SignIn
from core.publishing.posts import Post, PostImage, RenditionKept, Target
from core.review.marks import Mark, Request

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
mapping = registry(metadata=metadata)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets the zone, so it is checked going in and put back coming out.

    A naive datetime is a defect and raises ValueError.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        """To UTC; refuses naive values."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Aware again."""
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


class AsJson(TypeDecorator[Any]):
    """A value of core as JSON, checked by pydantic on the way in and out."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, type_: Any) -> None:
        super().__init__()
        self.type_ = type_
        self._adapter: TypeAdapter[Any] = TypeAdapter(type_)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002  # SQLAlchemy's signature
        """To plain JSON values."""
        return None if value is None else self._adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002  # SQLAlchemy's signature
        """Back to core's value."""
        return None if value is None else self._adapter.validate_python(value)


BigKey = BigInteger().with_variant(Integer, "sqlite")  # SQLite autoincrements INTEGER only
Id = String(32)


def _refers(column: str) -> ForeignKey:
    """A reference that is checked at the commit: rows of one unit may be written in any order."""
    return ForeignKey(column, deferrable=True, initially="DEFERRED")


def _business() -> Column[int]:
    return Column("business_id", BigKey, _refers("businesses.id"), nullable=False, index=True)


def _lease() -> list[Column[Any]]:
    return [
        Column("lease_until", Moment),
        Column("fence", Integer, nullable=False),
        Column("wake_at", Moment, index=True),
    ]


businesses = Table(
    "businesses",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("daily_budget", BigInteger, nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
)
teams = Table(
    "teams",
    metadata,
    Column("surface", String(16), primary_key=True),
    Column("team", String(64), primary_key=True),
    _business(),
)
members = Table(
    "members",
    metadata,
    Column("id", Id, primary_key=True),
    _business(),
    Column("surface", String(16), nullable=False),
    Column("user", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("admin", Boolean, nullable=False),
    Column("approver", Boolean, nullable=False),
    Column("home", Boolean, nullable=False),
    UniqueConstraint("business_id", "surface", "user"),
    Index("ix_members_surface_user", "surface", "user"),
)
jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    _business(),
    Column("owner_id", Id, _refers("members.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("place", AsJson(Place), nullable=False),
    Column("order", AsJson(Order)),
    Column("created_at", Moment, nullable=False),
    Column("root_id", Id, nullable=False),
    Column("moderation", String(16), nullable=False),
    Column("parent_id", Id),
    Column("cancelled_at", Moment),
    Column("discarded_at", Moment),
    Column("discarded_by", Id),
    Column("wake_at", Moment, index=True),
    Column("trouble", AsJson(Trouble)),
    Index("ix_jobs_owner_created", "owner_id", "created_at"),
)
items = Table(
    "items",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Id, _refers("jobs.id"), nullable=False, index=True),
    _business(),
    Column("number", Integer, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("image_id", BigKey, _refers("images.id")),
    Column("preview_key", Text),
    Column("partial_key", Text),
    Column("approved_by", Id),
    Column("approved_at", Moment),
    Column("trouble", AsJson(Trouble)),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("tries", Integer, nullable=False),
    *_lease(),
)
attempts = Table(
    "attempts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("item_id", Id, _refers("items.id"), nullable=False, index=True),
    Column("submitted_at", Moment, nullable=False),
    Column("price", BigInteger),
    Column("outcome", String(16), nullable=False),
    Column("usage", JSON, nullable=False),
    Column("cost", BigInteger),
    Column("revised_prompt", Text),
)
images = Table(
    "images",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("business_id", BigKey, _refers("businesses.id"), nullable=False),
    Column("filename", Text, nullable=False),
    Column("original_filename", Text, nullable=False),
    Column("file_size", BigInteger, nullable=False),
    Column("mime_type", String(32), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("source_sha256", String(64), nullable=False),
    Column("dhash", String(16), nullable=False),
    Column("storage_provider", String(16), nullable=False),
    Column("storage_url", Text, nullable=False),
    Column("storage_key", Text, nullable=False),
    Column("is_ai_generated", Boolean, nullable=False),
    Column("ai_prompt", Text),
    Column("ai_model", String(64)),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("alt_text", Text, nullable=False),
    Column("plain_words", Boolean, nullable=False),
    Column("usage_count", Integer, nullable=False),
    Column("last_used_at", Moment),
    Column("parent_id", BigKey),
    Column("creator_id", Id, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_images_business_newest", "business_id", "created_at", "id"),
    Index("ix_images_business_sha256", "business_id", "sha256"),
)
ledger = Table(
    "ledger",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("business_id", BigKey, _refers("businesses.id"), nullable=False),
    Column("member_id", Id, nullable=False),
    Column("job_id", Id, nullable=False, index=True),
    Column("item_id", Id, nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_ledger_business_day", "business_id", "day"),
)
messages = Table(
    "messages",
    metadata,
    Column("id", Id, primary_key=True),
    _business(),
    Column("subject", String(16), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("place", AsJson(Place), nullable=False),
    Column("surface", String(16), nullable=False),
    Column("person", String(64), nullable=False),
    Column("root_id", Id, nullable=False, index=True),
    Column("thread", AsJson(Thread)),
    Column("sent", AsJson(Sent)),
    Column("ref", String(128), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("drawn", Integer, nullable=False),
    Column("tried_at", Moment),
    Column("shown_at", Moment),
    Column("caught_up_at", Moment),
    Column("trouble", AsJson(Trouble)),
    Column("created_at", Moment, nullable=False),
    *_lease(),
    Index("ix_messages_subject", "subject", "subject_id"),
    Index("ix_messages_ref", "surface", "ref"),
    Index("ix_messages_surface_created", "surface", "created_at"),
)
marks = Table(
    "marks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Id, _refers("jobs.id"), nullable=False),
    Column("member_id", Id, _refers("members.id"), nullable=False),
    Column("signal", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("message_id", Id, nullable=False),
    Column("at", Moment, nullable=False),
    Column("active", Boolean, nullable=False),
    UniqueConstraint("job_id", "member_id", "signal", "number", "message_id"),
)
requests = Table(
    "requests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", Id, _refers("messages.id"), nullable=False),
    Column("member_id", Id, _refers("members.id"), nullable=False),
    Column("signal", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("made", Id, nullable=False),
    UniqueConstraint("message_id", "member_id", "signal"),
)
posts = Table(
    "posts",
    metadata,
    Column("id", Id, primary_key=True),
    _business(),
    Column("author_id", Id, _refers("members.id"), nullable=False),
    Column("job_id", Id, index=True),
    Column("place", AsJson(Place), nullable=False),
    Column("root_id", Id, nullable=False),
    Column("caption", Text, nullable=False),
    Column("images", AsJson(list[PostImage]), nullable=False),
    Column("slug", String(80), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("approved_by", Id),
    Column("approved_hash", String(64)),
    Column("approved_at", Moment),
    Column("discarded_at", Moment),
    Column("created_at", Moment, nullable=False),
)
targets = Table(
    "targets",
    metadata,
    Column("id", Id, primary_key=True),
    Column("post_id", Id, _refers("posts.id"), nullable=False, index=True),
    _business(),
    Column("account_id", Id, _refers("accounts.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("due_at", Moment),
    Column("ticket", JSON, nullable=False),
    Column("renditions", AsJson(list[RenditionKept]), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("trouble", AsJson(Trouble)),
    Column("tries", Integer, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("sent_at", Moment),
    Column("published_at", Moment),
    *_lease(),
)
accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    _business(),
    Column("network", String(32), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("trouble", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("business_id", "network", "external_id"),
)
events = Table(
    "events",
    metadata,
    Column("surface", String(16), primary_key=True),
    Column("event_id", String(200), primary_key=True),
    Column("reply", JSON(none_as_null=True)),
    Column("at", Moment, nullable=False, index=True),
)
lines = Table(
    "lines",
    metadata,
    Column("id", Id, primary_key=True),
    _business(),
    Column("channel", String(64), nullable=False),
    Column("thread", String(32), nullable=False, index=True),
    Column("author", String(64), nullable=False),
    Column("author_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("key", Id, unique=True),
    Column("card", JSON(none_as_null=True)),
    Column("files", JSON, nullable=False),
    Column("private_to", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_lines_business_seq", "business_id", "seq"),
    Index("ix_lines_channel", "business_id", "channel", "thread", "created_at"),
)
line_reactions = Table(
    "line_reactions",
    metadata,
    Column("line_id", Id, _refers("lines.id"), primary_key=True),
    Column("user", String(64), primary_key=True),
    Column("emoji", String(64), primary_key=True),
    Column("user_name", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
signins = Table(
    "signins",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("member_id", Id, _refers("members.id"), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

for entity, table in (
    (Business, businesses),
    (Team, teams),
    (Member, members),
    (Job, jobs),
    (Item, items),
    (Attempt, attempts),
    (Image, images),
    (Entry, ledger),
    (Message, messages),
    (Mark, marks),
    (Request, requests),
    (Post, posts),
    (Target, targets),
    (Account, accounts),
    (Line, lines),
    (LineReaction, line_reactions),
    (SignIn, signins),
):
    mapping.map_imperatively(entity, table)
