"""Rotation: everything that is sealed, sealed anew with the `SECRET_KEY` of today.

Owns the walk over all sealed rows. Each is written by itself, so that a walk that was cut off is
begun again and finds the rest. It must not know what is sealed in them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console

from bot.wiring import Running, running
from core.business.accounts import seal_context
from core.settings import Settings
from core.wording import terminal as words
from storage.database import SqlUnit
from storage.repositories.keys import Keys
from storage.repositories.people import Accounts


@dataclass(frozen=True)
class Sealed:
    """A row that holds a secret: where it stands, and what the secret is bound to."""

    name: str
    context: str
    sealed: str
    id: str
    rows: Callable[[SqlUnit], Accounts | Keys]


async def find_sealed(unit: SqlUnit) -> list[Sealed]:
    """Every row that holds a secret: accounts' tokens, and keys that were brought."""
    accounts = [
        Sealed(
            f"{one.network} {one.name}",
            seal_context(one),
            one.sealed,
            one.id,
            lambda uow: uow.accounts,
        )
        for one in await unit.accounts.everywhere()
    ]
    keys = [
        Sealed(
            f"{one.provider} {one.name} (…{one.last})",
            one.seal_context,
            one.sealed,
            one.id,
            lambda uow: uow.keys,
        )
        for one in await unit.keys.everywhere()
    ]
    return [one for one in (*accounts, *keys) if one.sealed]


async def rotate(settings: Settings, out: Console) -> bool:
    """Seal everything anew; False where something could not be opened, which is named and left as
    it is. May be repeated, also after it was cut off, and while the desk runs with the same
    settings.
    """
    async with running(settings, settings.redis_url) as desk:
        async with desk.database.read() as unit:
            found = await find_sealed(unit)
        shut = [one for one in found if not desk.vault.can_open(one.sealed, one.context)]
        anew = [one for one in found if one not in shut and not desk.vault.is_current(one.sealed)]
        for one in anew:
            await _reseal(desk, one)
        out.print(words.ROTATED.format(count=len(anew), all=len(found)), markup=False)
        for one in shut:
            out.print(words.SHUT.format(name=one.name), markup=False)
        return not shut


async def _reseal(desk: Running, one: Sealed) -> None:
    async with desk.database.write() as unit:
        row = await one.rows(unit).lock(one.id)
        if row and row.sealed:
            row.sealed = desk.vault.reseal(row.sealed, one.context)
