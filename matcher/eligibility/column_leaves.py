"""One condition over a column of seekers (批量比较): which rows hold it, which do not, which are not known.

A column is compared as it lies in memory: numbers, days since 1970, places in a dictionary, bits. A column that the
frame lacks is unknown for every row.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache, reduce
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.declarations.registry import REGISTRY
from matcher.derivation import age_of_days, day_number
from matcher.eligibility.bits import Bits, either, everyone, nobody, packed, without
from matcher.eligibility.column_types import dictionary
from matcher.eligibility.criteria import Leaf, Operator
from matcher.eligibility.lines import coarser, within
from matcher.eligibility.masks import Found
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State
from matcher.eligibility.stretches import Stretch
from matcher.fields import FieldType

_MANY_RUNS = 3
_YEAR, _MONTH = 372, 31
_EPOCH = date(1970, 1, 1)

_ORDERING: Mapping[Operator, Callable[[Any, Any], Any]] = {
    Operator.GE: operator.ge,
    Operator.GT: operator.gt,
    Operator.LE: operator.le,
    Operator.LT: operator.lt,
}
_OPPOSITE = frozenset({Operator.NE, Operator.NOT_IN})


def leaf_masks(rows: Stretch, leaf: Leaf) -> Found:
    """The states of one condition."""
    if leaf.operator is Operator.MANUAL:
        return Found(manual=everyone(rows.size))
    if leaf.field == "age_years":
        return _aged(rows, leaf)
    if leaf.field not in rows:
        return Found()
    return _RULES.get(REGISTRY[leaf.field].type, _compared)(rows, leaf)


def _decided(holds: Bits, known: Bits | None) -> Found:
    """Met where it holds and unmet where it does not, of what is known (None: all)."""
    return Found(holds, ~holds) if known is None else Found(holds & known, known & ~holds)


def _wanted(leaf: Leaf) -> tuple[Any, ...]:
    return leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)


def _compared(rows: Stretch, leaf: Leaf) -> Found:
    """A number or a day."""
    return _decided(_holds(rows.values(leaf.field), leaf), rows.known(leaf.field))


def _holds(values: NDArray[Any], leaf: Leaf) -> Bits:
    if leaf.operator in _ORDERING:
        return packed(_ORDERING[leaf.operator](values, _cell(leaf.value)))
    found = packed(reduce(operator.or_, (values == _cell(item) for item in _wanted(leaf))))
    return ~found if leaf.operator in _OPPOSITE else found


def _cell(value: Any) -> Any:
    if isinstance(value, date):
        return (value - _EPOCH).days
    return float(value) if isinstance(value, Decimal) else value


def _chosen(rows: Stretch, leaf: Leaf) -> Found:
    """A choice may not apply to a party at all (不适用), such as the size class of a bank."""
    values, known, places = rows.values(leaf.field), rows.known(leaf.field), _places(leaf.field)
    hits = either(*(packed(values == places[item]) for item in _wanted(leaf) if item in places))
    holds = nobody(rows.size) if hits is None else hits
    decided = _decided(~holds if leaf.operator in _OPPOSITE else holds, known)
    other = packed(values == places[NOT_APPLICABLE_VALUE]) if NOT_APPLICABLE_VALUE in places else None
    if other is None or not other.any():
        return decided
    other = other if known is None else other & known
    return Found(without(decided.met, other), without(decided.unmet, other), None, other)


@cache
def _places(field: str) -> Mapping[str, int]:
    """The place of each code or choice in its column's dictionary."""
    return {code: place for place, code in enumerate(dictionary(REGISTRY[field]))}


def _in_tree(rows: Stretch, leaf: Leaf) -> Found:
    """A place or an industry."""
    if leaf.operator is not Operator.UNDER:
        return _chosen(rows, leaf)
    known, wanted = rows.known(leaf.field), _wanted(leaf)
    met, coarser = (_within(rows, leaf.field, wanted, state) for state in (State.MET, State.UNKNOWN))
    decided = _decided(met, known)
    return Found(decided.met, without(decided.unmet, coarser))


def _within(rows: Stretch, field: str, wanted: tuple[str, ...], state: State) -> Bits:
    """Which rows hold a code that is in a state for what is wanted; codes that follow one another are one comparison.

    The column's dictionary is that of `column_types`: the codes of the taxonomy in order.
    """
    values, runs = rows.values(field), _runs(field, wanted, state)
    if len(runs) > _MANY_RUNS:
        return packed(_table(field, wanted, state).take(values, mode="clip"))
    held = either(*(packed(_between(values, first, last)) for first, last in runs))
    return nobody(rows.size) if held is None else held


def _between(values: NDArray[Any], first: int, last: int) -> NDArray[np.bool_]:
    """Places from first to last, by one comparison: what is below wraps around to the largest numbers."""
    moved: NDArray[np.bool_] = values == first if first == last else values - values.dtype.type(first) <= last - first
    return moved


@cache
def _runs(field: str, wanted: tuple[str, ...], state: State) -> tuple[tuple[int, int], ...]:
    """The places in the dictionary of the codes that are in a state for what is wanted, as runs without gaps."""
    table = np.concatenate(([False], _table(field, wanted, state), [False]))
    edges = np.flatnonzero(table[1:] != table[:-1])
    return tuple((int(start), int(end) - 1) for start, end in edges.reshape(-1, 2))


@cache
def _table(field: str, wanted: tuple[str, ...], state: State) -> NDArray[np.bool_]:
    return (within if state is State.MET else coarser)(REGISTRY[field], wanted)


def _named(rows: Stretch, leaf: Leaf) -> Found:
    """A name (开发区), compared letter by letter."""
    texts = rows.texts(leaf.field)
    known = packed(texts.is_not_null().to_numpy())
    holds = packed(texts.is_in(_wanted(leaf)).fill_null(value=False).to_numpy())
    return _decided(~holds if leaf.operator in _OPPOSITE else holds, known)


def _among(rows: Stretch, leaf: Leaf) -> Found:
    """Several choices, each a bit of a number."""
    values, places = rows.values(leaf.field), _places(leaf.field)
    wanted = _wanted(leaf)
    asked = values.dtype.type(sum(1 << places[item] for item in set(wanted) if item in places))
    if leaf.operator is Operator.HAS_ANY:
        return _decided(packed((values & asked) != 0), rows.known(leaf.field))
    known_choices = all(item in places for item in wanted)
    holds = (values & asked) == asked if known_choices else np.zeros(rows.size, dtype=np.bool_)
    return _decided(packed(holds), rows.known(leaf.field))


def _flagged(rows: Stretch, leaf: Leaf) -> Found:
    """A flag; a certificate no longer holds after its last day."""
    known, flags, until = rows.known(leaf.field), rows.flags(leaf.field), REGISTRY[leaf.field].valid_to
    if until is not None and until in rows:
        past = packed(rows.values(until) < _cell(rows.at))
        dated = rows.known(until)
        flags = flags & ~(past if dated is None else past & dated)
    return _decided(flags if (leaf.operator is Operator.EQ) == (leaf.value is True) else ~flags, known)


def _aged(rows: Stretch, leaf: Leaf) -> Found:
    """An age is compared as a day of founding; a stated age counts only where no day is known."""
    by_day = _founded(rows, leaf) if "founded_on" in rows else Found()
    if "age_years" not in rows:
        return by_day
    stated = _compared(rows, leaf)
    founded = either(by_day.met, by_day.unmet)
    return Found(either(by_day.met, without(stated.met, founded)), either(by_day.unmet, without(stated.unmet, founded)))


def _founded(rows: Stretch, leaf: Leaf) -> Found:
    values, known = rows.values("founded_on"), rows.known("founded_on")
    if leaf.operator in _ORDERING:
        return _decided(_of_age(values, leaf.operator, leaf.value, rows.at), known)
    equal = either(*(_of_just(values, item, rows.at) for item in _wanted(leaf)))
    holds = nobody(rows.size) if equal is None else equal
    return _decided(~holds if leaf.operator in _OPPOSITE else holds, known)


def _of_just(values: NDArray[Any], years: Any, at: date) -> Bits:
    return _of_age(values, Operator.LE, years, at) & ~_of_age(values, Operator.LT, years, at)


def _of_age(values: NDArray[Any], how: Operator, years: Any, at: date) -> Bits:
    """Whether who was founded on a day is at most, less than, more than or at least so many years old."""
    young = packed(values >= _cell(_last_day(Decimal(years), at, strict=how in (Operator.LT, Operator.GE))))
    return young if how in (Operator.LE, Operator.LT) else ~young


def _last_day(years: Decimal, at: date, *, strict: bool) -> date:
    """The first day of founding on which one is at most (or less than) so many years old."""
    days = floor(years * _YEAR) + 2
    while not (age_of_days(days) < years if strict else age_of_days(days) <= years):
        days -= 1
    return _day(day_number(at) - days)


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


_RULES: Mapping[FieldType, Callable[[Stretch, Leaf], Found]] = {
    FieldType.CHOICE: _chosen,
    FieldType.CHOICES: _among,
    FieldType.FLAG: _flagged,
    FieldType.REGION: _in_tree,
    FieldType.INDUSTRY: _in_tree,
    FieldType.TEXT: _named,
}
