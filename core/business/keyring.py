"""The keyring: how the keys that people and businesses brought look to somebody.

Owns the panel of them and the question before one is revoked, both drawn from the rows. It must not
know any surface, nor what a control does.
"""

from datetime import timedelta
from typing import Final

from core.business.keys import ProviderKey
from core.business.members import Member
from core.chat import Button, Card, Menu, Option, Panel
from core.errors import UserError
from core.storing import UnitOfWork
from core.wording import keys as words

KEYRING: Final = "keys"
"""The key of the panel: it belongs to no row, and is its reader's own."""

PATH: Final = "/keys"
ADD: Final = "add_key"
CHOOSE: Final = "choose_key"
REVOKE: Final = "revoke_key"
KEEP: Final = "keep_key"

TRIAL: Final = timedelta(seconds=60)
"""By then a provider has answered, or will not."""

MOST_SHOWN: Final = 10
"""Lines of one panel; all that can be revoked stand in its menu."""


async def read_keyring(uow: UnitOfWork, member: Member) -> list[ProviderKey]:
    """One's own keys and the business's, without revoked ones."""
    own = await uow.keys.of_owner(member.business_id, member.id)
    return [*own, *await uow.keys.of_owner(member.business_id, "")]


async def require_revocable(uow: UnitOfWork, member: Member, key_id: str) -> ProviderKey:
    """The key, held fast. Raises UserError("key_unknown" | "key_not_yours")."""
    key = await uow.keys.lock(key_id)
    if key is None or key.business_id != member.business_id or key.revoked_at:
        raise UserError("key_unknown")
    if not _revocable(key, member):
        raise UserError("key_not_yours")
    return key


async def draw_keyring(uow: UnitOfWork, member: Member, note: str = "") -> Panel:
    """What stands on the keyring; `note` says what has just been done."""
    keys = await read_keyring(uow, member)
    lines = [words.row(key, await uow.ledger.paid_by(key.id)) for key in keys[:MOST_SHOWN]]
    if len(keys) > MOST_SHOWN:
        lines.append(words.more(len(keys) - MOST_SHOWN))
    mine = tuple(Option(key.id, words.option(key)) for key in keys if _revocable(key, member))
    menu = (Menu(CHOOSE, words.REVOKE, mine),) if mine else ()
    card = Card(
        key=KEYRING,
        title=words.TITLE,
        lines=(*((note,) if note else ()), *(lines or [words.NOTHING_HERE]), words.HOW),
        controls=(*menu, Button(ADD, words.ADD, style="primary")),
    )
    return Panel(card, PATH)


async def draw_trial(uow: UnitOfWork, member: Member, key_id: str) -> tuple[Panel, bool]:
    """The keyring with what came of trying a key that was just added, and whether that is still
    awaited.
    """
    key = next((one for one in await read_keyring(uow, member) if one.id == key_id), None)
    if key is None:
        return await draw_keyring(uow, member), False
    awaited = key.tried_at is None and uow.now - key.created_at < TRIAL
    said = words.tried(key, key.trouble if key.tried_at else None)
    note = words.TRYING.format(key=words.called(key)) if awaited else said
    return await draw_keyring(uow, member, note), awaited


def draw_revocation(key: ProviderKey) -> Panel:
    """The question whether a key is revoked."""
    card = Card(
        key=key.id,
        title=words.REVOKE_TITLE.format(key=words.option(key)),
        lines=(words.REVOKE_TEXT,),
        controls=(
            Button(REVOKE, words.REVOKE_IT, style="danger"),
            Button(KEEP, words.KEEP),
        ),
        colour="bad",
    )
    return Panel(card, f"{PATH}?revoke={key.id}")


def _revocable(key: ProviderKey, member: Member) -> bool:
    return key.owner_id == member.id or (not key.owner_id and member.admin)
