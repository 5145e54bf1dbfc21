"""A Redis that may be away (可缺席的 Redis): asked briefly, and left alone for a while once it did not answer.

Nothing rests on Redis: whoever asks says what holds without it. No request waits for a dead server again and again.
"""

import time
from collections.abc import Callable
from typing import TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

TIMEOUT_SECONDS = 0.25
REST_SECONDS = 5.0
"""How long a Redis that failed is left alone before it is tried again."""
T = TypeVar("T")


def client_of(url: str, *, seconds: float = TIMEOUT_SECONDS) -> "Redis":
    """A client that waits at most `seconds` for an answer and tries once."""
    return Redis.from_url(
        url, socket_timeout=seconds, socket_connect_timeout=TIMEOUT_SECONDS, retry=Retry(NoBackoff(), 0)
    )


class Resting:
    """Lets actions on Redis be tried, and none for `REST_SECONDS` after one has failed. Safe to share by threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = 0.0

    def tried(self, action: Callable[[], T], otherwise: T, failed: Callable[[str], None]) -> T:
        """What an action gives; `otherwise` where Redis rests or fails. `failed` is told the cause, once a rest."""
        if self._clock() < self._until:
            return otherwise
        try:
            return action()
        except (RedisError, OSError) as error:
            if self._clock() >= self._until:
                failed(f"{type(error).__name__}: {error}".splitlines()[0])
            self._until = self._clock() + REST_SECONDS
            return otherwise
