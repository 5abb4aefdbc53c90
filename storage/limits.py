"""Pacing of paid calls across all workers: the `Limits` port on Redis; and counting of requests.

Owns what is known of each key, all by the clock of Redis, so that workers with wrong clocks still
agree: `debt`, when all that was started or promised will have been paid off (the generic cell rate
algorithm); `until`, before which nobody starts; `queue`, the moment handed out last to somebody who
waits without a promise; `rate` and `burst`, learned from the other side; `started`, how many calls
there were; `strikes`, how many refusals came one after the other, `struck`, how many calls had
begun at the last of them, `hit`, when its pause ended, and `alone`, for how long the next goes
alone then. Beside them, how often a key was used in the present window. It must not know what is
being paced or counted.

An urgent call is promised the next slot at once. Others are only told when to ask again, so that an
urgent one overtakes all of them and each of the rest finds its slot one interval later.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import TryLater
from core.ports import Allowance

# Calls that may start together after a rest. Whoever bears more says so with the first answer; and
# whoever bears just one more refuses nobody whose call is quicker on its way than those before it.
BURST = 3
SPARE = 1  # call that is not begun of those that are told to be left
PATIENCE = 2.0  # seconds that a call to Redis may take
RETRY_SECONDS = 5
LONGEST_WAIT = 60.0  # seconds for which a caller is kept; beyond, it is asked to come again
QUEUED = 8  # intervals over which those who wait are spread: what the dead left behind ends soon
KNOWN_SECONDS = 3600  # how long what was learned is kept after the last call
SLOWER = 0.75  # of the rate, after a refusal by somebody who never tells his
# While one refusal follows another without an answer in between, so many seconds between two calls,
# however short the pauses that are told: five a minute find out soon enough that it is over. After
# any pause the first goes alone for as long, or for as long as the pause was.
PROBE = 12
FORGOTTEN = 60  # seconds after a refusal and its pause from which on the next is the first again

# Times are microseconds.
UNTOLD = "local told = nil"
KNOWN = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local known = redis.call('HMGET', KEYS[1],
    'debt', 'until', 'queue', 'rate', 'burst', 'started', 'interval',
    'strikes', 'struck', 'hit', 'alone')
local paused = tonumber(known[2]) or 0
local queue = tonumber(known[3]) or 0
local rate = told or tonumber(known[4]) or tonumber(ARGV[1])
local interval = math.ceil(60000000 / rate)
local burst = tonumber(known[5]) or BURST
local tolerance = interval * (burst - 1)
local started = tonumber(known[6]) or 0
local strikes = tonumber(known[8]) or 0
local struck = tonumber(known[9]) or 0
local alone = tonumber(known[11]) or 0
-- At another rate it is as many calls as before.
local before = tonumber(known[7]) or interval
local from = math.max(now, paused)
local debt = math.max(tonumber(known[1]) or 0, now)
debt = debt + math.max(debt - from, 0) * (interval / before - 1)
local function keep(...)
    redis.call('HSET', KEYS[1], 'interval', interval, ...)
    redis.call('PEXPIRE', KEYS[1], math.ceil((math.max(debt, paused) - now) / 1000) + LIFE)
end
local function whole(number) return string.format('%.0f', number) end
""".replace("BURST", str(BURST)).replace("LIFE", str(KNOWN_SECONDS * 1000))

# ARGV: calls a minute, "urgent" or "patient", and "promised" where an urgent one waited for its
# slot. Returns the microseconds to wait (0: begin now) and the number of the call that begins.
TAKE = (
    UNTOLD
    + KNOWN
    + """
if ARGV[3] == 'promised' and paused <= now then
    keep('started', started + 1)
    return {0, started + 1}
end
local slot = math.max(now, debt - tolerance, paused)
local step = interval
if alone > 0 and started == struck then
    step = math.max(interval, alone)  -- until it is known what becomes of it
elseif alone > 0 and slot <= now then
    keep('strikes', 0, 'alone', 0)  -- nobody has refused the one that went alone
end
if ARGV[2] == 'urgent' then
    debt = debt + step
    if queue > now then queue = queue + step end
elseif slot <= now then
    debt = debt + step
else
    queue = math.min(math.max(slot, queue + interval), slot + QUEUED * interval)
    keep('queue', whole(queue))
    return {queue - now, 0}
end
if slot <= now then started = started + 1 end
keep('debt', whole(debt), 'queue', whole(queue), 'started', started)
return {slot - now, started}
""".replace("QUEUED", str(QUEUED))
)

# ARGV: calls a minute, length of the pause, the number of the call that was refused. A shorter one
# does not end a longer one. Afterwards one goes alone, and then they come one by one: whoever
# refused is not to be met with a burst. Calls that were under way when one was refused say nothing
# new.
PAUSE = (
    UNTOLD
    + KNOWN
    + """
local pause = tonumber(ARGV[2])
if tonumber(ARGV[3]) > struck then
    strikes = now - (tonumber(known[10]) or 0) < FORGOTTEN and strikes + 1 or 1
    if pause > 0 and (not known[4] or redis.call('HEXISTS', KEYS[1], 'guessed') == 1) then
        keep('rate', math.max(1, math.floor(rate * SLOWER)), 'guessed', 1)  -- from the next call on
    end
end
if strikes > 1 then pause = math.max(pause, PROBE) end
if pause > 0 then
    paused = math.max(paused, now + pause)
    debt = math.max(debt, paused + tolerance)
end
keep('until', whole(paused), 'debt', whole(debt))
if tonumber(ARGV[3]) > struck then
    keep('strikes', strikes, 'struck', started, 'hit', whole(math.max(now, paused)),
        'alone', math.min(pause, PROBE))
end
""".replace("SLOWER", str(SLOWER))
    .replace("PROBE", str(PROBE * 1_000_000))
    .replace("FORGOTTEN", str(FORGOTTEN * 1_000_000))
)

# ARGV: calls a minute as told, how many are left (-1: not told), the number of the call that was
# answered. Those that began after it may not be counted in what is left, so they are taken off. So
# are SPARE more: calls overtake one another on their way, and arrive closer together than they set
# out; where the last that is left is given away, every other hundredth is refused.
LEARN = (
    "local told = tonumber(ARGV[1])"
    + KNOWN
    + """
keep('rate', told, 'debt', whole(debt))
redis.call('HDEL', KEYS[1], 'guessed', 'strikes', 'hit', 'alone')
local left = tonumber(ARGV[2]) - SPARE - (started - tonumber(ARGV[3]))
if tonumber(ARGV[2]) >= 0 and now + (burst - left) * interval < debt then
    burst = math.max(burst, left)
    keep('burst', burst, 'debt', whole(math.max(now, now + (burst - left) * interval)))
end
""".replace("SPARE", str(SPARE))
)

# ARGV: length of the window in seconds.
COUNT = """
local used = redis.call('INCR', KEYS[1])
if used == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {used, redis.call('TTL', KEYS[1])}
"""


class RedisLimits:
    """The `Limits` port over the Redis at `redis_url`; `aclose` lets go of its connections.

    All methods raise TryLater("limits_unavailable") while Redis cannot be reached: a paid call
    that cannot be paced is not started.
    """

    def __init__(self, redis_url: str) -> None:
        self._redis: Redis = Redis.from_url(redis_url)
        self._take = self._redis.register_script(TAKE)
        self._pause = self._redis.register_script(PAUSE)
        self._learn = self._redis.register_script(LEARN)
        self._count = self._redis.register_script(COUNT)

    async def take(self, key: str, per_minute: int, *, urgent: bool) -> int:
        """Wait for a slot of `key`, as `core.ports.Limits.take`."""
        manner, promise = "urgent" if urgent else "patient", ""
        while True:
            args = [per_minute, manner, promise]
            wait, number = await _answer(self._take(keys=[_name(key)], args=args))
            if wait <= 0:
                return int(number)
            seconds = int(wait) / 1_000_000
            if seconds > LONGEST_WAIT:
                raise TryLater("slot_far", after=seconds)
            await asyncio.sleep(seconds)
            promise = "promised" if urgent else ""

    async def pause(self, key: str, per_minute: int, seconds: float, number: int) -> None:
        """Let nobody start under `key` for `seconds`, as `core.ports.Limits.pause`."""
        args = [per_minute, int(seconds * 1_000_000), number]
        await _answer(self._pause(keys=[_name(key)], args=args))

    async def learn(self, key: str, told: Allowance, number: int) -> None:
        """Go by what the other side told, as `core.ports.Limits.learn`."""
        left = -1 if told.left is None else told.left
        await _answer(self._learn(keys=[_name(key)], args=[told.per_minute, left, number]))

    async def rate(self, key: str, per_minute: int) -> int:
        """What is known of `key`, as `core.ports.Limits.rate`."""
        known = await _answer(cast("Awaitable[Any]", self._redis.hget(_name(key), "rate")))
        return int(known) if known else per_minute

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
