"""How often one may ask (限流): token buckets of a minute, by account or key, by platform, by address.

A bucket holds as many tokens as a minute brings, and fills steadily; a request takes one of each of its buckets, or of
none. This is the bucket in the process; `api.access.limiter` keeps the same in Redis for all processes.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from threading import Lock
from time import monotonic

MOST = 10_000
"""Buckets that are remembered; one that was forgotten is full again."""
WINDOW = 60
"""The seconds in which an empty bucket is full again."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Whose bucket, and how many requests a minute it is for."""

    name: str
    a_minute: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a request: let through or not, the tightest of its buckets, what is left there, and when to return.

    `retry_seconds` is how long until a request may pass; 0 for one that was let through.
    """

    allowed: bool
    limit: int
    left: int
    retry_seconds: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """`RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers)."""
        wait = self.retry_seconds or ceil(WINDOW / self.limit)
        return {
            "RateLimit-Policy": f'"default";q={self.limit};w={WINDOW}',
            "RateLimit": f'"default";r={self.left};t={wait}',
        }


class LocalBuckets:
    """Buckets of this process alone. Safe to call from several threads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, buckets: Sequence[Bucket]) -> Verdict:
        """Take a token of each bucket, or of none."""
        with self._lock:
            at = self._clock()
            filled = [self._filled(bucket, at) for bucket in buckets]
            allowed = all(tokens >= 1 for tokens in filled)
            left = [tokens - 1 if allowed else tokens for tokens in filled]
            for bucket, tokens in zip(buckets, left, strict=True):
                self._kept[bucket.name] = (tokens, at)
                self._kept.move_to_end(bucket.name)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return verdict(buckets, left, allowed=allowed)

    def _filled(self, bucket: Bucket, at: float) -> float:
        tokens, since = self._kept.get(bucket.name, (float(bucket.a_minute), at))
        return min(bucket.a_minute, tokens + (at - since) * bucket.a_minute / WINDOW)


def verdict(buckets: Sequence[Bucket], left: Sequence[float], *, allowed: bool) -> Verdict:
    """What the tokens that are left in each bucket come to."""
    tokens, bucket = min(zip(left, buckets, strict=True), key=lambda pair: pair[0])
    wait = 0 if allowed else max(1, ceil((1 - tokens) * WINDOW / bucket.a_minute))
    return Verdict(allowed, bucket.a_minute, max(0, int(tokens)), wait)
