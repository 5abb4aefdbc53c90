"""Turns: what only one process may do at a time, such as holding Discord's gateway.

A turn is a key in Redis with a short life, renewed while it is held. It must not know what is done
with it; nothing that costs money may rest on it alone.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

LIFE_SECONDS = 9.0
RENEW_SECONDS = 2.5
PATIENCE_SECONDS = 2.0
"""How long Redis may take to answer. Not redis-py's `socket_timeout`: on Python 3.11 that swallows
cancellations (python/cpython#86296), and a stopping bot would hang."""

_RENEW = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end
return 0
"""
_GIVE_BACK = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0
"""

log = structlog.get_logger(__name__)


async def in_turn(redis_url: str, name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Wait for the turn `name`, then await `run()` while it is held; again when it was lost.

    Ends when `run` ends. A killed holder is followed within `LIFE_SECONDS` + `RENEW_SECONDS`.
    """
    redis: Redis = Redis.from_url(redis_url)
    turn = _Turn(redis, f"imagedesk:turn:{name}")
    try:
        while True:
            if not await turn.take():
                await asyncio.sleep(RENEW_SECONDS)
                continue
            working = asyncio.ensure_future(run())
            holding = asyncio.create_task(turn.hold())
            try:
                await asyncio.wait({working, holding}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    await working
                    return
                log.warning("turn_lost", name=name)
            finally:
                await _end(working, holding)
    finally:
        await turn.give_back()
        await redis.aclose()


class _Turn:
    def __init__(self, redis: Redis, key: str) -> None:
        self._redis = redis
        self._key = key
        self._token = uuid4().hex
        self._renew = redis.register_script(_RENEW)
        self._give_back = redis.register_script(_GIVE_BACK)

    async def take(self) -> bool:
        life = int(LIFE_SECONDS * 1000)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return bool(await self._redis.set(self._key, self._token, nx=True, px=life))
        except (RedisError, OSError):
            return False

    async def hold(self) -> None:
        """Renew until that fails for as long as the key lives: then another may have it."""
        loop = asyncio.get_running_loop()
        sure_until = loop.time() + LIFE_SECONDS
        while loop.time() < sure_until:
            await asyncio.sleep(RENEW_SECONDS)
            asked = loop.time()
            with suppress(RedisError, OSError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    life = int(LIFE_SECONDS * 1000)
                    held = await self._renew(keys=[self._key], args=[self._token, life])
                if not held:
                    return
                sure_until = asked + LIFE_SECONDS

    async def give_back(self) -> None:
        with suppress(RedisError, OSError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._give_back(keys=[self._key], args=[self._token])


async def _end(*tasks: "asyncio.Future[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
