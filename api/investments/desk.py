"""The desk of investments (投资记录办理): who may tell of them, whom they are of, what is imported, what is listed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from api.access.permissions import Permission, Reach, require
from api.access.viewers import Viewer
from api.investments.paid import paid_investments
from api.store.investments import InvestmentRecord, Told, Wanted
from api.store.queries import speaks_for
from api.store.store import Store
from api.store.upserting import UpsertCounts
from matcher.errors import InvalidValue, UnknownParty
from matcher.investments import Investment, plain_name
from matcher.offers import Offer, OfferKind


@dataclass(frozen=True, slots=True)
class Listed:
    """A stretch of the records that stand, how many there are, and what the platform's own deals paid (staff only)."""

    count: int
    records: tuple[InvestmentRecord, ...]
    paid: tuple[Investment, ...]


class InvestmentDesk:
    """Investments of a platform. Any method may raise `StoreUnavailable`; `UnknownInvestment` for an id not there."""

    def __init__(self, store: Store, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def put(
        self, viewer: Viewer, told: Investment, *, by: str, why: str = "", key: str | None = None
    ) -> InvestmentRecord:
        """Tell of one, or correct the one with a key; what it said before stays.

        Raises `UnknownOffer`, `UnknownParty` where the viewer does not speak for the investor, and `InvalidValue`.
        """
        (found,) = self.resolved(viewer, [told])
        return self._store.investments.put(viewer, found, Told(by, self._now(), why), key)

    def put_many(self, viewer: Viewer, told: Sequence[Investment], *, by: str, why: str) -> UpsertCounts:
        """Tell of many that were `resolved`, all or none; what was told before changes nothing."""
        return self._store.investments.put_many(viewer, told, Told(by, self._now(), why))

    def remove(self, viewer: Viewer, key: str, *, by: str, why: str) -> InvestmentRecord:
        """Take one away by a further record."""
        return self._store.investments.remove(viewer, key, Told(by, self._now(), why))

    def history(self, viewer: Viewer, key: str) -> tuple[InvestmentRecord, ...]:
        """All records of one, in order."""
        return self._store.investments.history(viewer, key)

    def list(self, viewer: Viewer, wanted: Wanted) -> Listed:
        """The records that stand; what deals of the platform paid is listed with the first stretch."""
        count, records = self._store.investments.list(viewer, wanted)
        of_deals = require(viewer, Permission.INVESTMENT_READ) is Reach.TENANT and wanted.offset == 0
        paid = paid_investments(self._store, viewer) if of_deals else ()
        return Listed(count, records, tuple(item for item in paid if _is_wanted(item, wanted)))

    def resolved(self, viewer: Viewer, told: Sequence[Investment], *, linked: bool = False) -> tuple[Investment, ...]:
        """The investments with the parties and offers of the platform that they speak of. Raises as `put` does.

        `linked`: their firms' ids were found by the platform itself, and need not be what the viewer may see.
        """
        platform, givers = Viewer(viewer.tenant), _Givers(self._store, viewer)
        given = [givers.completed(item) for item in told]
        unlinked = {item.firm for item in given if item.party_id is None and item.firm}
        by_name = self._store.listing.ids_named(platform, unlinked) if unlinked else {}
        return tuple(item if linked and item.party_id else self._with_firm(viewer, item, by_name) for item in given)

    def _with_firm(self, viewer: Viewer, item: Investment, by_name: Mapping[str, str]) -> Investment:
        if item.party_id is not None:
            party = self._store.parties.get(viewer, item.party_id)
            item = replace(item, firm=item.firm or party.name)
        elif item.firm in by_name:
            item = replace(item, party_id=by_name[item.firm])
        if not plain_name(item.firm):
            raise InvalidValue(found="没有被投企业", expected="被投企业的名称或编号", remedy="请写明投了谁")
        return item


class _Givers:
    """Whose investments they are, each looked up once; who acts for one party tells of that party's own."""

    def __init__(self, store: Store, viewer: Viewer) -> None:
        self._store = store
        self._viewer = viewer
        self._known: dict[tuple[str | None, str | None], tuple[str, str | None]] = {}

    @cached_property
    def _by_name(self) -> Mapping[str, Offer]:
        """The platform's own funds by their names and their givers'; what two are called means neither."""
        found: dict[str, list[Offer]] = {}
        for offer in self._store.offers.list(self._viewer, OfferKind.FUND):
            if offer.tenant == self._viewer.tenant:
                for name in {plain_name(offer.name), plain_name(offer.provider)}:
                    found.setdefault(name, []).append(offer)
        return {name: offers[0] for name, offers in found.items() if len(offers) == 1}

    def completed(self, item: Investment) -> Investment:
        """The investment with its investor's name, and id where it has one. Raises as `InvestmentDesk.put` does."""
        if item.offer_id is None and item.investor_id is None:
            item = self._found(item)
        key = (item.offer_id, item.investor_id)
        if key not in self._known:
            self._known[key] = self._looked_up(*key) if any(key) else ("", None)
        name, giver = self._known[key]
        item = replace(item, investor=item.investor or name, investor_id=giver)
        if not speaks_for(self._viewer, giver or "", Permission.INVESTMENT_WRITE):
            raise _not_own(item)
        if not plain_name(item.investor):
            raise InvalidValue(found="没有投资机构", expected="投资机构的名称或编号", remedy="请写明是谁投的")
        return item

    def _found(self, item: Investment) -> Investment:
        if require(self._viewer, Permission.INVESTMENT_WRITE) is not Reach.TENANT:
            return replace(item, investor="", investor_id=self._viewer.party_id)
        offer = self._by_name.get(plain_name(item.investor))
        if offer is None:
            return item
        of_offer = plain_name(offer.name) == plain_name(item.investor)
        return replace(item, offer_id=offer.id if of_offer else None, investor_id=offer.provider_id)

    def _looked_up(self, offer_id: str | None, investor_id: str | None) -> tuple[str, str | None]:
        """The name and the id of the investor that an offer's or a party's id means."""
        if offer_id is None:
            party = self._store.parties.get(self._viewer, investor_id or "")
            return party.name, party.id
        offer = self._store.offers.get(self._viewer, offer_id)
        if offer.kind is not OfferKind.FUND:
            raise InvalidValue(found=f"资源 {offer.id} 不是基金", expected="基金的编号", remedy="请换一个编号")
        return offer.provider, offer.provider_id if offer.tenant == self._viewer.tenant else None


def _is_wanted(item: Investment, wanted: Wanted) -> bool:
    of: Collection[str | None] = (item.offer_id, item.investor_id, item.investor)
    firm: Collection[str | None] = (item.party_id, item.firm)
    return (wanted.investor is None or wanted.investor in of) and (wanted.firm is None or wanted.firm in firm)


def _not_own(item: Investment) -> UnknownParty:
    told = item.investor_id or item.offer_id or item.investor
    return UnknownParty(
        found=f"投资机构 {told[:80]!a}", expected="本单位", remedy="只能登记本单位的投资；请由平台运营人员代为登记"
    )
