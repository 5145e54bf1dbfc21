"""One condition over a column of seekers (批量比较): which rows hold it, which do not, which are not known."""

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache, reduce
from math import floor
from typing import Any, cast

import numpy as np
import polars as pl

from matcher.declarations.registry import REGISTRY
from matcher.derivation import age_of_days, day_number
from matcher.derived_columns import age_expression
from matcher.eligibility.comparison import place_in_tree
from matcher.eligibility.criteria import Leaf, Operator
from matcher.eligibility.masks import Masks, all_in
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State
from matcher.fields import FieldType
from matcher.taxonomy import industries, regions

_MANY_RUNS = 3
_YEAR, _MONTH = 372, 31

_COMPARISONS: Mapping[Operator, Callable[[pl.Series, Any], pl.Series]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.GE: operator.ge,
    Operator.GT: operator.gt,
    Operator.LE: operator.le,
    Operator.LT: operator.lt,
    Operator.IN: lambda column, wanted: _any_of(column == item for item in wanted),
    Operator.NOT_IN: lambda column, wanted: ~_any_of(column == item for item in wanted),
    Operator.HAS_ANY: lambda column, wanted: _any_of(column.list.contains(item) for item in wanted),
    Operator.HAS_ALL: lambda column, wanted: reduce(operator.and_, (column.list.contains(item) for item in wanted)),
}


def leaf_masks(frame: pl.DataFrame, leaf: Leaf, at: date) -> Masks:
    """The states of one condition on a day, of the n rows of a frame: ages grow, certificates expire."""
    if leaf.operator is Operator.MANUAL:
        return all_in(State.MANUAL_REVIEW, frame.height)
    field = REGISTRY[leaf.field]
    if leaf.operator is Operator.UNDER:
        return _under(frame[leaf.field], leaf.field, cast(tuple[str, ...], leaf.value))
    if leaf.field == "age_years":
        return _aged(frame, leaf, at)
    column = frame[leaf.field]
    if field.type is FieldType.CHOICE:
        return _chosen(column, leaf)
    if field.type is FieldType.FLAG and field.valid_to is not None:
        return _certified(column, frame[field.valid_to], leaf, at)
    return _decided(_COMPARISONS[leaf.operator](column, _cell(leaf.value)))


def _decided(holds: pl.Series) -> Masks:
    """Masks of a Boolean series in which null is unknown."""
    return Masks(len(holds), holds.fill_null(False), (~holds).fill_null(False))


def _any_of(parts: Iterable[pl.Series]) -> pl.Series:
    return reduce(lambda one, other: one | other, parts)


def _cell(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _chosen(column: pl.Series, leaf: Leaf) -> Masks:
    """A choice may not apply to a party at all (不适用), such as the size class of a bank."""
    decided = _decided(_COMPARISONS[leaf.operator](column, leaf.value))
    other = (column == NOT_APPLICABLE_VALUE).fill_null(False)
    if not other.any():
        return decided
    return Masks(decided.size, decided.met & ~other, decided.unmet & ~other, None, other)


def _certified(flag: pl.Series, valid_to: pl.Series, leaf: Leaf, at: date) -> Masks:
    """A certificate no longer holds after its last day."""
    known, holds = flag.is_not_null(), flag.fill_null(False) & ~(valid_to < at).fill_null(False)
    if (leaf.operator is Operator.EQ) == (leaf.value is True):
        return Masks(len(flag), holds, known & ~holds)
    return Masks(len(flag), known & ~holds, holds)


def _aged(frame: pl.DataFrame, leaf: Leaf, at: date) -> Masks:
    """An age is compared as a day of founding; a stated age counts only where no day is known."""
    founded, stated, wanted = frame["founded_on"], frame["age_years"], leaf.value
    if leaf.operator not in _AGES or not isinstance(wanted, Decimal):
        age = frame.select(age_expression(at)).to_series()
        return _decided(_COMPARISONS[leaf.operator](age, _cell(wanted)))
    by_day = _decided(_AGES[leaf.operator](founded, wanted, at))
    if stated.null_count() == len(stated):
        return by_day
    open_yet = founded.is_null()
    by_age = _decided(_COMPARISONS[leaf.operator](stated, float(wanted)))
    return Masks(len(founded), by_day.met | (open_yet & by_age.met), by_day.unmet | (open_yet & by_age.unmet))


def _at_most(founded: pl.Series, years: Decimal, at: date, *, strict: bool = False) -> pl.Series:
    """Whether who was founded on a day is at most (or less than) so many years old."""
    days = floor(years * _YEAR) + 2
    while not (age_of_days(days) < years if strict else age_of_days(days) <= years):
        days -= 1
    return founded >= _day(day_number(at) - days)


_AGES: Mapping[Operator, Callable[[pl.Series, Decimal, date], pl.Series]] = {
    Operator.LE: _at_most,
    Operator.LT: lambda founded, years, at: _at_most(founded, years, at, strict=True),
    Operator.GT: lambda founded, years, at: ~_at_most(founded, years, at),
    Operator.GE: lambda founded, years, at: ~_at_most(founded, years, at, strict=True),
    Operator.EQ: lambda founded, years, at: _at_most(founded, years, at) & ~_at_most(founded, years, at, strict=True),
    Operator.NE: lambda founded, years, at: ~_at_most(founded, years, at) | _at_most(founded, years, at, strict=True),
}


def _day(number: int) -> date:
    """The first day whose number (`derivation.day_number`) is at least this; the last of the calendar past it."""
    year, rest = divmod(number - _MONTH - 1, _YEAR)
    if not date.min.year <= year <= date.max.year:
        return date.min if year < date.min.year else date.max
    month, day = divmod(rest, _MONTH)
    try:
        return date(year, month + 1, day + 1)
    except ValueError:
        return date(year, month + 2, 1)


def _under(column: pl.Series, field: str, wanted: tuple[str, ...]) -> Masks:
    known = column.is_not_null()
    met, coarser = (_within(column, field, wanted, state) for state in (State.MET, State.UNKNOWN))
    return Masks(len(column), met, known & ~met & ~coarser)


def _within(column: pl.Series, field: str, wanted: tuple[str, ...], state: State) -> pl.Series:
    """Which rows hold a code that is in a state for what is wanted; codes that follow one another are one comparison.

    The column's dictionary is that of `columns.column_schema`: the codes of the taxonomy in order.
    """
    numbers = column.to_physical()
    runs = _runs(field, wanted, state)
    if not runs:
        return pl.repeat(False, len(column), dtype=pl.Boolean, eager=True)
    if len(runs) <= _MANY_RUNS:
        return _any_of(numbers.is_between(first, last) for first, last in runs).fill_null(False)
    table = np.zeros(len(codes_in_order(field)) + 1, dtype=np.bool_)
    for first, last in runs:
        table[first : last + 1] = True
    return pl.Series(table[numbers.cast(pl.Int64).fill_null(len(table) - 1).to_numpy()])


@cache
def codes_in_order(field: str) -> tuple[str, ...]:
    """The codes of a field's taxonomy (GB/T 2260, GB/T 4754), in order: the dictionary of its column."""
    return tuple(sorted(industries.all_codes() if field == "industry" else regions.all_codes()))


@cache
def _runs(field: str, wanted: tuple[str, ...], state: State) -> tuple[tuple[int, int], ...]:
    """The places in the dictionary of the codes that are in a state for what is wanted, as runs without gaps."""
    places = [place for place, code in enumerate(codes_in_order(field)) if _tree(field, wanted)[code] is state]
    present = set(places)
    starts = [place for place in places if place - 1 not in present]
    ends = [place for place in places if place + 1 not in present]
    return tuple(zip(starts, ends, strict=True))


@cache
def _tree(field: str, wanted: tuple[str, ...]) -> Mapping[str, State]:
    return {code: place_in_tree(field, code, wanted) for code in codes_in_order(field)}
