"""The desk of measuring (载体评价办理): values by year from three sources, marks of each year, one beside the next.

What the platform's records give is computed and cannot be entered; what a carrier's own fields give counts for the year
in which it was observed; for the rest, and instead of a field, a value is entered with who and on what evidence. A
target is told for any indicator, and before its year too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from api.access.permissions import Permission, Reach, reach_of
from api.access.viewers import Viewer
from api.carriers.shelf import MeasuresShelf
from api.carriers.values import ENTERED_SOURCE, Records, enterable, kind_of, records_of, values_of
from api.store.carriers import EnteredFocus, EnteredValue, Told
from api.store.queries import speaks_for
from api.store.store import Store
from matcher.carriers.facts import Focus
from matcher.carriers.measures import FIRST_YEAR, Indicator, Measures
from matcher.carriers.scorecard import Change, Given, Scorecard, compared, scored
from matcher.errors import InvalidValue, UnknownParty
from matcher.fields import PartyKind
from matcher.parties import Party
from matcher.taxonomy import industries

AHEAD = 5
"""So many years ahead a target may be told."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A carrier with its marks of some years, and each year beside the one before; `measures` are the last year's."""

    carrier: Party
    measures: Measures
    scorecards: tuple[Scorecard, ...]
    entered: tuple[EnteredValue, ...]
    focus: EnteredFocus | None = None

    @property
    def changes(self) -> tuple[tuple[int, tuple[Change, ...]], ...]:
        """Of each year after the first, what became of each dimension."""
        return tuple(
            (after.year, compared(before, after))
            for before, after in zip(self.scorecards, self.scorecards[1:], strict=False)
        )

    def target(self, year: int, indicator: str) -> EnteredValue | None:
        """What was promised of an indicator for a year, as it was last told."""
        told = (x for x in reversed(self.entered) if x.kind is Told.TARGET)
        return next((x for x in told if (x.year, x.indicator) == (year, indicator)), None)


class CarrierDesk:
    """Measures the carriers of a platform. Any method may raise `StoreUnavailable`, `UnknownParty`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.measures = MeasuresShelf(store)

    def measured(self, viewer: Viewer, carrier: str, years: Iterable[int], today: date) -> Measured:
        """Mark a carrier for some years. Raises `InvalidValue` for a year that is not measured."""
        party = self._carrier(viewer, carrier, Permission.CARRIER_READ)
        wanted = sorted({_year(year, today.year) for year in years})
        return self._measured(viewer, party, wanted, records_of(self._store, viewer, carrier), today)

    def all(self, viewer: Viewer, years: Iterable[int], today: date) -> tuple[Measured, ...]:
        """Mark every carrier that the viewer may see, in the order of their ids; see `measured`."""
        wanted = sorted({_year(year, today.year) for year in years})
        if reach_of(viewer, Permission.CARRIER_READ) is not Reach.TENANT:
            own = viewer.party_id
            return (self.measured(viewer, own, wanted, today),) if own else ()
        records = records_of(self._store, viewer)
        batches = self._store.parties.iterate(viewer, PartyKind.CARRIER)
        parties = [party for batch in batches for _, party in batch if party.tenant == viewer.tenant]
        return tuple(self._measured(viewer, party, wanted, records, today) for party in parties)

    def enter(self, viewer: Viewer, entered: EnteredValue) -> None:
        """Keep a value. Raises `InvalidValue` for one that is computed, of no indicator here, or outside its bounds."""
        party = self._carrier(viewer, entered.party_id, Permission.CARRIER_WRITE)
        targeted = entered.kind is Told.TARGET
        _year(entered.year, entered.on.year + (AHEAD if targeted else 0))
        measures, kind = self.measures.in_force(viewer, entered.year), kind_of(party)
        known = _indicators(measures, kind) if targeted else enterable(measures, kind)
        if entered.indicator not in known:
            raise InvalidValue(
                found=f"指标 {entered.indicator[:60]!a}",
                expected=f"可填报的指标：{'、'.join(known)}；由平台记录计算的不填",
                remedy="请检查指标代码与载体类型",
            )
        if not entered.evidence:
            raise InvalidValue(found="没有附依据材料", expected="至少一份依据材料的编号", remedy="请补上材料编号")
        scored(measures, kind, {entered.indicator: Given(entered.value, ENTERED_SOURCE, entered.on)}, entered.year)
        self._store.carriers.enter(viewer, entered)

    def focus(self, viewer: Viewer, carrier: str, told: EnteredFocus) -> None:
        """Keep what a carrier focuses on. Raises `InvalidValue` for more than two, `UnknownIndustry`."""
        self._carrier(viewer, carrier, Permission.CARRIER_WRITE)
        Focus(told.industries)
        plain = {industries.industry(code).code: kind for code, kind in told.industries.items()}
        self._store.carriers.focus(viewer, carrier, EnteredFocus(plain, told.at, told.by))

    def _measured(self, viewer: Viewer, party: Party, years: list[int], records: Records, today: date) -> Measured:
        cards, measures = [], self.measures.in_force(viewer, today.year)
        for year in years:
            measures = self.measures.in_force(viewer, year)
            cards.append(scored(measures, kind_of(party), values_of(measures, party, records, year, today), year))
        entered = records.entered.get(party.id, ())
        return Measured(party, measures, tuple(cards), entered, records.focuses.get(party.id))

    def _carrier(self, viewer: Viewer, carrier: str, permission: Permission) -> Party:
        party = self._store.parties.get(viewer, carrier)
        if party.kind is not PartyKind.CARRIER or party.tenant != viewer.tenant:
            raise _no_carrier(carrier)
        if not speaks_for(viewer, carrier, permission):
            raise _no_carrier(carrier)
        return party


def _indicators(measures: Measures, kind: str) -> dict[str, Indicator]:
    return {item.id: item for of in measures.for_kind(kind) for item in of.indicators}


def _year(year: int, last: int) -> int:
    if not FIRST_YEAR <= year <= last:
        raise InvalidValue(found=f"年度 {year}", expected=f"{FIRST_YEAR} 至 {last}", remedy="请改正年度")
    return year


def _no_carrier(carrier: str) -> UnknownParty:
    return UnknownParty(found=f"载体 {carrier[:80]!a}", expected="本平台的载体", remedy="请核对编号")
