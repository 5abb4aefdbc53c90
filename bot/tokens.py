"""Tokens of the HTTP API from the command line: create, list, revoke.

Owns what an operator does with tokens. A token is printed once and can never be shown again. It
must not know what a token is used for.
"""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.accounts import choose_business
from bot.wiring import running
from core.business.members import Member
from core.business.tokens import SCOPES, ApiToken, hash_token, make_token
from core.errors import UserError
from core.settings import Settings
from core.wording import terminal as words
from storage.database import SqlUnit

SHORT_ID = 8  # characters of a token's hash that the terminal shows


async def create(
    settings: Settings, business_id: int, person: str, scopes: list[str], out: Console
) -> None:
    """Make a token for a person (by name, platform id or row id; "" takes the only one) and print
    it. Raises UserError; then nothing was stored.
    """
    wrong = [scope for scope in scopes if scope not in SCOPES]
    if wrong:
        raise UserError("scope_unknown", scope=wrong[0], scopes=list(SCOPES))
    async with running(settings, settings.redis_url) as desk:
        token = make_token()
        async with desk.database.write() as unit:
            business = await choose_business(unit, business_id)
            member = await choose_member(unit, business.id, person)
            kept: list[str] = [scope for scope in SCOPES if scope in scopes]
            unit.tokens.add(ApiToken(hash_token(token), business.id, member.id, kept, unit.now))
    told = words.ACCESS_MADE.format(
        name=member.name, business=business.name, id=business.id, scopes=", ".join(kept)
    )
    out.print(told, markup=False)
    out.print(token, markup=False)


async def show(settings: Settings, out: Console) -> None:
    """List all tokens, by the beginning of their hashes."""
    async with (
        running(settings, settings.redis_url) as desk,
        desk.database.read() as unit,
    ):
        tokens = await unit.tokens.everywhere()
        businesses = {business.id: business for business in await unit.businesses.everywhere()}
        people = {token.member_id: await unit.members.get(token.member_id) for token in tokens}
    if not tokens:
        out.print(words.ACCESS_NONE, markup=False)
        return
    table = Table(*words.ACCESS_COLUMNS, box=None)
    for token in tokens:
        holder = people[token.member_id]
        cells = (
            token.token_hash[:SHORT_ID],
            f"{token.business_id} {businesses[token.business_id].name}",
            holder.name if holder else "",
            ", ".join(token.scopes),
            token.created_at.strftime("%Y-%m-%d"),
            words.ACCESS_STATES[token.revoked_at is not None],
        )
        table.add_row(*(Text(cell) for cell in cells))
    out.print(table, soft_wrap=False)


async def revoke(settings: Settings, id_: str, out: Console) -> None:
    """Revoke the token whose hash begins with `id_`; doing it again changes nothing.

    Raises UserError("token_row_unclear").
    """
    async with (
        running(settings, settings.redis_url) as desk,
        desk.database.write() as unit,
    ):
        tokens = await unit.tokens.everywhere()
        chosen = [one for one in tokens if id_ and one.token_hash.startswith(id_)]
        if len(chosen) != 1:
            raise UserError("token_row_unclear", id=id_)
        chosen[0].revoked_at = chosen[0].revoked_at or unit.now
    out.print(words.ACCESS_REVOKED.format(id=id_), markup=False)


async def choose_member(unit: SqlUnit, business_id: int, person: str) -> Member:
    """Who is meant by name, platform id or row id; "" takes the only one. Raises
    UserError("person_unclear").
    """
    members = await unit.tokens.holders(business_id)
    chosen = [one for one in members if person in {"", one.name, one.user, one.id}]
    if len(chosen) != 1:
        raise UserError("person_unclear", people=[f"{one.name} ({one.id})" for one in members])
    return chosen[0]
