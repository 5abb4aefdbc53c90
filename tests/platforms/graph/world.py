"""What exists behind the pretended Graph API: pages, accounts, tokens, photos, posts, containers.

It owns the state and its identities. It must not know HTTP, parameters or error codes.
"""

import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

USER_PERMISSIONS: Final = frozenset(
    {
        "instagram_basic",
        "instagram_content_publish",
        "pages_manage_posts",
        "pages_read_engagement",
        "pages_show_list",
    }
)

Status = Literal["IN_PROGRESS", "FINISHED", "PUBLISHED", "ERROR", "EXPIRED"]


@dataclass
class Token:
    """Who speaks. `page_id` is None for the user, who owns every page here."""

    value: str
    page_id: str | None
    permissions: set[str] = field(default_factory=lambda: set(USER_PERMISSIONS))
    expired: bool = False


@dataclass
class Instagram:
    """A professional account, linked to its page."""

    id: str
    username: str
    page_id: str


@dataclass
class Page:
    """A Facebook page with its own token."""

    id: str
    name: str
    token: str
    instagram: Instagram | None


@dataclass(frozen=True)
class Picture:
    """Bytes as they came: fetched from `url`, or uploaded (then it is None)."""

    data: bytes
    content_type: str
    width: int
    height: int
    url: str | None = None
    alt_text: str | None = None

    def summary(self) -> dict[str, Any]:
        """The picture for readers in another process: a digest in place of the bytes."""
        return {
            "sha256": hashlib.sha256(self.data).hexdigest(),
            "file_size": len(self.data),
            "content_type": self.content_type,
            "width": self.width,
            "height": self.height,
            "url": self.url,
            "alt_text": self.alt_text,
        }


@dataclass
class Photo:
    """A photo on a page: staged while `post_id` is None, part of a post afterwards."""

    id: str
    page_id: str
    picture: Picture
    post_id: str | None = None


@dataclass
class Container:
    """An Instagram container on its way to a post.

    Attributes:
        polls_left: how many readings of its status still say IN_PROGRESS.
        is_item: a carousel's child, which is never published by itself.
        stale_reads: how many readings after the publication still say FINISHED.
        taken: whether a carousel holds it.
        failure: the error subcode that an ERROR tells.
    """

    id: str
    instagram_id: str
    caption: str
    pictures: tuple[Picture, ...]
    is_ai_generated: bool
    is_item: bool
    polls_left: int
    outcome: Status = "FINISHED"
    status: Status = "IN_PROGRESS"
    stale_reads: int = 0
    taken: bool = False
    failure: str = ""


@dataclass(frozen=True)
class Publication:
    """One post that the world can see: the proof of exactly-once.

    Attributes:
        id: of the page's post, or of the Instagram media.
        account_id: the page's or Instagram account's.
        text: message or caption; empty where none was sent.
        pictures: the very bytes that were fetched or uploaded, with their alt texts.
        photo_ids: of the page's photos, in order; empty on Instagram.
    """

    network: Literal["facebook", "instagram"]
    id: str
    account_id: str
    text: str
    pictures: tuple[Picture, ...]
    permalink: str
    is_ai_generated: bool = False
    link: str | None = None
    photo_ids: tuple[str, ...] = ()
    created_time: str = field(
        default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    )

    def summary(self) -> dict[str, Any]:
        """The post for readers in another process."""
        return vars(self) | {"pictures": [picture.summary() for picture in self.pictures]}


Node = Page | Instagram | Photo | Container | Publication


class World:
    """All nodes by id, and who may speak."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.tokens: dict[str, Token] = {}
        self.published: list[Publication] = []
        self._numbers = itertools.count(1)

    def new_id(self, prefix: str) -> str:
        """A number nobody has yet, shaped like Meta's."""
        return f"{prefix}{next(self._numbers):08}"

    def add_page(self, name: str, username: str | None) -> Page:
        """A page, its token, and its Instagram account where a user name is given."""
        page_id = self.new_id("1000")
        token = Token(f"EAApage{page_id}", page_id)
        instagram = None
        if username is not None:
            instagram = Instagram(self.new_id("17841"), username, page_id)
            self.nodes[instagram.id] = instagram
        page = Page(page_id, name, token.value, instagram)
        self.nodes[page_id] = page
        self.tokens[token.value] = token
        return page

    def speaker(self, token: str) -> Page | None:
        """The page that `me` means to this token; None for the user and for nobody."""
        known = self.tokens.get(token)
        node = self.nodes.get(known.page_id or "") if known else None
        return node if isinstance(node, Page) else None

    def publish(self, publication: Publication) -> None:
        """Makes a post visible."""
        self.nodes[publication.id] = publication
        self.published.append(publication)

    def pages(self) -> list[Page]:
        """All pages, in the order in which they were added."""
        return [node for node in self.nodes.values() if isinstance(node, Page)]

    def containers(self, instagram_id: str) -> list[Container]:
        """All containers of an account."""
        return [
            node
            for node in self.nodes.values()
            if isinstance(node, Container) and node.instagram_id == instagram_id
        ]

    def page_of(self, node: Node) -> str:
        """The id of the page that a node belongs to."""
        if isinstance(node, Page):
            return node.id
        if isinstance(node, Instagram | Photo):
            return node.page_id
        account = node.instagram_id if isinstance(node, Container) else node.account_id
        return self.page_of(self.nodes[account])
