"""The drafts of a batch in chat: what the controls of its card, and of the pages of its drafts, do.

It must not know any surface, nor how a post is carried out.
"""

from bot.asking import Action, Touch
from bot.batches import batch_of_card
from core.chat import Private, Reply
from core.errors import Trouble, UserError
from core.generation.batches import placing
from core.generation.batches.drafts import OPENING, OPENING_HERE, TURN, draw_page
from core.generation.jobs import Job
from core.messages import redraw
from core.publishing.posting import approve, open_post, require_approver, stop
from core.publishing.posts import Post, Target, is_draft
from core.wording import drafts as words


async def _create(touch: Touch) -> None:
    await placing.create(touch.uow, await batch_of_card(touch))


async def _open(touch: Touch) -> None:
    """Bring a draft's own card, with which it is edited, published or discarded."""
    job = await batch_of_card(touch)
    for post in await touch.uow.posts.of_job(job.id):
        if post.id in touch.values:
            await open_post(touch.uow, post, touch.asking.member)


async def _open_here(touch: Touch) -> Reply:
    """The same from a page of drafts, which says so and stays."""
    await _open(touch)
    opened = "".join(touch.values)
    return await draw_page(touch.uow, touch.message.subject_id, touch.message.id, opened=opened)


async def _turn(touch: Touch) -> Reply:
    """A page of drafts: from the card, which has the first, the second one."""
    job = await batch_of_card(touch)
    given = "".join(touch.values) or "2"
    page = int(given) if given.isdecimal() else 1
    return await draw_page(touch.uow, job.id, touch.message.id, page)


async def _publish_all(touch: Touch) -> Reply | None:
    """Approve every draft as it stands, and tell which cannot be published and why. Raises
    UserError("not_approver").
    """
    job, uow, desk, member = await batch_of_card(touch), touch.uow, touch.desk, touch.asking.member
    left: list[tuple[str, Trouble]] = []
    approved = 0
    for post, targets in await _posts(touch, job):
        if not is_draft(post, targets):
            continue
        try:
            await approve(uow, post, member, desk.networks, desk.grace)
        except UserError as error:
            left.append((post.title, error.trouble))
        else:
            approved += 1
    await redraw(uow, "status", job.id)
    return Private(words.not_published(left, approved)) if left else None


async def _stop_all(touch: Touch) -> None:
    """What was approved and has not begun is a draft again. Raises UserError("not_approver")."""
    job, uow = await batch_of_card(touch), touch.uow
    for post, targets in await _posts(touch, job):
        if any(target.state == "scheduled" for target in targets):
            await stop(uow, post)
    await redraw(uow, "status", job.id)


async def _posts(touch: Touch, job: Job) -> list[tuple[Post, list[Target]]]:
    """A batch's posts, which have one author and may be a thousand. Raises
    UserError("not_approver").
    """
    posts = await touch.uow.posts.of_job(job.id)
    for first in posts[:1]:
        await require_approver(touch.uow, first, touch.asking.member)
    targets: dict[str, list[Target]] = {post.id: [] for post in posts}
    for target in await touch.uow.targets.of_posts(list(targets)):
        targets[target.post_id].append(target)
    return [(post, targets[post.id]) for post in posts]


DRAFT_ACTIONS: dict[str, Action] = {
    "create": _create,
    **dict.fromkeys(OPENING, _open),
    **dict.fromkeys(OPENING_HERE, _open_here),
    TURN: _turn,
    "publish-all": _publish_all,
    "stop-all": _stop_all,
}
