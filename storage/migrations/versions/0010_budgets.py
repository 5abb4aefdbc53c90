"""Budgets, and what bookings are counted by

A business's daily amount becomes a budget like any other. Bookings of before get their model,
channel and pictures from their jobs.

Revision 0010, after 0009.
"""

import json
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "budgets",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("scope", sa.String(8), nullable=False),
        sa.Column("key", sa.String(96), nullable=False),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["businesses.id"],
            name="fk_budgets_business_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_budgets"),
        sa.UniqueConstraint("business_id", "scope", "key", "period", "kind", name=BUDGETS_UNIQUE),
    )
    op.create_index("ix_budgets_business_id", "budgets", ["business_id"])
    op.create_table(
        "low_notices",
        sa.Column("budget_id", sa.String(32), nullable=False),
        sa.Column("whom", sa.String(32), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(
            ["budget_id"],
            ["budgets.id"],
            name="fk_low_notices_budget_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("budget_id", "whom", "period", name="pk_low_notices"),
    )
    for name, kind in (
        ("images", sa.Integer()),
        ("channel", sa.String(96)),
        ("model", sa.String(64)),
    ):
        standard = "0" if name == "images" else ""
        op.add_column("ledger", sa.Column(name, kind, nullable=False, server_default=standard))
    op.create_index("ix_ledger_member_day", "ledger", ["member_id", "day"])
    op.create_index("ix_ledger_channel_day", "ledger", ["business_id", "channel", "day"])
    op.add_column("jobs", sa.Column("notices", sa.JSON(), nullable=False, server_default="[]"))
    carry_over(op.get_bind())
    if op.get_bind().dialect.name == "postgresql":
        # References are checked at the commit, and until then no table of theirs can be altered.
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")
        op.execute("SET CONSTRAINTS ALL DEFERRED")
    op.drop_column("businesses", "daily_budget")


BUDGETS_UNIQUE = "uq_budgets_business_id_scope_key_period_kind"


def carry_over(connection: sa.Connection) -> None:
    """The daily amounts, and what the jobs know of their bookings."""
    found = connection.exec_driver_sql("SELECT id, daily_budget FROM businesses").all()
    for business_id, amount in found:
        connection.execute(
            sa.text(
                "INSERT INTO budgets (id, business_id, scope, key, period, kind, amount)"
                " VALUES (:id, :business, 'business', '', 'day', 'money', :amount)"
            ),
            {"id": uuid4().hex, "business": business_id, "amount": amount},
        )
    jobs = connection.exec_driver_sql('SELECT id, place, "order" FROM jobs').all()
    for job_id, place, order in jobs:
        where = read(place)
        facts = {"job": job_id, "channel": f"{where.get('surface')}:{where.get('channel')}"}
        update = sa.text("UPDATE ledger SET channel = :channel WHERE job_id = :job")
        connection.execute(update, facts)
        count(connection, "job_id", job_id, read(order))
    for item_id, order in connection.exec_driver_sql(
        'SELECT id, "order" FROM items WHERE "order" IS NOT NULL'
    ).all():
        count(connection, "item_id", item_id, read(order))


def count(connection: sa.Connection, column: str, key: str, order: dict[str, Any]) -> None:
    """Give the bookings of an order their model, and the pictures that were reserved or released;
    looks, which are booked under the job, are no items.
    """
    if not order:
        return
    images = 0 if order["provider"] == "sketch" else 1
    connection.execute(
        sa.text(
            "UPDATE ledger SET model = :model, images = CASE kind WHEN 'reserve' THEN"
            " CAST(:images AS INTEGER) WHEN 'release' THEN -CAST(:images AS INTEGER) ELSE 0 END"
            f" WHERE {column} = :key AND item_id IN (SELECT id FROM items)"  # noqa: S608  # ours
        ),
        {"model": order["model"], "images": images, "key": key},
    )


def read(value: Any) -> dict[str, Any]:
    """A JSON column as SQLite (a text) and PostgreSQL (a text or a value) give it."""
    return dict(json.loads(value) if isinstance(value, str) else value or {})
