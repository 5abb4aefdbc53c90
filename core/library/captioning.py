"""Captioning: an AI looks at a picture that is stored already, and finds its words, paid at once.

    wanted → chosen → asked → told → worded

Owns the row of one such look and its moves. A picture never waits for its words: plain ones stand
from the start, and stay for ever where nothing better comes of this. A look is paid for at most
once: if its answer is lost, nobody asks again. It must not know any provider, nor who else writes
words (`core.library.describing`): what a person wrote is never overwritten.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from core.business.budgets import Buyer, Purchase, channel_of
from core.business.ledger import release, reserve, settle
from core.business.members import new_id
from core.errors import ActionNeeded, DeskError, OutcomeUnknown, Trouble, TryLater, UserError
from core.leases import LEASE, keeping
from core.library.images import Image
from core.messages import redraw
from core.ports import BlobStore, Captioned, Describer, Reach, Reviewers
from core.publishing.joining import reword
from core.storing import UnitOfWork, Units

MAX_TRIES: Final = 6
"""How often a captioner may answer "later" before the plain words are left standing."""

REFUSED_SECONDS: Final = 60.0
"""How soon a store that refused access is asked again."""

AT_ONCE: Final = 4
"""In one process; a thousand imported files must not keep everybody's pictures waiting."""

WORDS: Final = "words"
"""What a look is booked as, where a picture is booked by its model."""

Outcome = Literal["", "worded", "unusable", "unwanted", "unaffordable", "refused", "unknown"]


@dataclass(eq=False)
class Look:
    """One look at one image, for its words.

    `outcome` is empty until it has ended; `submitted_at` is set from the moment at which it may
    have been paid. `price` is what was set aside and `cost` what was booked, in micro-USD.
    `job_id` is empty for a picture that came without one.
    """

    business_id: int
    image_id: int
    member_id: str
    job_id: str
    outcome: Outcome = ""
    submitted_at: datetime | None = None
    price: int = 0
    cost: int = 0
    usage: dict[str, int] = field(default_factory=dict)
    tries: int = 0
    trouble: Trouble | None = None
    lease_until: datetime | None = None
    fence: int = 0
    wake_at: datetime | None = None
    id: str = field(default_factory=new_id)

    def end(self, outcome: Outcome, trouble: Trouble | None = None) -> None:
        """It has ended; nobody looks at it again."""
        self.outcome, self.trouble = outcome, trouble
        self.lease_until = self.wake_at = None

    def wait(self, until: datetime, trouble: Trouble) -> None:
        """Nothing was asked, or surely nothing was done; it begins anew at `until`."""
        self.submitted_at, self.trouble = None, trouble
        self.lease_until, self.wake_at = None, until


@dataclass(frozen=True)
class Claim:
    """A look in our hands, at what, and who finds the words."""

    look: Look
    image: Image
    describer: Describer


class Captioning:
    """Has pictures looked at. Where nobody describes for a business, plain words stand."""

    def __init__(self, units: Units, blobs: BlobStore, reviewers: Reviewers, reach: Reach) -> None:
        self._units = units
        self._blobs = blobs
        self._reviewers = reviewers
        self._reach = reach
        self._running = 0
        self._crowded = False

    async def want(self, uow: UnitOfWork, image: Image, job_id: str = "") -> None:
        """Have a new image looked at, in the transaction that inserts it.

        What was drawn here without any AI is left alone: nobody pays for a free picture unasked.
        """
        if image.source == "generate" and not image.is_ai_generated:
            return
        if await self._reviewers.describer(uow, image.business_id) is None:
            return
        look = Look(image.business_id, image.id, image.creator_id, job_id)
        look.wake_at = uow.soon
        uow.looks.add(look)
        uow.enqueue("caption", look.id)

    async def caption(self, look_id: str) -> None:
        """Look at one picture, or settle what another worker began. May run twice at once."""
        if self._running >= AT_ONCE:
            self._crowded = True  # the next that ends calls it; recovery does, if it is lost
            return
        self._running += 1
        try:
            claim = await self._claim(look_id)
            if claim:
                async with keeping(
                    self._units, lambda uow: uow.looks, claim.look.id, claim.look.fence
                ):
                    await self._reach("chosen")
                    await self._look(claim)
        finally:
            self._running -= 1
        if self._crowded:
            await self._call_next()

    async def _call_next(self) -> None:
        async with self._units.write() as uow:
            waiting = await uow.looks.waiting(1)
            self._crowded = bool(waiting)
            for look_id in waiting:
                uow.enqueue("caption", look_id)

    async def _claim(self, look_id: str) -> Claim | None:
        async with self._units.write() as uow:
            look = await uow.looks.claim(look_id, uow.later(LEASE))
            if look is None:
                return None
            if look.submitted_at:
                await _lose(uow, look, Trouble("worker_died"))
                return None
            image = await uow.images.get(look.image_id)
            describer = await self._reviewers.describer(uow, look.business_id)
            if image is None or not image.plain_words or describer is None:
                look.end("unwanted")  # also where the key was taken away meanwhile
                return None
            return Claim(look, image, describer)

    async def _look(self, claim: Claim) -> None:
        look, image, captioner = claim.look, claim.image, claim.describer.captioner
        try:
            picture = await self._blobs.get(image.thumbnail_key)
        except FileNotFoundError:
            await self._end(look, "unwanted", None)
            return
        except (TryLater, ActionNeeded) as error:
            await self._put_off(look, error)
            return
        if not await self._submit(look, captioner.price, claim.describer.key_id):
            return
        await self._reach("asked")
        try:
            answer = await captioner.caption(picture, image.ai_prompt or image.title)
        except TryLater as error:
            await self._put_off(look, error, tried=True)
        except OutcomeUnknown as error:
            async with self._units.write() as uow:
                held = await uow.looks.held(look.id, look.fence)
                if held:
                    await _lose(uow, held, error.trouble)
        except (UserError, ActionNeeded) as error:
            await self._end(look, "refused", error)
        else:
            await self._reach("told")
            await self._settle(look, answer)
            await self._reach("worded")

    async def _submit(self, look: Look, price: int, key_id: str) -> bool:
        """Commit that the paid call begins, its price set aside; False if it must not."""
        async with self._units.write() as uow:
            held = await uow.looks.held(look.id, look.fence)
            business = await uow.businesses.lock(look.business_id)
            if held is None or business is None:
                return False
            job = await uow.jobs.get(held.job_id) if held.job_id else None
            buyer = Buyer(business, held.member_id, channel_of(job.place) if job else "")
            look_at = {held.id: Purchase(price, model=WORDS, key_id=key_id)}
            try:
                await reserve(uow, buyer, look_at, held.job_id or held.id, told=False)
            except UserError as error:
                held.end("unaffordable", error.trouble)
                return False
            held.price, held.submitted_at, held.trouble = price, uow.now, None
            return True

    async def _settle(self, look: Look, answer: Captioned) -> None:
        """Words, cost and outcome in one commit."""
        async with self._units.write() as uow:
            held = await uow.looks.held(look.id, look.fence)
            if held is None:
                return
            image, caption = await uow.images.lock(held.image_id), answer.caption
            held.usage = dict(answer.usage)
            held.cost = held.price if answer.cost is None else answer.cost
            held.end("worded" if caption else "unusable")
            drafts: list[str] = []
            if caption and image and image.plain_words:
                before = image.alt_text
                image.title, image.description = caption.title, caption.description
                image.tags, image.alt_text = list(caption.tags), caption.alt_text
                image.plain_words, image.updated_at = False, uow.now
                drafts = await reword(uow, image, before)
            await settle(uow, held.id, held.cost)
            await _redraw(uow, held)
            for post_id in drafts:
                await redraw(uow, "post", post_id)

    async def _end(self, look: Look, outcome: Outcome, error: DeskError | None) -> None:
        """It ends without having cost anything."""
        async with self._units.write() as uow:
            held = await uow.looks.held(look.id, look.fence)
            if held:
                held.end(outcome, error.trouble if error else None)
                await release(uow, held.id)
                await _redraw(uow, held)

    async def _put_off(
        self, look: Look, error: TryLater | ActionNeeded, *, tried: bool = False
    ) -> None:
        after = error.after if isinstance(error, TryLater) else REFUSED_SECONDS
        async with self._units.write() as uow:
            held = await uow.looks.held(look.id, look.fence)
            if held is None:
                return
            await release(uow, held.id)
            held.tries += tried
            if held.tries >= MAX_TRIES:
                held.end("refused", error.trouble)
            else:
                held.wait(uow.later(after), error.trouble)
                uow.enqueue("caption", held.id, after)
            await _redraw(uow, held)


async def _lose(uow: UnitOfWork, look: Look, trouble: Trouble) -> None:
    """Its answer is lost and it may have been paid: its price is booked, and nobody asks again."""
    look.cost = look.price
    look.end("unknown", trouble)
    await settle(uow, look.id, look.cost)
    await _redraw(uow, look)


async def _redraw(uow: UnitOfWork, look: Look) -> None:
    """Every card that shows the words or their cost."""
    jobs = {item.job_id for item in await uow.items.of_image(look.image_id)}
    for job_id in sorted(jobs | ({look.job_id} if look.job_id else set())):
        await redraw(uow, "status", job_id)
        if look.outcome == "worded":
            await redraw(uow, "result", job_id)
