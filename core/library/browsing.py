"""Browsing: how one person looks through the library in a chat.

Owns the row that remembers what was asked, which page stands, what is picked and which picture is
open, so that a panel's controls hold the row's id alone, and the moves over that row. How a panel
looks stands in `core.library.panels`. It must not know any surface.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from core.business.members import Business, Member, new_id
from core.errors import UserError
from core.library.finding import Found, find
from core.library.images import Image, require_image
from core.library.search import read_search
from core.storing import UnitOfWork

PAGE: Final = 10
MOST_PICKED: Final = 10
LIFETIME: Final = timedelta(days=30)
ASKED: Final = ("text", "filter", "sort", "tag", "person", "from", "to")
"""What a question may hold, by the names of `read_search`."""

USUAL: Final = {"filter": "all", "sort": "newest"}
"""What asks nothing, beside an empty value."""


@dataclass(eq=False)
class Browsing:
    """A person's place in the library; a member's Home tab has the member's own id.

    `question` is as `read_search` takes it, without what asks nothing. `cursor` is where the page
    begins, `after` and `before` are those of its neighbours as they were drawn, empty where there
    is none. `picked` are image ids in the order of picking. `image_id` is the picture whose
    passport is open, None for the gallery.
    """

    business_id: int
    member_id: str
    created_at: datetime
    question: dict[str, str] = field(default_factory=dict)
    cursor: str = ""
    after: str = ""
    before: str = ""
    picked: list[int] = field(default_factory=list)
    image_id: int | None = None
    id: str = field(default_factory=new_id)

    def ask(self, given: Mapping[str, str]) -> None:
        """Ask anew, or change parts of the question: "" takes one away. What is picked stays."""
        whole = self.question | {name: given[name].strip() for name in ASKED if name in given}
        whole |= {name: whole[name].lower() for name in USUAL if name in whole}
        self.question = {n: value for n, value in whole.items() if value != USUAL.get(n, "")}
        self.cursor, self.image_id = "", None

    def turn(self, *, back: bool) -> None:
        """To the next or the previous page; where there is none, it stays."""
        self.cursor = (self.before if back else self.after) or self.cursor
        self.image_id = None

    @property
    def chosen(self) -> list[int]:
        """What an action is about: the open picture, else what is picked."""
        return self.picked if self.image_id is None else [self.image_id]


async def begin(uow: UnitOfWork, member: Member, given: Mapping[str, str]) -> Browsing:
    """A new place in the library, written down; what this person left long ago is forgotten."""
    await uow.browsings.forget(member.id, uow.now - LIFETIME)
    browsing = Browsing(member.business_id, member.id, uow.now)
    browsing.ask(given)
    uow.browsings.add(browsing)
    return browsing


async def begin_home(uow: UnitOfWork, member: Member) -> Browsing:
    """The member's own one, as they left it but with the gallery open, from its first page on."""
    browsing = await uow.browsings.lock(member.id)
    if browsing is None:
        browsing = Browsing(member.business_id, member.id, uow.now, id=member.id)
        uow.browsings.add(browsing)
    browsing.cursor, browsing.image_id, browsing.created_at = "", None, uow.now
    return browsing


async def require_browsing(uow: UnitOfWork, member: Member, key: str) -> Browsing:
    """The row behind a panel of this member. Raises UserError("card_unknown")."""
    browsing = await uow.browsings.lock(key)
    if browsing is None or browsing.member_id != member.id:
        raise UserError("card_unknown")
    return browsing


async def pick(uow: UnitOfWork, browsing: Browsing, values: Sequence[str]) -> None:
    """Make `values` (image ids) all that is picked. Raises UserError("too_many_picked")."""
    ids = dict.fromkeys(int(value) for value in values if value.isdecimal())
    if len(ids) > MOST_PICKED:
        raise UserError("too_many_picked", limit=MOST_PICKED, count=len(ids))
    browsing.picked = [image.id for image in await _there(uow, browsing, [*ids])]


async def read_picked(uow: UnitOfWork, browsing: Browsing) -> list[Image]:
    """What is picked and still there, in the order of picking."""
    return await _there(uow, browsing, browsing.picked)


async def open_picked(uow: UnitOfWork, browsing: Browsing) -> None:
    """Open the passport of the one picture that is picked. Raises UserError("pick_one")."""
    picked = await read_picked(uow, browsing)
    if len(picked) != 1:
        raise UserError("pick_one", count=len(picked))
    browsing.image_id = picked[0].id


async def read_open(uow: UnitOfWork, browsing: Browsing) -> Image:
    """The picture whose passport is open. Raises UserError("image_unknown") once it is gone."""
    return await require_image(uow, browsing.business_id, browsing.image_id or 0)


async def look(uow: UnitOfWork, business: Business, browsing: Browsing) -> Found:
    """The page that stands, its neighbours noted. Of a page that is empty by now, the first one
    is taken instead. Raises UserError as `read_search`.
    """
    search = read_search(browsing.question | {"limit": PAGE}, business.time_zone)
    found = await find(uow, business.id, replace(search, cursor=browsing.cursor))
    if browsing.cursor and not found.images:
        browsing.cursor = ""
        found = await find(uow, business.id, search)
    browsing.after, browsing.before = found.after, found.before
    return found


async def called(uow: UnitOfWork, business: Business, name: str) -> list[Image]:
    """The pictures that somebody may mean by a number, a title, a file name or words of them; one
    where it is clear, at most `PAGE` else. Raises UserError("search_too_long").
    """
    number = name.strip().lstrip("#")
    if number.isdecimal() and len(number) <= len(str(1 << 62)):
        image = await uow.images.of_business(business.id, int(number))
        if image:
            return [image]
    search = read_search({"text": name, "limit": PAGE}, business.time_zone)
    found = await find(uow, business.id, search)
    images = found.images or await uow.images.named(business.id, name, PAGE)
    plain = " ".join(name.casefold().split())
    exact = [each for each in images if plain in {each.title.casefold(), each.filename.casefold()}]
    return exact if len(exact) == 1 else images


async def _there(uow: UnitOfWork, browsing: Browsing, ids: Sequence[int]) -> list[Image]:
    found = [await uow.images.of_business(browsing.business_id, each) for each in ids]
    return [image for image in found if image]
