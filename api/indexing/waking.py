"""Being told that something was written (唤醒): a Redis stream, and polling where Redis is away or not configured.

A wake-up is never relied on: whoever waits looks at SQL afterwards anyway, at the latest after `POLL_SECONDS`.
"""

import time
from collections.abc import Callable
from threading import Event
from typing import Any, Protocol

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

POLL_SECONDS = 0.5
REST_SECONDS = 5.0
"""How long a Redis that failed is left alone before it is tried again."""
_TIMEOUT_SECONDS = 0.25
_KEPT = 16
_BEGINNING = "0-0"
_log = structlog.get_logger("index")


class Wakeups(Protocol):
    """Tells other processes of a write, and waits for theirs. No method raises."""

    def ring(self) -> None:
        """Tell the others that something was written."""

    def wait(self, seconds: float) -> None:
        """Return when somebody rang, this was stopped, or `seconds` are over."""

    def stop(self) -> None:
        """Let whoever waits return, now or within `POLL_SECONDS`."""


class Polling:
    """No wake-ups: whoever waits looks again after a while."""

    def __init__(self) -> None:
        self._stopped = Event()

    def ring(self) -> None:
        """Nobody can be told."""

    def wait(self, seconds: float) -> None:
        """Wait so long, or until stopped."""
        self._stopped.wait(seconds)

    def stop(self) -> None:
        """Let whoever waits return."""
        self._stopped.set()


class RedisWakeups:
    """Wake-ups through a Redis stream of one database, `name`; while Redis is away it polls, and then comes back."""

    def __init__(self, url: str, name: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        patience = _TIMEOUT_SECONDS + POLL_SECONDS
        self._ringing = _client(url, _TIMEOUT_SECONDS)
        self._waiting = _client(url, patience)
        self._stream = f"rongtong:{name}:changes"
        self._seen: Any = _BEGINNING
        self._clock = clock
        self._rests_until = 0.0
        self._polling = Polling()

    def ring(self) -> None:
        """Add one entry to the stream, if Redis answers."""
        if self._clock() >= self._rests_until:
            try:
                self._ringing.xadd(self._stream, {"written": "1"}, maxlen=_KEPT, approximate=True)
            except (RedisError, OSError) as error:
                self._rest(error)

    def wait(self, seconds: float) -> None:
        """Return at the next entry; as `Polling` does while Redis is away."""
        if self._clock() < self._rests_until:
            self._polling.wait(seconds)
            return
        try:
            found: Any = self._waiting.xread({self._stream: self._seen}, block=max(1, int(seconds * 1000)))
        except (RedisError, OSError) as error:
            self._rest(error)
            return
        if found:
            self._seen = found[0][1][-1][0]

    def stop(self) -> None:
        """Let whoever waits return within `POLL_SECONDS`, and close the connections."""
        self._polling.stop()
        self._ringing.close()

    def _rest(self, error: Exception) -> None:
        if self._clock() >= self._rests_until:
            _log.warning("index.wakeups_failed", cause=f"{type(error).__name__}: {error}".splitlines()[0])
        self._rests_until = self._clock() + REST_SECONDS
        self._seen = _BEGINNING


def _client(url: str, timeout: float) -> "Redis":
    return Redis.from_url(
        url, socket_timeout=timeout, socket_connect_timeout=_TIMEOUT_SECONDS, retry=Retry(NoBackoff(), 0)
    )
