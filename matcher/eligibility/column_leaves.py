"""One condition over a column of seekers (批量比较): which rows hold it, which do not, which are not known.

A column is compared as it lies in memory: numbers, days since 1970, places in a dictionary, bits. A column that the
frame lacks is unknown for every row. What a condition compares with is worked out once, for however many stretches.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.declarations.registry import REGISTRY
from matcher.derivation import age_of_days, day_number
from matcher.eligibility.bits import Bits, between, compared, either, everyone, nobody, packed, without
from matcher.eligibility.column_types import dictionary
from matcher.eligibility.criteria import Leaf, Operator
from matcher.eligibility.lines import coarser, within
from matcher.eligibility.masks import Decided, Found, Masks
from matcher.eligibility.postings import Runs
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State
from matcher.eligibility.stretches import Stretch
from matcher.fields import FieldType

Compare = Callable[[Stretch], Masks]
"""The states of one condition in a stretch."""
Hold = Callable[[Stretch], Bits]
"""The rows of a stretch for which something holds, whether their value is known or not."""
_MANY_RUNS = 3
_TREES = frozenset({FieldType.REGION, FieldType.INDUSTRY})
_YEAR, _MONTH = 372, 31
_EPOCH = date(1970, 1, 1)

_ORDERING: Mapping[Operator, np.ufunc] = {
    Operator.GE: np.greater_equal,
    Operator.GT: np.greater,
    Operator.LE: np.less_equal,
    Operator.LT: np.less,
}
_OPPOSITE = frozenset({Operator.NE, Operator.NOT_IN})


def comparison(leaf: Leaf, at: date) -> Compare:
    """How the rows of any stretch are compared with one condition on a day."""
    if leaf.operator is Operator.MANUAL:
        return lambda rows: Found(manual=everyone(rows.size))
    if leaf.field == "age_years":
        return _aged(leaf, at)
    compare = _RULES.get(REGISTRY[leaf.field].type, _compared)(leaf, at)
    return _where_there(leaf.field, compare)


def _where_there(field: str, compare: Compare) -> Compare:
    return lambda rows: compare(rows) if field in rows else Found()


def _wanted(leaf: Leaf) -> tuple[Any, ...]:
    return leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)


def _of_known(field: str, holds: Hold, loosely: Hold | None = None) -> Compare:
    """Met where it holds and unmet where it does not, of what is known; what holds loosely is neither."""

    def compare(rows: Stretch) -> Masks:
        return Decided(holds(rows), rows.known(field), None if loosely is None else lambda: loosely(rows))

    return compare


def _compared(leaf: Leaf, _: date) -> Compare:
    """A number or a day."""
    return _of_known(leaf.field, _holds(leaf))


def _holds(leaf: Leaf) -> Hold:
    field, compare = leaf.field, _ORDERING.get(leaf.operator)
    if compare is not None:
        bound = _cell(leaf.value)
        return lambda rows: compared(compare, rows.values(field), bound)
    return _unless(leaf, _any_of(field, [_cell(item) for item in _wanted(leaf)]))


def _unless(leaf: Leaf, holds: Hold) -> Hold:
    """The opposite where the condition says that something is not."""
    return (lambda rows: ~holds(rows)) if leaf.operator in _OPPOSITE else holds


def _cell(value: Any) -> Any:
    if isinstance(value, date):
        return (value - _EPOCH).days
    return float(value) if isinstance(value, Decimal) else value


def _chosen(leaf: Leaf, _: date) -> Compare:
    """A choice may not apply to a party at all (不适用), such as the size class of a bank."""
    field, places = leaf.field, _places(leaf.field)
    decided = _of_known(
        field, _unless(leaf, _any_of(field, [places[item] for item in _wanted(leaf) if item in places]))
    )
    if NOT_APPLICABLE_VALUE not in places:
        return decided
    outside = _any_of(field, [places[NOT_APPLICABLE_VALUE]])

    def compare(rows: Stretch) -> Masks:
        other, found = outside(rows), decided(rows)
        if not other.any():
            return found
        known = rows.known(field)
        other = other if known is None else other & known
        return Found(without(found.met, other), without(found.unmet, other), None, other)

    return compare


def _any_of(field: str, cells: Sequence[Any]) -> Hold:
    def holds(rows: Stretch) -> Bits:
        values = rows.values(field)
        hits = either(*(compared(np.equal, values, cell) for cell in cells))
        return nobody(rows.size) if hits is None else hits

    return holds


@cache
def _places(field: str) -> Mapping[str, int]:
    """The place of each code or choice in its column's dictionary."""
    return {code: place for place, code in enumerate(dictionary(REGISTRY[field]))}


def reached(leaf: Leaf, *, loosely: bool) -> tuple[str, Runs] | None:
    """The field, and its codes that a condition on a place or a trade holds, or, `loosely`, does not rule out.

    None for any other condition.
    """
    if leaf.operator is not Operator.UNDER or REGISTRY[leaf.field].type not in _TREES:
        return None
    met = _runs(leaf.field, _wanted(leaf), State.MET)
    return leaf.field, (*met, *_runs(leaf.field, _wanted(leaf), State.UNKNOWN)) if loosely else met


def _in_tree(leaf: Leaf, at: date) -> Compare:
    """A place or an industry."""
    if leaf.operator is not Operator.UNDER:
        return _chosen(leaf, at)
    field, wanted = leaf.field, _wanted(leaf)
    return _of_known(field, _within(field, wanted, State.MET), _within(field, wanted, State.UNKNOWN))


def _within(field: str, wanted: tuple[str, ...], state: State) -> Hold:
    """Which rows hold a code that is in a state for what is wanted; codes that follow one another are one comparison.

    The column's dictionary is that of `column_types`: the codes of the taxonomy in order.
    """
    runs = _runs(field, wanted, state)
    if len(runs) > _MANY_RUNS:
        table = _table(field, wanted, state)
        return lambda rows: packed(table.take(rows.values(field), mode="clip"))

    def holds(rows: Stretch) -> Bits:
        values = rows.values(field)
        held = either(*(between(values, first, last) for first, last in runs))
        return nobody(rows.size) if held is None else held

    return holds


@cache
def _runs(field: str, wanted: tuple[str, ...], state: State) -> tuple[tuple[int, int], ...]:
    """The places in the dictionary of the codes that are in a state for what is wanted, as runs without gaps."""
    table = np.concatenate(([False], _table(field, wanted, state), [False]))
    edges = np.flatnonzero(table[1:] != table[:-1])
    return tuple((int(start), int(end) - 1) for start, end in edges.reshape(-1, 2))


@cache
def _table(field: str, wanted: tuple[str, ...], state: State) -> NDArray[np.bool_]:
    return (within if state is State.MET else coarser)(REGISTRY[field], wanted)


def _named(leaf: Leaf, _: date) -> Compare:
    """A name (开发区), compared letter by letter."""
    field, wanted = leaf.field, _wanted(leaf)
    holds = _unless(leaf, lambda rows: packed(rows.texts(field).is_in(wanted).fill_null(value=False).to_numpy()))
    return lambda rows: Decided(holds(rows), packed(rows.texts(field).is_not_null().to_numpy()))


def _among(leaf: Leaf, _: date) -> Compare:
    """Several choices, each a bit of a number."""
    field, wanted, places = leaf.field, set(_wanted(leaf)), _places(leaf.field)
    asked = sum(1 << places[item] for item in wanted if item in places)
    if leaf.operator is Operator.HAS_ANY:
        return _of_known(field, lambda rows: packed((rows.values(field) & asked) != 0))
    if not wanted <= places.keys():
        return _of_known(field, lambda rows: nobody(rows.size))
    return _of_known(field, lambda rows: packed((rows.values(field) & asked) == asked))


def _flagged(leaf: Leaf, at: date) -> Compare:
    """A flag; a certificate no longer holds after its last day."""
    field, until, today = leaf.field, REGISTRY[leaf.field].valid_to, _cell(at)
    is_asked_for = (leaf.operator is Operator.EQ) == (leaf.value is True)

    def holds(rows: Stretch) -> Bits:
        flags = rows.flags(field)
        if until is not None and until in rows:
            past = compared(np.less, rows.values(until), today)
            dated = rows.known(until)
            flags = flags & ~(past if dated is None else past & dated)
        return flags if is_asked_for else ~flags

    return _of_known(field, holds)


def _aged(leaf: Leaf, at: date) -> Compare:
    """An age is compared as a day of founding; a stated age counts only where no day is known."""
    by_day = _where_there("founded_on", _founded(leaf, at))
    by_word = _where_there(leaf.field, _compared(leaf, at))

    def compare(rows: Stretch) -> Masks:
        day, word = by_day(rows), by_word(rows)
        founded = either(day.met, day.unmet)
        return Found(either(day.met, without(word.met, founded)), either(day.unmet, without(word.unmet, founded)))

    return compare


def _founded(leaf: Leaf, at: date) -> Compare:
    if leaf.operator in _ORDERING:
        return _of_known("founded_on", _of_age(leaf.operator, leaf.value, at))
    ages = [(_of_age(Operator.LE, item, at), _of_age(Operator.LT, item, at)) for item in _wanted(leaf)]

    def just(rows: Stretch) -> Bits:
        equal = either(*(up_to(rows) & ~below(rows) for up_to, below in ages))
        return nobody(rows.size) if equal is None else equal

    return _of_known("founded_on", _unless(leaf, just))


def _of_age(how: Operator, years: Any, at: date) -> Hold:
    """Whether who was founded on a day is at most, less than, more than or at least so many years old."""
    day = _cell(_last_day(Decimal(years), at, strict=how in (Operator.LT, Operator.GE)))
    compare = np.greater_equal if how in (Operator.LE, Operator.LT) else np.less
    return lambda rows: compared(compare, rows.values("founded_on"), day)


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


_RULES: Mapping[FieldType, Callable[[Leaf, date], Compare]] = {
    FieldType.CHOICE: _chosen,
    FieldType.CHOICES: _among,
    FieldType.FLAG: _flagged,
    FieldType.REGION: _in_tree,
    FieldType.INDUSTRY: _in_tree,
    FieldType.TEXT: _named,
}
