"""A batch on the grounds of the crash tests: how it is ordered there, and what it must come to.

Owns the few gestures of a person and the one rule about money: every charge of the provider is
booked, an answer that was lost is booked at its price, and nothing else is. It must not know which
fault a batch went through.
"""

from collections import Counter, defaultdict
from typing import Any

from storage import tables
from tests.faults.grounds import Ground
from tests.platforms.slack import SlackMessage

CALLED = "generate"


def card(ground: Ground) -> SlackMessage:
    """The batch's own card, which is the first."""
    return ground.cards()[0]


async def told(ground: Ground, *words: str) -> None:
    """Wait until the batch's card says all these words."""
    await ground.until(
        lambda: bool(ground.cards()) and all(word in card(ground).plain() for word in words)
    )


async def plan(ground: Ground, count: int) -> None:
    """Bring a list and wait until it can be started."""
    ack = await ground.ada.command("/bulk", "", ground.channel)
    lines = "\n".join(f"fox number {number}" for number in range(1, count + 1))
    sent = await ground.ada.submit(await ack.modal(), {"Prompts": lines, "Quality": "low"})
    assert sent.closed, sent
    await told(ground, f"Batch: {count} pictures")


async def start(ground: Ground, count: int) -> None:
    """Bring a list and start it."""
    await plan(ground, count)
    await press(ground, "begin")


async def press(ground: Ground, button: str) -> None:
    """Press a button of the batch's card, by its action."""
    await ground.ada.press(card(ground), button)


async def states(ground: Ground) -> Counter[str]:
    """How many pictures are in which state."""
    return Counter(item.state for item in await ground.rows(tables.items))


async def judge(ground: Ground, **ended: int) -> list[Any]:
    """So many pictures have ended in each state, and money is right; their rows."""
    items = await ground.rows(tables.items)
    assert Counter(item.state for item in items) == Counter(ended), [
        (item.number, item.state, item.trouble) for item in items
    ]
    attempts, billed = defaultdict(list), defaultdict(list)
    for attempt in await ground.rows(tables.attempts):
        attempts[attempt.item_id].append(attempt)
    for charge in ground.openai.bill:
        billed[charge.prompt].append(charge.micro_usd)
    for item in items:
        known = [one.cost for one in attempts[item.id] if one.outcome != "unknown" and one.cost]
        lost = [one for one in attempts[item.id] if one.outcome == "unknown"]
        assert all(one.outcome for one in attempts[item.id]), item
        assert not Counter(known) - Counter(billed[item.prompt]), item
        assert len(known) <= len(billed[item.prompt]) <= len(known) + len(lost), item
        assert len(known) <= 1, item
    spent = sum(one.cost or 0 for of_item in attempts.values() for one in of_item)
    assert await ground.booked() == spent + await ground.words_booked()
    return items
