"""A network in memory, for tests of whatever publishes.

It remembers what was uploaded and what stands, sends whatever it is told to send, as often as it is
told (so that a double is seen), and misbehaves on order. It keeps the contract of
`core.ports.SocialNetwork`, which tests/contracts/test_networks.py proves.
"""

# ruff: noqa: ARG002  # the fake needs less than the port hands over

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from core.errors import DeskError, OutcomeUnknown
from core.ports import (
    Absent,
    Credential,
    Keep,
    NetworkRules,
    OutgoingPost,
    Published,
    Ticket,
    Unsure,
)

Step = Literal["probe", "stage", "send", "find", "permalink"]


@dataclass(frozen=True)
class Standing:
    """A post that stands, as a visitor sees it; `key` is the target that sent it."""

    id: str
    key: str
    account: str
    caption: str
    pictures: tuple[bytes, ...]
    alts: tuple[str, ...]


@dataclass
class FakeNetwork:
    """The fake. `proves_absence` says whether `find` dares to say Absent, as few networks do.

    `calls` are the steps that were asked for, in order; `posts` is what stands.
    """

    name: str = "fake"
    title: str = "Fake"
    rules: NetworkRules = field(
        default_factory=lambda: NetworkRules(
            min_images=0, max_images=4, max_caption=500, max_alt=200, max_bytes=1_000_000
        )
    )
    proves_absence: bool = True
    posts: list[Standing] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)
    calls: list[Step] = field(default_factory=list)
    _faults: list[tuple[Step, DeskError, bool]] = field(default_factory=list)

    def fail(self, step: Step, error: DeskError, *, after: bool = False) -> None:
        """The next such step raises `error`; with `after`, although its work was done."""
        self._faults.append((step, error, after))

    def lose_answer(self) -> None:
        """The next `send` is done, and its answer never comes."""
        self.fail("send", OutcomeUnknown("network_unanswered"), after=True)

    async def probe(self, account: Credential) -> Credential:
        """Every token is good here."""
        self._begin("probe")
        return Credential(account.external_id or "fake-1", account.name or "Fake", account.secret)

    async def stage(self, post: OutgoingPost, ticket: Ticket, keep: Keep) -> Ticket:
        """Upload what the ticket does not name yet."""
        self._begin("stage")
        uploaded = _texts(ticket.get("uploads"))
        for image in post.images[len(uploaded) :]:
            id_ = f"upload-{len(self.uploads) + 1}"
            self.uploads[id_] = await image.read()
            uploaded.append(id_)
            ticket = {**ticket, "uploads": list(uploaded)}
            await keep(ticket)
        return ticket

    async def send(self, post: OutgoingPost, ticket: Ticket) -> Published:
        """Post it, once more each time."""
        self._begin("send")
        standing = Standing(
            id=f"post-{len(self.posts) + 1}",
            key=post.key,
            account=post.account.external_id,
            caption=post.caption,
            pictures=tuple(self.uploads[id_] for id_ in _texts(ticket.get("uploads"))),
            alts=tuple(image.alt for image in post.images),
        )
        self.posts.append(standing)
        self._end("send")
        return _proof(standing)

    async def find(self, post: OutgoingPost, ticket: Ticket) -> Published | Absent | Unsure:
        """Look for the target's post."""
        self._begin("find")
        for standing in self.posts:
            if standing.key == post.key:
                return _proof(standing)
        return Absent() if self.proves_absence else Unsure()

    async def permalink(self, account: Credential, published: Published) -> str:
        """Where the post stands."""
        self._begin("permalink")
        return f"https://fake.example/{published.id}"

    def _begin(self, step: Step) -> None:
        self.calls.append(step)
        self._strike(step, after=False)

    def _end(self, step: Step) -> None:
        self._strike(step, after=True)

    def _strike(self, step: Step, *, after: bool) -> None:
        for number, (struck, error, late) in enumerate(self._faults):
            if (struck, late) == (step, after):
                del self._faults[number]
                raise error


def _proof(standing: Standing) -> Published:
    return Published(id=standing.id, url="")


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, Sequence) else []
