"""What commands and submitted forms do, each within the inbox's one transaction.

A handler takes the desk, the unit of work, who asks and what they gave, and returns the reply. It
must not know any surface and makes no network call.
"""

import hashlib
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.asking import Asking, FormHandler, Handler
from bot.batches import BATCH_FORMS, bulk, keep, redo
from bot.browsing import PANEL_FORMS, open_image, open_library
from bot.budgets import budget, submit_budget, tell_notices
from bot.comparing import read_comparison, scoreboard, tell_fewer
from bot.desk import Desk
from bot.forms import order_form, read_asked, upload_form
from bot.keys import models_for, open_keys, submit_keys
from bot.models import previewed, show_models
from bot.people import find_person
from bot.posting import POST_FORMS, post_form_for, require_open_draft
from core.chat import Link, Nothing, Private, Reply
from core.errors import UserError
from core.generation.ordering import place_order
from core.generation.orders import read_order
from core.library.uploading import MOST_FILES, place_upload
from core.page import SignIn
from core.storing import UnitOfWork
from core.wording import forms as words

SIGN_IN_LIFETIME = timedelta(minutes=10)


async def generate(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:
    """Place an order, or open the form where there is no prompt."""
    if not values.get("prompt", "").strip() and not asking.attachments:
        return await order_form(desk, uow, asking, values)
    return await order(desk, uow, asking, values)


async def order(
    desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str], card: str = ""
) -> Reply:
    """Place an order from a command or the form; its pictures join the draft of `card`, if given.
    They are made from the files that came with it, which are taken into the library first.

    Raises UserError as `read_order`, `read_comparison`, `place_order` and `require_open_draft`.
    """
    given = {name: "" if value == "none" else value for name, value in values.items()}
    files = len(asking.attachments[:MOST_FILES])
    models = await models_for(desk, uow, asking)
    read = read_order(given, desk.catalogue, models, desk.blocked_words, files)
    post = await require_open_draft(uow, asking, card, read.count) if card else None
    if files:
        bringing = await place_upload(uow, asking.customer, asking.attachments)
        brought = await uow.items.of_job(bringing.id)
        read = replace(read, brought=tuple(item.id for item in brought))
    wanted = given.get("compare", "")
    read = previewed(desk, asking, models, read_comparison(models, read, wanted))
    job = await place_order(uow, asking.customer, read, desk.orders_per_minute, post=post)
    return tell_fewer(read, wanted, tell_notices(job))


async def post(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:
    """Open a post's form, filled with the text that was given."""
    return await post_form_for(desk, uow, asking.business, text=values.get("text", ""))


async def upload(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:  # noqa: ARG001  # every handler is called alike
    """Take in the files that came, or open the form where there are none."""
    if not asking.attachments:
        return upload_form()
    await place_upload(uow, asking.customer, asking.attachments)
    return Nothing()


async def add_to_library(
    desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]
) -> Reply:
    """Take in the files of the message that was pointed at. Raises UserError("message_bare")."""
    if not asking.attachments:
        raise UserError("message_bare")
    return await upload(desk, uow, asking, values)


async def open_desk(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:  # noqa: ARG001  # every handler is called alike
    """A one-time link to the page, as this person in this business."""
    token = secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest()
    await uow.members.get(asking.member.id)  # a new member is written before its link
    uow.signins.add(SignIn(digest, asking.member.id, uow.now + SIGN_IN_LIFETIME))
    link = Link(words.DESK_LINK, f"{desk.address}/sign-in/{token}")
    return Private(words.DESK_SENT, (link,))


async def show_help(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:  # noqa: ARG001  # every handler is called alike
    """All commands and reactions."""
    return Private(words.help_text(desk.commands))


async def name_approver(
    desk: Desk,  # noqa: ARG001  # every handler is called alike
    uow: UnitOfWork,
    asking: Asking,
    values: dict[str, str],
) -> Reply:
    """An admin names who approves, or takes it back."""
    if not asking.member.admin:
        raise UserError("not_admin")
    member = await find_person(uow, asking.business.id, values.get("person", ""))
    member.approver = values.get("remove") != "yes"
    said = words.APPROVER_NAMED if member.approver else words.APPROVER_REMOVED
    return Private(said.format(name=member.name))


COMMANDS: dict[str, Handler] = {
    "generate": generate,
    "post": post,
    "models": show_models,
    "upload": upload,
    words.ADD_TO_LIBRARY: add_to_library,
    "bulk": bulk,
    "keep": keep,
    "redo": redo,
    "library": open_library,
    "image": open_image,
    "scoreboard": scoreboard,
    "desk": open_desk,
    "approver": name_approver,
    "budget": budget,
    "keys": open_keys,
    "help": show_help,
}

TAKE_FILES: Final = frozenset({"generate", "upload", words.ADD_TO_LIBRARY, "bulk"})
"""What comes with any other command is taken into the library beside it."""

PLAIN_FORMS: dict[str, Handler] = {"budget": submit_budget, "keys": submit_keys, "upload": upload}
"""Forms that belong to no card."""


async def order_asked(
    desk: Desk, uow: UnitOfWork, asking: Asking, asked: str, values: dict[str, str]
) -> Reply:
    """An order from the form of a command that had asked for more than the form shows."""
    return await order(desk, uow, asking, read_asked(asked) | values)


CARD_FORMS: dict[str, FormHandler] = {
    **PANEL_FORMS,
    **BATCH_FORMS,
    **POST_FORMS,
    "asked": order_asked,
}
"""Forms that belong to a card, or to something else that their key names."""


async def submit(
    desk: Desk, uow: UnitOfWork, asking: Asking, key: str, values: dict[str, str]
) -> Reply:
    """What a submitted form does. Raises UserError, also for what is wrong at one field of it
    (`field_errors` tells which): nothing may be kept of a form that was refused.
    """
    kind, _, card = key.partition(":")
    if kind == "generate":
        return await order(desk, uow, asking, values, card)
    if kind in PLAIN_FORMS:
        return await PLAIN_FORMS[kind](desk, uow, asking, values)
    if kind in CARD_FORMS:
        return await CARD_FORMS[kind](desk, uow, asking, card, values)
    raise UserError("card_unknown")
