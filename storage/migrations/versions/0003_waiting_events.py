"""Events that were written down and acknowledged, and are handled a moment later

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("events", sa.Column("waiting", sa.Text(), nullable=True))
    op.add_column("events", sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_events_wake_at", "events", ["wake_at"])
