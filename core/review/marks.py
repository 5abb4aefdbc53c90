"""Marks: who has put which signal on a job's pictures, as a set and not as events.

A mark with a `message_id` mirrors a reaction that stands on that card; one without was put by a
control (button, menu) and is our own. Both count alike. What they amount to (selected, approved,
favourite, discarded) is derived in `core.review.reviewing`. It must not know emoji;
`core.review.signals` does.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.business.members import new_id


@dataclass(eq=False)
class Mark:
    """`member_id` has put `signal` (with `number` for a choice, else 0) on a job's pictures.

    `active` is False for a reaction that still stands in the chat but was withdrawn by a control.
    """

    job_id: str
    member_id: str
    signal: str
    number: int
    message_id: str
    at: datetime
    active: bool = True
    id: str = field(default_factory=new_id)


@dataclass(eq=False)
class Request:
    """A 🔁 or 📤 by reaction (or ✅ on a publish card): once per card and person.

    `made` is the id of what came of it. `state` "asked" means it was found after an outage and
    waits for a word by its person.
    """

    message_id: str
    member_id: str
    signal: str
    at: datetime
    state: Literal["done", "asked", "withdrawn"] = "done"
    made: str = ""
    id: str = field(default_factory=new_id)
