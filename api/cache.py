"""A cache of bytes (缓存): Redis, or nothing. It is never the truth: whatever happens to it, the answer is the same."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Protocol, TypeVar

import numpy as np
import structlog
from numpy.typing import NDArray

from api.metrics import cache_failures, cache_lookups
from api.resting import Resting, client_of
from api.servers import redis_server
from api.settings import Settings
from matcher.pairing.ports import TextEncoder

Vectors = NDArray[np.float32]
T = TypeVar("T")
VECTOR_SECONDS = 30 * 24 * 3600
_log = structlog.get_logger(__name__)


class Cache(Protocol):
    """Bytes by key, forgotten after a time. No method raises: what cannot be had is absent."""

    def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """Give the value of each key, None where it is not cached."""

    def set_many(self, values: Mapping[str, bytes], seconds: int) -> None:
        """Keep values for `seconds`."""


class NoCache:
    """The cache that keeps nothing."""

    def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """Nothing is cached."""
        return [None] * len(keys)

    def set_many(self, values: Mapping[str, bytes], seconds: int) -> None:
        """Keep nothing."""


class RedisCache:
    """A cache in Redis that fails open: an error is counted, logged, and answered as "not cached"."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client_of(url)
        self._resting = Resting(clock=clock)

    def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """Give the value of each key, None where it is not cached or Redis does not answer."""
        nothing: list[bytes | None] = [None] * len(keys)
        return self._tried("get", lambda: self._fetched(keys), nothing) if keys else nothing

    def set_many(self, values: Mapping[str, bytes], seconds: int) -> None:
        """Keep values for `seconds`, if Redis answers."""
        if values:
            self._tried("set", lambda: self._put(values, seconds), None)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _fetched(self, keys: Sequence[str]) -> list[bytes | None]:
        found = [value if isinstance(value, bytes) else None for value in self._client.mget(keys)]
        misses = found.count(None)
        cache_lookups().labels(outcome="miss").inc(misses)
        cache_lookups().labels(outcome="hit").inc(len(found) - misses)
        return found

    def _put(self, values: Mapping[str, bytes], seconds: int) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for key, value in values.items():
            pipeline.set(key, value, ex=seconds)
        pipeline.execute()

    def _tried(self, operation: str, action: Callable[[], T], otherwise: T) -> T:
        def failed(cause: str) -> None:
            cache_failures().labels(operation=operation).inc()
            _log.warning("cache_failed", operation=operation, cause=cause)

        return self._resting.tried(action, otherwise, failed)


@contextmanager
def open_cache(settings: Settings) -> Iterator[Cache]:
    """The cache of this installation: `REDIS_URL`, an embedded server, or none if that cannot be started."""
    with redis_server(settings) as url:
        if url is None:
            yield NoCache()
            return
        opened = RedisCache(url)
        try:
            yield opened
        finally:
            opened.close()


class CachedEncoder:
    """An encoder that asks the cache first; for encoders that are slow (the shipped one is faster than Redis).

    The key is the encoder's fingerprint and the text's sha256: another encoder never reads these vectors.
    """

    def __init__(self, encoder: TextEncoder, kept: Cache, *, prompts: tuple[str, str] = ("", "")) -> None:
        self._encoder = encoder
        self._cache = kept
        self.prompts = prompts

    @property
    def fingerprint(self) -> str:
        """The encoder's own fingerprint: a vector is the same, cached or not."""
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Give an (n, d) float32 array of unit rows for stored texts; one that is not cached is encoded once."""
        return self._encoded("stored", texts, self._encoder.encode)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Give the same for search texts."""
        return self._encoded("query", texts, self._encoder.encode_queries)

    def _encoded(self, role: str, texts: Sequence[str], encode: Callable[[Sequence[str]], Vectors]) -> Vectors:
        keys = {text: f"vector:{self.fingerprint}:{role}:{_hash(text)}" for text in texts}
        kept = zip(keys, self._cache.get_many(list(keys.values())), strict=True)
        vectors = {text: vector for text, raw in kept if (vector := self._vector(raw)) is not None}
        missing = [text for text in keys if text not in vectors]
        if missing:
            made = dict(zip(missing, encode(missing), strict=True))
            self._cache.set_many({keys[text]: _raw(vector) for text, vector in made.items()}, VECTOR_SECONDS)
            vectors |= made
        return np.array([vectors[text] for text in texts], dtype=np.float32).reshape(len(texts), self.dimension)

    def _vector(self, raw: bytes | None) -> Vectors | None:
        """Read a cached vector; one of another length was not written by us."""
        if raw is None or len(raw) != 4 * self.dimension:
            return None
        return np.frombuffer(raw, dtype="<f4").astype(np.float32, copy=False)


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _raw(vector: Vectors) -> bytes:
    return vector.astype("<f4").tobytes()
