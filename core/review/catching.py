"""Catching up: what was reacted while the desk was not listening.

A card's whole set of reactions is read again and the difference to the marks is applied: sets
follow, requests are asked about. It must not know any platform.
"""

from collections.abc import Mapping
from datetime import datetime

from core.business.admission import Door, admit
from core.business.members import may_approve
from core.chat import Actor
from core.generation.batches.numbering import read_on
from core.messages import Message
from core.ports import ChatSurface
from core.publishing.posting import stop
from core.review.requests import ask_about, take_back
from core.review.reviewing import mark, may_mark, unmark
from core.review.signals import REQUESTS, Signal
from core.storing import UnitOfWork, Units

ON_POSTS = frozenset({Signal.APPROVE, Signal.DISCARD})
"""What means something on a publish card."""

Standing = dict[tuple[Signal, int, str], Actor]
Known = dict[tuple[Signal, int, str], str]


class Catching:
    """Reads reactions again."""

    def __init__(self, units: Units, surfaces: Mapping[str, ChatSurface], door: Door) -> None:
        self._units = units
        self._surfaces = surfaces
        self._door = door

    async def catch_up(self, message_id: str) -> None:
        """Bring one card's marks in line with the chat. May run twice at once.

        Raises DeskError where the chat cannot be asked; nothing was changed then.
        """
        async with self._units.read() as uow:
            message, begun = await uow.messages.get(message_id), uow.now
        if message is None or message.sent is None:
            return
        found = await self._surfaces[message.surface].reactions(message.sent.ref)
        standing: Standing = {}
        part = message.part if message.subject == "sheet" else None
        for emoji, actor in found:
            if meaning := read_on(part, emoji):
                standing[(*meaning, actor.id)] = actor
        async with self._units.write() as uow:
            message = await uow.messages.lock(message_id)
            if message is None:
                return
            message.caught_up_at = uow.now
            if message.subject == "post":
                await self._follow_post(uow, message, standing, begun)
            elif message.subject in {"status", "result", "sheet"}:
                await self._follow(uow, message, standing, begun)

    async def before_publishing(self, target_id: str) -> None:
        """Read the reactions on a post's card once more: somebody may have said stop meanwhile."""
        async with self._units.read() as uow:
            target = await uow.targets.get(target_id)
            if target is None or target.state != "scheduled":
                return
            cards = await uow.messages.of_subject("post", target.post_id)
        for card in cards:
            await self.catch_up(card.id)

    async def _follow_post(
        self, uow: UnitOfWork, message: Message, standing: Standing, begun: datetime
    ) -> None:
        """✅ publishes, so one that is found is asked about; one that is gone, or a ❌, stops."""
        post = await uow.posts.lock(message.subject_id)
        if post is None:
            return
        known, heard = await self._known(uow, message, begun)
        for (signal, number, user), actor in standing.items():
            if (signal, number, user) in {*known, *heard} or signal not in ON_POSTS:
                continue
            _, member = await admit(uow, self._door, message.place, actor)
            named = await uow.members.approvers_named(post.business_id)
            if not may_approve(member, post.author_id, approvers_named=named):
                continue
            if signal == Signal.DISCARD:
                await stop(uow, post)
            elif post.approved_by is None:
                await ask_about(uow, message, member, signal)
        for (signal, number, user), member_id in known.items():
            gone = await uow.members.get(member_id)
            if gone and (signal, number, user) not in standing:
                await take_back(uow, message, gone, signal)

    async def _follow(
        self, uow: UnitOfWork, message: Message, standing: Standing, begun: datetime
    ) -> None:
        job = await uow.jobs.lock(message.subject_id)
        if job is None:
            return
        known, heard = await self._known(uow, message, begun)
        for (signal, number, user), gone in known.items():
            whose = await uow.members.get(gone)
            if whose is None or (signal, number, user) in standing:
                continue
            if signal in REQUESTS:
                await take_back(uow, message, whose, signal)
            elif await may_mark(uow, job, whose, signal):
                await unmark(uow, job, whose, signal, number, message.id)
        # Numbers first: a ✅ given while nobody listened means what is chosen by now.
        for key in sorted(standing, key=lambda one: one[0] != Signal.CHOOSE):
            signal, number, _ = key
            if key in {*known, *heard}:
                continue
            _, member = await admit(uow, self._door, message.place, standing[key])
            if not await may_mark(uow, job, member, signal):
                continue  # a stranger's reaction changes nothing
            if signal in REQUESTS:
                await ask_about(uow, message, member, signal)
            else:
                await mark(uow, job, member, signal, number, message.id)

    async def _known(
        self, uow: UnitOfWork, message: Message, begun: datetime
    ) -> tuple[Known, Known]:
        """What we believe to stand on this card: (signal, number, platform user) → member id.

        Apart from it, what was heard only after the reading had `begun`, and so may not be in it.
        """
        rows: list[tuple[Signal, int, str, datetime]] = [
            (Signal(row.signal), row.number, row.member_id, row.at)
            for row in await uow.marks.of_job(message.subject_id)
            if row.message_id == message.id
        ]
        rows += [
            (Signal(row.signal), 0, row.member_id, row.at)
            for row in await uow.requests.of_message(message.id)
            if row.state != "withdrawn"
        ]
        known: Known = {}
        heard: Known = {}
        for signal, number, member_id, at in rows:
            member = await uow.members.get(member_id)
            if member:
                group = heard if at >= begun else known
                group[(signal, number, member.user)] = member_id
        return known, heard
