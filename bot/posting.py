"""Posting: the form of a post, wherever it is opened, and what comes of it when it is sent.

A picture's option says which one it is and, where it was chosen already, at which place: so what is
sent tells by itself which line of alt texts is whose, and the key need not hold any picture. It
must not know any surface.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.asking import Asking, FormHandler
from bot.budgets import tell_notices
from bot.desk import Desk
from bot.keys import models_for
from bot.models import previewed
from core.business.accounts import Account
from core.business.members import Business
from core.chat import Form, FormField, Nothing, Option, Reply
from core.errors import UserError
from core.generation.jobs import Job
from core.generation.ordering import place_order
from core.generation.orders import read_order
from core.library.captions import shorten
from core.library.finding import find
from core.library.images import Image
from core.library.search import Search
from core.library.uploading import MOST_FILES, place_upload
from core.publishing.cards import account_label
from core.publishing.joining import count_coming
from core.publishing.posting import (
    MOST_PICTURES,
    Draft,
    approve,
    check_draft,
    propose,
    propose_images,
    readdress,
    require_approver,
    require_draft,
    require_room,
    rewrite_post,
    write_post,
)
from core.publishing.posts import Post, PostImage
from core.publishing.slugs import LONGEST
from core.review.reviewing import read_review, require_may_mark
from core.review.signals import Signal
from core.storing import UnitOfWork
from core.wording import forms as words

MOST_OPTIONS: Final = 25
LONGEST_LABEL: Final = 75
LONGEST_TEXT: Final = 3000  # what the narrowest chat takes
MARK: Final = 4
MARKS: Final = 0x10000
"""An edit form's key has room for four hex digits of each picture's number."""


@dataclass(frozen=True)
class Heading:
    """What tells one post's form from another's."""

    key: str
    title: str
    submit: str
    add_hint: str = words.ADD_HINT


# ── opening ──────────────────────────────────────────────────────────────────────────────────────


async def post_form_for(
    desk: Desk, uow: UnitOfWork, business: Business, images: Sequence[Image] = (), text: str = ""
) -> Form:
    """A new post with these images of the library (at most ten), or with none; `text` is its
    caption, by default the first image's own words.
    """
    draft = await propose_images(uow, business.id, list(images))
    draft = replace(draft, caption=text or draft.caption)
    heading = Heading("post", words.POST_TITLE, words.POST_SUBMIT)
    return await _form(desk, uow, business.id, draft, heading)


async def publish_form(desk: Desk, uow: UnitOfWork, job: Job, card: str) -> Form:
    """A post with what is selected on a job. Raises UserError("nothing_selected")."""
    selected = (await read_review(uow, job.id)).selected
    if not selected:
        raise UserError("nothing_selected")
    draft = await propose(uow, job.business_id, selected)
    heading = Heading(
        f"publish:{card}", words.PUBLISH_TITLE, words.PUBLISH_SUBMIT, words.ADD_AND_WAIT_HINT
    )
    return await _form(desk, uow, job.business_id, draft, heading, job.id)


async def edit_form(desk: Desk, uow: UnitOfWork, post: Post, card: str) -> Form:
    """A post as it stands now. The key holds what pictures it had: more may join meanwhile."""
    targets = await uow.targets.of_post(post.id)
    ids = [target.account_id for target in targets if target.state != "cancelled"]
    marks = "".join(map(_mark, post.images[:MOST_PICTURES]))
    return await _form(
        desk,
        uow,
        post.business_id,
        Draft(ids, post.caption, post.images),
        Heading(f"edit:{card}:{marks}", words.EDIT_TITLE, words.EDIT_SUBMIT),
        post.job_id,
    )


def address_form(post: Post, card: str) -> Form:
    """The words that a draft's address and the names of its files are made of."""
    field = FormField(
        "slug", words.ADDRESS, "line", post.slug, max_length=LONGEST, hint=words.ADDRESS_HINT
    )
    return Form(f"address:{card}", words.ADDRESS_TITLE, words.EDIT_SUBMIT, (field,))


async def _form(
    desk: Desk,
    uow: UnitOfWork,
    business_id: int,
    draft: Draft,
    heading: Heading,
    job_id: str | None = None,
) -> Form:
    accounts = await uow.accounts.of_business(business_id)
    fields = [
        FormField(
            "accounts",
            words.ACCOUNTS,
            "multiselect",
            "\n".join(draft.account_ids),
            options=tuple(Option(a.id, _account(a, desk)) for a in accounts[:MOST_OPTIONS]),
        ),
        FormField(
            "caption",
            words.CAPTION,
            "paragraph",
            draft.caption[:LONGEST_TEXT],
            required=False,
            hint=words.TEXT_HINT,
        ),
        *await _pictures(uow, business_id, draft.images, job_id),
        FormField("add", words.ADD_PICTURES, "files", required=False, hint=heading.add_hint),
        FormField(
            "prompt",
            words.DRAW,
            "line",
            required=False,
            hint=words.draw_hint(next(iter(desk.models.values()))),
            spare=True,
        ),
    ]
    if draft.images:
        room = LONGEST_TEXT // len(draft.images) - 1
        alts = "\n".join(shorten(_line(image.alt), room) for image in draft.images)
        fields.append(FormField("alt", words.ALT, "paragraph", alts, False, hint=words.ALT_HINT))
    return Form(heading.key, heading.title, heading.submit, tuple(fields))


def _account(account: Account, desk: Desk) -> str:
    label = account_label(account, desk.networks)
    facts = desk.networks.get(account.network)
    mark = words.NEEDS_PICTURE if facts and facts.rules.min_images else ""
    return label[: LONGEST_LABEL - len(mark)] + mark


async def _pictures(
    uow: UnitOfWork, business_id: int, chosen: Sequence[PostImage], job_id: str | None
) -> list[FormField]:
    """Those that are chosen, and the library's newest; no field where there are none at all."""
    items = await uow.items.of_job(job_id) if job_id else []
    numbers = {item.image_id: item.number for item in items}
    options = []
    for place, one in enumerate(chosen, 1):
        image = await uow.images.of_business(business_id, one.image_id)
        if image:
            label = words.picture_option(image, place, numbers.get(image.id))
            options.append(Option(f"{place}:{image.id}", label[:LONGEST_LABEL]))
    value = "\n".join(option.value for option in options)
    ids = {one.image_id for one in chosen}
    for image in (await find(uow, business_id, Search(limit=MOST_OPTIONS))).images:
        if image.id not in ids and len(options) < MOST_OPTIONS:
            label = words.picture_option(image, None, numbers.get(image.id))
            options.append(Option(f":{image.id}", label[:LONGEST_LABEL]))
    if not options:
        return []
    return [
        FormField(
            "pictures",
            words.PICTURES,
            "multiselect",
            value,
            required=False,
            options=tuple(options),
            hint=words.PICTURES_HINT,
        )
    ]


def _line(alt: str) -> str:
    return " ".join(alt.split())


def _mark(image: PostImage) -> str:
    return f"{image.image_id % MARKS:0{MARK}x}"


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────


async def read_draft(
    uow: UnitOfWork, business_id: int, values: Mapping[str, str], standing: Sequence[PostImage] = ()
) -> Draft:
    """What a post's form says. A picture that was chosen already has its line of the alt texts; one
    that was added has its own. A line that was cut to be shown, and left so, stands for the whole
    alt text: of the post's `standing` pictures, else of the image. Raises
    UserError("pictures_gone").
    """
    alts = {one.image_id: one.alt for one in standing}
    lines = values.get("alt", "").split("\n")
    images: dict[int, PostImage] = {}
    for value in filter(None, values.get("pictures", "").split("\n")):
        place, _, id_ = value.partition(":")
        known = id_.isdecimal() and len(id_) < len(str(1 << 63))
        image = await uow.images.of_business(business_id, int(id_)) if known else None
        if image is None:
            raise UserError("pictures_gone")
        alt = image.alt_text
        if place.isdecimal():
            line = "".join(lines[max(int(place) - 1, 0) :][:1]).strip()
            whole = alts.get(image.id, image.alt_text)
            cut = line.endswith("…") and _line(whole).startswith(line[:-1])
            alt = whole if cut else line
        images[image.id] = PostImage(image.id, image.sha256, alt)
    return Draft(
        [part for part in values.get("accounts", "").split("\n") if part],
        values.get("caption", "").strip(),
        list(images.values()),
    )


async def require_post(uow: UnitOfWork, asking: Asking, card: str) -> Post:
    """The post of a card, locked, about which this person may decide.

    Raises UserError("card_unknown" | "not_approver").
    """
    message = await uow.messages.get(card)
    post = await uow.posts.lock(message.subject_id) if message else None
    if post is None or post.business_id != asking.business.id:
        raise UserError("card_unknown")
    await require_approver(uow, post, asking.member)
    return post


async def write(
    desk: Desk,
    uow: UnitOfWork,
    asking: Asking,
    key: str,  # noqa: ARG001  # every form's handler is called alike
    values: dict[str, str],
) -> Reply:
    """A new draft."""
    draft = await read_draft(uow, asking.business.id, values)
    await _check(desk, uow, asking, draft, values)
    post = await write_post(uow, asking.business, asking.member, asking.place, draft, None)
    return await _bring(desk, uow, asking, post, values)


async def publish(
    desk: Desk, uow: UnitOfWork, asking: Asking, card: str, values: dict[str, str]
) -> Reply:
    """A post of a job's pictures, published as it was sent; it waits for new pictures."""
    message = await uow.messages.get(card)
    job = await uow.jobs.get(message.subject_id) if message else None
    if job is None or job.business_id != asking.business.id:
        raise UserError("card_unknown")
    await require_may_mark(uow, job, asking.member, Signal.PUBLISH)
    draft = await read_draft(uow, asking.business.id, values)
    await _check(desk, uow, asking, draft, values)
    post = await write_post(uow, asking.business, asking.member, job.place, draft, job)
    if asking.attachments or _prompt(values):
        return await _bring(desk, uow, asking, post, values)
    await approve(uow, post, asking.member, desk.networks, desk.grace)
    return Nothing()


async def edit(
    desk: Desk, uow: UnitOfWork, asking: Asking, key: str, values: dict[str, str]
) -> Reply:
    """A draft is changed; what joined it since the form was opened stays in it."""
    card, _, marks = key.partition(":")
    post = await require_post(uow, asking, card)
    opened = {marks[at : at + MARK] for at in range(0, len(marks), MARK)}
    draft = await read_draft(uow, asking.business.id, values, post.images)
    ids = {image.image_id for image in draft.images}
    joined = [one for one in post.images if _mark(one) not in opened and one.image_id not in ids]
    # Of a caption for which the form has no room, the rest stays where nobody changed it.
    same = draft.caption == post.caption[:LONGEST_TEXT].strip()
    caption = post.caption if same else draft.caption
    draft = replace(draft, caption=caption, images=[*draft.images, *joined])
    await _check(desk, uow, asking, draft, values, await count_coming(uow, post.id))
    await rewrite_post(uow, post, draft)
    return await _bring(desk, uow, asking, post, values)


async def change_address(
    desk: Desk,  # noqa: ARG001  # every form's handler is called alike
    uow: UnitOfWork,
    asking: Asking,
    card: str,
    values: dict[str, str],
) -> Reply:
    """A draft gets another address. Raises as `require_post` and `readdress`."""
    await readdress(uow, await require_post(uow, asking, card), values.get("slug", ""))
    return Nothing()


async def require_open_draft(uow: UnitOfWork, asking: Asking, card: str, more: int) -> Post:
    """As `require_post`, for so many more pictures. Raises also UserError("post_settled" |
    "post_full").
    """
    post = await require_post(uow, asking, card)
    await require_draft(uow, post)
    await require_room(uow, post, more)
    return post


async def _check(
    desk: Desk,
    uow: UnitOfWork,
    asking: Asking,
    draft: Draft,
    values: Mapping[str, str],
    coming: int = 0,
) -> None:
    coming += len(asking.attachments[:MOST_FILES]) + bool(_prompt(values))
    problems = await check_draft(uow, asking.business.id, draft, desk.networks, coming)
    if problems:
        raise problems[0]


async def _bring(
    desk: Desk, uow: UnitOfWork, asking: Asking, post: Post, values: Mapping[str, str]
) -> Reply:
    """Have the files that came with a form join its post, and a picture of what it says to draw.

    Raises UserError as `read_order` and `place_order`.
    """
    if asking.attachments:
        await place_upload(uow, asking.customer, asking.attachments, post)
    if not _prompt(values):
        return Nothing()
    models = await models_for(desk, uow, asking)
    wanted = {"prompt": _prompt(values)}
    read = read_order(wanted, desk.catalogue, models, desk.blocked_words)
    order = previewed(desk, asking, models, read)
    job = await place_order(uow, asking.customer, order, desk.orders_per_minute, post=post)
    return tell_notices(job)


def _prompt(values: Mapping[str, str]) -> str:
    return values.get("prompt", "").strip()


POST_FORMS: Mapping[str, FormHandler] = {
    "post": write,
    "publish": publish,
    "edit": edit,
    "address": change_address,
}
"""By the first part of their keys; the rest of the key is handed on."""
