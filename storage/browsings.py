"""The table of people's places in the library.

Owns the table and its mapping; revision 0006 makes it. It must not know how a panel looks.
"""

from sqlalchemy import JSON, Column, Index, Table, Text

from core.library.browsing import Browsing
from storage.columns import BigKey, Id, Moment, business, mapping, metadata, refers

browsings = Table(
    "browsings",
    metadata,
    Column("id", Id, primary_key=True),
    business(),
    Column("member_id", Id, refers("members.id"), nullable=False),
    Column("question", JSON, nullable=False),
    Column("cursor", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("picked", JSON, nullable=False),
    Column("image_id", BigKey),
    Column("created_at", Moment, nullable=False),
    Index("ix_browsings_member_created", "member_id", "created_at"),
)
mapping.map_imperatively(Browsing, browsings)
