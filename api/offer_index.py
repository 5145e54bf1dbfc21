"""Offers ready to be matched (资源索引): those of the store, encoded, rebuilt when the store's offers change."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from api.access.viewers import Viewer
from api.indexing.offer_vectors import OfferVectors
from api.investments.filling import filled
from api.store.store import Store
from embeddings.lexical import LexicalIndex
from embeddings.vectors import Vectors
from matcher.offers import Offer
from matcher.pairing.offer_shelf import OfferShelf
from matcher.pairing.ports import TextEncoder
from matcher.pairing.recall import Shelf
from matcher.pairing.texts import offer_text

LOOK_SECONDS = 0.2
"""So old may be what is known of other processes' writes; this process's own are seen at once."""


@dataclass(frozen=True, slots=True)
class VersionedOffers:
    """A shelf of offers and the version of the store's offers that it was built from (资源目录版本)."""

    version: str
    shelf: OfferShelf


@dataclass(slots=True)
class _Platform:
    """What is built for one platform, when the store was last asked, and after how many own writes."""

    building: Lock
    built: VersionedOffers | None = None
    vectors: OfferVectors | None = None
    looked: float = 0.0
    writes: int = -1


class OfferIndex:
    """A shelf of offers for each platform, as fresh as the store (资源检索面). Safe to call from several threads.

    While one thread rebuilds, the others are answered from what was built before. Texts that were encoded before are
    not encoded again: those of the shelf before, or those that `kept` gives at first.
    """

    def __init__(
        self,
        store: Store,
        encoder: TextEncoder,
        *,
        kept: Callable[[], OfferVectors] = OfferVectors,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._kept = kept
        self._clock = clock
        self._platforms: dict[str, _Platform] = {}
        self._lock = Lock()

    @property
    def fingerprint(self) -> str:
        """The encoder that the vectors were made with."""
        return self._encoder.fingerprint

    def platforms(self) -> list[str]:
        """The platforms that were asked for so far."""
        with self._lock:
            return list(self._platforms)

    def current(self, viewer: Viewer) -> VersionedOffers:
        """The offers that a viewer may be matched to, rebuilt if any has changed."""
        with self._lock:
            platform = self._platforms.setdefault(viewer.tenant, _Platform(Lock()))
        built = platform.built
        if built is not None and not self._is_due(platform):
            return built
        if built is not None and platform.building.locked():
            return built
        with platform.building:
            return self._renewed(platform, viewer)

    def _is_due(self, platform: _Platform) -> bool:
        return platform.writes != self._store.offers.writes or self._clock() - platform.looked >= LOOK_SECONDS

    def _renewed(self, platform: _Platform, viewer: Viewer) -> VersionedOffers:
        """Look into the store, noting first what is known, so that a write during the look is looked for again."""
        looked, writes = self._clock(), self._store.offers.writes
        version = self._store.offers.version()
        if platform.built is None or platform.built.version != version:
            offers = filled(self._store, viewer, self._store.offers.list(viewer))
            platform.built = VersionedOffers(version, self._shelf(platform, offers))
            gc.freeze()  # a full collection would walk through millions of parts of offers and hold up every answer
        platform.looked, platform.writes = looked, writes
        return platform.built

    def _shelf(self, platform: _Platform, offers: tuple[Offer, ...]) -> OfferShelf:
        texts = [offer_text(offer) for offer in offers]
        known = self._kept() if platform.vectors is None else platform.vectors
        platform.vectors, rows = known.encoded(texts, self._encoder.encode)
        return OfferShelf.of(offers, Shelf(self._encoder, Vectors.of(rows), LexicalIndex.of(texts)))
