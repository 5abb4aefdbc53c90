"""`/budget`: what may be spent here and what is left; admins set it, by the command or a form.

It must not know any surface, nor how budgets are counted.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bot.asking import Asking
from bot.desk import Desk
from bot.people import find_person
from core.business.budgets import (
    EVERYBODY,
    MOST_IMAGES,
    MOST_MONEY,
    PERIODS,
    Budget,
    BudgetKind,
    Period,
    Scope,
    channel_of,
    days_of,
    put,
    standings,
    take_off,
)
from core.business.ledger import day_of
from core.chat import Form, FormField, Nothing, Option, Private, Reply
from core.errors import UserError
from core.generation.jobs import Job
from core.storing import UnitOfWork
from core.wording import budgets as words
from core.wording.errors import sentence
from core.wording.money import MILLION, count, money

OFF: Final = "off"
MOST_DIGITS: Final = 9
MOST_NAMED: Final = 10
"""People's own budgets of which an admin is told."""


@dataclass(frozen=True)
class Whom:
    """For whom a budget is set, and how they are called."""

    scope: Scope
    key: str
    name: str


async def budget(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:  # noqa: ARG001  # every handler is called alike
    """Show what holds here; with an amount set it, for admins; bare, for admins, the form."""
    given = {name: value.strip() for name, value in values.items() if value.strip()}
    if not given:
        shown = await _shown(uow, asking)
        return _form(shown) if asking.member.admin else Private(shown)
    _require_admin(asking)
    whom = await _whom(uow, asking, given.get("for", "business"))
    if given.get("off") == "yes":
        return await _take_off(uow, asking, whom, _period(given["per"]) if "per" in given else None)
    if not given.keys() & {"amount", "images"}:
        raise UserError("budget_empty")
    return await _set(uow, asking, whom, _period(given.get("per", "day")), given)


async def submit_budget(
    desk: Desk,  # noqa: ARG001  # every form is submitted alike
    uow: UnitOfWork,
    asking: Asking,
    values: dict[str, str],
) -> Reply:
    """Set what the form says. Raises UserError for what is wrong at a field of it."""
    _require_admin(asking)
    given = {name: value.strip() for name, value in values.items() if value.strip()}
    if not given.keys() & {"amount", "images"}:
        raise UserError("budget_empty")
    chosen = given.get("whom", "business")
    if chosen == "one" and "person" not in given:
        raise UserError("budget_person_missing")
    whom = await _whom(uow, asking, given["person"] if chosen == "one" else chosen)
    return await _set(uow, asking, whom, _period(given.get("per", "day")), given)


def tell_notices(job: Job) -> Reply:
    """A person's own budget is nearly used up: that is told to them alone, and not on the card."""
    own = [one for one in job.notices if one.facts.get("whose") == "person"]
    job.notices = [one for one in job.notices if one not in own]
    return Private("\n".join(sentence(one) for one in own)) if own else Nothing()


def _require_admin(asking: Asking) -> None:
    if not asking.member.admin:
        raise UserError("not_admin")


async def _shown(uow: UnitOfWork, asking: Asking) -> str:
    """What holds for this person in this channel, and for an admin whose budgets there are else."""
    business, member = asking.business, asking.member
    channel, day = channel_of(asking.place), day_of(business, uow.now)
    found = await standings(uow, business.id, member.id, channel, day)
    lines = [words.SHOWN_TITLE, *map(words.standing, found)] if found else [words.NONE]
    spent = {
        period: await uow.ledger.used(business.id, days_of(period, day), member_id=member.id)
        for period in PERIODS
    }
    lines.append(words.SPENT.format(day=money(spent["day"][0]), month=money(spent["month"][0])))
    if member.admin:
        held = {one.budget.id for one in found}
        rest = [one for one in await uow.budgets.of_business(business.id) if one.id not in held]
        lines += await _others(uow, [one for one in rest if one.scope == "person"][:MOST_NAMED])
    return "\n".join(lines)


async def _others(uow: UnitOfWork, budgets: list[Budget]) -> list[str]:
    lines = []
    for one in budgets:
        member = await uow.members.get(one.key) if one.key != EVERYBODY else None
        name = words.whose(one, member.name if member else "")
        lines.append(f"{name}: {words.figure(one)}.")
    return lines


def _form(shown: str) -> Form:
    def select(id_: str, label: str, labels: dict[str, str]) -> FormField:
        options = tuple(Option(value, text) for value, text in labels.items())
        return FormField(id_, label, "select", options[0].value, options=options)

    def line(id_: str, label: str, hint: str) -> FormField:
        return FormField(id_, label, "line", required=False, max_length=80, hint=hint)

    return Form(
        key="budget",
        title=words.FORM_TITLE,
        submit=words.FORM_SUBMIT,
        fields=(
            select("whom", words.WHOM, words.WHOM_OPTIONS),
            line("person", words.PERSON, words.PERSON_HINT),
            line("amount", words.AMOUNT, words.AMOUNT_HINT),
            line("images", words.IMAGES, words.IMAGES_HINT),
            select("per", words.PER, words.PER_OPTIONS),
        ),
        note=shown,
    )


async def _whom(uow: UnitOfWork, asking: Asking, given: str) -> Whom:
    if given == "business":
        return Whom("business", "", words.WHOM_OPTIONS["business"])
    if given == "channel":
        return Whom("channel", channel_of(asking.place), words.WHOM_OPTIONS["channel"])
    if given == "person":
        return Whom("person", EVERYBODY, words.WHOM_OPTIONS["person"])
    member = await find_person(uow, asking.business.id, given)
    return Whom("person", member.id, member.name)


def _period(given: str) -> Period:
    found = next((one for one in PERIODS if one == given), None)
    if found is None:
        raise UserError("budget_period_wrong", text=given)
    return found


async def _take_off(uow: UnitOfWork, asking: Asking, whom: Whom, period: Period | None) -> Private:
    taken = await take_off(uow, asking.business.id, whom.scope, whom.key, period)
    return Private(words.OFF.format(whom=whom.name) if taken else words.NOTHING_OFF)


async def _set(
    uow: UnitOfWork, asking: Asking, whom: Whom, period: Period, given: dict[str, str]
) -> Private:
    """Set or take off one kind or both. Everything is read before anything is written."""
    wanted: dict[BudgetKind, int | None] = {}
    if "amount" in given:
        wanted["money"] = _money(given["amount"])
    if "images" in given:
        wanted["images"] = _images(given["images"])
    told = []
    for kind, amount in wanted.items():
        where = (uow, asking.business.id, whom.scope, whom.key, period)
        if amount is None:
            await take_off(*where, kind)
            told.append(words.none(kind))
        else:
            await put(*where, kind, amount)
            told.append(money(amount) if kind == "money" else count(amount, "AI picture"))
    return Private(words.changed(whom.name, told, period))


def _money(text: str) -> int | None:
    if text == OFF:
        return None
    try:
        amount = int(Decimal(text.removeprefix("$")) * MILLION)
    except (ArithmeticError, ValueError) as error:  # Decimal's own and, for infinity, int's
        raise UserError("budget_amount_wrong", text=text) from error
    if not 0 <= amount <= MOST_MONEY:
        raise UserError("budget_amount_wrong", text=text)
    return amount


def _images(text: str) -> int | None:
    if text == OFF:
        return None
    plain = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    if not plain or int(text) > MOST_IMAGES:
        raise UserError("budget_images_wrong", text=text)
    return int(text)
