"""A list as it is sent (送达名单): the pairs of one institution or of all, with profiles as they were."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain, groupby, islice
from typing import Any

from api.access.consents import STANDING_LABELS, purpose_of
from api.access.masking import Masker, Sight
from api.access.seeing import masker_for
from api.access.viewers import Viewer
from api.campaigns.planning import plan_of
from api.clock import CHINA, today
from api.delivery.shown import profile
from api.errors import UnknownAssignment, WrongCampaignState
from api.store.campaign_rows import AssignmentRow, Campaign, Run, RunState
from api.store.outcome_rows import History
from api.store.store import Store
from matcher.campaigns.plan import Plan
from matcher.learning.promises import Promise
from matcher.offers import OfferKind
from matcher.parties import Party

CONTACT = ("credit_code", "legal_representative", "contact_phone")
"""What a list gives beside the name where the enterprise agreed to it."""
_BATCH = 1_000
DELIVERABLE = frozenset({RunState.APPROVED, RunState.DELIVERED})


@dataclass(frozen=True, slots=True)
class Item:
    """A pair on a list with the enterprise's profile, in words by field code, and what is known of its outcome."""

    row: AssignmentRow
    profile: Mapping[str, str]
    history: History = ()
    consent: str = ""
    """How the enterprise's consent to the recipient stands, in words; empty on the platform's own lists."""
    contact: Mapping[str, str] = field(default_factory=dict)
    """What the enterprise lets the recipient have, by field: 统一社会信用代码、法定代表人、联系电话."""

    @property
    def kind(self) -> str:
        """The kind of the offer."""
        return str(self.row.match["offer"]["kind"])

    @property
    def provider(self) -> str:
        """The institution's name as it is shown."""
        return str(self.row.match["offer"]["provider"])


@dataclass(frozen=True, slots=True)
class Delivery:
    """What all exports of a run say in common: who runs the campaign, on what basis, with which versions."""

    platform: str
    campaign: Campaign
    run: Run
    plan: Plan

    @property
    def promise(self) -> Promise:
        """The days that the institutions have, by the plan that the run was made with."""
        return self.plan.promise

    @property
    def day(self) -> date:
        """The day of approval in China; what is exported twice says the same."""
        moment = self.run.approved or self.run.finished or self.run.created
        return moment.astimezone(CHINA).date()

    @property
    def moment(self) -> datetime:
        """The moment that is written into files."""
        return datetime(self.day.year, self.day.month, self.day.day)  # noqa: DTZ001  # files hold no zone

    @property
    def basis(self) -> str:
        """The plan's basis as it is quoted."""
        clause = self.plan.basis
        return f"《{clause.document}》{clause.article}" + (f"：“{clause.quote}”" if clause.quote else "")


@dataclass(frozen=True, slots=True)
class SentList:
    """The list of one institution: its name as it is shown, whether anybody on it agreed to be named, the pairs."""

    provider: str
    named: bool
    items: Iterator[Item]


class Lists:
    """The lists of a run that may leave the platform, with what is known when they are read."""

    def __init__(self, store: Store, viewer: Viewer, delivery: Delivery) -> None:
        self.store = store
        self.viewer = viewer
        self.delivery = delivery

    def institutions(self) -> tuple[str, ...]:
        """Those that have a list."""
        return self.store.outcomes.institutions(self.delivery.run)

    def of(self, institution: str) -> SentList:
        """The list of one institution, masked as far as consent goes now. Raises `UnknownAssignment` without one."""
        items = self._items(institution=institution)
        first = next(items, None)
        if first is None:
            raise no_list_of(institution)
        seekers = self.store.outcomes.seekers(self.delivery.run, institution)
        masker = masker_for(self.store, self.viewer, institution, seekers, today(), everything=False)
        named = any(masker.sight(seeker).named for seeker in seekers)
        return SentList(first.provider, named, self._masked(institution, chain((first,), items)))

    def _masked(self, institution: str, items: Iterator[Item]) -> Iterator[Item]:
        while batch := list(islice(items, _BATCH)):
            yield from masked_for(self.store, self.viewer, institution, batch)

    def all(self) -> Iterator[Item]:
        """Every pair, by institution, offer and place, with all that is known."""
        return self._items()

    def by_seeker(self) -> Iterator[list[Item]]:
        """The pairs of each enterprise together."""
        rows = self._items(by_seeker=True)
        for _, group in groupby(rows, key=lambda item: item.row.seeker_key):
            yield list(group)

    def of_seeker(self, seeker: str) -> list[Item]:
        """The pairs of one enterprise. Raises `UnknownAssignment` where it is on no list."""
        found = list(self._items(by_seeker=True, seeker=seeker))
        if not found:
            raise UnknownAssignment(
                found=f"主体 {seeker[:40]} 不在名单上", expected="本次运行名单上的主体", remedy="请核对主体编号"
            )
        return found

    def _items(
        self, *, by_seeker: bool = False, institution: str | None = None, seeker: str | None = None
    ) -> Iterator[Item]:
        store, run = self.store.outcomes, self.delivery.run
        rows = store.rows(run, by_seeker=by_seeker, institution=institution, seeker=seeker)
        while batch := list(islice(rows, _BATCH)):
            known = store.histories_of(self.viewer, run.campaign_id, [row.id for row in batch])
            yield from (Item(row, profile(row), known.get(row.id, ())) for row in batch)


def masked_for(
    store: Store, viewer: Viewer, recipient: str, items: Sequence[Item], *, heads: bool = False
) -> list[Item]:
    """The items of a list as a recipient may have them today: each by its own enterprise's consent.

    `heads`: of each match only what a row of a list shows (`Masker.headed`).
    """
    masker = masker_for(store, viewer, recipient, {item.row.seeker_id for item in items}, today(), everything=False)
    purposes = {item.row.id: purpose_of(OfferKind(item.kind)) for item in items}
    sights = {item.row.id: masker.sight(item.row.seeker_id, purposes[item.row.id]) for item in items}
    named = [item.row.seeker_key for item in items if sights[item.row.id].named]
    parties = store.parties.get_many(Viewer(viewer.tenant), named) if named else {}
    shown = _head if heads else _whole
    return [
        _masked(item, shown(item.row, masker), sights[item.row.id], parties.get(item.row.seeker_key)) for item in items
    ]


def _head(row: AssignmentRow, masker: Masker) -> dict[str, Any]:
    return masker.headed(dict(row.match), row.rank)


def _whole(row: AssignmentRow, masker: Masker) -> dict[str, Any]:
    document = {"id": row.id, "seeker_id": row.seeker_id, "offer_id": row.offer_id} | _rest(row)
    match: dict[str, Any] = masker.seen(document, row.rank)["match"]
    return match


def _masked(item: Item, match: Mapping[str, Any], sight: Sight, party: Party | None) -> Item:
    shown = replace(item.row, seeker_id=match["party_id"], match=match)
    values = {} if party is None else party.values
    contact = {code: str(values[code]) for code in CONTACT if code in values and sight.exact(code)}
    label = STANDING_LABELS[sight.standing]
    return replace(item, row=shown, profile=match["profile"], consent=label, contact=contact)


def _rest(row: AssignmentRow) -> dict[str, Any]:
    """The other parts of `exchange.campaigns.assignment_document`, the profile left in the match."""
    plain = {"institution": row.institution, "rank": row.rank, "score": row.points / 100}
    return plain | {"eligibility": row.eligibility, "status": row.status.value, "match": dict(row.match)}


def no_list_of(institution: str) -> UnknownAssignment:
    """The error for an institution that has no list, or one whose list is not the asker's to see."""
    return UnknownAssignment(
        found=f"机构 {institution[:40]} 没有名单", expected="本次运行有名单的机构", remedy="请核对机构编号"
    )


def lists_of(store: Store, viewer: Viewer, campaign: str, number: int) -> Lists:
    """The lists of an approved run. Raises `UnknownCampaign`, and `WrongCampaignState` before the approval."""
    run = store.campaigns.run(viewer, campaign, number)
    if run.state not in DELIVERABLE:
        raise WrongCampaignState(
            found=f"第 {number} 次运行尚未批准", expected="已批准的运行", remedy="请批准名单后再导出或送达"
        )
    platform = next((item.name for item in store.tenants.list() if item.id == viewer.tenant), viewer.tenant)
    return Lists(store, viewer, Delivery(platform, store.campaigns.get(viewer, campaign), run, plan_of(run.plan)))
