"""`/keys`: see the keys that were brought, bring one, take one away.

Owns the form and what the keyring's controls do. A key is typed into that form only; it is sealed
here before anything is written, and is part of no reply. It must not know any surface, nor how a
key is tried or used.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.asking import Asking
from bot.desk import Desk
from core.business.keyring import (
    ADD,
    CHOOSE,
    KEEP,
    PATH,
    REVOKE,
    draw_keyring,
    draw_revocation,
    read_keyring,
    require_revocable,
)
from core.business.keys import (
    LAST,
    LONGEST,
    LONGEST_NAME,
    SHORTEST,
    ProviderKey,
    fingerprint,
    revoke,
)
from core.business.members import Member
from core.chat import Form, FormField, Option, Press, Reply
from core.errors import UserError
from core.generation.offering import models_of
from core.generation.prices import Model
from core.storing import UnitOfWork
from core.wording import keys as words

MOST_KEYS = 12
"""A person's own, or a business's: both together fit into one menu."""

KEY_ACTIONS = frozenset({ADD, CHOOSE, REVOKE, KEEP})


async def open_keys(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:  # noqa: ARG001  # every handler is called alike
    """The keys that this person may see. What was typed behind the command never came here."""
    for key in await read_keyring(uow, asking.member):
        if key.tried_at is None:
            uow.enqueue("try_key", key.id)
    return await draw_keyring(uow, asking.member, words.TYPED if "typed" in values else "")


async def submit_keys(desk: Desk, uow: UnitOfWork, asking: Asking, values: dict[str, str]) -> Reply:
    """Store the key that was given, and have it tried.

    Raises UserError("key_missing" | "key_shape" | "keys_many" | "not_admin"); none of them repeats
    what was typed.
    """
    key = await _bring(desk, uow, asking, values)
    uow.enqueue("try_key", key.id)
    panel = await draw_keyring(uow, asking.member, words.TRYING.format(key=words.called(key)))
    return replace(panel, path=f"{PATH}?trying={key.id}")


async def press_keys(uow: UnitOfWork, asking: Asking, event: Press) -> Reply:
    """A control of the keyring. Raises UserError("key_unknown" | "key_not_yours")."""
    member, note = asking.member, ""
    if event.action == ADD:
        return _form(member)
    if event.action == CHOOSE and event.values:
        return draw_revocation(await require_revocable(uow, member, event.values[0]))
    if event.action == REVOKE:
        key = await require_revocable(uow, member, event.key)
        revoke(key, uow.now)
        note = words.REVOKED.format(key=words.called(key))
    return await draw_keyring(uow, member, note)


async def models_for(desk: Desk, uow: UnitOfWork, asking: Asking) -> Mapping[str, Model]:
    """What this person can order; see `core.generation.offering`."""
    business_id, member_id = asking.business.id, asking.member.id
    return await models_of(uow, desk.catalogue, desk.models, business_id, member_id)


def _form(member: Member) -> Form:
    fields = [
        _select("provider", words.PROVIDER, words.PROVIDERS),
        FormField("key", words.KEY, "secret", max_length=LONGEST, hint=words.KEY_HINT),
        FormField(
            "name",
            words.NAME,
            "line",
            required=False,
            max_length=LONGEST_NAME,
            hint=words.NAME_HINT,
        ),
    ]
    if member.admin:
        whose = _select("whose", words.WHOSE, words.WHOSE_OPTIONS)
        fields.insert(2, replace(whose, hint=words.WHOSE_HINT))
    return Form("keys", words.ADD_TITLE, words.ADD_SUBMIT, tuple(fields))


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


def _select(id_: str, label: str, labels: Mapping[str, str]) -> FormField:
    options = tuple(Option(value, text) for value, text in labels.items())
    return FormField(id_, label, "select", options[0].value, options=options)
