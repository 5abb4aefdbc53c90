"""Waking workers: the `Queue` port over arq, and the worker that is woken.

Owns how a wake-up call travels: an arq job that carries one id as JSON, and a message that makes
idle workers look at once instead of at their next poll. It must not know what the tasks do. Rows
are the truth, so a lost call is only late, and a call is never tried twice: recovery calls again.
"""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from typing import Any, TypeAlias
from uuid import uuid4

import structlog
from arq.connections import ArqRedis
from arq.constants import expires_extra_ms, in_progress_key_prefix, job_key_prefix
from arq.jobs import serialize_job
from arq.typing import WorkerCoroutine
from arq.utils import timestamp_ms
from arq.worker import Worker, func
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from core.errors import TryLater

log = structlog.get_logger(__name__)

Task: TypeAlias = Callable[[str], Awaitable[None]]

QUEUE = "imagedesk:queue"
WAKE = "imagedesk:wake"
PATIENCE = 0.5  # seconds that waking may hold up the one who asks
BACK_OFF = 1.0  # seconds without another attempt after one that had to be given up
POLL_SECONDS = 0.5  # how late a call may be whose message was lost
QUIET_SECONDS = 10.0  # silence after which a subscription is checked
RECONNECT_SECONDS = 0.2
ANSWER_SECONDS = 5.0  # after which a look at the queue is given up
DEAD_MILLISECONDS = 10_000  # unacknowledged for so long, a connection is dead (Linux: tcp(7))
HEALTH_SECONDS = 10
# Running calls stay at the head of the queue, so fewer than all slots of all workers would starve
# those beyond (arq reads this many at a time).
READ_AT_ONCE = 2000
# A task bounds its own network calls; this net only catches one that forgot to.
LONGEST_TASK_SECONDS = 3600

DEAD_PEER = (
    {socket.TCP_USER_TIMEOUT: DEAD_MILLISECONDS} if hasattr(socket, "TCP_USER_TIMEOUT") else {}
)


class ArqQueue:
    """The `Queue` port over the Redis at `redis_url`; `aclose` lets go of its connections."""

    def __init__(self, redis_url: str) -> None:
        self._redis = _connect(redis_url)
        self._silent_until = 0.0

    async def enqueue(self, task: str, id_: str, delay: float = 0) -> None:
        """Ask some worker to run `task` for `id_`, as `core.ports.Queue.enqueue`: back within half
        a second even where Redis hangs, and at once for a second after that.
        """

        async def call() -> None:
            # In one round trip: arq's own `enqueue_job` needs three more, to refuse a second job of
            # the same id, and ours are random.
            job_id, now, wait = uuid4().hex, timestamp_ms(), int(delay * 1000)
            job = serialize_job(task, (id_,), {}, None, now, serializer=_to_json)
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.psetex(job_key_prefix + job_id, wait + expires_extra_ms, job)
                pipe.zadd(QUEUE, {job_id: now + wait})
                pipe.publish(WAKE, "")
                await pipe.execute()

        await self._attempt(call, "wake_up_lost", task=task, id=id_)

    async def publish(self, channel: str, text: str) -> None:
        """Tell all who listen to `channel`, as `core.ports.Queue.publish`; raises nothing."""

        async def call() -> None:
            await self._redis.publish(channel, text)

        await self._attempt(call, "message_lost", channel=channel)

    async def subscribe(self, channel: str) -> AsyncGenerator[str, None]:
        """What is published to `channel` from the first `anext` on, until the iterator is closed;
        what is published while Redis is away is missed.
        """
        while True:
            with suppress(RedisError, OSError):  # asked again until it is back, as long as wanted
                async with aclosing(_hear(self._redis, channel)) as messages:
                    async for text in messages:
                        yield text
            await asyncio.sleep(RECONNECT_SECONDS)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._redis.aclose(close_connection_pool=True)

    async def _attempt(
        self, call: Callable[[], Awaitable[None]], loss: str, **facts: object
    ) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < self._silent_until:
            log.warning(loss, reason="queue_silent", **facts)
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await call()
        except (RedisError, OSError) as error:
            if isinstance(error, TimeoutError):
                # A refused connection fails at once; a silent one would hold up each call of many.
                self._silent_until = loop.time() + BACK_OFF
            log.warning(loss, reason=type(error).__name__, **facts)


class NoQueue:
    """The `Queue` port where there is none: a terminal's command beside a desk whose queue is
    embedded. Nobody is woken; that desk's recovery finds the rows within seconds.
    """

    async def enqueue(self, task: str, id_: str, delay: float = 0) -> None:
        """Nothing."""

    async def publish(self, channel: str, text: str) -> None:
        """Nothing: nobody could listen."""

    async def subscribe(self, channel: str) -> AsyncGenerator[str, None]:  # noqa: ARG002  # the port's signature
        """Nothing ever comes."""
        nothing: tuple[str, ...] = ()
        for text in nothing:
            yield text


async def run_worker(
    redis_url: str, tasks: Mapping[str, Task], *, slots: int, drain_seconds: float
) -> None:
    """Run the called tasks, at most `slots` at once, until cancelled.

    `tasks` maps a task's name to the function that is awaited with the row's id; what it raises is
    logged. A lost or emptied Redis ends nothing: running tasks go on, and calls are taken again
    when it is back. When cancelled, takes no more calls, lets running tasks finish for
    `drain_seconds`, then cancels them; a second cancellation does so at once. Sets no signal
    handlers.
    """
    redis = _connect(redis_url)
    queue = ArqQueue(redis_url)
    worker = WokenWorker(redis, tasks, slots)
    listener = asyncio.create_task(worker.listen(queue.subscribe(WAKE)))
    try:
        await worker.serve()
    finally:
        listener.cancel()
        try:
            await worker.drain(drain_seconds)
        finally:
            await asyncio.wait([listener])
            await queue.aclose()
            await redis.aclose(close_connection_pool=True)


class WokenWorker(Worker):
    """arq's worker, which looks at the queue when something happens, not only twice a second: when
    a call arrives, when a delayed one becomes due, and when a slot becomes free.
    """

    def __init__(self, redis: ArqRedis, tasks: Mapping[str, Task], slots: int) -> None:
        super().__init__(
            [func(_logged(name, task), name=name) for name, task in tasks.items()],
            queue_name=QUEUE,
            redis_pool=redis,
            handle_signals=False,
            max_jobs=slots,
            job_timeout=LONGEST_TASK_SECONDS,
            keep_result=0,
            queue_read_limit=READ_AT_ONCE,
            max_tries=1,
            retry_jobs=False,
            health_check_interval=HEALTH_SECONDS,
            # arq's own default is one key for all workers, which hides that one is gone.
            health_check_key=f"imagedesk:worker:{uuid4().hex}",
            job_serializer=_to_json,
            job_deserializer=json.loads,
            log_results=False,
        )
        self._woken = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._lost = False

    async def listen(self, messages: AsyncIterator[str]) -> None:
        """Look at the queue at each message, for ever."""
        async for _ in messages:
            self._woken.set()

    async def serve(self) -> None:
        """Take calls for ever, whatever happens to Redis."""
        while True:
            self._woken.clear()
            pause = POLL_SECONDS
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    pause = await self._look()
                self._lost = False
            except (RedisError, OSError) as error:
                if not self._lost:
                    log.warning("queue_lost", reason=type(error).__name__)
                self._lost = True
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._woken.wait()

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """Start the calls that nobody runs yet, as arq does, one by one."""
        if not job_ids:
            return
        # One question for all: arq asks for each, which takes long behind hundreds that run.
        names = [in_progress_key_prefix + job_id.decode() for job_id in job_ids]
        running = await self.pool.mget(names)
        for job_id, runs in zip(job_ids, running, strict=True):
            if self.job_counter >= self.max_jobs:
                return
            if not runs:
                await self._start(job_id)

    async def drain(self, seconds: float) -> None:
        """Let running tasks finish for `seconds`, then cancel them and wait until they have."""
        running = set(self._running)
        try:
            if running:
                await asyncio.wait(running, timeout=seconds)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            with suppress(RedisError, OSError):  # it runs out by itself
                async with asyncio.timeout(PATIENCE):
                    await self.pool.delete(self.health_check_key)

    async def _look(self) -> float:
        before = timestamp_ms()
        await self._poll_iteration()
        upcoming = await self.pool.zrangebyscore(
            QUEUE, f"({before}", "+inf", start=0, num=1, withscores=True
        )
        due = [(float(score) - timestamp_ms()) / 1000 for _, score in upcoming]
        return max(0.0, min([POLL_SECONDS, *due]))

    async def _start(self, job_id: bytes) -> None:
        try:
            await super().start_jobs([job_id])
        finally:
            if started := self.tasks.get(job_id.decode()):
                self._running.add(started)
                started.add_done_callback(self._finished)
            # arq counts a slot as taken before it asks Redis, and loses it when that fails.
            while self.job_counter > len(self._running):
                self._release_sem_dec_counter_on_complete()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._woken.set()


def _connect(redis_url: str) -> ArqRedis:
    # Not `socket_timeout`: redis-py then sends by `asyncio.wait_for`, which on Python 3.11 now and
    # then swallows a cancellation, and the caller never ends (python/cpython#86296).
    pool = ConnectionPool.from_url(
        redis_url,
        socket_connect_timeout=ANSWER_SECONDS,
        socket_keepalive=True,
        socket_keepalive_options=DEAD_PEER,
    )
    return ArqRedis(
        pool,
        job_serializer=_to_json,
        job_deserializer=json.loads,
        default_queue_name=QUEUE,
    )


def _to_json(job: dict[str, Any]) -> bytes:
    return json.dumps(job).encode()


def _logged(name: str, task: Task) -> WorkerCoroutine:
    async def run(ctx: dict[Any, Any], *args: str, **_: object) -> None:  # noqa: ARG001  # as arq calls
        (id_,) = args
        try:
            await task(id_)
        except TryLater as error:  # the sweep calls again; an outage is no defect to be traced
            log.warning("task_put_off", task=name, id=id_, reason=error.code)
        except Exception:
            log.exception("task_failed", task=name, id=id_)

    return run


async def _hear(redis: ArqRedis, channel: str) -> AsyncGenerator[str, None]:
    async with redis.pubsub() as subscription:
        await subscription.subscribe(channel)
        asked = False
        while True:
            message = await subscription.get_message(timeout=QUIET_SECONDS)
            if message is not None:
                asked = False
                if message["type"] == "message":
                    yield message["data"].decode()
            elif asked:
                raise ConnectionResetError("the subscription is silent and answers no ping")
            else:
                await subscription.ping()
                asked = True
