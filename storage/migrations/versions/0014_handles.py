"""By what a provider finds a picture again that it has begun

Revision 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("attempts", sa.Column("handle", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    """Back from this revision."""
    op.drop_column("attempts", "handle")
