"""Forms: how each is filled in when it opens, and what its submission means.

A form's key says what it belongs to (`publish:<card>`); nothing else is remembered. It must not
know any surface.
"""

from bot.desk import Desk
from core.business.ledger import day_of
from core.business.members import Business
from core.chat import Form, FormField, Option
from core.errors import UserError
from core.generation.jobs import Job
from core.generation.prompts import LONGEST, STYLES
from core.library.images import Image
from core.publishing.cards import account_label
from core.publishing.posting import Draft, propose, propose_images
from core.publishing.posts import Post, PostImage
from core.review.reviewing import read_review
from core.storing import UnitOfWork
from core.wording import forms as words

FIELDS = {
    "prompt_empty": "prompt",
    "prompt_too_long": "prompt",
    "prompt_blocked": "prompt",
    "style_unknown": "style",
    "size_unknown": "size",
    "quality_unknown": "quality",
    "model_unknown": "model",
    "accounts_none": "accounts",
    "needs_image": "accounts",
    "too_many_images": "accounts",
    "caption_too_long": "caption",
    "too_many_hashtags": "caption",
    "post_empty": "caption",
    "alt_too_long": "alt",
    "search_too_long": "text",
    "dates_reversed": "to",
    "title_long": "title",
    "description_long": "description",
    "tag_long": "tags",
    "tags_many": "tags",
    "alt_long": "alt",
}
"""At which field a reason is shown; others are said in a sentence of their own."""


async def generate_form(
    desk: Desk, uow: UnitOfWork, business: Business, values: dict[str, str]
) -> Form:
    """The five fields of an order, the price shown."""
    model = desk.models.get(values.get("model", "")) or next(iter(desk.models.values()))
    spent = await uow.ledger.spent(business.id, day_of(business, uow.now))
    left = max(business.daily_budget - spent, 0)
    qualities = tuple(
        Option(quality, words.quality_option(quality, model.price(quality, model.sizes[0])))
        for quality in model.qualities
    )
    styles = (Option("none", words.NO_STYLE), *(Option(style, style) for style in STYLES))
    return Form(
        key="generate",
        title=words.GENERATE_TITLE,
        submit=words.GENERATE_SUBMIT,
        fields=(
            FormField(
                "prompt",
                words.PROMPT,
                "paragraph",
                values.get("prompt", ""),
                max_length=min(LONGEST, 3000),
                hint=words.PROMPT_HINT,
            ),
            _select("style", words.STYLE, styles, values.get("style", "none")),
            _select("size", words.SIZE, tuple(Option(s, s) for s in model.sizes), model.sizes[0]),
            _select("quality", words.QUALITY, qualities, model.qualities[0]),
            _select(
                "model",
                words.MODEL,
                tuple(Option(n, words.model_option(m)) for n, m in desk.models.items())[:25],
                model.name,
            ),
        ),
        note=words.price_note(model, left, moderated=desk.moderated),
    )


async def publish_form(desk: Desk, uow: UnitOfWork, job: Job, card: str) -> Form:
    """Accounts, caption and alt texts for what is selected on a job.

    Raises UserError("nothing_selected").
    """
    selected = (await read_review(uow, job.id)).selected
    if not selected:
        raise UserError("nothing_selected")
    draft = await propose(uow, job.business_id, selected)
    return await _post_form(
        desk,
        uow,
        job.business_id,
        draft,
        (f"publish:{card}", words.PUBLISH_TITLE, words.PUBLISH_SUBMIT),
    )


async def edit_form(desk: Desk, uow: UnitOfWork, post: Post, card: str) -> Form:
    """The same fields, with what the post holds now."""
    targets = await uow.targets.of_post(post.id)
    ids = [target.account_id for target in targets if target.state != "cancelled"]
    draft = Draft(ids, post.caption, post.images)
    return await _post_form(
        desk, uow, post.business_id, draft, (f"edit:{card}", words.EDIT_TITLE, words.EDIT_SUBMIT)
    )


async def post_form(desk: Desk, uow: UnitOfWork, business: Business, text: str) -> Form:
    """A post that starts from text."""
    draft = await propose(uow, business.id, [])
    draft = Draft(draft.account_ids, text, [])
    return await _post_form(
        desk, uow, business.id, draft, ("post", words.POST_TITLE, words.POST_SUBMIT)
    )


async def post_form_of(
    desk: Desk,
    uow: UnitOfWork,
    business: Business,
    images: list[Image],
    heading: tuple[str, str, str],
) -> Form:
    """A post with pictures of the library. `heading` are the form's key, title and submit."""
    draft = await propose_images(uow, business.id, images)
    return await _post_form(desk, uow, business.id, draft, heading)


async def _post_form(
    desk: Desk, uow: UnitOfWork, business_id: int, draft: Draft, heading: tuple[str, str, str]
) -> Form:
    accounts = await uow.accounts.of_business(business_id)
    options = tuple(Option(a.id, account_label(a, desk.networks)[:75]) for a in accounts[:25])
    fields = [
        FormField(
            "accounts",
            words.ACCOUNTS,
            "multiselect",
            "\n".join(draft.account_ids),
            options=options,
        ),
        FormField(
            "caption",
            words.CAPTION,
            "paragraph",
            draft.caption[:3000],
            required=not draft.images,
            hint=words.TEXT_HINT,
        ),
    ]
    if draft.images:
        alts = "\n".join(" ".join(image.alt.split()) for image in draft.images)
        fields.append(
            FormField("alt", words.ALT, "paragraph", alts[:3000], False, hint=words.ALT_HINT)
        )
    key, title, submit = heading
    return Form(key, title, submit, tuple(fields))


def upload_form() -> Form:
    """Pictures from a person's device."""
    files = FormField("files", words.UPLOAD_FILES, "files", hint=words.UPLOAD_HINT)
    return Form("upload", words.UPLOAD_TITLE, words.UPLOAD_SUBMIT, (files,))


def home_form(businesses: list[Business]) -> Form:
    """Which of several businesses a person means in direct messages."""
    options = tuple(Option(str(one.id), one.name[:75]) for one in businesses[:25])
    field = FormField("business", words.HOME, "select", options=options, hint=words.HOME_HINT)
    return Form("home", words.HOME_TITLE, words.HOME_SUBMIT, (field,))


def read_draft(values: dict[str, str], images: list[PostImage]) -> Draft:
    """What a submitted post form says; alt texts go to the pictures line by line."""
    lines = values.get("alt", "").split("\n")
    alts = [lines[number].strip() if number < len(lines) else "" for number in range(len(images))]
    return Draft(
        [part for part in values.get("accounts", "").split("\n") if part],
        values.get("caption", "").strip(),
        [
            PostImage(image.image_id, image.sha256, alt)
            for image, alt in zip(images, alts, strict=True)
        ],
    )


def _select(id_: str, label: str, options: tuple[Option, ...], value: str) -> FormField:
    return FormField(id_, label, "select", value, options=options)
