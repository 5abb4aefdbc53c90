"""The table of tokens by which programs use the desk.

Owns the table and its mapping; revision 0005 makes it. It must not know how a token is made.
"""

from sqlalchemy import JSON, Column, String, Table

from core.business.tokens import ApiToken
from storage.columns import Id, Moment, business, mapping, metadata, refers

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    business(),
    Column("member_id", Id, refers("members.id"), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)
mapping.map_imperatively(ApiToken, api_tokens)
