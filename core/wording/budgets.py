"""What budgets say: what is left, what is nearly used up, and how they are set.

`SENTENCES` are those of its reason codes, which `core.wording.errors` takes over; `FACTS` are the
words that they are filled in with.
"""

from typing import Final

from core.business.budgets import EVERYBODY, Budget, BudgetKind, Standing
from core.wording.money import count, money

COMMAND = "What may be spent here, and what is left; admins set it"
OPTIONS: Final = {
    "amount": "Dollars that may be spent, for example 20",
    "images": "AI pictures that may be made, for example 3",
    "for": "business, channel (this one), person (each), or one person: @ada",
    "per": "For how long it is: day or month",
    "off": "Take the budget off",
}
FACTS: Final[dict[str, dict[str, str]]] = {
    "whose": {"person": "Your", "channel": "This channel's", "business": "The team's"},
    "each": {"day": "a day", "month": "a month"},
    "wait": {"day": "until tomorrow", "month": "until next month"},
}

SENTENCES: Final[dict[str, str]] = {
    "budget_spent": "{whose} budget of {budget} {each} has {left} left, and this would cost "
    "{asked}. Nothing was made. Ask an admin for more, or wait {wait}; /budget shows what is left.",
    "images_spent": "{whose} limit of {most} AI pictures {each} has {remaining} left, and this "
    "would make {wanted}. Nothing was made. Ask an admin for more, or wait {wait}; /budget shows "
    "what is left.",
    "budget_low": "{whose} budget of {budget} {each} is nearly used up: {left} left.",
    "images_low": "{whose} limit of {most} AI pictures {each} is nearly used up: {remaining} left.",
    "budget_amount_wrong": "“{text}” is no amount. Write dollars such as 20 or 7.50. Nothing was "
    "changed.",
    "budget_images_wrong": "“{text}” is no number of pictures. Write one such as 3. Nothing was "
    "changed.",
    "budget_period_wrong": "A budget is per day or month, not per “{text}”. Nothing was changed.",
    "budget_empty": "Say how much: dollars, pictures, or both. Nothing was changed.",
    "budget_person_missing": "Name the person for whom it is. Nothing was changed.",
}

SHOWN_TITLE = "What may be spent here:"
NONE = "No budget is set for you here: nothing limits what you spend."
SPENT = "You have spent {day} today and {month} this month."
OFF = "{whom}: no budget any more."
NOTHING_OFF = "There was no such budget. Nothing was changed."

FORM_TITLE = "Budgets"
FORM_SUBMIT = "Set"
WHOM = "For"
WHOM_OPTIONS: Final = {
    "business": "The whole team",
    "channel": "This channel",
    "person": "Each person",
    "one": "One person, named below",
}
PERSON = "Person"
PERSON_HINT = "Only for one person: a mention or a name"
AMOUNT = "Dollars"
AMOUNT_HINT = "As 20 or 7.50; empty changes nothing, “off” takes it off"
IMAGES = "AI pictures"
IMAGES_HINT = "As 3; empty changes nothing, “off” takes it off"
PER = "Per"
PER_OPTIONS: Final = {"day": "Day", "month": "Month"}


def figure(one: Budget) -> str:
    """An amount as it is set: "$20.00 a month", "3 AI pictures a day"."""
    amount = money(one.amount) if one.kind == "money" else count(one.amount, "AI picture")
    return f"{amount} {FACTS['each'][one.period]}"


def left(one: Standing) -> str:
    """What is left of it, without its unit where that is said just before."""
    return money(one.left) if one.budget.kind == "money" else str(one.left)


def whose(one: Budget, name: str = "") -> str:
    """For whom it is set, as the head of a line; `name` is a person's."""
    if one.scope == "person":
        return "Each person" if one.key == EVERYBODY else name or "One person"
    return "This channel" if one.scope == "channel" else "The team"


def standing(one: Standing) -> str:
    """One budget that holds for the person who asks."""
    head = "You" if one.budget.scope == "person" else whose(one.budget)
    return f"{head}: {figure(one.budget)}; {left(one)} left."


def brief(found: list[Standing]) -> str:
    """What is left of the tightest budget of each kind, for a form; empty without any."""
    said = []
    for kind in ("money", "images"):
        held = [one for one in found if one.budget.kind == kind]
        if held:
            tightest = min(held, key=lambda one: one.left)
            when = "today" if tightest.budget.period == "day" else "this month"
            what = f"{money(tightest.left)} is"
            if kind == "images":
                what = (
                    f"{count(tightest.left, 'AI picture')} {'is' if tightest.left == 1 else 'are'}"
                )
            said.append(f"{what} left {when}")
    return " and ".join(said)


def none(kind: BudgetKind) -> str:
    """Instead of an amount that was taken off."""
    return "any amount" if kind == "money" else "any number of AI pictures"


def changed(whom: str, told: list[str], per: str) -> str:
    """After a setting: "Ada: $20.00 and 3 AI pictures a month."."""
    return f"{whom}: {' and '.join(told)} {FACTS['each'][per]}, from now on."
