"""The composition root: settings in, a working service out. Notebooks, the command line and HTTP all start here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from api.access.viewers import Viewer
from api.clock import today
from api.encoders import open_encoder
from api.matchmaking import Matchmaker
from api.offer_index import OfferIndex
from api.party_index import PartyIndex
from api.settings import Settings
from api.store.store import Store, open_store
from matcher.catalogue.loader import load_catalogue
from matcher.evaluation.demo_world import demo_world
from matcher.fields import PartyKind
from matcher.pairing.ports import TextEncoder
from matcher.pairing.scoring import Scoring


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a door needs (服务集合)."""

    settings: Settings
    store: Store
    encoder: TextEncoder
    parties: PartyIndex
    matchmaker: Matchmaker

    @property
    def viewer(self) -> Viewer:
        """The operator of this platform, until accounts say otherwise."""
        return Viewer(tenant=self.settings.tenant)

    def status(self) -> dict[str, Any]:
        """What the data folder holds, in words and numbers."""
        counts = {kind.value: self.store.parties.count(self.viewer, kind) for kind in PartyKind}
        return {
            "data": str(self.settings.data),
            "database": self.settings.store_url.render_as_string(),
            "parties": counts,
            "offers": len(self.store.offers.list(self.viewer)),
            "catalogue": self.store.offers.version(),
            "indexed": self.parties.refresh(),
            "encoder": self.encoder.fingerprint,
        }


@dataclass(frozen=True, slots=True)
class Initialised:
    """What a first start put into the data folder."""

    offers: int
    demo_parties: int


@contextmanager
def build_services(settings: Settings) -> Iterator[Services]:
    """Open the store and build the matchmaker; closes what it opened. `StoreUnavailable`, `EncoderUnavailable`."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with open_store(settings.store_url) as store, open_encoder(settings) as encoder:
        parties = PartyIndex(store, encoder, settings.snapshot_folder)
        offers = OfferIndex(store, encoder)
        matchmaker = Matchmaker(store, offers, parties, scoring=Scoring(), today=today)
        yield Services(settings, store, encoder, parties, matchmaker)


def initialise(services: Services, *, demo: bool) -> Initialised:
    """Put the built-in catalogue, and with `demo` the synthetic world, into the store; doing it twice changes nothing."""
    viewer, store = services.viewer, services.store
    catalogue = load_catalogue()
    store.offers.replace_catalogue(viewer, tuple(catalogue.offers.values()), catalogue.version)
    world = demo_world() if demo else None
    if world is not None:
        store.parties.upsert_many(viewer, world.parties)
        store.offers.upsert_many(viewer, world.offers)
    services.parties.refresh()
    return Initialised(len(catalogue.offers), len(world.parties) if world else 0)
