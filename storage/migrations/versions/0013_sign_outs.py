"""How often people signed out of the page, so that sessions begun before end with it

Revision 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column(
        "members", sa.Column("sign_outs", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    """Back from this revision."""
    op.drop_column("members", "sign_outs")
