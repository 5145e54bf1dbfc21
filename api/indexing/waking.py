"""Being told that something was written (唤醒): a Redis stream, and polling where Redis is away or not configured.

A wake-up is never relied on: whoever waits looks at SQL afterwards anyway, at the latest after `POLL_SECONDS`.
"""

import time
from collections.abc import Callable
from threading import Event
from typing import Any, Protocol

import structlog

from api.resting import TIMEOUT_SECONDS, Resting, client_of

POLL_SECONDS = 0.5
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
        self._ringing = client_of(url)
        self._waiting = client_of(url, seconds=TIMEOUT_SECONDS + POLL_SECONDS)
        self._resting = Resting(clock=clock)
        self._stream = f"rongtong:{name}:changes"
        self._seen: Any = _BEGINNING
        self._polling = Polling()

    def ring(self) -> None:
        """Add one entry to the stream, if Redis answers."""
        self._resting.tried(self._add, None, self._failed)

    def wait(self, seconds: float) -> None:
        """Return at the next entry; as `Polling` does while Redis is away."""
        block = max(1, int(seconds * 1000))
        away: Any = None
        found = self._resting.tried(
            lambda: self._waiting.xread({self._stream: self._seen}, block=block) or (), away, self._failed
        )
        if found is away:
            self._polling.wait(seconds)
        elif found:
            self._seen = found[0][1][-1][0]

    def _add(self) -> None:
        self._ringing.xadd(self._stream, {"written": "1"}, maxlen=_KEPT, approximate=True)

    def stop(self) -> None:
        """Let whoever waits return within `POLL_SECONDS`, and close the connections."""
        self._polling.stop()
        self._ringing.close()

    def _failed(self, cause: str) -> None:
        _log.warning("index.wakeups_failed", cause=cause)
        self._seen = _BEGINNING
