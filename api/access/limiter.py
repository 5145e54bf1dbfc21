"""Who may ask how often (限流), for all processes: buckets in Redis in one round trip, here while Redis is away.

While it is away each process counts for itself: with N processes at most N times the limit passes, and nobody is
turned away who would not be with Redis. In `open` mode nothing is counted.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from time import monotonic
from typing import Any

import structlog
from starlette.concurrency import run_in_threadpool

from api.access.rates import WINDOW, Bucket, LocalBuckets, Verdict, verdict
from api.access.viewers import Viewer
from api.errors import TooManyRequests
from api.resting import Resting, client_of
from api.settings import AccessMode, Settings

_log = structlog.get_logger("limits")

_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local left, allowed = {}, 1
for place, key in ipairs(KEYS) do
  local most = tonumber(ARGV[place])
  local kept = redis.call('HMGET', key, 'tokens', 'at')
  local tokens = tonumber(kept[1] or most)
  local at = tonumber(kept[2] or now)
  tokens = math.min(most, tokens + math.max(0, now - at) * most / 60)
  if tokens < 1 then allowed = 0 end
  left[place] = tokens
end
local told = {allowed}
for place, key in ipairs(KEYS) do
  local tokens = left[place] - allowed
  redis.call('HSET', key, 'tokens', string.format('%.6f', tokens), 'at', string.format('%.6f', now))
  redis.call('EXPIRE', key, 120)
  told[place + 1] = string.format('%.6f', tokens)
end
return told
"""
"""Take a token of each bucket or of none, by Redis's own clock; `LocalBuckets.take` in Lua."""


class Limiter:
    """Counts requests of viewers and addresses; raises `TooManyRequests` for one too many.

    `name` is the database's, so that two installations may share a Redis.
    """

    def __init__(self, settings: Settings, name: str, *, clock: Callable[[], float] = monotonic) -> None:
        self._settings = settings
        self._name = name
        self._local = LocalBuckets(clock)
        self._resting = Resting(clock=clock)

    async def take(self, viewer: Viewer) -> Verdict | None:
        """Count a request of a viewer: on its key or account, and on its platform. None where nothing is limited."""
        who = f"key:{viewer.key_id}" if viewer.key_id else f"account:{viewer.account_id}"
        limits = self._settings.rate_account, self._settings.rate_tenant
        return await self._taken((who, limits[0]), (f"tenant:{viewer.tenant}", limits[1]))

    async def take_refused(self, address: str) -> Verdict | None:
        """Count a credential that is not known on the address that it came from, so that guessing is slow."""
        return await self._taken((f"refused:{address}", self._settings.rate_refused))

    def take_sign_in(self, address: str) -> None:
        """Count a sign-in on its address, in this process alone: each takes the processor and 64 MiB for a while."""
        limit = self._settings.rate_sign_in
        if limit and self._settings.access is not AccessMode.OPEN:
            _require(self._local.take([Bucket(f"sign-in:{address}", limit)]))

    async def _taken(self, *named: tuple[str, int]) -> Verdict | None:
        buckets = [Bucket(name, limit) for name, limit in named if limit]
        if not buckets or self._settings.access is AccessMode.OPEN:
            return None
        found = None if self._script is None else await run_in_threadpool(self._shared, buckets)
        return _require(self._local.take(buckets) if found is None else found)

    def _shared(self, buckets: Sequence[Bucket]) -> Verdict | None:
        """What Redis says; None while it is away."""
        keys = [f"rongtong:{self._name}:rate:{bucket.name}" for bucket in buckets]
        asked = [bucket.a_minute for bucket in buckets]
        told = self._resting.tried(
            lambda: self._script(keys, asked), None, lambda cause: _log.warning("limits.local", cause=cause)
        )
        return None if told is None else verdict(buckets, [float(item) for item in told[1:]], allowed=bool(told[0]))

    @cached_property
    def _script(self) -> Any:
        url = self._settings.redis_url
        return None if url is None else client_of(url).register_script(_TAKE)


def _require(found: Verdict) -> Verdict:
    if found.allowed:
        return found
    raise TooManyRequests(
        found=f"一分钟内的请求超过 {found.limit} 次",
        expected=f"{WINDOW} 秒内不超过 {found.limit} 次",
        remedy=f"请在 {found.retry_seconds} 秒后重试",
        retry_seconds=found.retry_seconds,
    )
