"""Offers ready to be matched (资源索引): those of the store, encoded, rebuilt when the store's offers change."""

from dataclasses import dataclass
from threading import Lock

import numpy as np
from tokenizers import Tokenizer

from api.access.viewers import Viewer
from api.store.store import Store
from embeddings.index import VectorIndex
from embeddings.lexical import LexicalIndex
from matcher.offers import Offer
from matcher.pairing.offer_shelf import OfferShelf
from matcher.pairing.ports import TextEncoder
from matcher.pairing.recall import Shelf
from matcher.pairing.texts import offer_text


@dataclass(frozen=True, slots=True)
class VersionedOffers:
    """A shelf of offers and the version of the store's offers that it was built from (资源目录版本)."""

    version: str
    shelf: OfferShelf


class OfferIndex:
    """A shelf of offers for each platform, as fresh as the store (资源检索面)."""

    def __init__(self, store: Store, encoder: TextEncoder, tokenizer: Tokenizer) -> None:
        self._store = store
        self._encoder = encoder
        self._tokenizer = tokenizer
        self._built: dict[str, VersionedOffers] = {}
        self._lock = Lock()

    @property
    def fingerprint(self) -> str:
        """The encoder that the vectors were made with."""
        return self._encoder.fingerprint

    def current(self, viewer: Viewer) -> VersionedOffers:
        """The offers that a viewer may be matched to, rebuilt if any has changed."""
        version = self._store.offers.version()
        with self._lock:
            built = self._built.get(viewer.tenant)
            if built is None or built.version != version:
                built = VersionedOffers(version, self._build(self._store.offers.list(viewer)))
                self._built[viewer.tenant] = built
        return built

    def _build(self, offers: tuple[Offer, ...]) -> OfferShelf:
        texts = [offer_text(offer) for offer in offers]
        keys = np.arange(len(offers), dtype=np.int64)
        dense = VectorIndex(self._encoder.dimension)
        dense.upsert(keys, self._encoder.encode(texts))
        lexical = LexicalIndex(self._tokenizer)
        lexical.build(keys, texts)
        return OfferShelf.of(offers, Shelf(self._encoder, dense, lexical))
