"""The tables of budgets, and of who was told that one is nearly used up.

Owns the tables and their mapping; revision 0010 makes them. It must not know what is counted.
"""

from sqlalchemy import BigInteger, Column, String, Table, UniqueConstraint

from core.business.budgets import Budget, LowNotice
from storage.columns import Id, business, mapping, metadata, refers

budgets = Table(
    "budgets",
    metadata,
    Column("id", Id, primary_key=True),
    business(),
    Column("scope", String(8), nullable=False),
    Column("key", String(96), nullable=False),
    Column("period", String(8), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("amount", BigInteger, nullable=False),
    UniqueConstraint("business_id", "scope", "key", "period", "kind"),
)
low_notices = Table(
    "low_notices",
    metadata,
    Column("budget_id", Id, refers("budgets.id"), primary_key=True),
    Column("whom", Id, primary_key=True),
    Column("period", String(10), primary_key=True),
)
mapping.map_imperatively(Budget, budgets)
mapping.map_imperatively(LowNotice, low_notices)
