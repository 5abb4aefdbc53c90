"""Batches of prompts, and items with orders of their own

Revision 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "batches",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachment", sa.JSON()),
        sa.Column("around", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON()),
        sa.Column("reuse", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("trouble", sa.JSON()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("wake_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["businesses.id"],
            name="fk_batches_business_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    for column in ("business_id", "wake_at"):
        op.create_index(f"ix_batches_{column}", "batches", [column])
    for column in ("started_at", "paused_at"):
        op.add_column("jobs", sa.Column(column, sa.DateTime(timezone=True)))
    op.add_column("items", sa.Column("order", sa.JSON()))
    op.add_column("items", sa.Column("row", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "items", sa.Column("fingerprint", sa.String(32), nullable=False, server_default="")
    )
    op.create_index("ix_items_fingerprint", "items", ["business_id", "fingerprint"])
    op.add_column("messages", sa.Column("part", sa.Integer(), nullable=False, server_default="0"))
