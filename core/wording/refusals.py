"""A reason as it is told at once to whoever asked and waits for the answer: in the terminal, on the
page, over HTTP. Nobody repeats such a request, as the desk repeats its own work.
"""

from typing import Final

from core.errors import Trouble
from core.wording.errors import sentence

BY_ITSELF: Final = ("It goes on by itself", "it goes on when there is room")
"""What is true of the desk's own work, in the sentences of `core.wording.errors`."""


def told_at_once(trouble: Trouble, again: str) -> str:
    """The sentence for a reason, in which `again` says who asks again: "Send it again later"."""
    begun, inside = BY_ITSELF
    within = f"{again[0].lower()}{again[1:]}, when there is room"
    return sentence(trouble).replace(begun, again).replace(inside, within)
