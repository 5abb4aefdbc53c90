"""What deleting several images would do, and doing it, each on its own.

Owns that people are told beforehand which posts use what they delete, and that an image which came
into use since is left. What a removal is, `core.library.removal` owns.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.surfaces.web.library.shelf import Tile
from core.business.members import Member, may_direct
from core.errors import Trouble, UserError
from core.library.images import Image
from core.library.removal import MOVING, Use, remove_image, uses_of
from core.storing import UnitOfWork
from core.wording.errors import sentence


@dataclass(frozen=True)
class Doom:
    """An image that is to go, the posts that use it, and why it cannot go, empty where it can."""

    tile: Tile
    uses: tuple[Use, ...]
    refusal: str = ""


@dataclass(frozen=True)
class Verdicts:
    """How many are gone, which are left (by number), and why."""

    gone: int
    left: frozenset[int]
    reasons: tuple[str, ...]


async def foresee(uow: UnitOfWork, member: Member, tiles: Sequence[Tile]) -> list[Doom]:
    """What would become of each."""
    dooms = []
    for tile in tiles:
        uses = await uses_of(uow, tile.image.id)
        moving = [use.title for use in uses if use.state in MOVING]
        refusal = ""
        if not may_direct(member, tile.image.creator_id):
            refusal = sentence(Trouble("not_yours"))
        elif moving:
            refusal = sentence(UserError("image_on_its_way", posts=moving).trouble)
        dooms.append(Doom(tile, tuple(uses), refusal))
    return dooms


async def remove_all(
    uow: UnitOfWork, member: Member, images: Sequence[Image], told: Collection[int]
) -> Verdicts:
    """Take these images out of the library; those in use only where that was `told` (by number)."""
    left: set[int] = set()
    reasons: dict[str, None] = {}
    for image in sorted(images, key=lambda one: one.id):
        try:
            await remove_image(uow, image, member, although_used=image.id in told)
        except UserError as error:
            left.add(image.id)
            reasons[sentence(error.trouble)] = None
    return Verdicts(len(images) - len(left), frozenset(left), tuple(reasons))
