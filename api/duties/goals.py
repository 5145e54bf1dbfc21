"""The table of goals (载体绩效目标表): each carrier's indicators, targets and values of the year and the one before.

A value counts where it came about by the end of the period; what people entered, where it was told before the next
period was over, so that a figure told after the quarter is in the quarter's table and a later one is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from api.access.viewers import Viewer
from api.carriers.shelf import MeasuresShelf
from api.carriers.values import DERIVED_SOURCE, Records, kind_of, records_of, values_of
from api.store.store import Store
from matcher.carriers.measures import FIRST_YEAR, Indicator, Measures
from matcher.carriers.scorecard import Given
from matcher.parties import Party
from matcher.policies.schedules import months_after

_TENTH, _DAY = Decimal("0.1"), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Goal:
    """A row of the table: an indicator with target and value of the year and of the year before; None: unknown.

    `more_is_better` is whether a larger value is a better one.
    """

    carrier: str
    dimension: str
    indicator: str
    unit: str
    target: Decimal | None
    value: Decimal | None
    source: str = ""
    target_before: Decimal | None = None
    value_before: Decimal | None = None
    more_is_better: bool = True

    @property
    def reached_pct(self) -> Decimal | None:
        """How much of the target was reached, in % to one place; None where either is unknown or less is better."""
        if not self.target or self.value is None or not self.more_is_better:
            return None
        return (100 * self.value / self.target).quantize(_TENTH, ROUND_HALF_UP)


def goals_of(store: Store, viewer: Viewer, carriers: list[Party], first: date, last: date) -> tuple[Goal, ...]:
    """The rows of all carriers for a period from `first` to `last`, within one year. Raises `StoreUnavailable`."""
    if not carriers:
        return ()
    records, measures = records_of(store, viewer), MeasuresShelf(store).in_force(viewer, last.year)
    told_by = months_after(last + _DAY, last.month - first.month + 1) - _DAY
    return tuple(goal for party in carriers for goal in _goals(measures, party, records, last, told_by))


def _goals(measures: Measures, party: Party, records: Records, last: date, told_by: date) -> Iterator[Goal]:
    year, before = last.year, last.year - 1
    values = values_of(measures, party, records, year, last, told_by)
    earlier = values_of(measures, party, records, before, date(before, 12, 31)) if before >= FIRST_YEAR else {}
    targets, promised = records.targets(party.id, year, told_by), records.targets(party.id, before)
    for dimension in measures.for_kind(kind_of(party)):
        for item in dimension.indicators:
            target, target_before = targets.get(item.id), promised.get(item.id)
            yield Goal(
                party.name,
                dimension.name,
                item.label,
                item.unit,
                None if target is None else target.value,
                _value(values, item),
                _source(values.get(item.id)),
                None if target_before is None else target_before.value,
                _value(earlier, item),
                item.full > item.zero,
            )


def _value(values: dict[str, Given], item: Indicator) -> Decimal | None:
    given = values.get(item.id)
    return None if given is None else given.value


def _source(given: Given | None) -> str:
    if given is None:
        return ""
    return given.source if given.source == DERIVED_SOURCE else f"{given.source}，{given.on}"
