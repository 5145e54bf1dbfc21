"""A carrier's tenants and what came to them, from the platform's records (入驻企业): who moved in, who was funded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from api.access.viewers import Viewer
from api.store.outcome_rows import Pair
from api.store.store import Store
from matcher.carriers.facts import Result, Tenant, computed
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

    def of_year(self, year: int) -> dict[str, Decimal]:
        """What the records give of a year, by code. No graduation is recorded here, so none is not zero."""
        found = computed(self.tenants, [item for on, item in self.results if on.year == year], None, year)
        found.pop("tenants_graduated", None)
        return found


def residents_of(store: Store, viewer: Viewer, carrier: str) -> Residents:
    """Read from outcomes who moved into a carrier, and what came to them. Raises `StoreUnavailable`."""
    told = list(_told(store, viewer))
    joined = {
        pair.seeker_id: (pair, day_in_china(event.at))
        for pair, event in told
        if event.state is OutcomeState.MOVED_IN and pair.kind is OfferKind.INCUBATION and pair.institution == carrier
    }
    tenants = tuple(_tenant(store, viewer, pair, on) for pair, on in joined.values())
    results = tuple(
        (day_in_china(event.at), Result(_KINDS[event.state], pair.seeker_id, pair.institution, event.amount_wan))
        for pair, event in told
        if event.state in _KINDS and pair.seeker_id in joined
    )
    return Residents(tenants, results)


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
