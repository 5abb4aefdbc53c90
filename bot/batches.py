"""Batches in chat: the command, its form, and what the controls on a batch's cards do.

It must not know any surface, nor how a batch is made.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from bot.asking import Asking, Touch
from bot.desk import Desk
from core.chat import Form, FormField, Nothing, Option, Reply
from core.errors import UserError
from core.generation.batches import placing
from core.generation.batches.feeding import resume
from core.generation.batches.numbering import part_of
from core.generation.jobs import Job
from core.messages import Message, redraw
from core.publishing.posting import approve, open_post
from core.review.keeping import read_wishes
from core.review.reviewing import NOTHING, choose, may_mark, read_review
from core.review.signals import Signal
from core.storing import UnitOfWork
from core.wording import batches as words

RECENT: Final = 50
"""Batches among which the one of a thread is looked for."""


def batch_form(desk: Desk) -> Form:
    """Prompts, pasted or in a file, and what holds for all of them."""
    model = next(iter(desk.models.values()))
    models = tuple(Option(name, words.model(one)) for name, one in desk.models.items())[:25]
    qualities = tuple(
        Option(quality, words.quality(quality, model.price(quality, model.sizes[0])))
        for quality in model.qualities
    )
    return Form(
        key="batch",
        title=words.FORM_TITLE,
        submit=words.FORM_SUBMIT,
        fields=(
            FormField(
                "prompts", words.PROMPTS, "paragraph", required=False, hint=words.PROMPTS_HINT
            ),
            FormField("files", words.FILE, "files", required=False, hint=words.FILE_HINT),
            FormField("around", words.AROUND, "line", required=False, hint=words.AROUND_HINT),
            FormField("model", words.MENUS["model"], "select", model.name, options=models),
            FormField(
                "quality", words.MENUS["quality"], "select", model.qualities[0], options=qualities
            ),
        ),
    )


async def bulk(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:  # noqa: ARG001  # every handler is called alike
    """Open the form, or read the list that came with the command."""
    _require(desk, asking)
    if not asking.attachments:
        return batch_form(desk)
    return await submit_batch(desk, uow, asking, {})


async def submit_batch(
    desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]
) -> Reply:
    """Write the batch down; its card tells the rest. Raises UserError("batch_not_yours")."""
    _require(desk, asking)
    file = asking.attachments[0] if asking.attachments else None
    options = {name: values[name] for name in ("model", "quality") if values.get(name)}
    text, around = values.get("prompts", ""), values.get("around", "").strip()
    placing.place_batch(uow, asking.customer, text, file, around, options)
    return Nothing()


def _require(desk: Desk, asking: Asking) -> None:
    if not (asking.member.admin or desk.bulk_for_all):
        raise UserError("batch_not_yours")


async def keep(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:  # noqa: ARG001  # every handler is called alike
    """Choose from a batch by writing: `keep 1-8 12, redo 9 "warmer"`."""
    return await _wish(uow, asking, f"keep {values.get('wishes', '')}")


async def redo(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:  # noqa: ARG001  # every handler is called alike
    """The same, where the first thing asked is to make some again."""
    return await _wish(uow, asking, f"redo {values.get('wishes', '')}")


async def _wish(uow: UnitOfWork, asking: Asking, text: str) -> Reply:
    wishes = read_wishes(text)
    job = await _batch_here(uow, asking)
    if not await may_mark(uow, job, asking.member, Signal.CHOOSE):
        raise UserError("not_yours")
    review = await read_review(uow, job.id)
    known = {item.number for item in review.items}
    if wishes.choices:
        mine = {number for number, by in review.chosen.items() if asking.member.id in by}
        if not review.chosen and wishes.choices[0][0] == "drop":
            mine = known  # while nobody has chosen, all are kept
        chosen = wishes.apply(mine - {NOTHING}, known)
        await choose(uow, job, asking.member, chosen)
    if wishes.redo:
        await placing.place_child(uow, asking.customer, job, wishes.redo)
    return Nothing()


async def _batch_here(uow: UnitOfWork, asking: Asking) -> Job:
    """The batch of this thread; outside its thread, one's own newest. Raises
    UserError("batch_unknown").
    """
    recent = await uow.jobs.batches(asking.business.id, RECENT)
    for job in recent:
        root = await uow.messages.get(job.root_id)
        if asking.place.thread and root and root.thread and root.thread.id == asking.place.thread:
            return await _locked(uow, job)
    mine = [job for job in recent if job.owner_id == asking.member.id]
    if asking.place.thread or not mine:
        raise UserError("batch_unknown")
    return await _locked(uow, mine[0])


async def _locked(uow: UnitOfWork, job: Job) -> Job:
    locked = await uow.jobs.lock(job.id)
    return locked or job


async def _job(touch: Touch) -> Job:
    job = await touch.uow.jobs.lock(touch.message.subject_id)
    if job is None or job.kind != "batch":
        raise UserError("card_unknown")
    if not await may_mark(touch.uow, job, touch.asking.member, Signal.CHOOSE):
        raise UserError("not_yours")
    return job


async def _change(option: str, touch: Touch) -> None:
    value = touch.values[0] if touch.values else ""
    await placing.change(touch.uow, await _job(touch), option, "" if value == "none" else value)


async def _begin(touch: Touch) -> None:
    await placing.start(touch.uow, await _job(touch), reuse=False)


async def _reuse(touch: Touch) -> None:
    await placing.start(touch.uow, await _job(touch), reuse=True)


async def _leave(touch: Touch) -> None:
    await placing.drop(touch.uow, await _job(touch))


async def _resume(touch: Touch) -> None:
    await resume(touch.uow, await _job(touch))


async def _create(touch: Touch) -> None:
    await placing.create(touch.uow, await _job(touch))


async def _open(touch: Touch) -> None:
    """Bring a draft's own card, with which it is edited, published or discarded."""
    job = await _job(touch)
    for post in await touch.uow.posts.of_job(job.id):
        if post.id in touch.values:
            await open_post(touch.uow, post, touch.asking.member)


async def _publish_all(touch: Touch) -> None:
    """Approve every draft as it stands. Raises UserError for the first that cannot be published."""
    job, desk, member = await _job(touch), touch.desk, touch.asking.member
    for post in await touch.uow.posts.of_job(job.id):
        await approve(touch.uow, post, member, desk.networks, desk.grace)
    await redraw(touch.uow, "status", job.id)


async def _send_lot(touch: Touch) -> None:
    job = await _job(touch)
    uow, user = touch.uow, touch.asking.member.user
    card = Message(job.business_id, "lot", job.id, job.place, user, uow.now, touch.message.root_id)
    card.wake_at = uow.later(10)
    uow.messages.add(card)
    uow.enqueue("show", card.id)


async def _choose_here(touch: Touch) -> None:
    """The whole choice on one sheet; what was chosen on others stays."""
    job, member = await _job(touch), touch.asking.member
    here = {int(value) for value in touch.values if value.isdigit()}
    review = await read_review(touch.uow, job.id)
    elsewhere = {
        number
        for number, choosers in review.chosen.items()
        if part_of(number) != touch.message.part
        and number not in review.dropped
        and member.id in choosers
    } - {NOTHING}
    await choose(touch.uow, job, member, elsewhere | here)
    await redraw(touch.uow, "sheet", job.id)


BATCH_ACTIONS: dict[str, Callable[[Touch], Awaitable[Reply | None]]] = {
    "model": partial(_change, "model"),
    "quality": partial(_change, "quality"),
    "size": partial(_change, "size"),
    "style": partial(_change, "style"),
    "begin": _begin,
    "reuse": _reuse,
    "leave": _leave,
    "resume": _resume,
    "choose-here": _choose_here,
    "create": _create,
    "lot": _send_lot,
    "open": _open,
    "publish-all": _publish_all,
}
