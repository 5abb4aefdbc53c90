"""Serving: the long-running parts of a process, started together and ended together.

    web      the page, public pages, media, Slack over HTTP
    bot      the chats' listeners; one process holds Discord's gateway
    worker   the tasks, and the sweep that wakes what was forgotten

`demo` and `run` are all three in one process with an embedded queue.
"""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any, Literal

import structlog
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.tasks import make_tasks
from bot.wiring import Running, running
from core.clock import Clock
from core.errors import ActionNeeded
from core.ports import ChatSurface, Fetcher, Reach
from core.recovery import sweep_for_ever
from core.settings import Settings
from core.steps import pass_by
from storage.queue import run_worker
from storage.turns import in_turn
from storage.valkey import embedded_valkey

Role = Literal["web", "bot", "worker"]

WORKER_SLOTS = 256
"""Tasks at once in one worker: most of them only wait for a provider or a chat. At 250 pictures a
minute, of which each takes up to 40 s, one worker alone has 170 in hand."""

DRAIN_SECONDS = 240.0
"""How long a stopping worker lets paid calls finish; a second signal ends it at once."""

BACKLOG = 2048
"""Connections that may wait to be accepted: bursts of commands come all at once."""

log = structlog.get_logger(__name__)


async def serve(
    settings: Settings,
    roles: frozenset[Role],
    *,
    embed: bool = False,
    demo: bool = False,
    ready: Callable[[Running], None] | None = None,
    reach: Reach = pass_by,
    clock: Clock | None = None,
    fetcher: Fetcher | None = None,
) -> None:
    """Run the given roles until SIGINT or SIGTERM; one that comes before all parts have started
    cancels the task that runs this.

    `embed` allows an embedded queue where `REDIS_URL` is unset; `demo` signs the local person in;
    `ready` is called once all parts have started; `reach`, `clock` and `fetcher` as for `running`.
    Raises ActionNeeded for what an operator must change.
    """
    starting = asyncio.current_task()
    assert starting  # noqa: S101  # for the type checker: this runs in one
    _on_signals(starting.cancel)
    async with AsyncExitStack() as stack:
        listening = None
        if "web" in roles:
            listening = stack.enter_context(_bound(settings))
            port = listening.getsockname()[1]
            settings = settings.model_copy(update={"http_port": port})
        redis_url = await stack.enter_async_context(_queue(settings, embed=embed))
        joined = await stack.enter_async_context(
            running(settings, redis_url, reach=reach, clock=clock, fetcher=fetcher)
        )
        parts: list[Coroutine[Any, Any, None]] = []
        if "worker" in roles:
            parts += [_work(joined), sweep_for_ever(joined.database)]
        if "bot" in roles:
            parts += [_listen(joined, surface) for surface in joined.surfaces.values()]
        if listening:
            from bot.pages import make_page_app  # a bot or worker needs nothing of the web

            closing = asyncio.Event()
            app = make_page_app(joined, demo=demo, closing=closing)
            parts.append(_serve_web(app, listening, closing))
        await _until_signalled(parts, lambda: ready(joined) if ready else None)


@asynccontextmanager
async def _queue(settings: Settings, *, embed: bool) -> AsyncIterator[str]:
    if settings.redis_url:
        yield settings.redis_url
    elif embed:
        async with embedded_valkey(settings.data_dir) as url:
            yield url
    else:
        raise ActionNeeded("redis_missing")


@contextmanager
def _bound(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET
    listening = socket.socket(family)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.http_host, settings.http_port))
        except OSError as error:
            address = f"{settings.http_host}:{settings.http_port}"
            reason = error.strerror or type(error).__name__
            raise ActionNeeded("port_in_use", address=address, reason=reason) from error
        listening.listen(BACKLOG)
        yield listening
    finally:
        listening.close()


async def _work(joined: Running) -> None:
    await run_worker(
        joined.redis_url, make_tasks(joined), slots=WORKER_SLOTS, drain_seconds=DRAIN_SECONDS
    )


async def _listen(joined: Running, surface: ChatSurface) -> None:
    async def listen() -> None:
        await surface.listen(joined.inbox)

    if surface.name == "discord":
        await in_turn(joined.redis_url, "discord", listen)
    else:
        await listen()


class _Server(uvicorn.Server):
    """Uvicorn without its own signal handlers: one place decides when a process ends."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def _patient(app: ASGIApp) -> ASGIApp:
    """`app`, whose requests that are still at work when the process has to end are told so, instead
    of failing with a noise.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await app(scope, receive, noted)
        except asyncio.CancelledError:
            log.warning("request_cut_off", path=scope["path"])
            if not started:
                again = {"retry-after": "5"}
                await PlainTextResponse("the desk is ending", 503, again)(scope, receive, send)

    return answer


async def _serve_web(app: ASGIApp, listening: socket.socket, closing: asyncio.Event) -> None:
    config = uvicorn.Config(
        _patient(app),
        log_config=None,  # its words go where all others go
        log_level="warning",
        lifespan="off",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        proxy_headers=False,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        closing.set()  # streams of open pages would else be waited for, and cut off with a noise
        server.should_exit = True
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:  # a second signal
            server.force_exit = True
            for request in server.server_state.tasks:
                request.cancel()
            await serving
        raise


async def _until_signalled(
    parts: list[Coroutine[Any, Any, None]], ready: Callable[[], None]
) -> None:
    """Run all parts until a signal, or until one of them fails."""
    stopped = asyncio.Event()
    tasks = [asyncio.create_task(part) for part in parts]

    def stop() -> None:
        if stopped.is_set():
            for task in tasks:
                task.cancel()
        stopped.set()

    _on_signals(stop)
    ready()
    waiting = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for result in ended:
        if isinstance(result, Exception):
            raise result


def _on_signals(end: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, end)
