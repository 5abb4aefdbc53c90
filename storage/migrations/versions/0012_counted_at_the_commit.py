"""On PostgreSQL the library's facets are counted at the commit, not when an image is written

A business's counts are a few rows that every new image changes: locked from the insert on, they
made all workers of a large batch wait for each other's whole transactions.

Revision 0012, after 0011.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OTHERWISE = "WHEN (old.document IS DISTINCT FROM new.document)"
TRIGGERS = (
    ("image_counted", "INSERT OR DELETE", ""),
    ("image_counted_otherwise", "UPDATE", OTHERWISE),
)


def upgrade() -> None:
    """To this revision."""
    _replace("CREATE CONSTRAINT TRIGGER", "DEFERRABLE INITIALLY DEFERRED")


def downgrade() -> None:
    """Back from this revision."""
    _replace("CREATE TRIGGER", "")


def _replace(create: str, when: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for name, event, condition in TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON images")
        op.execute(
            f"{create} {name} AFTER {event} ON images {when} FOR EACH ROW {condition} "
            "EXECUTE FUNCTION image_written()"
        )
