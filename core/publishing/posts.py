"""Posts and their targets, one per account, so that partial success is natural.

    target  draft → scheduled → claimed → staged → sending → published
              │        │  ↑        │         │        ├────→ unknown → published | scheduled
              │        │  └────────┴─────────┘        ├────→ scheduled   absence proven
              │        └──────────────────────────────┴────→ failed → scheduled   by hand
              └────────┴→ cancelled

`unknown` leaves only by proof or by a person's hand. Owns these rows, their moves, and the hash
that an approval is bound to. It must not know any network.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal

from core.business.members import new_id
from core.chat import Place
from core.errors import Fact, Trouble

TargetState = Literal[
    "draft",
    "scheduled",
    "claimed",
    "staged",
    "sending",
    "published",
    "failed",
    "unknown",
    "cancelled",
]

MOVES: dict[TargetState, frozenset[TargetState]] = {
    "draft": frozenset({"scheduled", "cancelled"}),
    "scheduled": frozenset({"claimed", "cancelled", "draft", "failed"}),
    "claimed": frozenset({"staged", "scheduled", "failed", "cancelled"}),
    "staged": frozenset({"sending", "scheduled", "failed", "cancelled"}),
    "sending": frozenset({"published", "failed", "scheduled", "unknown"}),
    "unknown": frozenset({"published", "scheduled", "failed"}),
    "failed": frozenset({"scheduled", "cancelled"}),
    "published": frozenset(),
    "cancelled": frozenset({"draft"}),
}
ENDED: frozenset[TargetState] = frozenset({"published", "failed", "unknown", "cancelled"})


@dataclass(frozen=True)
class PostImage:
    """A picture in a post, with the alt text of this post."""

    image_id: int
    sha256: str
    alt: str


@dataclass(frozen=True)
class RenditionKept:
    """A rendition as stored for one target: its blob key and size in pixels."""

    key: str
    width: int
    height: int


@dataclass(eq=False)
class Post:
    """What is to be published. `slug` is unique on this desk; `root_id` opens or is its thread."""

    business_id: int
    author_id: str
    place: Place
    root_id: str
    created_at: datetime
    caption: str
    images: list[PostImage]
    slug: str
    title: str
    description: str = ""
    tags: list[str] = field(default_factory=list)
    job_id: str | None = None
    approved_by: str | None = None
    approved_hash: str | None = None
    approved_at: datetime | None = None
    discarded_at: datetime | None = None
    id: str = field(default_factory=new_id)


@dataclass(eq=False)
class Target:
    """A post on its way to one account. `ticket` is what the network has staged, as JSON."""

    post_id: str
    business_id: int
    account_id: str
    state: TargetState = "draft"
    due_at: datetime | None = None
    ticket: dict[str, Fact] = field(default_factory=dict)
    renditions: list[RenditionKept] = field(default_factory=list)
    external_id: str = ""
    url: str = ""
    trouble: Trouble | None = None
    tries: int = 0
    looks: int = 0
    sent_at: datetime | None = None
    published_at: datetime | None = None
    lease_until: datetime | None = None
    fence: int = 0
    wake_at: datetime | None = None
    id: str = field(default_factory=new_id)

    def move(
        self, state: TargetState, wake_at: datetime | None = None, trouble: Trouble | None = None
    ) -> None:
        """Go to `state` and, where it is nobody's any more, let the lease go. What a network has
        staged of a draft counts no more: its words may change.

        Raises ValueError for a move not in `MOVES`.
        """
        if state not in MOVES[self.state]:
            raise ValueError(f"{self.state} → {state}")
        self.state = state
        self.trouble = trouble
        if state == "draft":
            self.ticket, self.tries = {}, 0
        if state not in {"claimed", "staged", "sending"}:
            self.lease_until = None
            self.wake_at = wake_at


def is_draft(post: Post, targets: list[Target]) -> bool:
    """Whether its content may still change: nobody has approved, sent or discarded it."""
    states = {target.state for target in targets}
    return post.discarded_at is None and "draft" in states and states <= {"draft", "cancelled"}


def forget_renditions(targets: Iterable[Target]) -> None:
    """A draft's pictures, or the names of their files, are others now: they are rendered anew."""
    for target in targets:
        target.renditions = []


def content_hash(post: Post, account_ids: list[str]) -> str:
    """What an approval is bound to: caption, pictures with alt texts, accounts."""
    content = {
        "caption": post.caption,
        "images": [asdict(image) for image in post.images],
        "accounts": sorted(account_ids),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
