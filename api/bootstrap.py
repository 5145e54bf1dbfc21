"""The composition root: settings in, a working service out. Notebooks, the command line and HTTP all start here."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from tokenizers import Tokenizer

from api.access.viewers import Viewer
from api.clock import now, today
from api.encoders import open_encoder, words_of
from api.matchmaking import Matchmaker
from api.offer_index import OfferIndex
from api.settings import Settings
from api.store.store import Store, open_store
from matcher.fields import PartyKind
from matcher.pairing.ports import TextEncoder
from matcher.pairing.scoring import Scoring

if TYPE_CHECKING:
    from api.campaigns.running import Runner
    from api.claims.hall import Hall
    from api.indexing.waking import Wakeups
    from api.party_index import PartyIndex
    from api.searching import PartySearch


class Services:
    """Everything that a door needs (服务集合)."""

    def __init__(self, settings: Settings, store: Store, encoder: TextEncoder, tokenizer: Tokenizer) -> None:
        self.settings = settings
        self.store = store
        self.encoder = encoder
        self.tokenizer = tokenizer
        offers = OfferIndex(store, encoder)
        self.matchmaker = Matchmaker(store, offers, lambda: self.parties, scoring=Scoring(), today=today)

    @cached_property
    def parties(self) -> "PartyIndex":
        """The index of parties, opened when it is first asked for: a single question does without."""
        from api.indexing.children import Child
        from api.party_index import IndexRules, PartyIndex

        return PartyIndex(
            self.store,
            self.encoder,
            self.settings.snapshot_folder,
            rules=IndexRules(self.settings.merge_rows, self.settings.merge_percent),
            wakeups=self._wakeups(),
            child=partial(Child, self.settings),
        )

    @cached_property
    def campaigns(self) -> "Runner":
        """What runs campaigns (对接活动)."""
        from api.campaigns.running import Runner

        settings = self.settings
        return Runner(self.store, lambda: self.parties, self.encoder, settings.snapshot_folder, settings.data)

    @cached_property
    def hall(self) -> "Hall":
        """The hall of 限额抢单; its gate is in Redis where one is given."""
        from api.claims.gate import OpenGate, RedisGate
        from api.claims.hall import Hall

        url = self.settings.redis_url
        gate = RedisGate(url, self.store.identity()) if url else OpenGate()
        return Hall(self.store, self.matchmaker, gate, now=now)

    @cached_property
    def searching(self) -> "PartySearch":
        """The search of the library."""
        from api.searching import PartySearch

        return PartySearch(self.store, lambda: self.parties, today=today)

    def close(self) -> None:
        """End what was begun in the background."""
        if "parties" in self.__dict__:
            self.parties.stop()

    def _wakeups(self) -> "Wakeups":
        """How processes tell each other of writes: through Redis where one is given, else by polling."""
        from api.indexing.waking import Polling, RedisWakeups

        url = self.settings.redis_url
        return RedisWakeups(url, self.store.identity()) if url else Polling()

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
        services = Services(settings, store, encoder, words_of(encoder))
        with closing(services):
            yield services
