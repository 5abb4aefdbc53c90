"""Alembic's environment: runs the revisions on the connection that `migrate` hands in."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from storage import library  # noqa: F401  # its tables are part of the metadata
from storage.columns import AsJson, Moment, metadata


def render_plainly(kind: str, value: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """Write our column types as SQL's own: a revision must not change when our classes do."""
    if kind == "type" and isinstance(value, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(value, AsJson):
        return "sa.JSON()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a column in place
    transactional_ddl=True,
    render_item=render_plainly,
)
context.run_migrations()
