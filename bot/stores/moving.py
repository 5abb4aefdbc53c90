"""`imagedesk storage move`: everything from one store to another.

    listed → copied → read back and compared → noted → (all of them) rows switched → deleted

Owns that order. It may be cut off anywhere and repeated: an object counts only when it was read
back and compared, rows change only when all objects count, and nothing is deleted but what counts,
and only where the desk does not keep its pictures any more. It must not know a store by more than
its name.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from bot.stores.journal import Journal
from core.errors import ActionNeeded, TryLater
from core.library.keys import read_key
from core.ports import BlobStore, Listed
from core.wording.errors import sentence
from storage.database import Database
from storage.whereabouts import kept_at, note_store

Item = TypeVar("Item")

AT_ONCE: Final = 8
GIVE_UP: Final = 20
"""So many objects that could not be had in a row of tries mean that a store is out."""

ROWS: Final = 500
TYPES: Final = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp"}
OTHER_TYPE: Final = "application/octet-stream"

Step = Callable[[Listed], None]
"""Told of each object as it is over."""


@dataclass
class Moved:
    """What came of it. `damaged` and `missing` are keys; `newer` counts objects that changed at the
    target since, `foreign` those at the source that are none of ours.
    """

    copied: int = 0
    before: int = 0
    newer: int = 0
    foreign: int = 0
    switched: int = 0
    deleted: int = 0
    damaged: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


class Move:
    """From `source` to `target`; `journal` knows what is over."""

    def __init__(self, source: BlobStore, target: BlobStore, journal: Journal) -> None:
        self.moved = Moved()
        self.here: dict[str, Listed] = {}
        self._there: dict[str, Listed] = {}
        self._source = source
        self._target = target
        self._journal = journal

    async def look(self) -> list[Listed]:
        """List both stores; returns what is to be copied. Raises TryLater, ActionNeeded."""
        self._there = {one.key: one async for one in self._target.list()}
        async for one in self._source.list():
            if read_key(one.key):
                self.here[one.key] = one
            else:
                self.moved.foreign += 1
        waiting = [one for one in self.here.values() if not self._is_over(one)]
        self.moved.before = len(self.here) - len(waiting)
        return waiting

    async def copy(self, waiting: list[Listed], step: Step) -> None:
        """Copy these, twice where a store was out. Raises ActionNeeded("storage_altered" |
        "storage_move_unfinished" | "storage_forbidden"), TryLater("disk_full").
        """
        trouble: TryLater | None = None

        async def work(one: Listed) -> None:
            nonlocal trouble
            try:
                await self._copy(one)
            except TryLater as error:
                if error.code == "disk_full":
                    raise
                trouble = error
                failed.append(one)
                if len(failed) >= GIVE_UP:
                    raise _unfinished(len(failed), error) from error
            else:
                step(one)

        for _ in range(2):
            failed: list[Listed] = []
            await _together(work, waiting)
            waiting = failed
        if trouble and waiting:
            raise _unfinished(len(waiting), trouble) from trouble

    async def switch(self, database: Database) -> None:
        """Let the rows of what was copied say where it lies now."""
        after = 0
        while True:
            async with database.read() as unit:
                kept = await kept_at(unit.session, self._source.name, after, ROWS)
            if not kept:
                return
            after = kept[-1].image_id
            # An earlier run may have deleted it at the source.
            moved = [one.image_id for one in kept if one.key in self._there]
            self.moved.missing += [one.key for one in kept if one.key not in self._there]
            async with database.write() as unit:
                await note_store(unit.session, moved, self._target.name)
            self.moved.switched += len(moved)

    async def delete(self, step: Step) -> None:
        """Delete at the source what is over, if it still is as it was. Raises TryLater,
        ActionNeeded.
        """
        over = [one async for one in self._source.list() if self._is_over(one)]

        async def work(one: Listed) -> None:
            await self._source.delete(one.key)
            self.moved.deleted += 1
            step(one)

        await _together(work, over)

    def _is_over(self, one: Listed) -> bool:
        return self._journal.holds(one) and one.key in self._there

    async def _copy(self, one: Listed) -> None:
        try:
            data = await self._source.get(one.key)
        except FileNotFoundError:  # deleted meanwhile
            del self.here[one.key]
            return
        if await self._needs(one, data):
            suffix = one.key.rpartition(".")[2]
            await self._target.put(one.key, data, TYPES.get(suffix, OTHER_TYPE))
            if _digest(await self._target.get(one.key)) != _digest(data):
                raise ActionNeeded("storage_altered", name=self._target.name, key=one.key)
            self.moved.copied += 1
        parts = read_key(one.key)
        if parts and parts.kind == "original" and parts.name != _digest(data):
            self.moved.damaged.append(one.key)
        self._there[one.key] = one
        self._journal.note(one)

    async def _needs(self, one: Listed, data: bytes) -> bool:
        """Whether the target lacks these bytes; what the desk changed there since is kept."""
        held = self._there.get(one.key)
        if held is None:
            return True
        try:
            found = await self._target.get(one.key)
        except FileNotFoundError:
            return True
        if found == data:
            self.moved.before += 1
            return False
        newer = held.changed_at > one.changed_at
        self.moved.newer += newer
        return not newer


async def _together(work: Callable[[Item], Awaitable[None]], items: Iterable[Item]) -> None:
    """Do the work for all items, some at a time; the first error ends it."""
    queue = iter(items)

    async def worker() -> None:
        for item in queue:
            await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(worker())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from errors


def _unfinished(count: int, error: TryLater) -> ActionNeeded:
    reason = sentence(error.trouble)
    return ActionNeeded("storage_move_unfinished", count=count, reason=reason)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
