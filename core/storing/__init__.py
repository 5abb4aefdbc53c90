"""What storage offers to core: units of work, and the rows of every room.

One unit of work is one transaction: it commits when its block ends without an error, and only then
sends what was buffered with `enqueue` and `notify`. Nobody else commits, and no network call is
made inside. Rows that were got or added are written back by themselves.
"""

from core.storing.rows import Leased
from core.storing.talk import WaitingEvent
from core.storing.units import UnitOfWork, Units

__all__ = ["Leased", "UnitOfWork", "Units", "WaitingEvent"]
