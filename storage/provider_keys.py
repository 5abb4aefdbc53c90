"""The table of the keys that people and businesses bring.

Owns the table and its mapping; revision 0011 makes it. It must not know how a key is sealed.
"""

from sqlalchemy import Column, String, Table, Text

from core.business.keys import ProviderKey
from core.chat import Place
from storage.columns import AsJson, Id, Moment, business, mapping, metadata

provider_keys = Table(
    "provider_keys",
    metadata,
    Column("id", Id, primary_key=True),
    business(),
    Column("owner_id", Id, nullable=False),
    Column("brought_by", Id, nullable=False),
    Column("provider", String(32), nullable=False),
    Column("name", String(40), nullable=False),
    Column("last", String(8), nullable=False),
    Column("fingerprint", String(16), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("place", AsJson(Place), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("trouble", String(64), nullable=False),
    Column("tried_at", Moment),
    Column("revoked_at", Moment),
)
mapping.map_imperatively(ProviderKey, provider_keys)
