"""Closing: letting go of what a part of the desk holds open. It must not know any part."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class _Closable(Protocol):
    """A part that holds connections open."""

    async def aclose(self) -> None: ...


async def close(part: object) -> None:
    """Let go of what `part` holds open, if it is one that holds anything."""
    if isinstance(part, _Closable):
        await part.aclose()
