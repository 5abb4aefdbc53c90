"""What the spend view says."""

from datetime import date
from typing import Final

from core.business.budgets import Standing
from core.business.keys import ProviderKey
from core.business.spending import Share
from core.wording.budgets import figure, left, whose
from core.wording.keys import PROVIDERS, called
from core.wording.money import MILLION, count, money

SKIP: Final = "Skip to the figures"
OWN: Final = "What you have spent"
ALL: Final = "What the team has spent"
MONTH: Final = "Month"
CHARGE: Final = "Charge per AI picture, $"
CHARGE_WRONG: Final = "That is no price. Write dollars such as 0.25."
SHOW: Final = "Show"
BEFORE: Final = "The month before"
AFTER: Final = "The month after"
DOWNLOAD: Final = "Download CSV"
TOTAL: Final = "Spent"
PICTURES: Final = "AI pictures"
CHARGED: Final = "Charged back"
EACH: Final = "A picture"
EACH_NOTE: Final = "with everything paid around it"
BY_DAY: Final = "By day"
BY_KEY: Final = "By brought keys"
BY_KEY_NOTE: Final = (
    "What your own keys pay stands only here: no sum above and no budget counts it. What the "
    "business's keys pay is part of the sums above."
)
KEY: Final = "Key"
BY_PERSON: Final = "By person"
BY_MODEL: Final = "By model"
PERSON: Final = "Person"
MODEL: Final = "Model"
DAY: Final = "Day"
COST: Final = "Cost"
BUDGETS: Final = "Budgets that hold for you"
BUDGETS_NONE: Final = "No budget is set for you."
BUDGETS_HOW: Final = "/budget shows what holds in a channel; admins set it there."
NOTHING: Final = "Nothing was spent in this month."
FOOT: Final = (
    "What is set aside for pictures that are still being made counts until they are done. Days are "
    "those of {zone}."
)
SOMEBODY: Final = "somebody who has left"
EARLIER: Final = "not recorded"
WORDS: Final = "words for pictures"
COLUMNS: Final = ("day", "person", "model", "ai_pictures", "cost_usd", "key")
CHARGE_COLUMN: Final = "charge_usd"


def unpriced(images: int) -> str:
    """What stands below the sums where some prices are not known."""
    return f"The price of {count(images, 'AI picture')} is unknown, and in no sum."


def month(of: str) -> str:
    """A month by its name: "November 2026"."""
    return date.fromisoformat(f"{of}-01").strftime("%B %Y")


def day(one: Share) -> str:
    """What a bar stands for."""
    return f"{_date(one.key)}: {money(max(one.amount, 0))}, {count(one.images, 'AI picture')}"


def _date(of: str) -> str:
    return date.fromisoformat(of).strftime("%-d %b")


def day_name(of: str) -> str:
    """A day in a table."""
    return _date(of)


def scale(amount: int) -> str:
    """An amount beside the plot, as short as it can be."""
    dollars = amount / MILLION
    if dollars.is_integer():
        return f"${dollars:,.0f}"
    cents = (dollars * 100).is_integer()
    return f"${dollars:,.2f}" if cents else f"${dollars:.4g}"


def plot(of: str, amount: int) -> str:
    """What the plot shows, for those who do not see it."""
    return f"Spending by day in {month(of)}: {money(amount)} in all. The table below has the days."


def model(name: str) -> str:
    """A model as it is told."""
    return WORDS if name == "words" else name or EARLIER


def person(name: str) -> str:
    """A person as they are told."""
    return name or SOMEBODY


def brought(key: ProviderKey) -> str:
    """A key that somebody brought, and whose it is."""
    whose = "yours" if key.owner_id else "the business's"
    return f"{PROVIDERS[key.provider]} {called(key)}, {whose}"


def paid_by(key: ProviderKey | None) -> str:
    """Which key paid, in a table; empty for the desk's."""
    if key is None:
        return ""
    whose = "yours" if key.owner_id else "the business's"
    return f"…{key.last}, {whose}"


def budget(one: Standing) -> tuple[str, str]:
    """A budget, and how it stands."""
    mine = "You" if one.budget.scope == "person" else whose(one.budget)
    return f"{mine}: {figure(one.budget)}", f"{left(one)} left"
