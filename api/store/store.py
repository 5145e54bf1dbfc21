"""The store (SQL): the truth. One object that holds the repositories over one database."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import URL, make_url

import api.store.account_tables
import api.store.audit_tables
import api.store.campaign_tables
import api.store.carrier_tables
import api.store.consent_tables
import api.store.deal_tables
import api.store.duty_tables
import api.store.investment_tables
import api.store.need_tables
import api.store.revision_tables
import api.store.view_tables  # noqa: F401  # so that the metadata knows every table
from api.access.sealing import KEY_FILE, Seals
from api.access.viewers import LOCAL_TENANT
from api.store.changes import ChangeStore
from api.store.database import Database, connect
from api.store.feed import Feed
from api.store.handing import Handover
from api.store.idempotency import IdempotencyStore
from api.store.imports import ImportStore
from api.store.jobs import JobStore
from api.store.leases import LeaseStore
from api.store.marks import IDENTITY, read_mark, write_mark
from api.store.migrating import migrate
from api.store.offers import OfferStore
from api.store.parties import PartyStore
from api.store.sealed_facts import DATA_KEY, rotate, seal_older_rows
from api.store.tenants import Tenant, TenantStore, Tier

if TYPE_CHECKING:
    from api.store.accounts import AccountStore
    from api.store.audit import AuditStore
    from api.store.campaigns import CampaignStore
    from api.store.carriers import CarrierStore
    from api.store.consents import ConsentStore
    from api.store.deals import DealStore
    from api.store.duties import DutyStore
    from api.store.import_templates import ImportTemplateStore
    from api.store.investments import InvestmentStore
    from api.store.listing import ListingStore
    from api.store.measures import MeasuresStore
    from api.store.needs import NeedStore
    from api.store.outcomes import OutcomeStore
    from api.store.pipelines import PipelineStore
    from api.store.received import ReceivedStore
    from api.store.reviews import ReviewStore
    from api.store.revisions import RevisionStore
    from api.store.sharing import SharingStore
    from api.store.views import ViewStore


class Store:
    """The repositories over one database. Every method of theirs may raise `StoreUnavailable`.

    What a single question does without is loaded when it is first asked for.
    """

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self.seals = seals
        handover = Handover()
        self.parties = PartyStore(database, seals, handover)
        self.offers = OfferStore(database)
        self.changes = ChangeStore(database)
        self.feed = Feed(database, handover)
        self.tenants = TenantStore(database)
        self.imports = ImportStore(database)
        self.jobs = JobStore(database)
        self.leases = LeaseStore(database)
        self.idempotency = IdempotencyStore(database, seals)

    @cached_property
    def accounts(self) -> "AccountStore":
        """Accounts, sessions and API keys."""
        from api.store.accounts import AccountStore

        return AccountStore(self._database)

    @cached_property
    def audit(self) -> "AuditStore":
        """The audit log."""
        from api.store.audit import AuditStore

        return AuditStore(self._database)

    @cached_property
    def consents(self) -> "ConsentStore":
        """Consents and their histories."""
        from api.store.consents import ConsentStore

        return ConsentStore(self._database)

    @cached_property
    def reviews(self) -> "ReviewStore":
        """Requests that a person look at a result again."""
        from api.store.reviews import ReviewStore

        return ReviewStore(self._database)

    @cached_property
    def sharing(self) -> "SharingStore":
        """What platforms below share upwards."""
        from api.store.sharing import SharingStore

        return SharingStore(self._database)

    @cached_property
    def revisions(self) -> "RevisionStore":
        """Changes of parties that can be undone."""
        from api.clock import now
        from api.store.revisions import RevisionStore

        return RevisionStore(self._database, self.seals, self.parties, now=now)

    @cached_property
    def views(self) -> "ViewStore":
        """Views of tables that people saved."""
        from api.store.views import ViewStore

        return ViewStore(self._database)

    @cached_property
    def import_templates(self) -> "ImportTemplateStore":
        """Column templates of imports."""
        from api.store.import_templates import ImportTemplateStore

        return ImportTemplateStore(self._database)

    @cached_property
    def campaigns(self) -> "CampaignStore":
        """Campaigns, their runs and lists."""
        from api.store.campaigns import CampaignStore

        return CampaignStore(self._database)

    @cached_property
    def pipelines(self) -> "PipelineStore":
        """Versions of pipelines."""
        from api.store.pipelines import PipelineStore

        return PipelineStore(self._database)

    @cached_property
    def deals(self) -> "DealStore":
        """Deals and funds."""
        from api.store.deals import DealStore

        return DealStore(self._database, self.offers.touch)

    @cached_property
    def investments(self) -> "InvestmentStore":
        """Investments that people told of."""
        from api.store.investments import InvestmentStore

        return InvestmentStore(self._database, self.offers)

    @cached_property
    def carriers(self) -> "CarrierStore":
        """What is told of carriers."""
        from api.store.carriers import CarrierStore

        return CarrierStore(self._database)

    @cached_property
    def measures(self) -> "MeasuresStore":
        """A platform's own measures of carriers."""
        from api.store.measures import MeasuresStore

        return MeasuresStore(self._database)

    @cached_property
    def duties(self) -> "DutyStore":
        """What was done about duties to report."""
        from api.store.duties import DutyStore

        return DutyStore(self._database)

    @cached_property
    def listing(self) -> "ListingStore":
        """The library as a list."""
        from api.store.listing import ListingStore

        return ListingStore(self._database)

    @cached_property
    def needs(self) -> "NeedStore":
        """Posted needs and their claims."""
        from api.store.needs import NeedStore

        return NeedStore(self._database)

    @cached_property
    def outcomes(self) -> "OutcomeStore":
        """What came of assignments."""
        from api.store.outcomes import OutcomeStore

        return OutcomeStore(self._database)

    @cached_property
    def received(self) -> "ReceivedStore":
        """Lists from the receiving side."""
        from api.store.received import ReceivedStore

        return ReceivedStore(self._database)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What the repositories write within this is committed together or not at all."""
        with self._database.writing():
            yield

    def identity(self) -> str:
        """A name that no other database has: what is derived from this store bears it."""
        with self._database.reading() as connection:
            return read_mark(connection, IDENTITY) or ""

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def rotate_key(self) -> int:
        """Seal all personal data anew with the current key; gives how many rows. Raises `DataKeyMissing`."""
        return rotate(self._database, self.seals)


def open_store(url: URL | str, *, tenant: str = LOCAL_TENANT, seals: Seals | None = None) -> Store:
    """Open a database, bring its tables to this version, and see that the platform of this installation exists.

    `seals` open its personal data (`Settings.seals`); without them a SQLite file's key stands beside it.

    Raises `StoreUnavailable`, and `StoreIncompatible` for a database of a later version.
    """
    database = connect(url)
    store = Store(database, seals or _seals_beside(url))
    try:
        migrate(database)
        _begin(database, store, tenant)
    except BaseException:
        database.close()
        raise
    return store


def _begin(database: Database, store: Store, tenant: str) -> None:
    """Write, once, what a new database begins with."""
    if tenant not in {item.id for item in store.tenants.list()}:
        store.tenants.ensure(Tenant(tenant, "本级平台" if tenant == LOCAL_TENANT else tenant, Tier.LOCAL))
    if not store.identity():
        with database.writing() as connection:
            if read_mark(connection, IDENTITY) is None:
                write_mark(connection, IDENTITY, uuid4().hex)
    with database.reading() as connection:
        store.seals.expect(read_mark(connection, DATA_KEY))
    seal_older_rows(database, store.seals)


def _seals_beside(url: URL | str) -> Seals:
    """The key beside a SQLite file; none for a server's database."""
    made = make_url(url)
    beside = made.get_backend_name() == "sqlite" and made.database
    return Seals(Path(beside).with_name(KEY_FILE) if beside else None)
