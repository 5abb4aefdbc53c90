"""Keys that people and businesses bring, and which bookings they paid

Revision 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "provider_keys",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("owner_id", sa.String(32), nullable=False),
        sa.Column("brought_by", sa.String(32), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("last", sa.String(8), nullable=False),
        sa.Column("fingerprint", sa.String(16), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trouble", sa.String(64), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["businesses.id"],
            name="fk_provider_keys_business_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_provider_keys"),
    )
    op.create_index("ix_provider_keys_business_id", "provider_keys", ["business_id"])
    op.add_column("ledger", sa.Column("key_id", sa.String(32), nullable=False, server_default=""))
    op.add_column(
        "ledger", sa.Column("own_key", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("ix_ledger_key", "ledger", ["key_id"])


def downgrade() -> None:
    """Back; the keys are forgotten."""
    op.drop_index("ix_ledger_key", "ledger")
    op.drop_column("ledger", "own_key")
    op.drop_column("ledger", "key_id")
    op.drop_table("provider_keys")
