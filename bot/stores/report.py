"""`imagedesk storage move` as an operator sees it: a progress bar, what came of it, what is next.

Owns who may be moved where, and what is printed. How it is moved stands in `moving`.
"""

from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from bot.closing import close
from bot.stores.journal import Journal
from bot.stores.moving import Move, Moved, Step
from bot.wiring import make_blobs, running
from core.errors import UserError
from core.ports import Listed
from core.settings import Settings, StoreName
from core.wording import stores as words

FEW = 5  # keys that are named where many are meant


async def move(
    settings: Settings, source: StoreName | None, target: StoreName, out: Console, *, delete: bool
) -> None:
    """Move everything from `source` (None: the configured store) to `target`; with `delete`, take
    away at the source what is safe at the target.

    May be ended anywhere and repeated. Raises UserError("storage_same" | "storage_in_use"),
    ActionNeeded("settings_wrong" | "storage_forbidden" | "storage_altered" |
    "storage_move_unfinished"), TryLater.
    """
    used = settings.storage_provider
    source = source or used
    if source == target:
        raise UserError("storage_same", name=target)
    if delete and used != target:
        raise UserError("storage_in_use", source=source, target=target)
    names: dict[str, str] = {"source": source, "target": target}
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(running(settings, settings.redis_url))
        old = make_blobs(settings, desk.vault, desk.clock, source)
        stack.push_async_callback(close, old)
        new = make_blobs(settings, desk.vault, desk.clock, target)
        stack.push_async_callback(close, new)
        path = settings.data_dir / f"move-{source}-{target}.jsonl"
        journal = stack.enter_context(Journal(path))
        work = Move(old, new, journal)
        out.print(words.LISTING.format(**names), markup=False)
        waiting = await work.look()
        with _bar(out, words.COPYING.format(**names), waiting) as step:
            await work.copy(waiting, step)
        await work.switch(desk.database)
        _tell(work.moved, len(work.here), names, out)
        if delete:
            with _bar(out, words.DELETING.format(**names), list(work.here.values())) as step:
                await work.delete(step)
            journal.forget()
            out.print(words.DELETED.format(count=work.moved.deleted, **names), markup=False)
            return
    after = words.DELETE_NEXT if used == target else words.SWITCH_NEXT
    out.print(after.format(**names), markup=False)


@contextmanager
def _bar(out: Console, told: str, objects: list[Listed]) -> Iterator[Step]:
    """A bar that fills with the bytes of these objects."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[over]} of {task.fields[all]}"),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=out) as progress:
        size = sum(one.size for one in objects)
        task = progress.add_task(told, total=size, over=0, all=len(objects))
        over = 0

        def step(one: Listed) -> None:
            nonlocal over
            over += 1
            progress.update(task, advance=one.size, over=over)

        yield step


def _tell(moved: Moved, count: int, names: dict[str, str], out: Console) -> None:
    lines = [words.COPIED.format(count=count, copied=moved.copied, before=moved.before, **names)]
    if moved.newer:
        lines.append(words.NEWER.format(count=moved.newer, **names))
    if moved.damaged:
        lines.append(words.DAMAGED.format(count=len(moved.damaged), keys=_few(moved.damaged)))
    if moved.missing:
        told = words.MISSING.format(count=len(moved.missing), keys=_few(moved.missing), **names)
        lines.append(told)
    if moved.foreign:
        lines.append(words.FOREIGN.format(count=moved.foreign, **names))
    if moved.switched:
        lines.append(words.SWITCHED.format(count=moved.switched, **names))
    for line in lines:
        out.print(line, markup=False)


def _few(keys: list[str]) -> str:
    return ", ".join(keys[:FEW]) + (" …" if len(keys) > FEW else "")
