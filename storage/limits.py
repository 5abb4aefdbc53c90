"""Pacing of paid calls across all workers: the `Limits` port on Redis; and counting of requests.

Owns two moments per key, both by the clock of Redis, so that workers with wrong clocks still agree:
`debt`, when all that was reserved will have been paid off (the generic cell rate algorithm), and
`until`, before which nobody starts. Beside them, how often a key was used in the present window. It
must not know what is being paced or counted.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import TryLater

BURST = 4  # calls that may start together after a rest: the best of those measured
PATIENCE = 2.0  # seconds that a call to Redis may take
RETRY_SECONDS = 5

# Times are microseconds. ARGV: interval between two calls, size of a burst less one. After a pause
# the calls come one by one: whoever said 429 is not to be met with a burst.
RESERVE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local tolerance = ARGV[1] * ARGV[2]
local known = redis.call('HMGET', KEYS[1], 'debt', 'until')
local debt = math.max(tonumber(known[1]) or 0, now)
local pause = tonumber(known[2]) or 0
if pause > now then debt = math.max(debt, pause + tolerance) end
local slot = math.max(now, debt - tolerance)
debt = debt + ARGV[1]
redis.call('HSET', KEYS[1], 'debt', string.format('%.0f', debt))
redis.call('PEXPIRE', KEYS[1], math.ceil((debt - now) / 1000))
return slot - now
"""

# ARGV: length of the pause. A shorter pause does not end a longer one.
PAUSE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local known = tonumber(redis.call('HGET', KEYS[1], 'until')) or 0
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', math.max(known, now + ARGV[1])))
local life = math.max(redis.call('PTTL', KEYS[1]), math.ceil(ARGV[1] / 1000))
redis.call('PEXPIRE', KEYS[1], life)
"""

# ARGV: length of the window in seconds.
COUNT = """
local used = redis.call('INCR', KEYS[1])
if used == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {used, redis.call('TTL', KEYS[1])}
"""


class RedisLimits:
    """The `Limits` port over the Redis at `redis_url`; `aclose` lets go of its connections.

    Both methods raise TryLater("limits_unavailable") while Redis cannot be reached: a paid call
    that cannot be paced is not started.
    """

    def __init__(self, redis_url: str) -> None:
        self._redis: Redis = Redis.from_url(redis_url)
        self._reserve = self._redis.register_script(RESERVE)
        self._pause = self._redis.register_script(PAUSE)
        self._count = self._redis.register_script(COUNT)

    async def reserve(self, key: str, per_minute: int) -> float:
        """Take the next slot and return the seconds until it, as `core.ports.Limits.reserve`."""
        interval = -(-60_000_000 // per_minute)
        wait = await _answer(self._reserve(keys=[_name(key)], args=[interval, BURST - 1]))
        return int(wait) / 1_000_000

    async def pause(self, key: str, seconds: float) -> None:
        """Let no slot of `key` begin for `seconds`; slots already taken stay as they are."""
        await _answer(self._pause(keys=[_name(key)], args=[int(seconds * 1_000_000)]))

    async def count(self, key: str, seconds: int) -> tuple[int, int]:
        """Count one more use of `key` in a window of `seconds` that began with its first; returns
        how many there are now and in how many seconds the window ends.
        """
        used, left = await _answer(self._count(keys=[_name(key)], args=[seconds]))
        return int(used), max(int(left), 1)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


def _name(key: str) -> str:
    return f"imagedesk:limit:{key}"


async def _answer(call: Awaitable[Any]) -> Any:
    try:
        async with asyncio.timeout(PATIENCE):
            return await call
    except (RedisError, OSError) as error:
        raise TryLater("limits_unavailable", after=RETRY_SECONDS) from error
