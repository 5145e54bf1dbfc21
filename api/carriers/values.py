"""A carrier's values of a year (指标值): from the platform's records, from its own fields, and from who enters them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from api.access.viewers import STAFF, Viewer
from api.carriers.tenants import Residents, residents_by_carrier
from api.store.carriers import EnteredFocus, EnteredValue, Told
from api.store.store import Store
from matcher.carriers.facts import Focus
from matcher.carriers.measures import Indicator, Measures
from matcher.carriers.scorecard import Given
from matcher.derivation import derive
from matcher.parties import Party

COMPUTED_SOURCE, DERIVED_SOURCE, ENTERED_SOURCE = "平台记录", "由载体数据推算", "填报"


@dataclass(frozen=True, slots=True)
class Records:
    """All that a platform holds of its carriers beside their own fields, by carrier."""

    residents: Mapping[str, Residents]
    entered: Mapping[str, tuple[EnteredValue, ...]]
    focuses: Mapping[str, EnteredFocus]

    def targets(self, carrier: str, year: int, told_by: date | None = None) -> dict[str, EnteredValue]:
        """What a carrier promised for a year, by indicator: the last of each that was told by a day."""
        return _last(self.entered.get(carrier, ()), Told.TARGET, year, told_by)


def records_of(store: Store, viewer: Viewer, carrier: str | None = None) -> Records:
    """Read what there is of one carrier, or of all. Raises `StoreUnavailable`.

    The records are the platform's: read as the platform, told to a carrier as counts alone.
    """
    reader = viewer if viewer.role in STAFF else Viewer(viewer.tenant)
    return Records(
        residents_by_carrier(store, reader, carrier),
        store.carriers.entered_by_carrier(reader, carrier),
        store.carriers.focuses(reader, carrier),
    )


def kind_of(party: Party) -> str:
    """A carrier's kind; empty where it is not known."""
    return str(party.values.get("carrier_kind", ""))


def enterable(measures: Measures, kind: str) -> dict[str, Indicator]:
    """The indicators of a kind of carrier that people enter, by id: those that no records give."""
    return {item.id: item for of in measures.for_kind(kind) for item in of.indicators if not item.computed}


def values_of(
    measures: Measures, party: Party, records: Records, year: int, until: date, told_by: date | None = None
) -> dict[str, Given]:
    """The values of a carrier's indicators for a year by id, of what came about by `until` and was told by `told_by`.

    A field counts for the year in which it was observed; what was entered goes before a field. The unknown is absent.
    """
    kind, last = kind_of(party), min(until, date(year, 12, 31))
    focus = records.focuses.get(party.id)
    residents = records.residents.get(party.id, Residents((), ()))
    counted = residents.of_year(year, last, None if focus is None else Focus(focus.industries))
    fields = {code: fact for code, fact in party.facts.items() if date(year, 1, 1) <= fact.observed_on <= last}
    derived = derive({code: fact.value for code, fact in fields.items()})
    found: dict[str, Given] = {}
    for item in (indicator for of in measures.for_kind(kind) for indicator in of.indicators):
        value = counted.get(item.computed) if item.computed else derived.get(item.field)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            fact = fields.get(item.field)
            source = COMPUTED_SOURCE if item.computed else fact.source if fact else DERIVED_SOURCE
            found[item.id] = Given(Decimal(value), source, fact.observed_on if fact else last)
    told = _last(records.entered.get(party.id, ()), Told.ACTUAL, year, told_by)
    return found | {
        code: Given(item.value, ENTERED_SOURCE, item.on, item.by, "、".join(item.evidence))
        for code, item in told.items()
        if code in enterable(measures, kind)
    }


def _last(entered: Iterable[EnteredValue], kind: Told, year: int, told_by: date | None) -> dict[str, EnteredValue]:
    return {
        item.indicator: item
        for item in entered
        if item.kind is kind and item.year == year and (told_by is None or item.on <= told_by)
    }
