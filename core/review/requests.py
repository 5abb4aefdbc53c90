"""Requests: 🔁 and 📤 given as reactions, once per card and person; and ✅ on a publish card, which
publishes and may be given again once it was taken away.

Taking one away withdraws what has not started. One that is found after an outage, or that came too
early, is asked about, never run by itself. It must not know how an order or a post is written:
those are handed in.
"""

from collections.abc import Awaitable, Callable
from typing import Literal

from core.business.members import Member
from core.generation.ordering import withdraw
from core.messages import Message, add_card, redraw
from core.publishing.posting import discard, stop
from core.review.marks import Request
from core.review.signals import Signal
from core.storing import UnitOfWork

Carry = Callable[[Signal], Awaitable[str]]
"""Does what a request asks for and returns the id of the job or post that came of it."""


async def ask(
    uow: UnitOfWork, message: Message, member: Member, signal: Signal, carry: Carry
) -> None:
    """Do what the reaction asks for, unless this person had it done from this card before.

    One that was asked about meanwhile is answered by it: whoever reacts now wants it now.
    """
    request = await uow.requests.find(message.id, member.id, signal)
    if request is None:
        request = Request(message.id, member.id, signal, uow.now)
        request.made = await carry(signal)
        uow.requests.add(request)
    elif request.state == "asked" or _anew(request):
        request.made = await carry(signal)
        request.state = "done"
        await redraw(uow, "question", request.id)


async def take_back(uow: UnitOfWork, message: Message, member: Member, signal: Signal) -> None:
    """The reaction is gone: withdraw what came of it, if that has not started."""
    request = await uow.requests.find(message.id, member.id, signal)
    if request is None or request.state == "withdrawn":
        return
    if request.state == "asked":
        request.state = "withdrawn"
        await redraw(uow, "question", request.id)
        return
    if signal == Signal.AGAIN:
        job = await uow.jobs.lock(request.made)
        if job and await withdraw(uow, job):
            request.state = "withdrawn"
    elif signal == Signal.APPROVE:
        post = await uow.posts.lock(request.made)
        if post and post.approved_by == member.id:
            await stop(uow, post)
        await uow.requests.remove(request)
    else:
        post = await uow.posts.lock(request.made)
        targets = await uow.targets.of_post(request.made)
        if post and not post.discarded_at and all(t.state == "draft" for t in targets):
            await discard(uow, post)
            request.state = "withdrawn"


async def ask_about(uow: UnitOfWork, message: Message, member: Member, signal: Signal) -> None:
    """A request was found after an outage, or came before it could be done: ask its person whether
    it is still wanted.
    """
    request = await uow.requests.find(message.id, member.id, signal)
    if request is None:
        request = Request(message.id, member.id, signal, uow.now)
        uow.requests.add(request)
    elif not _anew(request):
        return
    request.state = "asked"
    question = Message(
        message.business_id,
        "question",
        request.id,
        message.place,
        member.user,
        uow.now,
        root_id=message.root_id,
    )
    add_card(uow, question)


async def answer(
    uow: UnitOfWork, request: Request, word: Literal["yes", "no"], carry: Carry
) -> None:
    """The person's word on a request that was asked about; a second word changes nothing."""
    if request.state != "asked":
        return
    if word == "yes":
        request.made = await carry(Signal(request.signal))
        request.state = "done"
    else:
        request.state = "withdrawn"
    await redraw(uow, "question", request.id)


def _anew(request: Request) -> bool:
    """Whether it was taken away and may be given again: ✅ alone follows the set."""
    return request.state == "withdrawn" and request.signal == Signal.APPROVE
