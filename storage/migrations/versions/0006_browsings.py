"""People's places in the library

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "browsings",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("picked", sa.JSON(), nullable=False),
        sa.Column("image_id", BIG),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _refers("business_id", "businesses.id"),
        _refers("member_id", "members.id"),
        sa.PrimaryKeyConstraint("id", name="pk_browsings"),
    )
    op.create_index("ix_browsings_business_id", "browsings", ["business_id"])
    op.create_index("ix_browsings_member_created", "browsings", ["member_id", "created_at"])


def _refers(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [target],
        name=f"fk_browsings_{column}",
        deferrable=True,
        initially="DEFERRED",
    )
