"""People, as others name them in commands and forms. It must not know what is done with them."""

import re
from typing import Final

from core.business.members import Member
from core.errors import UserError
from core.storing import UnitOfWork

_MENTION: Final = re.compile(r"<@!?([A-Za-z0-9]+)(?:\|[^>]*)?>")


async def find_person(uow: UnitOfWork, business_id: int, given: str) -> Member:
    """The member who is mentioned or named. Raises UserError("person_missing" | "person_unknown" |
    "person_ambiguous").
    """
    person = given.strip()
    if not person:
        raise UserError("person_missing")
    mentioned = _MENTION.fullmatch(person)
    user = mentioned.group(1) if mentioned else person.removeprefix("@")
    found = await uow.members.anywhere(business_id, user)
    called = [found] if found else await uow.members.named(business_id, user)
    if not called:
        raise UserError("person_unknown", name=user)
    if len(called) > 1:
        raise UserError("person_ambiguous", name=user)
    return called[0]
