"""Items that wait for a file that a person brought

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("items", sa.Column("attachment", sa.JSON(), nullable=True))
