"""The table of looks: an AI's, at pictures, for their words.

Owns the table and its mapping; revision 0007 makes it. It must not know how words are found.
"""

from sqlalchemy import JSON, BigInteger, Column, Integer, String, Table

from core.errors import Trouble
from core.library.captioning import Look
from storage.columns import AsJson, BigKey, Id, Moment, business, lease, mapping, metadata

looks = Table(
    "looks",
    metadata,
    Column("id", Id, primary_key=True),
    business(),
    Column("image_id", BigKey, nullable=False),
    Column("member_id", Id, nullable=False),
    Column("job_id", Id, nullable=False, index=True),
    Column("outcome", String(16), nullable=False),
    Column("submitted_at", Moment),
    Column("price", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("usage", JSON, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("trouble", AsJson(Trouble)),
    *lease(),
)
mapping.map_imperatively(Look, looks)
