"""What every inbox keeps: the contract of `core.ports.Inbox`, which the surfaces rest on.

It is held to the desk's own, on both databases, and to the fake with which surfaces are tested.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import pytest

from core.chat import Actor, Command, Event, MessageRef, Place, Private, Reply, Typing
from core.ports import Inbox, Later
from storage.database import Database
from tests.contracts.blob_grounds import StoppedClock
from tests.contracts.browsing_grounds import open_inbox
from tests.contracts.library_grounds import PLACE, Library
from tests.fakes.inbox import FakeInbox

CROWD = 20
ADA = Actor("ada", "Ada")


@dataclass(frozen=True)
class Ground:
    """An inbox, and a place of a team that it knows."""

    inbox: Inbox
    place: Place
    numbers: Callable[[], int]

    def command(self, name: str = "help") -> Command:
        """One that was never there; its reply tells something."""
        return Command(f"event-{self.numbers()}", ADA, self.place, name)


def answer_with_numbers() -> Callable[[Event], Reply]:
    """No two events get the same answer."""
    numbers = count(1)
    return lambda _: Private(f"{next(numbers)}")


@pytest.fixture(params=["desk", "fake"])
async def ground(
    request: pytest.FixtureRequest,
    database: Database,
    clock: StoppedClock,
) -> Ground:
    numbers = count(1)
    if request.param == "fake":
        inbox: Inbox = FakeInbox(answer=answer_with_numbers())
    else:
        library = Library(database, clock)
        await library.found()
        inbox = open_inbox(library)
    return Ground(inbox, PLACE, lambda: next(numbers))


async def answered(reply: Reply | Later) -> Reply:
    """What comes of an event, sooner or later."""
    return await reply.reply if isinstance(reply, Later) else reply


async def test_what_comes_again_gets_the_first_answer(ground: Ground) -> None:
    """Chats deliver again what they did not hear acknowledged."""
    command = ground.command()
    first = await ground.inbox.handle(command)
    await ground.inbox.handle(ground.command())
    assert isinstance(first, Private)
    assert await ground.inbox.handle(command) == first


async def test_a_command_that_comes_alone_is_carried_out_at_once(ground: Ground) -> None:
    """Its reply is there with the acknowledgement."""
    assert isinstance(await ground.inbox.take(ground.command()), Private)


async def test_of_commands_that_come_at_once_each_is_answered(ground: Ground) -> None:
    """Some of them later."""
    commands = [ground.command() for _ in range(CROWD)]
    taken = await asyncio.gather(*(ground.inbox.take(command) for command in commands))
    replies = [await answered(reply) for reply in taken]
    assert all(isinstance(reply, Private) for reply in replies)


async def test_what_is_still_being_typed_may_be_asked_about_any_time(ground: Ground) -> None:
    """It has no id of its own and is written down nowhere."""
    typing = Typing(ADA, ground.place, "generate", "style", "v")
    for _ in range(2):
        await ground.inbox.handle(typing)


async def test_it_is_told_of_connections_and_of_cleared_reactions(ground: Ground) -> None:
    """Also twice, and about messages that are none of the desk's."""
    stranger = MessageRef("slack", "C1", "1.1")
    for _ in range(2):
        await ground.inbox.connected("slack")
        await ground.inbox.cleared(stranger, None)
        await ground.inbox.cleared(stranger, "⭐")


async def test_what_a_person_did_wrong_is_a_reply(
    database: Database,
    clock: StoppedClock,
) -> None:
    """No surface has to know what can be wrong."""
    library = Library(database, clock)
    await library.found()
    inbox = open_inbox(library)
    for name, text in (("generate", "x --size 1x1"), ("nonsense", ""), ("library", "--sort no")):
        event = Command(f"wrong-{name}", ADA, PLACE, name, text)
        assert isinstance(await inbox.handle(event), Private)
