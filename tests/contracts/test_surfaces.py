"""What every chat keeps: the contract of `core.ports.ChatSurface`."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.chat import Card, File, Private
from core.errors import ActionNeeded, UserError
from tests.contracts.surface_grounds import GROUNDS, STAR, Ground, Shelf
from tests.fakes.inbox import FakeInbox

ONE, TWO = (File(f"b{number}", f"{number}.jpg", "image/jpeg", "A fox") for number in (1, 2))
CHANGES = Private("Please ask an approver.")


def card(key: str, title: str, *pictures: File) -> Card:
    """A card of the desk."""
    return Card(key * 32, title, ("From a fox.",), pictures=pictures)


@pytest.fixture(params=GROUNDS)
async def ground(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ground]:
    async with GROUNDS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


async def test_a_card_opens_a_thread_in_which_further_cards_stand(
    ground: Ground, shelf: Shelf
) -> None:
    """What is asked for in a channel stands there; its results stand in its thread."""
    thread, root = await ground.surface.open_thread(
        ground.place, card("a", "Making a fox", ONE), shelf.load, repeat=False
    )
    reply = await ground.surface.post(
        thread, card("b", "Two foxes", ONE, TWO), shelf.load, repeat=False
    )
    first, second = await ground.standing()
    assert "Making a fox" in first.words
    assert "From a fox." in first.words
    assert (first.pictures, first.thread) == (1, "")
    assert "Two foxes" in second.words
    assert (second.pictures, second.thread) == (2, thread.id)
    assert reply.ref != root.ref
    assert (thread.surface, thread.team) == (ground.place.surface, ground.place.team)
    assert ground.surface.name == ground.place.surface


async def test_a_card_asked_for_in_a_thread_opens_no_other(ground: Ground, shelf: Shelf) -> None:
    """It stands where it was asked for."""
    thread, _ = await ground.surface.open_thread(
        ground.place, card("a", "Foxes"), shelf.load, repeat=False
    )
    inside = replace(ground.place, thread=thread.id)
    same, _ = await ground.surface.open_thread(inside, card("b", "Owls"), shelf.load, repeat=False)
    assert same == thread
    assert (await ground.standing())[-1].thread == thread.id


async def test_whoever_died_after_posting_finds_the_card(ground: Ground, shelf: Shelf) -> None:
    """With `repeat` a card that stands is found by its key, in a channel as in a thread."""
    thread, root = await ground.surface.open_thread(
        ground.place, card("a", "Foxes", ONE), shelf.load, repeat=False
    )
    reply = await ground.surface.post(thread, card("b", "Owls", TWO), shelf.load, repeat=False)
    again = await ground.surface.open_thread(
        ground.place, card("a", "Foxes", ONE), shelf.load, repeat=True
    )
    assert (again[0], again[1].ref) == (thread, root.ref)
    found = await ground.surface.post(thread, card("b", "Owls", TWO), shelf.load, repeat=True)
    assert found.ref == reply.ref
    assert len(await ground.standing()) == 2


async def test_with_repeat_a_card_that_does_not_stand_is_posted(
    ground: Ground, shelf: Shelf
) -> None:
    """Whoever died before posting has lost nothing."""
    thread, _ = await ground.surface.open_thread(
        ground.place, card("a", "Foxes"), shelf.load, repeat=True
    )
    await ground.surface.post(thread, card("b", "Owls"), shelf.load, repeat=True)
    assert len(await ground.standing()) == 2


async def test_an_edit_changes_the_card_and_sends_only_new_pictures(
    ground: Ground, shelf: Shelf
) -> None:
    """It stays the same message; doing it again changes nothing."""
    thread, sent = await ground.surface.open_thread(
        ground.place, card("a", "Making", ONE), shelf.load, repeat=False
    )
    shelf.asked.clear()
    fresh = card("a", "Done", ONE, TWO)
    edited = await ground.surface.edit(sent, thread, fresh, shelf.load)
    again = await ground.surface.edit(edited, thread, fresh, shelf.load)
    assert again.ref == edited.ref == sent.ref
    assert shelf.asked == [TWO.id]
    (shown,) = await ground.standing()
    assert "Done" in shown.words
    assert "Making" not in shown.words
    assert shown.pictures == 2


async def test_a_card_that_somebody_deleted_is_gone(ground: Ground, shelf: Shelf) -> None:
    """For edits and for reactions."""
    thread, sent = await ground.surface.open_thread(
        ground.place, card("a", "Foxes"), shelf.load, repeat=False
    )
    await ground.delete(sent)
    with pytest.raises(UserError) as gone:
        await ground.surface.edit(sent, thread, card("a", "Bears"), shelf.load)
    assert gone.value.code == "message_gone"
    with pytest.raises(UserError) as gone:
        await ground.surface.reactions(sent.ref)
    assert gone.value.code == "message_gone"


async def test_reactions_are_read_as_a_set_without_the_desks_own(
    ground: Ground, shelf: Shelf
) -> None:
    """Plain emoji, each with who gave it."""
    _, sent = await ground.surface.open_thread(
        ground.place, card("a", "Foxes"), shelf.load, repeat=False
    )
    assert await ground.surface.reactions(sent.ref) == frozenset()
    await ground.star(sent)
    ((emoji, actor),) = await ground.surface.reactions(sent.ref)
    assert (emoji, actor.id, actor.name, actor.is_admin) == (STAR, ground.person, "Ada", False)


async def test_what_is_told_to_one_person_nobody_else_reads(ground: Ground) -> None:
    """It stands in no channel."""
    await ground.surface.tell(ground.place, ground.person, CHANGES)
    (words,) = await ground.told()
    assert CHANGES.text in words
    assert await ground.standing() == []


async def test_where_the_desk_may_not_speak_it_says_what_is_to_be_done(
    ground: Ground, shelf: Shelf
) -> None:
    """That is an admin's matter, not the person's."""
    closed = await ground.shut_out()
    with pytest.raises(ActionNeeded) as refused:
        await ground.surface.open_thread(closed, card("a", "Foxes"), shelf.load, repeat=False)
    assert refused.value.code in {"chat_not_invited", "chat_forbidden", "chat_gone"}


async def test_what_a_person_attached_is_streamed(ground: Ground) -> None:
    """All of it, and nothing else."""
    data = bytes(range(256)) * 1000
    brought = await ground.bring(data)
    assert brought.size == len(data)
    assert b"".join([piece async for piece in ground.surface.fetch(brought, len(data))]) == data


async def test_what_is_too_big_is_not_read_to_its_end(ground: Ground) -> None:
    """Whatever size was told."""
    brought = await ground.bring(bytes(100_000))
    for attachment in (brought, replace(brought, size=1)):
        with pytest.raises(UserError) as refused:
            async for _ in ground.surface.fetch(attachment, 99_999):
                pass
        assert refused.value.code == "upload_too_big"


async def test_listening_ends_when_it_is_cancelled(ground: Ground) -> None:
    """As a process does that is told to stop."""
    listening = asyncio.create_task(ground.surface.listen(FakeInbox()))
    await asyncio.sleep(0)
    listening.cancel()
    await asyncio.wait([listening])
    assert listening.cancelled()
