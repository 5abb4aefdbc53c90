"""Sketch: the built-in provider. It draws from the words of a prompt, without AI and network.

Owns how `core.generation.sketching` is asked as a provider, and the processes in which it draws:
drawing holds the interpreter, and in the desk's own process everybody would wait for it. Its
pictures are signed "sketch · not AI" and are never passed off as anything else.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from typing import Final

from core.errors import TryLater, UserError
from core.generation.prices import Model
from core.ports import Generated, ImageRequest, Preview, Told

AGAIN_SECONDS: Final = 1.0
LENGTH_BYTES: Final = 4


class Sketch:
    """Draws as many pictures at once as there are processors but one, which is left to people.
    `models` is sketch's part of the catalogue.

    The same prompt, size and seed give the same bytes, so a lost picture is simply drawn again.
    Quality changes nothing: it is all the artist can do. Its processes begin when first needed and
    stay until it is closed.
    """

    name = "sketch"
    repeatable = True

    def __init__(self, models: Mapping[str, Model]) -> None:
        self.models = models
        self._room = asyncio.Semaphore(max((os.cpu_count() or 2) - 1, 1))
        self._idle: list[Process] = []

    async def generate(
        self,
        request: ImageRequest,
        preview: Preview | None = None,  # noqa: ARG002  # it has no unfinished pictures to show
        told: Told | None = None,  # noqa: ARG002  # nobody limits it
    ) -> Generated:
        """Draw one picture, free. Raises UserError("size_unknown") for what is not "WxH", and
        TryLater("provider_failed") where the process died over it.
        """
        width, cross, height = request.size.partition("x")
        if not (cross and width.isdecimal() and height.isdecimal()):
            model = self.models[request.model]
            raise UserError(
                "size_unknown", size=request.size, sizes=list(model.sizes), model=model.label
            )
        wanted = json.dumps([request.prompt, request.seed, int(width), int(height)])
        async with self._room:
            return Generated(await self._draw(wanted.encode() + b"\n"), "image/png", cost=0)

    async def _draw(self, wanted: bytes) -> bytes:
        artist = self._idle.pop() if self._idle else await _begin()
        try:
            data = await _exchange(artist, wanted)
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            await _end(artist)
            raise TryLater("provider_failed", after=AGAIN_SECONDS) from error
        except BaseException:
            await _end(artist)  # who was interrupted leaves half an answer there
            raise
        self._idle.append(artist)
        return data

    async def aclose(self) -> None:
        """End the processes. May be repeated."""
        while self._idle:
            await _end(self._idle.pop())


async def _begin() -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "core.generation.sketching.artist"),
        stdin=PIPE,
        stdout=PIPE,
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,  # a terminal's Ctrl-C is for us: we end our processes ourselves
    )


async def _exchange(artist: Process, wanted: bytes) -> bytes:
    """The picture. Raises ConnectionError or IncompleteReadError where the process has ended."""
    assert artist.stdin  # noqa: S101  # for the type checker: both are pipes
    assert artist.stdout  # noqa: S101  # as above
    artist.stdin.write(wanted)
    await artist.stdin.drain()
    length = int.from_bytes(await artist.stdout.readexactly(LENGTH_BYTES), "big")
    return await artist.stdout.readexactly(length)


async def _end(artist: Process) -> None:
    if artist.returncode is None:
        artist.kill()
    await artist.communicate()
