"""Pacing: many large bodies at once leave room in the loop for everybody else."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from bot.surfaces.web.pacing import AT_ONCE, Paced

PIECES, BODIES = 5, 40


async def test_only_a_few_pieces_are_handed_on_in_a_turn_of_the_loop() -> None:
    """However many bodies have come, and all of each arrives in its order."""
    turn, taken, bodies = 0, dict[int, int](), list[list[bytes]]()
    ended = asyncio.Event()

    async def count_turns() -> None:
        nonlocal turn
        while not ended.is_set():
            turn += 1
            await asyncio.sleep(0)

    async def read(scope: Scope, receive: Receive, send: Send) -> None:  # as ASGI has it
        body = list[bytes]()
        while True:
            message = await receive()
            body.append(message["body"])
            if not message["more_body"]:
                bodies.append(body)
                return
            taken[turn] = taken.get(turn, 0) + 1

    async def send(message: Message) -> None:
        pytest.fail(f"nobody answers: {message}")

    app = Paced(read)
    turns = asyncio.create_task(count_turns())
    await asyncio.gather(*(app({"type": "http"}, arriving(), send) for _ in range(BODIES)))
    ended.set()
    await turns
    assert max(taken.values()) <= AT_ONCE
    assert sum(taken.values()) == BODIES * PIECES
    assert bodies == [[*(bytes([number]) for number in range(PIECES)), b""]] * BODIES


def arriving() -> Receive:
    """A body of which every piece is there already."""
    pieces = [bytes([number]) for number in range(PIECES)]

    async def receive() -> Message:
        more = bool(pieces)
        return {"type": "http.request", "body": pieces.pop(0) if more else b"", "more_body": more}

    return receive
