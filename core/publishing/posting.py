"""Posting: writing a post, checking it, approving its content, stopping it in time.

    draft → approved (bound to the content's hash) → scheduled, with a grace in which Stop works

Owns what people decide about a post; `core.publishing.publishing` carries it out. It must not know
any network: rules come in as data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.business.accounts import Account
from core.business.members import Business, Member, may_approve, new_id
from core.chat import Place
from core.errors import UserError
from core.generation.jobs import Item, Job
from core.library.images import Image, note_use
from core.messages import Message, add_card, redraw
from core.ports import NetworkRules
from core.publishing.joining import count_coming, entitle
from core.publishing.posts import (
    Post,
    PostImage,
    Target,
    content_hash,
    forget_renditions,
    is_draft,
)
from core.publishing.rules import check
from core.publishing.slugs import SURE, slug
from core.storing import UnitOfWork

MOST_PICTURES: Final = 10
"""In one post: no network takes more."""


@dataclass(frozen=True)
class NetworkFacts:
    """What posting needs to know of a network: how it is called, and what it takes."""

    title: str
    rules: NetworkRules


@dataclass(frozen=True)
class Draft:
    """What a person filled in: accounts by id, caption, and one alt text a picture."""

    account_ids: list[str]
    caption: str
    images: list[PostImage]


async def propose(uow: UnitOfWork, business_id: int, items: list[Item]) -> Draft:
    """A draft for finished pictures, filled in; see `propose_images`."""
    return await propose_images(uow, business_id, [await _image(uow, item) for item in items])


async def propose_images(uow: UnitOfWork, business_id: int, images: list[Image]) -> Draft:
    """A draft for images of the library, filled in: every account that works, the first picture's
    words as caption, each picture's own alt text.
    """
    accounts = [
        account for account in await uow.accounts.of_business(business_id) if not account.trouble
    ]
    caption = images[0].description if images else ""
    pictures = [PostImage(image.id, image.sha256, image.alt_text) for image in images]
    return Draft([account.id for account in accounts], caption, pictures)


async def _image(uow: UnitOfWork, item: Item) -> Image:
    image = await uow.images.get(item.image_id) if item.image_id else None
    if image is None:
        raise UserError("nothing_selected")
    return image


async def check_draft(
    uow: UnitOfWork,
    business_id: int,
    draft: Draft,
    networks: Mapping[str, NetworkFacts],
    coming: int = 0,
) -> list[UserError]:
    """Everything that keeps this draft from being published, before anything is sent, once the
    pictures that are still `coming` have joined it.
    """
    chosen = await chosen_accounts(uow, business_id, draft.account_ids)
    if not chosen:
        return [UserError("accounts_none")]
    problems: list[UserError] = []
    alts = [*(image.alt for image in draft.images), *[""] * coming]
    for network in dict.fromkeys(account.network for account in chosen):
        facts = networks[network]
        problems += check(draft.caption, alts, facts.rules, facts.title)
    return problems


async def chosen_accounts(
    uow: UnitOfWork, business_id: int, account_ids: list[str]
) -> list[Account]:
    """Those of the business's accounts that were chosen; others' ids count for nothing."""
    accounts = await uow.accounts.of_business(business_id)
    return [account for account in accounts if account.id in account_ids]


async def write_post(
    uow: UnitOfWork, business: Business, author: Member, place: Place, draft: Draft, job: Job | None
) -> Post:
    """Write a draft down, with its card in the job's thread (or in a thread of its own)."""
    post_id = new_id()
    card = Message(business.id, "post", post_id, place, author.user, uow.now)
    if job:
        card.root_id = job.root_id
    post = await _write(uow, business, author, draft, job, _Where(post_id, place, card.root_id))
    add_card(uow, card)
    return post


async def write_silently(
    uow: UnitOfWork, business: Business, author: Member, draft: Draft, job: Job
) -> Post:
    """Write one of a job's many drafts down, without a card: `open_post` brings it."""
    where = _Where(new_id(), job.place, job.root_id)
    return await _write(uow, business, author, draft, job, where)


async def open_post(uow: UnitOfWork, post: Post, member: Member) -> None:
    """Bring the card of a post that has none into its thread; doing it again changes nothing."""
    if await uow.messages.of_subject("post", post.id):
        return
    card = Message(post.business_id, "post", post.id, post.place, member.user, uow.now)
    card.root_id = post.root_id
    add_card(uow, card)


@dataclass(frozen=True)
class _Where:
    """A new post's id, where it was asked for, and its thread."""

    post_id: str
    place: Place
    root_id: str


async def _write(
    uow: UnitOfWork,
    business: Business,
    author: Member,
    draft: Draft,
    job: Job | None,
    where: _Where,
) -> Post:
    first = await uow.images.get(draft.images[0].image_id) if draft.images else None
    words = draft.caption.strip() or (first.title if first else "")
    post = Post(
        business_id=business.id,
        author_id=author.id,
        place=where.place,
        root_id=where.root_id,
        created_at=uow.now,
        caption=draft.caption,
        images=draft.images,
        slug=await _free_slug(uow, words),
        title="",
        description=draft.caption,
        job_id=job.id if job else None,
        id=where.post_id,
    )
    await entitle(uow, post)
    uow.posts.add(post)
    for account in await chosen_accounts(uow, business.id, draft.account_ids):
        uow.targets.add(Target(post.id, business.id, account.id))
    return post


async def rewrite_post(uow: UnitOfWork, post: Post, draft: Draft) -> None:
    """Change a draft; what was approved before is approved no more.

    Raises UserError("post_settled") once it is on its way.
    """
    targets = await uow.targets.of_post(post.id)
    await stop(uow, post)
    await require_draft(uow, post)
    post.caption = post.description = draft.caption
    post.images = draft.images
    forget_renditions(targets)
    await entitle(uow, post)
    wanted = {
        account.id for account in await chosen_accounts(uow, post.business_id, draft.account_ids)
    }
    kept: set[str] = set()
    for target in targets:
        if target.account_id in wanted:
            kept.add(target.account_id)
            if target.state == "cancelled":
                target.move("draft")
        elif target.state == "draft":
            target.move("cancelled")
    for account_id in sorted(wanted - kept):
        uow.targets.add(Target(post.id, post.business_id, account_id))
    await redraw(uow, "post", post.id)


async def readdress(uow: UnitOfWork, post: Post, words: str) -> None:
    """Give a draft another address, made of `words`; its pictures' files are named alike.

    Raises UserError("post_settled"), and "slug_taken" (`slug`) where another post has it.
    """
    await require_draft(uow, post)
    wanted = slug(words)
    if wanted != post.slug and await uow.posts.slug_taken(wanted):
        raise UserError("slug_taken", slug=wanted)
    post.slug = wanted
    forget_renditions(await uow.targets.of_post(post.id))
    await redraw(uow, "post", post.id)


async def require_draft(uow: UnitOfWork, post: Post) -> None:
    """Raises UserError("post_settled") where it is approved, on its way, sent or discarded."""
    if not is_draft(post, await uow.targets.of_post(post.id)):
        raise UserError("post_settled")


async def require_room(uow: UnitOfWork, post: Post, more: int) -> None:
    """Raises UserError("post_full") where `more` pictures do not fit, those counted in that are
    still coming.
    """
    count = len(post.images) + await count_coming(uow, post.id) + more
    if count > MOST_PICTURES:
        raise UserError("post_full", limit=MOST_PICTURES, count=count)


async def require_approver(uow: UnitOfWork, post: Post, member: Member) -> None:
    """Raises UserError("not_approver") unless this member may decide about the post."""
    named = await uow.members.approvers_named(post.business_id)
    if not may_approve(member, post.author_id, approvers_named=named):
        raise UserError("not_approver")


async def approve(
    uow: UnitOfWork,
    post: Post,
    member: Member,
    networks: Mapping[str, NetworkFacts],
    grace: float,
) -> None:
    """Approve the content as it stands and publish it after `grace` seconds.

    Doing it again changes nothing. Raises UserError for what cannot be published, or who may not.
    """
    await require_approver(uow, post, member)
    whole = [t for t in await uow.targets.of_post(post.id) if t.state != "cancelled"]
    # As they are now: whoever approves many has read them a while ago.
    locked = [await uow.targets.lock(t.id) for t in whole if t.state == "draft"]
    targets = [target for target in locked if target and target.state == "draft"]
    if not targets:
        return
    if await count_coming(uow, post.id):
        raise UserError("pictures_coming")
    ids = [target.account_id for target in whole]
    draft = Draft(ids, post.caption, post.images)
    problems = await check_draft(uow, post.business_id, draft, networks)
    if problems:
        raise problems[0]
    post.approved_by, post.approved_at = member.id, uow.now
    post.approved_hash = content_hash(post, ids)
    for target in targets:
        target.due_at = uow.later(grace)
        target.move("scheduled", target.due_at)
        uow.enqueue("publish", target.id, grace)
    await redraw(uow, "post", post.id)


async def stop(uow: UnitOfWork, post: Post) -> bool:
    """Back to a draft, for every target that has not begun; False if none was left to stop."""
    stopped = await unschedule(uow, post)
    if stopped:
        await redraw(uow, "post", post.id)
    return stopped


async def unschedule(uow: UnitOfWork, post: Post) -> bool:
    """As `stop`; the post's cards are the caller's to have drawn again."""
    stopped = False
    for found in await uow.targets.of_post(post.id):
        # A worker may take it at this very moment: who is first has it.
        target = await uow.targets.lock(found.id) if found.state == "scheduled" else None
        if target and target.state == "scheduled":
            target.move("draft")
            target.due_at = None
            stopped = True
    if stopped:
        post.approved_by = post.approved_hash = post.approved_at = None
    return stopped


async def discard(uow: UnitOfWork, post: Post) -> None:
    """Drop a draft; targets on their way go on, and where it stands already it stays: there it is
    no draft, and only the other accounts are left out. Raises UserError("post_settled") if none is.
    """
    await stop(uow, post)
    targets = await uow.targets.of_post(post.id)
    drafts = [target for target in targets if target.state == "draft"]
    if not drafts:
        raise UserError("post_settled")
    for target in drafts:
        target.move("cancelled")
    if all(target.state in {"cancelled", "failed"} for target in targets):
        post.discarded_at = uow.now
    await redraw(uow, "post", post.id)


async def resolve(uow: UnitOfWork, post: Post, target_id: str, word: str) -> None:
    """A person's word on an unknown or failed target: "live", "again" or "leave".

    "again" is the only way by which anything is sent once more.
    """
    target = await uow.targets.lock(target_id)
    if target is None or target.post_id != post.id or target.state not in {"unknown", "failed"}:
        raise UserError("post_settled")
    if word == "live" and target.state == "unknown":
        target.move("published")
        target.published_at = uow.now
        standing = [one for one in await uow.targets.of_post(post.id) if one.state == "published"]
        await note_use(uow, [image.image_id for image in post.images], first=len(standing) == 1)
    elif word == "again":
        target.ticket = {}
        target.tries = target.looks = 0
        target.due_at = uow.now
        target.move("scheduled", uow.soon)
        uow.enqueue("publish", target.id)
    elif word == "leave" and target.state == "unknown":
        target.move("failed", trouble=target.trouble)
    await redraw(uow, "post", post.id)
    await redraw(uow, "outcome", post.id)
    if post.job_id:  # a batch's card counts its posts
        await redraw(uow, "status", post.job_id)


async def _free_slug(uow: UnitOfWork, words: str) -> str:
    """Of a thousand posts with the same words, the last is not asked about a thousand times."""
    plain = slug(words)
    return slug(words, await uow.posts.slugs_like(plain[:SURE]))
