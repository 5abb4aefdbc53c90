"""Pictures that are made for a post

Revision 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("jobs", sa.Column("post_id", sa.String(32)))
    op.create_index("ix_jobs_post_id", "jobs", ["post_id"])
