"""The composition root: settings in, a working service out. Notebooks, the command line and HTTP all start here."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from api.access.viewers import Viewer
from api.clock import now, today
from api.generation import Generation
from api.indexing.switching import Switch
from api.live_index import LiveIndex
from api.matchmaking import Matchmaker
from api.opening import Opener
from api.settings import Settings
from api.store.store import Store, open_store
from matcher.fields import PartyKind
from matcher.pairing.ports import TextEncoder
from matcher.pairing.scoring import Scoring

if TYPE_CHECKING:
    from api.access.access import Access
    from api.access.administering import Accounts
    from api.access.auditing import Audit
    from api.access.code_flow import CodeFlow
    from api.access.consenting import Consents
    from api.access.limiter import Limiter
    from api.access.oidc import TokenReader
    from api.access.reviewing import Reviews
    from api.access.seeing import Sights
    from api.access.sharing import Platforms
    from api.access.tagging import Tags
    from api.campaigns.running import OpenedRuns, Runner
    from api.carriers.desk import CarrierDesk
    from api.claims.hall import Hall
    from api.deals.desk import DealDesk
    from api.delivery.inbox import Inbox
    from api.duties.desk import DutyDesk
    from api.investments.desk import InvestmentDesk
    from api.searching import PartySearch


class Services:
    """Everything that a door needs (服务集合)."""

    def __init__(self, settings: Settings, store: Store, parties: LiveIndex) -> None:
        self.settings = settings
        self.store = store
        self.parties = parties
        self.matchmaker = Matchmaker(store, lambda: self.serving, scoring=Scoring(), today=today)

    @property
    def serving(self) -> Generation:
        """What answers from now on: one encoder, the offers and the parties as it sees them."""
        return self.parties.serving

    @property
    def encoder(self) -> TextEncoder:
        """The encoder that serves."""
        return self.serving.encoder

    @property
    def campaigns(self) -> "Runner":
        """What runs campaigns (对接活动), over the generation that serves now."""
        from api.campaigns.running import Runner

        serving = self.serving
        return Runner(
            self.store,
            lambda: serving.parties,
            serving.encoder,
            serving.folder,
            self.settings.data,
            opened=self._opened_runs,
        )

    @cached_property
    def _opened_runs(self) -> "OpenedRuns":
        from api.campaigns.running import OpenedRuns

        return OpenedRuns()

    def close(self) -> None:
        """Let go of what was opened on the way."""
        if "_opened_runs" in self.__dict__:
            self._opened_runs.close()
        if "audit" in self.__dict__:
            self.audit.close()

    @cached_property
    def access(self) -> "Access":
        """Who comes in, and by what."""
        from api.access.access import Access

        return Access(self.settings, self.store.accounts, now=now, tokens=self._tokens)

    @cached_property
    def _tokens(self) -> "TokenReader | None":
        """What reads tokens of the configured issuer, if there is one."""
        if self.settings.oidc_issuer is None:
            return None
        from api.access.code_flow import fetched
        from api.access.oidc import Issuer, TokenReader

        return TokenReader(self.settings, Issuer(self.settings, fetched))

    @cached_property
    def code_flow(self) -> "CodeFlow | None":
        """Signing in at the configured issuer, if there is one."""
        if self._tokens is None:
            return None
        from api.access.code_flow import CodeFlow

        return CodeFlow(self.settings, self.access, self.store.accounts, self._tokens)

    @cached_property
    def limiter(self) -> "Limiter":
        """Who may ask how often."""
        from api.access.limiter import Limiter

        return Limiter(self.settings, self.store.identity())

    @cached_property
    def accounts(self) -> "Accounts":
        """Accounts, sessions and keys as people manage them."""
        from api.access.administering import Accounts

        return Accounts(self.access, self.store.accounts, self.audit, now=now)

    @cached_property
    def platforms(self) -> "Platforms":
        """The platform and those below it."""
        from api.access.sharing import Platforms

        return Platforms(self.store)

    @cached_property
    def audit(self) -> "Audit":
        """The audit log."""
        from api.access.auditing import Audit

        return Audit(self.store.audit, now=now)

    @cached_property
    def sights(self) -> "Sights":
        """Who sees what of whom."""
        from api.access.seeing import Sights

        return Sights(self.store, now=now)

    @cached_property
    def tags(self) -> "Tags":
        """Deleting inferred tags."""
        from api.access.tagging import Tags

        return Tags(self.store, self.audit, now=now)

    @cached_property
    def reviews(self) -> "Reviews":
        """Requests that a person look at a result again."""
        from api.access.reviewing import Reviews

        return Reviews(self.store, self.audit, now=now)

    @cached_property
    def consents(self) -> "Consents":
        """What enterprises let whom see."""
        from api.access.consenting import Consents

        return Consents(self.store, self.audit, now=now)

    @cached_property
    def inbox(self) -> "Inbox":
        """Lists from the receiving side."""
        from api.delivery.inbox import Inbox

        return Inbox(self.store, self.audit, now=now)

    @cached_property
    def deals(self) -> "DealDesk":
        """The desk of deal flow: pipelines, funds, deals."""
        from api.deals.desk import DealDesk

        return DealDesk(self.store, now=now)

    @cached_property
    def carriers(self) -> "CarrierDesk":
        """The desk of measuring carriers."""
        from api.carriers.desk import CarrierDesk

        return CarrierDesk(self.store)

    @cached_property
    def investments(self) -> "InvestmentDesk":
        """The desk of investments."""
        from api.investments.desk import InvestmentDesk

        return InvestmentDesk(self.store, now=now)

    @cached_property
    def duties(self) -> "DutyDesk":
        """The desk of duties to report."""
        from api.duties.desk import DutyDesk

        return DutyDesk(self.store, now=now)

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

        return PartySearch(self.store, lambda: self.serving, today=today)

    @property
    def viewer(self) -> Viewer:
        """The operator of this platform: whoever runs a command on this data folder, which can read it all anyway."""
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
def build_services(settings: Settings, store: Store | None = None) -> Iterator[Services]:
    """Open the store and the generation that serves; closes what it opened. `StoreUnavailable`, `InvalidEncoder`.

    A `store` that is open already is used, and left open: what writes within its transaction must write through it.
    Where another encoder is wanted than the one on disk was made with, that one serves until `parties.start` has
    brought the other into service.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        if store is None:
            opened = open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)
            store = stack.enter_context(closing(opened))
        opener = Opener(store, stack)
        parties = LiveIndex(opener.first(settings), Switch(settings, opener.open))
        services = Services(settings, store, parties)
        try:
            yield services
        finally:
            services.close()
            parties.stop()
