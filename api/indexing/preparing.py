"""A whole generation made on disk (备代): the parties' snapshot and the offers' vectors, by whoever holds the lock."""

import os
from contextlib import closing

import structlog

from api.access.viewers import SYSTEM
from api.encoders import open_encoder
from api.indexing.building import SPAN_ROWS, Workshop
from api.indexing.children import working_on
from api.indexing.generations import GenerationFolders, Manifest
from api.indexing.making import Maker
from api.indexing.offer_vectors import prepare_offers
from api.indexing.pooling import PooledParts
from api.settings import Settings
from api.store.store import Store, open_store
from matcher.pairing.texts import offer_text

_FEW_CHANGES = 500
"""So many changed parties are left to whoever opens the generation; more are merged first, again and again."""
_MOST_MERGES = 10
_log = structlog.get_logger("index")


def prepare(settings: Settings) -> Manifest:
    """Make everything that the settings' encoder needs to serve; what is on disk already is not made again.

    Raises what opening the store or the encoder raises; what was finished before stays.
    """
    opened = open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)
    with closing(opened) as store, open_encoder(settings) as encoder:
        folders = GenerationFolders(settings)
        manifest = Manifest.of(encoder, settings.encoder)
        folders.note(manifest)
        folder = folders.folder(manifest.fingerprint)
        pooled = PooledParts(settings, processes=len(os.sched_getaffinity(0)))
        parts = pooled if store.parties.count(SYSTEM) > SPAN_ROWS else None
        workshop = Workshop(store, Maker(encoder), folder, parts)
        with working_on(folder, wait=True):
            workshop.do("build")
            encoded = prepare_offers(folder, encoder, offer_texts(store))
            for _ in range(_MOST_MERGES):
                if workshop.behind() > _FEW_CHANGES:
                    workshop.do("merge")
            encoded += prepare_offers(folder, encoder, offer_texts(store))
        _log.info("index.prepared", encoder=manifest.fingerprint, offers=encoded)
        return manifest


def change_over(settings: Settings) -> Manifest:
    """Make the generation that the settings want and let it serve; the others are removed. For operators."""
    folders = GenerationFolders(settings)
    with working_on(folders.root, wait=True):
        manifest = prepare(settings)
        folders.point(manifest.fingerprint)
        folders.sweep(manifest.fingerprint)
    return manifest


def offer_texts(store: Store) -> list[str]:
    """The texts by which the offers of all platforms are compared."""
    return [offer_text(offer) for offer in store.offers.list(SYSTEM)]
