"""A carrier's marks for a year (评价结果): what is known, what is missing, and between which bounds the whole must lie.

An indicator without a value has no mark: it is neither zero nor left out so that the others count for more. The sum
shown is over what is known, with how much of the whole that covers, the least that it can become (nothing for what is
missing) and the most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from matcher.carriers.measures import Dimension, Indicator, Measures
from matcher.errors import InvalidValue

_HUNDRED, _CENT = Decimal(100), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Given:
    """A value of an indicator for a year (指标值): in the indicator's unit, with its source and the day it was noted.

    `by` is who entered it and `evidence` what it rests on; both are empty for what was computed or is the carrier's.
    """

    value: Decimal
    source: str
    on: date
    by: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorMark:
    """An indicator with its value and its mark, 0 to 100; None where there is no value (未填)."""

    indicator: Indicator
    given: Given | None
    mark: Decimal | None


@dataclass(frozen=True, slots=True)
class DimensionMark:
    """A dimension: `mark` is the weighted mean of what is known (None where nothing is), `covered_pct` its weight in %.

    `least` and `most` are the marks were all that is missing worth nothing or everything.
    """

    dimension: Dimension
    indicators: tuple[IndicatorMark, ...]
    mark: Decimal | None
    covered_pct: Decimal
    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A carrier in a year: marks of 0 to 100 by dimension and in all; `version` is that of the measures' file."""

    measures: str
    version: str
    year: int
    dimensions: tuple[DimensionMark, ...]
    mark: Decimal | None
    covered_pct: Decimal
    least: Decimal
    most: Decimal

    @property
    def missing(self) -> tuple[str, ...]:
        """The labels of the indicators that have no value."""
        return tuple(x.indicator.label for item in self.dimensions for x in item.indicators if x.given is None)


@dataclass(frozen=True, slots=True)
class Change:
    """A dimension in two years; `by` is None where one of them has no mark or both cover different indicators."""

    name: str
    before: Decimal | None
    after: Decimal | None
    by: Decimal | None


def scored(measures: Measures, kind: str, values: Mapping[str, Given], year: int) -> Scorecard:
    """Mark a carrier of a kind ("" unknown) for a year; `values` by indicator id.

    Raises `InvalidValue` for a value of no indicator of these measures, or a share outside 0 to 100 %.
    """
    _require_fit(measures, values)
    dimensions = tuple(_dimension(item, values) for item in measures.for_kind(kind))
    weights = [item.dimension.weight for item in dimensions]
    parts = [
        (weight * item.covered_pct / _HUNDRED, item.mark) for weight, item in zip(weights, dimensions, strict=True)
    ]
    mark, covered = _mean(parts), sum((weight for weight, _ in parts), Decimal(0)) / sum(weights)
    least = sum((w * item.least for w, item in zip(weights, dimensions, strict=True)), Decimal(0)) / sum(weights)
    most = sum((w * item.most for w, item in zip(weights, dimensions, strict=True)), Decimal(0)) / sum(weights)
    return Scorecard(
        measures.id, measures.version, year, dimensions, mark, _cents(covered * _HUNDRED), _cents(least), _cents(most)
    )


def compared(before: Scorecard, after: Scorecard) -> tuple[Change, ...]:
    """Dimension by dimension, a later year beside an earlier; in the order of the later.

    A difference is given only where the same indicators of the same measures are known in both years: anything else
    would show a gap in the records as progress.
    """
    earlier = {item.dimension.name: item for item in before.dimensions}
    return tuple(
        _change(earlier.get(item.dimension.name), item, before.version == after.version) for item in after.dimensions
    )


def _change(before: DimensionMark | None, after: DimensionMark, same_measures: bool) -> Change:
    name = after.dimension.name
    if before is None or before.mark is None or after.mark is None:
        return Change(name, before.mark if before else None, after.mark, None)
    alike = same_measures and _known(before) == _known(after)
    return Change(name, before.mark, after.mark, after.mark - before.mark if alike else None)


def _known(item: DimensionMark) -> frozenset[str]:
    return frozenset(x.indicator.id for x in item.indicators if x.given is not None)


def _require_fit(measures: Measures, values: Mapping[str, Given]) -> None:
    indicators = {item.id: item for item in measures.indicators()}
    for code, given in values.items():
        if code not in indicators:
            raise InvalidValue(found=f"指标 {code!r}", expected="、".join(indicators), remedy="请检查指标代码")
        if not given.value.is_finite() or given.value < 0 or (indicators[code].unit == "%" and given.value > _HUNDRED):
            raise InvalidValue(
                found=f"{indicators[code].label}为 {given.value} {indicators[code].unit}",
                expected="0 至 100 的百分数" if indicators[code].unit == "%" else "不小于 0 的数",
                remedy="请核对后重新填写",
            )


def _dimension(dimension: Dimension, values: Mapping[str, Given]) -> DimensionMark:
    marks = tuple(
        IndicatorMark(item, given, None if given is None else _mark(item, given.value))
        for item in dimension.indicators
        for given in (values.get(item.id),)
    )
    whole = sum((item.indicator.weight for item in marks), Decimal(0))
    parts = [(item.indicator.weight, item.mark) for item in marks if item.mark is not None]
    known = sum((weight for weight, _ in parts), Decimal(0))
    least = sum((weight * mark for weight, mark in parts), Decimal(0)) / whole
    most = least + (whole - known) * _HUNDRED / whole
    return DimensionMark(dimension, marks, _mean(parts), _cents(known / whole * _HUNDRED), _cents(least), _cents(most))


def _mark(indicator: Indicator, value: Decimal) -> Decimal:
    """The mark of a value: 0 at `zero` and before, 100 at `full` and beyond."""
    share = (value - indicator.zero) / (indicator.full - indicator.zero)
    return _cents(min(max(share, Decimal(0)), Decimal(1)) * _HUNDRED)


def _mean(parts: Sequence[tuple[Decimal, Decimal | None]]) -> Decimal | None:
    known = [(weight, mark) for weight, mark in parts if mark is not None]
    whole = sum((weight for weight, _ in known), Decimal(0))
    return _cents(sum((weight * mark for weight, mark in known), Decimal(0)) / whole) if whole else None


def _cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)
