"""Messages: the cards of ours that stand in chats.

Owns the row that says where a card stands and what was last drawn, and who wakes its redrawing. How
a card is drawn belongs to the room of its subject; how it is sent to `core.showing`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, get_args

from core.business.members import new_id
from core.chat import MessageRef, Place, Sent, SurfaceName, Thread
from core.errors import Trouble
from core.storing import UnitOfWork

Subject = Literal[
    "status", "post", "result", "sheet", "news", "lot", "originals", "outcome", "question"
]

ORDER: Final[tuple[Subject, ...]] = get_args(Subject)
"""In which the cards of several subjects are locked."""


@dataclass(eq=False)
class Message:
    """A card. Where a subject has several, `part` counts them from 0. `root_id` is the message that
    opens its thread, or its own id where it does so.

    `person` is the platform user id of whom it is for; `thread` is known once the root stands. It
    is drawn again while `drawn` is less than `wanted`. `tried_at` says that it may already stand in
    the chat although `sent` is empty; `ref` finds the row from the chat's side.
    """

    business_id: int
    subject: Subject
    subject_id: str
    place: Place
    person: str
    created_at: datetime
    root_id: str = ""
    part: int = 0
    thread: Thread | None = None
    sent: Sent | None = None
    digest: str = ""
    wanted: int = 1
    drawn: int = 0
    tried_at: datetime | None = None
    shown_at: datetime | None = None
    caught_up_at: datetime | None = None
    trouble: Trouble | None = None
    lease_until: datetime | None = None
    fence: int = 0
    wake_at: datetime | None = None
    surface: SurfaceName = ""
    ref: str = ""
    id: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        self.root_id = self.root_id or self.id
        self.surface = self.place.surface

    def stand(self, sent: Sent, thread: Thread, digest: str, now: datetime) -> None:
        """Write down where the card stands by now and what was drawn there."""
        self.sent = sent
        self.ref = ref_key(sent.ref)
        self.thread = thread
        self.digest = digest
        self.shown_at = now
        self.trouble = None


def add_card(uow: UnitOfWork, card: Message) -> None:
    """Insert a new card and have it shown."""
    card.wake_at = uow.soon
    uow.messages.add(card)
    uow.enqueue("show", card.id)


def ref_key(ref: MessageRef) -> str:
    """How a message's place in a chat is looked up."""
    return f"{ref.channel}/{ref.id}"


async def redraw(uow: UnitOfWork, subject: Subject, subject_id: str) -> None:
    """Ask that every card of this subject is drawn again after the commit; with a job's, the card
    of the post that it makes pictures for, which tells how many are still coming.
    """
    await redraw_all(uow, [(subject, subject_id)])


async def redraw_job(uow: UnitOfWork, job_id: str) -> None:
    """Ask that a job's status and result cards are drawn again."""
    await redraw(uow, "status", job_id)
    await redraw(uow, "result", job_id)


async def redraw_all(uow: UnitOfWork, cards: Iterable[tuple[Subject, str]]) -> None:
    """The same for several subjects at once. Their rows are locked in the one order in which
    whoever works on a job reaches them too (status, post, result), and by id: on PostgreSQL two
    units that took them crosswise would wait for each other until one of them is ended.
    """
    asked = set(cards)
    for subject, subject_id in list(asked):
        job = await uow.jobs.get(subject_id) if subject in {"status", "result"} else None
        if job and job.post_id:
            asked.add(("post", job.post_id))
    for subject, subject_id in sorted(asked, key=lambda card: (ORDER.index(card[0]), card[1])):
        for message_id in await uow.messages.want(subject, subject_id):
            uow.enqueue("show", message_id)
