"""The composition root: settings in, a working service out. Notebooks, the command line and HTTP all start here."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from tokenizers import Tokenizer

from api.access.viewers import Viewer
from api.clock import today
from api.encoders import open_encoder, words_of
from api.matchmaking import Matchmaker
from api.offer_index import OfferIndex
from api.party_index import PartyIndex
from api.settings import Settings
from api.store.store import Store, open_store
from matcher.fields import PartyKind
from matcher.pairing.ports import TextEncoder
from matcher.pairing.scoring import Scoring


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a door needs (服务集合)."""

    settings: Settings
    store: Store
    encoder: TextEncoder
    tokenizer: Tokenizer
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


@contextmanager
def build_services(settings: Settings) -> Iterator[Services]:
    """Open the store and build the matchmaker; closes what it opened. `StoreUnavailable`, `InvalidEncoder`."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with closing(open_store(settings.store_url, tenant=settings.tenant)) as store, open_encoder(settings) as encoder:
        tokenizer = words_of(encoder)
        parties = PartyIndex(store, encoder, tokenizer, settings.snapshot_folder)
        offers = OfferIndex(store, encoder, tokenizer)
        matchmaker = Matchmaker(store, offers, parties, scoring=Scoring(), today=today)
        yield Services(settings, store, encoder, tokenizer, parties, matchmaker)
