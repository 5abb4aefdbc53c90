"""Reading what was spent: the page and its CSV. Admins see everybody's, others their own.

Owns these routes. It changes nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from bot.surfaces.web.drawing import Drawing
from bot.surfaces.web.parts import WebParts
from bot.surfaces.web.sessions import Person, Sessions
from bot.surfaces.web.spend.asking import HOME, TABLE, Asked, read_query
from bot.surfaces.web.spend.plot import draw_plot
from bot.surfaces.web.spend.table import Table
from bot.surfaces.web.templating import Templates
from core.business.budgets import Standing, channel_of, standings
from core.business.ledger import day_of
from core.business.spending import (
    KeyShare,
    Share,
    Spending,
    read_by_key,
    read_own,
    read_spending,
)
from core.storing import UnitOfWork
from core.wording import spending as words
from core.wording.money import money


@dataclass(frozen=True)
class Row:
    """One line of a table; `part` is its share of the greatest, in per cent."""

    name: str
    images: int
    cost: str
    charged: str
    part: int


class Spend:
    """Shows what was spent."""

    def __init__(
        self, parts: WebParts, sessions: Sessions, drawing: Drawing, templates: Templates
    ) -> None:
        self._parts = parts
        self._sessions = sessions
        self._drawing = drawing
        self._templates = templates

    def routes(self) -> APIRouter:
        """The page and its table."""
        router = APIRouter()
        router.get(HOME)(self.open)
        router.get(TABLE)(self.download)
        return router

    async def open(self, request: Request) -> Response:
        """A month, this one unless the address says another."""
        person = await self._sessions.welcome(request)
        if isinstance(person, Response):
            return person
        asked = self._asked(request, person)
        async with self._parts.units.read() as uow:
            spending = await _read(uow, person, asked)
            by_key = await read_by_key(uow, person.member, asked.month)
            budgets = await _budgets(uow, person)
            facts = await self._drawing.around(uow, person)
        unpriced = spending.unpriced(self._parts.unpriced)
        priced = spending.images - unpriced
        facts |= {
            "asked": asked,
            "spending": spending,
            "told": words,
            "money": money,
            "budgets": budgets,
            "plot": draw_plot(spending.by_day),
            "charged": _charged(asked, spending.images),
            "each": money(spending.amount // priced) if priced else "",
            "unpriced": unpriced,
            "people": _rows(spending.by_person, asked, _name_people(spending)),
            "models": _rows(spending.by_model, asked, {}, self._parts.unpriced),
            "days": _rows([one for one in spending.by_day if one.amount or one.images], asked, {}),
            "keys": _key_rows(by_key),
            "csv": asked.address(TABLE),
        }
        return self._templates.page("spend.html", facts, 400 if asked.wrong else 200)

    async def download(self, request: Request) -> Response:
        """The month by day, person, model and key, exact to the millionth of a dollar; then what
        one's own keys paid, which is never charged back.
        """
        person = await self._sessions.require(request)
        asked = self._asked(request, person)
        async with self._parts.units.read() as uow:
            spending = await _read(uow, person, asked)
            own = await read_own(uow, person.member, asked.month)
            ids = {row.key_id for row in (*spending.rows, *own) if row.key_id}
            keys = {id_: await uow.keys.get(id_) for id_ in ids}
        table = Table(keys, person.member.name, self._parts.unpriced, asked.charge)
        name = f"spend-{asked.month}.csv"
        return Response(
            table.write(spending, own),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    def _asked(self, request: Request, person: Person) -> Asked:
        today = day_of(person.business, self._parts.clock.now())
        return read_query(request.query_params, today)


async def _read(uow: UnitOfWork, person: Person, asked: Asked) -> Spending:
    whose = None if person.member.admin else person.member.id
    return await read_spending(uow, person.business.id, asked.month, whose)


async def _budgets(uow: UnitOfWork, person: Person) -> list[Standing]:
    return await standings(
        uow,
        person.business.id,
        person.member.id,
        channel_of(person.place()),
        day_of(person.business, uow.now),
    )


def _name_people(spending: Spending) -> dict[str, str]:
    return {key: words.person(name) for key, name in spending.names.items()}


def _rows(
    shares: list[Share],
    asked: Asked,
    names: dict[str, str],
    unpriced: Collection[str] = (),
) -> list[Row]:
    most = max((one.amount for one in shares), default=0)
    return [
        Row(
            names.get(one.key, one.key),
            one.images,
            money(one.amount or (None if one.key in unpriced else 0)),
            _charged(asked, one.images),
            round(max(one.amount, 0) * 100 / most) if most > 0 else 0,
        )
        for one in shares
    ]


def _key_rows(shares: list[KeyShare]) -> list[Row]:
    """What brought keys paid is never charged back: they are paid for elsewhere."""
    most = max((one.amount for one in shares), default=0)
    return [
        Row(
            words.brought(one.key),
            one.images,
            money(one.amount),
            "",
            round(max(one.amount, 0) * 100 / most) if most > 0 else 0,
        )
        for one in shares
    ]


def _charged(asked: Asked, images: int) -> str:
    return "" if asked.charge is None else money(asked.charge * images)
