"""Everything made with one encoder (索引代): it, the offers and the parties as it sees them. Swapped whole.

An answer takes one generation at its beginning and uses nothing of another: vectors of two encoders never meet.
"""

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from api.indexing.generations import GenerationFolders
from api.indexing.offer_vectors import open_offers
from api.offer_index import OfferIndex
from api.settings import Settings
from api.store.store import Store
from matcher.pairing.ports import TextEncoder

if TYPE_CHECKING:
    from api.indexing.waking import Wakeups
    from api.party_index import PartyIndex


class Generation:
    """One encoder over one store; `settings` are those that open this encoder, in a child process too."""

    def __init__(self, settings: Settings, store: Store, encoder: TextEncoder) -> None:
        self.settings = settings
        self.encoder = encoder
        self.folder = GenerationFolders(settings).folder(encoder.fingerprint)
        self.offers = OfferIndex(store, encoder, kept=partial(open_offers, self.folder))
        self._store = store

    @property
    def fingerprint(self) -> str:
        """The encoder's fingerprint, which every answer names."""
        return self.encoder.fingerprint

    @cached_property
    def parties(self) -> "PartyIndex":
        """The index of parties, opened when it is first asked for: a single question does without."""
        from api.indexing.children import Child
        from api.party_index import IndexRules, PartyIndex

        return PartyIndex(
            self._store,
            self.encoder,
            self.folder,
            rules=IndexRules(self.settings.merge_rows, self.settings.merge_percent),
            wakeups=self._wakeups(),
            child=partial(Child, self.settings),
        )

    def stop(self) -> None:
        """End what the index of parties began in the background. A query that still holds it goes on."""
        if "parties" in self.__dict__:
            self.parties.stop()

    def _wakeups(self) -> "Wakeups":
        """How processes tell each other of writes: through Redis where one is given, else by polling."""
        from api.indexing.waking import Polling, RedisWakeups

        url = self.settings.redis_url
        return RedisWakeups(url, self._store.identity()) if url else Polling()


Opening = Callable[[Settings], Generation]
"""Loads the encoder that settings name, and makes its generation. `InvalidEncoder`."""
