"""The desk of measuring (载体评价办理): values by year from three sources, marks of each year, one beside the next.

What the platform's records give is computed and cannot be entered; what a carrier's own fields give counts for the year
in which it was observed; for the rest, and instead of a field, a value is entered with who and on what evidence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from api.access.permissions import Permission
from api.access.viewers import STAFF, Viewer
from api.carriers.tenants import Residents, residents_of
from api.store.carriers import EnteredValue
from api.store.queries import speaks_for
from api.store.store import Store
from matcher.carriers.measures import Indicator, Measures, built_in_measures
from matcher.carriers.scorecard import Change, Given, Scorecard, compared, scored
from matcher.derivation import derive
from matcher.errors import InvalidValue, UnknownParty
from matcher.fields import PartyKind
from matcher.parties import Party

FIRST_YEAR = 2018
"""No year before is measured: 财建〔2018〕408号 began it."""
COMPUTED_SOURCE, DERIVED_SOURCE, ENTERED_SOURCE = "平台记录", "由载体数据推算", "填报"


@dataclass(frozen=True, slots=True)
class Measured:
    """A carrier with its marks of some years, and each year beside the one before."""

    carrier: Party
    measures: Measures
    scorecards: tuple[Scorecard, ...]
    entered: tuple[EnteredValue, ...]

    @property
    def changes(self) -> tuple[tuple[int, tuple[Change, ...]], ...]:
        """Of each year after the first, what became of each dimension."""
        return tuple(
            (after.year, compared(before, after))
            for before, after in zip(self.scorecards, self.scorecards[1:], strict=False)
        )


class CarrierDesk:
    """Measures the carriers of a platform. Any method may raise `StoreUnavailable`, `UnknownParty`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def measured(self, viewer: Viewer, carrier: str, years: Iterable[int], today: date) -> Measured:
        """Mark a carrier for some years. Raises `InvalidValue` for a year that is not measured."""
        party = self._carrier(viewer, carrier, Permission.CARRIER_READ)
        wanted = sorted({_year(year, today) for year in years})
        measures, entered = built_in_measures(), self._store.carriers.entered(viewer, carrier)
        kind = str(party.values.get("carrier_kind", ""))
        residents = self._residents(viewer, carrier)
        cards = (
            scored(measures, kind, _values(measures, kind, party, residents, entered, y, today), y) for y in wanted
        )
        return Measured(party, measures, tuple(cards), tuple(entered))

    def enter(self, viewer: Viewer, entered: EnteredValue) -> None:
        """Keep a value. Raises `InvalidValue` for one that is computed, of no indicator here, or outside its bounds."""
        party = self._carrier(viewer, entered.party_id, Permission.CARRIER_WRITE)
        _year(entered.year, entered.on)
        measures = built_in_measures()
        kind = str(party.values.get("carrier_kind", ""))
        known = _enterable(measures, kind)
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

    def _carrier(self, viewer: Viewer, carrier: str, permission: Permission) -> Party:
        party = self._store.parties.get(viewer, carrier)
        if party.kind is not PartyKind.CARRIER or party.tenant != viewer.tenant:
            raise _no_carrier(carrier)
        if not speaks_for(viewer, carrier, permission):
            raise _no_carrier(carrier)
        return party

    def _residents(self, viewer: Viewer, carrier: str) -> Residents:
        """The records are the platform's: read as the platform, told to the carrier as counts alone."""
        reader = viewer if viewer.role in STAFF else Viewer(viewer.tenant)
        return residents_of(self._store, reader, carrier)


def _values(
    measures: Measures,
    kind: str,
    party: Party,
    residents: Residents,
    entered: Iterable[EnteredValue],
    year: int,
    today: date,
) -> dict[str, Given]:
    records = residents.of_year(year)
    facts = {code: fact for code, fact in party.facts.items() if fact.observed_on.year == year}
    fields = derive({code: fact.value for code, fact in facts.items()})
    found: dict[str, Given] = {}
    for item in (indicator for of in measures.for_kind(kind) for indicator in of.indicators):
        value = records.get(item.computed) if item.computed else fields.get(item.field)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            fact = facts.get(item.field)
            source = COMPUTED_SOURCE if item.computed else fact.source if fact else DERIVED_SOURCE
            found[item.id] = Given(Decimal(value), source, fact.observed_on if fact else min(today, date(year, 12, 31)))
    told = {item.indicator: item for item in entered if item.year == year}
    return found | {
        code: Given(item.value, ENTERED_SOURCE, item.on, item.by, "、".join(item.evidence))
        for code, item in told.items()
        if code in _enterable(measures, kind)
    }


def _enterable(measures: Measures, kind: str) -> dict[str, Indicator]:
    return {item.id: item for of in measures.for_kind(kind) for item in of.indicators if not item.computed}


def _year(year: int, today: date) -> int:
    if not FIRST_YEAR <= year <= today.year:
        raise InvalidValue(found=f"年度 {year}", expected=f"{FIRST_YEAR} 至 {today.year}", remedy="请改正年度")
    return year


def _no_carrier(carrier: str) -> UnknownParty:
    return UnknownParty(found=f"载体 {carrier[:80]!a}", expected="本平台的载体", remedy="请核对编号")
