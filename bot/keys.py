"""`/keys`: bring a key of a provider, see those that stand, take one away.

Owns the form and what it means. A key is sealed here before anything is written, and is part of no
reply. It must not know any surface, nor how a key is tried or used.
"""

from collections.abc import Mapping

from bot.asking import Asking
from bot.desk import Desk
from core.business.keys import (
    LAST,
    LONGEST,
    LONGEST_NAME,
    SHORTEST,
    ProviderKey,
    fingerprint,
    revoke,
)
from core.chat import Form, FormField, Option, Private, Reply
from core.errors import UserError
from core.generation.offering import models_of
from core.generation.prices import Model
from core.storing import UnitOfWork
from core.wording import keys as words

NONE = "none"
MOST_KEYS = 20
MOST_SHOWN = 10
"""A form's note is at most 3,000 characters in Slack."""


async def open_keys(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:  # noqa: ARG001  # every handler is called alike
    """The form, with the keys that this person may see. What was typed behind the command never
    came here.
    """
    keys = await _seen(uow, asking)
    for key in keys:
        if key.tried_at is None:
            uow.enqueue("try_key", key.id)
    lines = [words.row(key, await uow.ledger.paid_by(key.id)) for key in keys[:MOST_SHOWN]]
    mine = [key for key in keys if key.owner_id or asking.member.admin]
    revoking = (Option(NONE, words.REVOKE_NONE), *(_option(key) for key in mine))
    fields = [
        _select("provider", words.PROVIDER, _labelled(words.PROVIDERS)),
        FormField(
            "key", words.KEY, "line", required=False, max_length=LONGEST, hint=words.KEY_HINT
        ),
        FormField(
            "name",
            words.NAME,
            "line",
            required=False,
            max_length=LONGEST_NAME,
            hint=words.NAME_HINT,
        ),
        _select("revoke", words.REVOKE, revoking),
    ]
    if asking.member.admin:
        fields.insert(2, _select("whose", words.WHOSE, _labelled(words.WHOSE_OPTIONS)))
    note = "\n".join(lines) or words.NOTHING_HERE
    if "typed" in values:
        note = f"{words.TYPED}\n{note}"
    return Form("keys", words.TITLE, words.SUBMIT, tuple(fields), note)


async def submit_keys(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:
    """Store the key that was given, or revoke the one that was chosen.

    Raises UserError("key_missing" | "key_shape" | "keys_many" | "key_unknown" | "key_not_yours" |
    "not_admin"); none of them repeats what was typed.
    """
    chosen = values.get("revoke", NONE) or NONE
    if chosen != NONE:
        return await _revoke(uow, asking, chosen)
    key = await _bring(desk, uow, asking, values)
    uow.enqueue("try_key", key.id)
    return Private(words.TRYING.format(key=words.called(key)))


async def models_for(desk: Desk, uow: UnitOfWork, asking: Asking) -> Mapping[str, Model]:
    """What this person can order; see `core.generation.offering`."""
    business_id, member_id = asking.business.id, asking.member.id
    return await models_of(uow, desk.catalogue, desk.models, business_id, member_id)


async def _seen(uow: UnitOfWork, asking: Asking) -> list[ProviderKey]:
    own = await uow.keys.of_owner(asking.business.id, asking.member.id)
    return [*own, *await uow.keys.of_owner(asking.business.id, "")]


async def _revoke(uow: UnitOfWork, asking: Asking, key_id: str) -> Private:
    key = await uow.keys.lock(key_id)
    if key is None or key.business_id != asking.business.id or key.revoked_at:
        raise UserError("key_unknown")
    revoke(key, asking.member, uow.now)
    return Private(words.REVOKED.format(key=words.called(key)))


async def _bring(
    desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]
) -> ProviderKey:
    given = values.get("key", "").strip()
    provider = values.get("provider", "openai")
    if not given:
        raise UserError("key_missing")
    plain = given.isascii() and given.isprintable() and " " not in given
    if not plain or not SHORTEST <= len(given) <= LONGEST or provider not in words.PROVIDERS:
        raise UserError("key_shape")
    business = values.get("whose", "mine") == "business"
    if business and not asking.member.admin:
        raise UserError("not_admin")
    await uow.members.get(asking.member.id)  # a new member is written before its key
    owner_id = "" if business else asking.member.id
    if len(await uow.keys.of_owner(asking.business.id, owner_id)) >= MOST_KEYS:
        raise UserError("keys_many", most=MOST_KEYS)
    name = values.get("name", "").strip()[:LONGEST_NAME]
    key = ProviderKey(
        business_id=asking.business.id,
        owner_id=owner_id,
        brought_by=asking.member.id,
        provider=provider,
        # A key pasted into the wrong field as well must not be shown by its name.
        name=name if name and given not in name else words.PROVIDERS[provider],
        last=given[-LAST:],
        fingerprint=fingerprint(given),
        sealed="",
        place=asking.place,
        created_at=uow.now,
    )
    key.sealed = desk.seal(given, key.seal_context)
    uow.keys.add(key)
    return key


def _option(key: ProviderKey) -> Option:
    return Option(key.id, f"{words.PROVIDERS[key.provider]} {words.called(key)}"[:75])


def _labelled(labels: Mapping[str, str]) -> tuple[Option, ...]:
    return tuple(Option(value, label) for value, label in labels.items())


def _select(id_: str, label: str, options: tuple[Option, ...]) -> FormField:
    return FormField(id_, label, "select", options[0].value, options=options[:25])
