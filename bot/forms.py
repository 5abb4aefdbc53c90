"""Forms: how each is filled in when it opens, and what its submission means.

A form's key says what it belongs to (`generate:<card>`), or what was asked for that it has no field
for; nothing else is remembered. A post's form stands in `bot.posting`. It must not know any
surface.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from bot.asking import Asking
from bot.desk import Desk
from bot.keys import models_for
from bot.reviewers import PROVIDER
from core.business.budgets import channel_of, standings
from core.business.keys import business_key
from core.business.ledger import day_of
from core.business.members import Business
from core.chat import FieldErrors, Form, FormField, Option
from core.errors import UserError
from core.generation.comparing import read_wanted
from core.generation.orders import read_order
from core.generation.prompts import LONGEST, STYLES
from core.storing import UnitOfWork
from core.wording import forms as words
from core.wording.budgets import brief
from core.wording.errors import sentence

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
    "slug_taken": "slug",
    "pictures_gone": "pictures",
    "search_too_long": "text",
    "dates_reversed": "to",
    "title_long": "title",
    "description_long": "description",
    "tag_long": "tags",
    "tags_many": "tags",
    "alt_long": "alt",
    "budget_amount_wrong": "amount",
    "budget_images_wrong": "images",
    "budget_empty": "amount",
    "budget_person_missing": "person",
    "key_missing": "key",
    "key_shape": "key",
    "person_unknown": "person",
    "person_ambiguous": "person",
}
"""At which field a reason is shown; others are said in a sentence of their own."""

INSTEAD: Final = {"alt": "pictures"}
"""Where that is shown for which a form has no field: only what it was opened with has alt texts."""

ORDERS: Final = frozenset({"generate", "asked"})
"""Forms of orders, by the first part of their keys."""

HIDDEN: Final = ("count", "reference", "compare")
"""Options of `/generate` for which its form has no field."""

LONGEST_KEY: Final = 90


async def order_form(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Form:
    """The form of a command without a prompt. What was given beside stands in it, or else in its
    key. Raises UserError as `read_order` and `read_wanted`: now, and not once it is filled in.
    """
    models = await models_for(desk, uow, asking)
    read = read_order(values | {"prompt": "…"}, desk.catalogue, models, "")
    compared = read_wanted(values.get("compare", ""))
    given = {"model": read.model, "size": read.size, "quality": read.quality}
    form = await generate_form(desk, uow, asking, values | given)
    hidden = {name: values[name].strip() for name in HIDDEN if values.get(name, "").strip()}
    if not hidden:
        return form
    key = f"asked:{urlencode(hidden)}"
    if len(key) > LONGEST_KEY:
        raise UserError("prompt_empty")
    said = words.asked(read.count, read.references, compared)
    return replace(form, key=key, note=f"{said} {form.note}")


def read_asked(asked: str) -> dict[str, str]:
    """What the key of an order's form holds, by the names of the command's options."""
    return dict(parse_qsl(asked))


async def generate_form(
    desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str], card: str = ""
) -> Form:
    """The five fields of an order, the price shown. The pictures join the draft of `card`, if that
    is given.
    """
    models = await models_for(desk, uow, asking)
    model = models.get(values.get("model", "")) or next(iter(models.values()))
    business = asking.business
    found = await standings(
        uow,
        business.id,
        asking.member.id,
        channel_of(asking.place),
        day_of(business, uow.now),
    )
    sizes = tuple(Option(size, size) for size in model.sizes)
    qualities = tuple(
        Option(quality, words.quality_option(quality, model.price(quality, model.sizes[0])))
        for quality in model.qualities
    )
    styles = (Option("none", words.NO_STYLE), *(Option(style, style) for style in STYLES))
    return Form(
        key=f"generate:{card}" if card else "generate",
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
            _select("size", words.SIZE, sizes, values.get("size", model.sizes[0])),
            _select("quality", words.QUALITY, qualities, values.get("quality", model.qualities[0])),
            _select(
                "model",
                words.MODEL,
                tuple(Option(n, words.model_option(m)) for n, m in models.items())[:25],
                model.name,
            ),
        ),
        note=words.price_note(model, brief(found), moderated=await _moderated(desk, uow, business)),
    )


async def _moderated(desk: Desk, uow: UnitOfWork, business: Business) -> bool:
    """Whether prompts and pictures are judged, by the desk's key or the business's."""
    return desk.moderated or await business_key(uow, business.id, PROVIDER) is not None


def upload_form() -> Form:
    """Pictures from a person's device."""
    files = FormField("files", words.UPLOAD_FILES, "files", hint=words.UPLOAD_HINT)
    return Form("upload", words.UPLOAD_TITLE, words.UPLOAD_SUBMIT, (files,))


def home_form(businesses: list[Business]) -> Form:
    """Which of several businesses a person means in direct messages."""
    options = tuple(Option(str(one.id), one.name[:75]) for one in businesses[:25])
    field = FormField("business", words.HOME, "select", options=options, hint=words.HOME_HINT)
    return Form("home", words.HOME_TITLE, words.HOME_SUBMIT, (field,))


def field_errors(error: UserError, key: str, values: Mapping[str, str]) -> FieldErrors | None:
    """What is wrong with the form of this key, sent with `values`, at its field; None where it
    belongs to none. A prompt that was typed is not lost with its form, whatever forbids the order
    for now.
    """
    prompt = "prompt" if key.partition(":")[0] in ORDERS else ""
    field = FIELDS.get(error.code, prompt)
    if field not in values:
        field = INSTEAD.get(field, field)
    if not field:
        return None
    said = sentence(error.trouble)
    return FieldErrors({field: f"{said} {words.WAYS}" if error.code == "needs_image" else said})


def _select(id_: str, label: str, options: tuple[Option, ...], value: str) -> FormField:
    return FormField(id_, label, "select", value, options=options)
