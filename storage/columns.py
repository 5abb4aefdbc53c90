"""What the tables are made of: their metadata, and the kinds of columns.

Owns how values of core become SQL's and come back. It must not know any table.
"""

from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import registry

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


# Sorted by code points on both databases, and findable by its beginning.
PlainText = Text().with_variant(Text(collation="C"), "postgresql")
BigKey = BigInteger().with_variant(Integer, "sqlite")  # SQLite autoincrements INTEGER only
Id = String(32)


def refers(column: str) -> ForeignKey:
    """A reference that is checked at the commit: rows of one unit may be written in any order."""
    return ForeignKey(column, deferrable=True, initially="DEFERRED")


def business() -> Column[int]:
    """The tenant that a row belongs to."""
    return Column("business_id", BigKey, refers("businesses.id"), nullable=False, index=True)


def lease() -> list[Column[Any]]:
    """What every row has that workers take; see `core.leases`."""
    return [
        Column("lease_until", Moment),
        Column("fence", Integer, nullable=False),
        Column("wake_at", Moment, index=True),
    ]
