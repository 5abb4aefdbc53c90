"""What buttons, menus and reactions on cards do, each within the inbox's one transaction.

A control holds only its action and its card's key; everything else is read from the rows, so that a
card ninety days old still acts, once. It must not know any surface.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from bot.asking import Action, Asking, Touch
from bot.batches import BATCH_ACTIONS
from bot.browsing import PANEL_ACTIONS, use
from bot.desk import Desk
from bot.drafts import DRAFT_ACTIONS
from bot.forms import generate_form
from bot.keys import KEY_ACTIONS, models_for, press_keys
from bot.posting import address_form, edit_form, publish_form
from core.chat import Nothing, Press, Reaction, Reply
from core.errors import UserError
from core.generation.batches.numbering import read_on
from core.generation.comparing import is_blind
from core.generation.jobs import ENDED, Job
from core.generation.offering import require_offered
from core.generation.ordering import REMADE, make_again, place_order
from core.messages import Message, add_card, redraw
from core.publishing.joining import count_coming
from core.publishing.posting import (
    approve,
    discard,
    propose,
    require_approver,
    require_draft,
    resolve,
    stop,
    write_post,
)
from core.publishing.posts import Post
from core.review import requests
from core.review.reviewing import (
    cancel,
    choose,
    mark,
    read_review,
    require_may_mark,
    restore,
    unmark,
)
from core.review.signals import REQUESTS, Signal
from core.storing import UnitOfWork

FRESH = timedelta(hours=1)
"""How old a reading of a card's reactions may be before touching the card reads them again."""


async def press(desk: Desk, uow: UnitOfWork, asking: Asking, event: Press) -> Reply:
    """A button or menu. Raises UserError for what cannot be or who may not."""
    if event.action in PANEL_ACTIONS:
        return await use(desk, uow, asking, event)
    if event.action in KEY_ACTIONS:
        return await press_keys(uow, asking, event)
    message = await uow.messages.get(event.key)
    action = ACTIONS.get(event.action)
    if message is None or action is None or message.business_id != asking.business.id:
        raise UserError("card_unknown")
    if message.caught_up_at is None or message.caught_up_at < uow.now - FRESH:
        uow.enqueue("catch_up", message.id)
    touch = Touch(desk, uow, asking, message, event.values)
    return await action(touch) or Nothing()


async def react(desk: Desk, uow: UnitOfWork, asking: Asking, event: Reaction) -> None:
    """A reaction on any message; unknown emoji and foreign messages mean nothing."""
    message = await uow.messages.by_ref(event.message)
    if message is None or message.business_id != asking.business.id:
        return
    meaning = read_on(message.part if message.subject == "sheet" else None, event.emoji)
    if meaning is None:
        return
    signal, number = meaning
    touch = Touch(desk, uow, asking, message)
    if message.subject == "post":
        await _react_to_post(touch, signal, added=event.added)
    elif message.subject in {"status", "result", "sheet"}:
        job = await _job(touch)
        if signal in REQUESTS and event.added:
            await requests.ask(uow, message, asking.member, signal, _carry(touch, job))
        elif signal in REQUESTS:
            await requests.take_back(uow, message, asking.member, signal)
        elif event.added:
            await mark(uow, job, asking.member, signal, number, message.id)
        else:
            await unmark(uow, job, asking.member, signal, number, message.id)


async def _react_to_post(touch: Touch, signal: Signal, *, added: bool) -> None:
    uow, message, member = touch.uow, touch.message, touch.asking.member
    post = await _post(touch)
    if signal == Signal.APPROVE and added and await count_coming(uow, post.id):
        await require_draft(uow, post)
        await require_approver(uow, post, member)
        await requests.ask_about(uow, message, member, signal)  # nobody has seen the whole post yet
    elif signal == Signal.APPROVE and added:
        await requests.ask(uow, message, member, signal, _carry_approval(touch, post))
    elif signal == Signal.APPROVE:
        await requests.take_back(uow, message, member, signal)
    elif signal == Signal.DISCARD and added:
        await require_approver(uow, post, member)
        await discard(uow, post)


# ── cards of a job ───────────────────────────────────────────────────────────────────────────────


async def _job(touch: Touch) -> Job:
    job = await touch.uow.jobs.lock(touch.message.subject_id)
    if job is None:
        raise UserError("card_unknown")
    return job


async def _require(touch: Touch, signal: Signal) -> Job:
    job = await _job(touch)
    await require_may_mark(touch.uow, job, touch.asking.member, signal)
    return job


def _carry_approval(touch: Touch, post: Post) -> requests.Carry:
    async def carry(_signal: Signal) -> str:
        desk, member = touch.desk, touch.asking.member
        await approve(touch.uow, post, member, desk.networks, desk.grace)
        return post.id

    return carry


def _carry(touch: Touch, job: Job) -> requests.Carry:
    async def carry(signal: Signal) -> str:
        if signal == Signal.AGAIN:
            return (await _order_again(touch, job)).id
        return (await _draft_post(touch, job)).id

    return carry


async def _order_again(touch: Touch, job: Job) -> Job:
    await require_may_mark(touch.uow, job, touch.asking.member, Signal.AGAIN)
    if job.order is None:
        raise UserError("card_unknown")
    require_offered(await models_for(touch.desk, touch.uow, touch.asking), job.order)
    customer = touch.asking.customer
    return await place_order(
        touch.uow, customer, job.order, touch.desk.orders_per_minute, parent=job
    )


async def _draft_post(touch: Touch, job: Job) -> Post:
    await require_may_mark(touch.uow, job, touch.asking.member, Signal.PUBLISH)
    review = await read_review(touch.uow, job.id)
    if not review.selected:
        raise UserError("nothing_selected")
    draft = await propose(touch.uow, job.business_id, review.selected)
    asking = touch.asking
    return await write_post(touch.uow, asking.business, asking.member, job.place, draft, job)


async def _cancel(touch: Touch) -> None:
    await cancel(touch.uow, await _require(touch, Signal.DISCARD))


async def _remake(touch: Touch) -> None:
    job = await _require(touch, Signal.AGAIN)
    models = await models_for(touch.desk, touch.uow, touch.asking)
    for item in await touch.uow.items.of_job(job.id):
        order = item.order or job.order
        if order and item.state in REMADE:
            require_offered(models, order)
    await make_again(touch.uow, touch.asking.business, touch.asking.member, job)


async def _choose(touch: Touch) -> None:
    job = await _require(touch, Signal.CHOOSE)
    numbers = {int(value) for value in touch.values if value.isdigit()}
    await choose(touch.uow, job, touch.asking.member, numbers)


async def _approve(touch: Touch) -> None:
    job = await _job(touch)
    await mark(touch.uow, job, touch.asking.member, Signal.APPROVE, 0, "")


async def _withdraw(touch: Touch) -> None:
    job = await _job(touch)
    await unmark(touch.uow, job, touch.asking.member, Signal.APPROVE, 0, "")


async def _publish(touch: Touch) -> Reply:
    job = await _require(touch, Signal.PUBLISH)
    return await publish_form(touch.desk, touch.uow, job, touch.message.id)


async def _again(touch: Touch) -> None:
    await _order_again(touch, await _job(touch))


async def _restore(touch: Touch) -> None:
    job = await _require(touch, Signal.DISCARD)
    restore(job)
    await redraw(touch.uow, "result", job.id)


async def _more(touch: Touch) -> None:
    job = await _require(touch, Signal.FAVOURITE)
    for value in touch.values:
        if value == "originals":
            await _send_originals(touch, job)
        elif value == "favourite":
            await _toggle_favourite(touch, job)
        elif value == "withdraw":
            await _withdraw(touch)
        elif value == "discard" and all(
            item.state in ENDED for item in await touch.uow.items.of_job(job.id)
        ):
            job.discarded_at, job.discarded_by = touch.uow.now, touch.asking.member.id
            await redraw(touch.uow, "result", job.id)


async def _toggle_favourite(touch: Touch, job: Job) -> None:
    member = touch.asking.member
    starred = (await read_review(touch.uow, job.id)).favourites
    change = unmark if member.id in starred else mark
    await change(touch.uow, job, member, Signal.FAVOURITE, 0, "")


async def _send_originals(touch: Touch, job: Job) -> None:
    if is_blind(job, await read_review(touch.uow, job.id)):
        raise UserError("compare_hidden")
    card = Message(
        job.business_id,
        "originals",
        job.id,
        job.place,
        touch.asking.member.user,
        touch.uow.now,
        root_id=touch.message.root_id,
    )
    add_card(touch.uow, card)


# ── cards of a post ──────────────────────────────────────────────────────────────────────────────


async def _post(touch: Touch) -> Post:
    post = await touch.uow.posts.lock(touch.message.subject_id)
    if post is None:
        raise UserError("card_unknown")
    return post


async def _approvers_post(touch: Touch) -> Post:
    post = await _post(touch)
    await require_approver(touch.uow, post, touch.asking.member)
    return post


async def _confirm(touch: Touch) -> None:
    desk, member, post = touch.desk, touch.asking.member, await _post(touch)
    await approve(touch.uow, post, member, desk.networks, desk.grace)
    await _redraw_job(touch.uow, post)


async def _edit(touch: Touch) -> Reply:
    return await edit_form(touch.desk, touch.uow, await _approvers_post(touch), touch.message.id)


async def _address(touch: Touch) -> Reply:
    post = await _approvers_post(touch)
    await require_draft(touch.uow, post)
    return address_form(post, touch.message.id)


async def _add_picture(touch: Touch) -> Reply:
    """The form that a picture comes from: the post's own holds the library and a field of files."""
    post = await _approvers_post(touch)
    await require_draft(touch.uow, post)
    if touch.values == ("generate",):
        return await generate_form(touch.desk, touch.uow, touch.asking, {}, touch.message.id)
    return await edit_form(touch.desk, touch.uow, post, touch.message.id)


async def _drop(touch: Touch) -> None:
    post = await _approvers_post(touch)
    await discard(touch.uow, post)
    await _redraw_job(touch.uow, post)


async def _stop(touch: Touch) -> None:
    post = await _approvers_post(touch)
    if not await stop(touch.uow, post):
        raise UserError("post_settled")
    await _redraw_job(touch.uow, post)


async def _redraw_job(uow: UnitOfWork, post: Post) -> None:
    """A batch's card counts its drafts."""
    if post.job_id:
        await redraw(uow, "status", post.job_id)


async def _settle(touch: Touch) -> None:
    post = await _approvers_post(touch)
    for value in touch.values:
        word, _, target_id = value.partition(" ")
        await resolve(touch.uow, post, target_id, word)


# ── the question about a missed request ──────────────────────────────────────────────────────────


async def _answer(touch: Touch, word: Literal["yes", "no"]) -> None:
    uow = touch.uow
    request = await uow.requests.lock(touch.message.subject_id)
    card = await uow.messages.get(request.message_id) if request else None
    if request is None or card is None:
        raise UserError("card_unknown")
    if request.member_id != touch.asking.member.id:
        raise UserError("not_yours")
    asked = replace(touch, message=card)
    if card.subject == "post":
        carry = _carry_approval(asked, await _post(asked))
    else:
        carry = _carry(asked, await _job(asked))
    await requests.answer(uow, request, word, carry)


async def _yes(touch: Touch) -> None:
    await _answer(touch, "yes")


async def _no(touch: Touch) -> None:
    await _answer(touch, "no")


ACTIONS: dict[str, Action] = {
    "cancel": _cancel,
    "remake": _remake,
    "choose": _choose,
    "approve": _approve,
    "withdraw": _withdraw,
    "publish": _publish,
    "again": _again,
    "restore": _restore,
    "more": _more,
    "confirm": _confirm,
    "edit": _edit,
    "address": _address,
    "add_picture": _add_picture,
    "drop": _drop,
    "stop": _stop,
    "settle": _settle,
    "yes": _yes,
    "no": _no,
    **BATCH_ACTIONS,
    **DRAFT_ACTIONS,
}
