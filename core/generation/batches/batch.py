"""A batch: what was asked for with a list of prompts, until its job has its items.

    reading → planned ⇄ reading (another option) … planned → starting → started
       └→ refused                 planned → dropped        starting → planned (no budget)
    started ⇄ creating    drafts are written of the pictures that are kept

Owns this row and its moves. Its id is its job's; from `started` on all is told by the job's items.
It must not know how a list is read or what a picture costs.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.chat import Attachment
from core.errors import Trouble
from core.generation.batches.planning import Problem
from core.generation.batches.rows import Row

BatchState = Literal["reading", "planned", "starting", "started", "creating", "refused", "dropped"]

MOVES: dict[BatchState, frozenset[BatchState]] = {
    "reading": frozenset({"planned", "refused"}),
    "planned": frozenset({"reading", "starting", "dropped"}),
    "starting": frozenset({"started", "planned"}),
    "started": frozenset({"creating"}),
    "creating": frozenset({"started"}),
    "refused": frozenset(),
    "dropped": frozenset(),
}


@dataclass(frozen=True)
class Summary:
    """What is known of a list once it was checked: how many pictures, which cost `estimate`
    micro-USD (None: a price is not known) and take `seconds` at the present pace; how many ask for
    the same as an earlier row (`duplicates`; `repeated` are the first rows that do), and for what
    the library holds already (`held`, whose price is `saved`); the first problems, and how many
    rows are `wrong`; which `providers` make them.
    """

    pictures: int
    estimate: int | None
    seconds: float
    duplicates: int = 0
    held: int = 0
    saved: int = 0
    problems: tuple[Problem, ...] = ()
    wrong: int = 0
    providers: tuple[str, ...] = ()
    repeated: tuple[int, ...] = ()


@dataclass(eq=False)
class Batch:
    """`text` was pasted and `attachment` brought, of which `rows` were read. `around` is put around
    each prompt, in place of its "…". `options` are as for one order. With `reuse` pictures that the
    library holds are taken from there.
    """

    id: str
    business_id: int
    text: str
    attachment: Attachment | None
    around: str
    options: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    summary: Summary | None = None
    reuse: bool = False
    state: BatchState = "reading"
    trouble: Trouble | None = None
    tries: int = 0
    lease_until: datetime | None = None
    fence: int = 0
    wake_at: datetime | None = None

    def move(self, state: BatchState, now: datetime, trouble: Trouble | None = None) -> None:
        """Go to `state` and let the lease go. Raises ValueError for a move not in `MOVES`."""
        if state not in MOVES[self.state]:
            raise ValueError(f"{self.state} → {state}")
        self.state = state
        self.trouble = trouble
        self.lease_until = None
        self.wake_at = now if state in {"reading", "starting", "creating"} else None
