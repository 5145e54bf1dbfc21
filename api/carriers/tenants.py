"""A carrier's tenants and what came to them, from the platform's records (入驻企业): who moved in, who was funded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from api.access.viewers import Viewer
from api.store.outcome_rows import Pair
from api.store.store import Store
from matcher.carriers.facts import Focus, Result, Tenant, computed
from matcher.dealflow.events import day_in_china
from matcher.errors import UnknownParty
from matcher.learning.outcomes import Event, OutcomeState
from matcher.offers import OfferKind

_KINDS = {OutcomeState.INVESTED: "invested", OutcomeState.FUNDED: "funded"}


@dataclass(frozen=True, slots=True)
class Residents:
    """Who moved into a carrier, and every result of any of them with the day."""

    tenants: tuple[Tenant, ...]
    results: tuple[tuple[date, Result], ...]

    def of_year(self, year: int, until: date | None = None, focus: Focus | None = None) -> dict[str, Decimal]:
        """What the records give of a year, by code, of what came about by a day; graduations are not recorded."""
        last = until or date(year, 12, 31)
        tenants = [item for item in self.tenants if item.joined is None or item.joined <= last]
        results = [item for on, item in self.results if on.year == year and on <= last]
        found = computed(tenants, results, focus, year)
        found.pop("tenants_graduated", None)
        return found


def residents_of(store: Store, viewer: Viewer, carrier: str) -> Residents:
    """Read from outcomes who moved into a carrier, and what came to them. Raises `StoreUnavailable`."""
    return residents_by_carrier(store, viewer, carrier).get(carrier, Residents((), ()))


def residents_by_carrier(store: Store, viewer: Viewer, carrier: str | None = None) -> dict[str, Residents]:
    """The same of all carriers of a platform, or of one, in one reading; a carrier that nobody moved into is absent."""
    told = list(_told(store, viewer))
    joined: dict[str, dict[str, tuple[Pair, date]]] = {}
    for pair, event in told:
        moved_in = event.state is OutcomeState.MOVED_IN and pair.kind is OfferKind.INCUBATION
        if moved_in and carrier in {None, pair.institution}:
            joined.setdefault(pair.institution, {})[pair.seeker_id] = (pair, day_in_china(event.at))
    results: dict[str, list[tuple[date, Result]]] = {}
    for pair, event in told:
        if event.state in _KINDS:
            result = Result(_KINDS[event.state], pair.seeker_id, pair.institution, event.amount_wan)
            results.setdefault(pair.seeker_id, []).append((day_in_china(event.at), result))
    return {
        key: Residents(
            tuple(_tenant(store, viewer, pair, on) for pair, on in mine.values()),
            tuple(item for seeker in mine for item in results.get(seeker, ())),
        )
        for key, mine in joined.items()
    }


def _told(store: Store, viewer: Viewer) -> Iterator[tuple[Pair, Event]]:
    for campaign in store.campaigns.list(viewer):
        histories = store.outcomes.histories(viewer, campaign.id)
        for pair in store.outcomes.pairs(viewer, campaign.id):
            yield from ((pair, event) for event in histories.get(pair.id, ()))


def _tenant(store: Store, viewer: Viewer, pair: Pair, joined: date) -> Tenant:
    try:
        patents = store.parties.get(viewer, pair.seeker_id).values.get("invention_patents")
    except UnknownParty:
        patents = None
    known = patents if isinstance(patents, int) else None
    return Tenant(pair.seeker_id, pair.industry, known, joined=joined)
