"""Batches in chat: the command, its form, and what the controls on a batch's cards do.

It must not know any surface, nor how a batch is made.
"""

from collections.abc import Mapping
from functools import partial
from typing import Final

from bot.asking import Action, Asking, FormHandler, Touch
from bot.desk import Desk
from bot.keys import models_for
from core.chat import Form, FormField, Nothing, Option, Reply
from core.errors import UserError
from core.generation.batches import placing
from core.generation.batches.feeding import resume
from core.generation.batches.numbering import part_of
from core.generation.batches.replacing import replace_model
from core.generation.batches.rows import KINDS
from core.generation.jobs import Job
from core.generation.offering import models_of
from core.generation.prices import Model
from core.messages import Message, add_card, redraw
from core.review.keeping import read_wishes
from core.review.reviewing import (
    NOTHING,
    Review,
    choose,
    choose_among,
    read_review,
    require_may_mark,
)
from core.review.signals import Signal
from core.storing import UnitOfWork
from core.wording import batches as words
from core.wording.forms import model_option

IN_FIELD: Final = 25
IN_FORM: Final = 100
"""Pictures in the form that chooses from them: four fields, as large as Discord's selects."""

MOST_PASTED: Final = 200_000
"""Characters; each chat cuts that to what its forms take, and a longer list is a file."""

RECENT: Final = 50
"""Batches among which the one of a thread is looked for."""


def batch_form(offered: Mapping[str, Model]) -> Form:
    """Prompts, pasted or in a file, and what holds for all of them; `offered` are the models that
    can be ordered, the default first.
    """
    model = next(iter(offered.values()))
    models = tuple(Option(name, model_option(one)) for name, one in offered.items())[:25]
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
                "prompts",
                words.PROMPTS,
                "paragraph",
                required=False,
                max_length=MOST_PASTED,
                hint=words.PROMPTS_HINT,
            ),
            FormField(
                "files",
                words.FILE,
                "files",
                required=False,
                hint=words.FILE_HINT,
                endings=KINDS,
            ),
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
        return batch_form(await models_for(desk, uow, asking))
    return await submit_batch(desk, uow, asking, {})


async def submit_batch(
    desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]
) -> Reply:
    """Write the batch down; its card tells the rest. Raises UserError("batch_not_yours")."""
    _require(desk, asking)
    file = asking.attachments[0] if asking.attachments else None
    options = {name: values[name] for name in ("model", "quality") if values.get(name)}
    text, around = values.get("prompts", ""), values.get("around", "").strip()
    job = placing.place_batch(uow, asking.customer, text, file, around, options)
    return Nothing(path=f"/batches/{job.id}")


async def submit_form(
    desk: Desk,
    uow: UnitOfWork,
    asking: Asking,
    card: str,  # noqa: ARG001  # every form is called alike
    values: dict[str, str],
) -> Reply:
    """The form of `/bulk`. Raises as `submit_batch`."""
    return await submit_batch(desk, uow, asking, values)


def _require(desk: Desk, asking: Asking) -> None:
    if not (asking.member.admin or desk.bulk_for_all):
        raise UserError("batch_not_yours")


async def keep(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:  # noqa: ARG001  # every handler is called alike
    """Choose from a batch by writing: `keep 1-8 12, redo 9 "warmer"`."""
    return await _wish(uow, asking, f"keep {values.get('wishes', '')}")


async def redo(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:  # noqa: ARG001  # every handler is called alike
    """The same, where the first thing asked is to make some again."""
    return await _wish(uow, asking, f"redo {values.get('wishes', '')}")


async def answer_talk(uow: UnitOfWork, asking: Asking, words: str) -> Reply | None:
    """Words that name no command: in a batch's thread they are read as wishes. None elsewhere.

    Raises UserError("wishes_unreadable"), which tells how wishes are written.
    """
    if not words.strip() or await batch_of_thread(uow, asking) is None:
        return None
    return await _wish(uow, asking, words)


async def require_readable(uow: UnitOfWork, asking: Asking) -> None:
    """For a reply whose words the desk does not get. Raises UserError("reply_unread") in a batch's
    thread, where it may have been a wish; elsewhere it is none of ours.
    """
    if await batch_of_thread(uow, asking):
        raise UserError("reply_unread")


async def _wish(uow: UnitOfWork, asking: Asking, text: str) -> Reply:
    wishes = read_wishes(text)
    job = await _batch_here(uow, asking)
    await require_may_mark(uow, job, asking.member, Signal.CHOOSE)
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


async def batch_of_thread(uow: UnitOfWork, asking: Asking) -> Job | None:
    """The batch in whose thread somebody speaks."""
    for job in await uow.jobs.batches(asking.business.id, RECENT) if asking.place.thread else ():
        root = await uow.messages.get(job.root_id)
        if root and root.thread and root.thread.id == asking.place.thread:
            return job
    return None


async def _batch_here(uow: UnitOfWork, asking: Asking) -> Job:
    """The batch of this thread; outside its thread, one's own newest. Raises
    UserError("batch_unknown").
    """
    if here := await batch_of_thread(uow, asking):
        return await _locked(uow, here)
    recent = await uow.jobs.batches(asking.business.id, RECENT)
    mine = [job for job in recent if job.owner_id == asking.member.id]
    if asking.place.thread or not mine:
        raise UserError("batch_unknown")
    return await _locked(uow, mine[0])


async def _locked(uow: UnitOfWork, job: Job) -> Job:
    locked = await uow.jobs.lock(job.id)
    return locked or job


async def batch_of_card(touch: Touch) -> Job:
    """The batch of a card, locked, from which this person may choose. Raises
    UserError("card_unknown" | "not_yours").
    """
    job = await touch.uow.jobs.lock(touch.message.subject_id)
    if job is None or job.kind != "batch":
        raise UserError("card_unknown")
    await require_may_mark(touch.uow, job, touch.asking.member, Signal.CHOOSE)
    return job


async def _change(option: str, touch: Touch) -> None:
    value = touch.values[0] if touch.values else ""
    await placing.change(
        touch.uow, await batch_of_card(touch), option, "" if value == "none" else value
    )


async def _begin(touch: Touch) -> None:
    await placing.start(touch.uow, await batch_of_card(touch), reuse=False)


async def _reuse(touch: Touch) -> None:
    await placing.start(touch.uow, await batch_of_card(touch), reuse=True)


async def _leave(touch: Touch) -> None:
    await placing.drop(touch.uow, await batch_of_card(touch))


async def _resume(touch: Touch) -> None:
    await resume(touch.uow, await batch_of_card(touch))


def choose_form(review: Review, card: str) -> Form:
    """All pictures as checkboxes, those that are kept chosen; of more than `IN_FORM` the first."""
    items = review.items[:IN_FORM]
    fields = []
    for start in range(0, len(items), IN_FIELD):
        part = items[start : start + IN_FIELD]
        fields.append(
            FormField(
                f"from{part[0].number}",
                words.numbered(part[0].number, part[-1].number),
                "multiselect",
                "\n".join(str(item.number) for item in part if review.keeps(item.number)),
                required=False,
                options=tuple(
                    Option(str(item.number), words.picture(item.number, item.prompt))
                    for item in part
                ),
            )
        )
    return Form(
        key=f"keep:{card}",
        title=words.CHOOSE_TITLE,
        submit=words.CHOOSE_SUBMIT,
        fields=tuple(fields),
        note=words.choose_note(len(review.items), len(items)),
    )


async def submit_choice(
    desk: Desk,  # every form is called alike
    uow: UnitOfWork,
    asking: Asking,
    card: str,
    values: dict[str, str],
) -> Reply:
    """What was sent is the whole choice among the pictures that the form offers. Raises
    UserError("card_unknown" | "not_yours").
    """
    message = await uow.messages.get(card)
    if message is None or message.business_id != asking.business.id:
        raise UserError("card_unknown")
    job = await batch_of_card(Touch(desk, uow, asking, message))
    given = "\n".join(values.values()).split()
    offered = set(range(1, IN_FORM + 1))
    chosen = {int(value) for value in given if value.isdecimal()} & offered
    await choose_among(uow, job, asking.member, offered, chosen)
    return Nothing()


async def _choose_all(touch: Touch) -> Reply:
    job = await batch_of_card(touch)
    return choose_form(await read_review(touch.uow, job.id), touch.message.id)


async def _instead(touch: Touch) -> None:
    """What is left of a batch whose model went away is made by another one. Raises as
    `replace_model`.
    """
    job, uow, desk = await batch_of_card(touch), touch.uow, touch.desk
    models = await models_of(uow, desk.catalogue, desk.models, job.business_id, job.owner_id)
    await replace_model(uow, job, models, "".join(touch.values))
    await resume(uow, job)


async def _send_lot(touch: Touch) -> None:
    job = await batch_of_card(touch)
    uow, user = touch.uow, touch.asking.member.user
    card = Message(job.business_id, "lot", job.id, job.place, user, uow.now, touch.message.root_id)
    add_card(uow, card)


async def _choose_here(touch: Touch) -> None:
    """The whole choice on one sheet; what was chosen on others stays."""
    job, member = await batch_of_card(touch), touch.asking.member
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


BATCH_FORMS: dict[str, FormHandler] = {"batch": submit_form, "keep": submit_choice}
"""What the forms of batches do, by the first word of their keys."""

BATCH_ACTIONS: dict[str, Action] = {
    "model": partial(_change, "model"),
    "quality": partial(_change, "quality"),
    "size": partial(_change, "size"),
    "style": partial(_change, "style"),
    "begin": _begin,
    "reuse": _reuse,
    "leave": _leave,
    "resume": _resume,
    "instead": _instead,
    "choose-here": _choose_here,
    "choose-all": _choose_all,
    "lot": _send_lot,
}
