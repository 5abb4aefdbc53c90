"""The built-in network: a page of the desk itself is the post.

Owns what a page takes and where it stands. It has no outside: the page becomes visible when its
target's state is published, so nothing here can fail or happen twice. It must not know how the page
is drawn.
"""

# ruff: noqa: ARG002  # a page needs little of what the port hands over

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


class Site:
    """Pages at `{address}/p/{slug}`. `address` is the desk's own, without a trailing slash."""

    name = "site"
    title = "Site"
    rules = NetworkRules(
        min_images=0, max_images=10, max_caption=20_000, max_alt=2_000, max_bytes=4_000_000
    )

    def __init__(self, address: str) -> None:
        self._address = address

    async def probe(self, account: Credential) -> Credential:
        """The one account there is: this desk, by its address. Never fails."""
        return Credential(external_id="site", name=self._address, secret="")

    async def stage(self, post: OutgoingPost, ticket: Ticket, keep: Keep) -> Ticket:
        """Nothing to prepare; the renditions are ours already. Never fails."""
        return ticket

    async def send(self, post: OutgoingPost, ticket: Ticket) -> Published:
        """Where the page stands as soon as its target says so. Repeatable, never fails."""
        return self._page(post)

    async def find(self, post: OutgoingPost, ticket: Ticket) -> Published | Absent | Unsure:
        """Always published: the page hangs on nothing but the target's own state."""
        return self._page(post)

    async def permalink(self, account: Credential, published: Published) -> str:
        """The page's address, known from the start."""
        return published.url

    def _page(self, post: OutgoingPost) -> Published:
        return Published(id=post.slug, url=f"{self._address}/p/{post.slug}")
