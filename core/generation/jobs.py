"""Jobs, their items and attempts.

A job has no state of its own: it is derived from its items, so nothing drifts.

    item   queued ⇄ generating → completed
             │          ├──────→ refused     by moderation or provider; final
             │          ├──────→ failed  ──→ queued   made again by hand
             │          ├──────→ unknown ──→ queued   made again by hand
             └──────────┴──────→ cancelled

Owns these rows and their moves. It must not know providers or chats.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.business.members import new_id
from core.chat import Attachment, Place
from core.errors import Trouble
from core.generation.orders import Order

ItemState = Literal[
    "queued", "generating", "completed", "refused", "failed", "unknown", "cancelled"
]
JobState = Literal["pending", "processing", "completed", "failed", "cancelled"]
Moderation = Literal["pending", "passed", "off", "refused"]

MOVES: dict[ItemState, frozenset[ItemState]] = {
    "queued": frozenset({"generating", "cancelled", "refused", "failed"}),
    "generating": frozenset({"queued", "completed", "refused", "failed", "unknown", "cancelled"}),
    "unknown": frozenset({"queued"}),
    "failed": frozenset({"queued"}),
    "completed": frozenset(),
    "refused": frozenset(),
    "cancelled": frozenset(),
}
ENDED: frozenset[ItemState] = frozenset({"completed", "refused", "failed", "unknown", "cancelled"})


@dataclass(eq=False)
class Job:
    """One order of pictures, or without an order of its own: one drop of files (`kind` "upload"),
    or a batch, whose items have their own; as those of a comparison (`kind` "compare") have.

    `root_id` is the message that opens its thread; `parent_id` the job it repeats; `post_id` the
    post whose draft its pictures join. `wake_at` is when somebody looks at its moderation again, or
    feeds it. A batch is `started_at` a moment of its own, and may be `paused_at` one for a
    `trouble`. Its `notices` are of budgets that it used up nearly, and of
    models that were replaced.
    """

    business_id: int
    owner_id: str
    kind: Literal["generate", "compare", "batch", "upload"]
    place: Place
    order: Order | None
    created_at: datetime
    root_id: str
    moderation: Moderation = "pending"
    parent_id: str | None = None
    cancelled_at: datetime | None = None
    discarded_at: datetime | None = None
    discarded_by: str | None = None
    wake_at: datetime | None = None
    trouble: Trouble | None = None
    post_id: str | None = None
    started_at: datetime | None = None
    paused_at: datetime | None = None
    notices: list[Trouble] = field(default_factory=list)
    id: str = field(default_factory=new_id)


@dataclass(eq=False)
class Item:
    """One picture asked for, or one file brought (`attachment`; then `prompt` is its name).

    Of a batch it has its own `order`, from a `row` of the list; so it has in a comparison, or where
    another model had to take over. `fingerprint` finds what asks for exactly the same. `number`
    counts from 1. A `trouble` on a completed item says what else is to be known of it.
    `lease_until` and `fence` say who works on it; `wake_at` when it is looked at again.
    """

    job_id: str
    business_id: int
    number: int
    prompt: str
    seed: int
    state: ItemState = "queued"
    attachment: Attachment | None = None
    order: Order | None = None
    fingerprint: str = ""
    row: int = 0
    image_id: int | None = None
    preview_key: str | None = None
    partial_key: str | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    trouble: Trouble | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    tries: int = 0
    lease_until: datetime | None = None
    fence: int = 0
    wake_at: datetime | None = None
    id: str = field(default_factory=new_id)

    def move(self, state: ItemState, now: datetime, trouble: Trouble | None = None) -> None:
        """Go to `state` and let the lease go. Raises ValueError for a move not in `MOVES`."""
        if state not in MOVES[self.state]:
            raise ValueError(f"{self.state} → {state}")
        self.state = state
        self.trouble = trouble
        self.lease_until = None
        self.ended_at = now if state in ENDED else None
        self.wake_at = None if state in ENDED else now

    def begin(self, now: datetime) -> None:
        """To *generating* by whoever claimed it, under the lease that was taken; what another
        worker began goes on. A trouble stays until it is known to be over: people wait for that.
        """
        if self.state == "queued":
            lease, wake_at = self.lease_until, self.wake_at
            self.move("generating", now, self.trouble)
            self.lease_until, self.wake_at = lease, wake_at
            self.started_at = now


@dataclass(eq=False)
class Attempt:
    """One paid call. `outcome` is empty while its answer is awaited; `cost` is micro-USD. `handle`
    is by what the provider finds the picture again, "" where it never said or cannot.
    """

    item_id: str
    submitted_at: datetime
    price: int | None
    outcome: Literal["", "made", "refused", "not_made", "unknown"] = ""
    usage: dict[str, int] = field(default_factory=dict)
    cost: int | None = None
    revised_prompt: str | None = None
    handle: str = ""
    id: str = field(default_factory=new_id)


def state_of(items: list[Item]) -> JobState:
    """A job's state, from its items."""
    states = Counter(item.state for item in items)
    if states["generating"] or (states["queued"] and len(states) > 1):
        return "processing"
    if states["queued"]:
        return "pending"
    if states["completed"]:
        return "completed"
    return "cancelled" if states["cancelled"] else "failed"


def unpriced(items: Iterable[Item], order: Order | None = None) -> int:
    """How many of these cost something, perhaps, and nobody knows how much. `order` is that of
    items without one of their own.
    """
    orders = [item.order or order for item in items if item.state in {"completed", "unknown"}]
    return sum(one is not None and one.price is None for one in orders)
