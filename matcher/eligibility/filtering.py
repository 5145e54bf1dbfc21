"""The same criteria over columns of seekers (批量资格核验), held equal to `evaluation` by a property test.

Each single condition is one pass over its column that gives a bitmap; the logic on top of it is `masks`. Rows are gone
through in stretches, on a few threads: numpy lets go of the interpreter while it compares. Where a place or a trade
that is asked for leaves few rows, a store's `postings` give them, and only they are compared.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matcher.declarations.registry import REGISTRY
from matcher.eligibility.bits import (
    Bits,
    Flags,
    counted,
    either,
    everyone,
    how_many,
    nobody,
    numbers,
    others,
    packed,
    unpacked,
)
from matcher.eligibility.column_leaves import Compare, comparison, reached
from matcher.eligibility.column_scores import Scores
from matcher.eligibility.criteria import (
    All,
    AnyOf,
    Criterion,
    Leaf,
    Not,
    Operator,
    Scored,
    conditions,
    leaves,
)
from matcher.eligibility.masks import Alternatives, AtLeast, Found, Later, Masks, Opposite, Together, codes, standing
from matcher.eligibility.postings import Held
from matcher.eligibility.stretches import Store, Stretch
from matcher.fields import FieldType, Value

STRETCH = 1 << 20
"""So many rows are gone through at once: shorter stretches cost more, in calls and between threads, than they save in
caches and by threads (a million rows by turns: 4.3 to 5.7 ms as one, 5.5 to 6.7 as two, 6.2 to 7.9 as four)."""
_MOST_THREADS = 4
_COSTS = {
    FieldType.FLAG: 1,
    FieldType.CHOICE: 2,
    FieldType.REGION: 3,
    FieldType.INDUSTRY: 3,
    FieldType.COUNT: 4,
    FieldType.DATE: 4,
    FieldType.TEXT: 50,
}
_DEAR = 6
_DEARER = 20
"""So many times as much it costs to look up a row by its place as to go by it among all (measured: 4.3 ns, 0.2 ns)."""
_DEARER_AMONG_PICKED = 2
"""Among rows that are looked up already it is worth to leave out half of them."""
_FEW = 10
"""A place or trade that so small a part of the rows hold is where to begin: no pass over all need find them."""
_Part = TypeVar("_Part")
_Number = TypeVar("_Number", np.uint8, np.bool_)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a list needs to know of each of n rows (核验摘要).

    `eligible`: not excluded by the criteria; `decided`: how many of their conditions could be decided; `favoured`: how
    many of the preferences are known to be met.
    """

    eligible: Flags
    decided: NDArray[np.uint8]
    favoured: NDArray[np.uint8]


def state_codes(frame: pl.DataFrame | Store, criterion: Criterion | None, at: date) -> NDArray[np.uint8]:
    """The state's code (`codes.CODES`) of each row of a frame on a day (n,); no criterion is met."""
    return _joined(_each(frame, at, lambda rules: codes(rules.masks(criterion), rules.size)), np.uint8)


def met_rows(frame: pl.DataFrame | Store, criterion: Criterion | None, at: date) -> Flags:
    """Which rows are known to meet a criterion (n,): the filter of a campaign or a search."""
    return _sifted(frame, criterion, _met, at)


def assess(
    frame: pl.DataFrame | Store,
    criterion: Criterion | None,
    preferences: Sequence[Criterion],
    at: date,
    *,
    only_eligible: bool = False,
) -> Assessment:
    """Judge rows by an offer's criteria and preferences in one pass; a condition that stands in both once.

    With `only_eligible` the counts of rows that are not eligible are 0, which spares most of the work where few are.
    """
    asked, order = conditions(criterion), _Order.of(criterion)
    order = order.begun(frame, _standing) if only_eligible else order

    def counts(rules: Rules) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        parts = [rules.masks(part) for part in asked]
        decided = counted([either(part.met, part.unmet) for part in parts])
        favoured = counted([rules.masks(part).met for part in preferences])
        return numbers(decided, rules.size), numbers(favoured, rules.size)

    def assessed(rules: Rules) -> tuple[Flags, NDArray[np.uint8], NDArray[np.uint8]]:
        eligible = unpacked(rules.sifted(order, _standing), rules.size)
        positions = np.flatnonzero(eligible)
        if not only_eligible or len(positions) * _DEARER > rules.size:
            return (eligible, *counts(rules))
        found = counts(rules.picked(positions))
        decided, favoured = np.zeros(rules.size, dtype=np.uint8), np.zeros(rules.size, dtype=np.uint8)
        decided[positions], favoured[positions] = found
        return eligible, decided, favoured

    parts = _each(frame, at, assessed, at_once=order.few is not None)
    return Assessment(
        _joined([part[0] for part in parts], np.bool_),
        _joined([part[1] for part in parts], np.uint8),
        _joined([part[2] for part in parts], np.uint8),
    )


def _sifted(frame: pl.DataFrame | Store, criterion: Criterion | None, sieve: "_Sieve", at: date) -> Flags:
    order = _Order.of(criterion).begun(frame, sieve)
    parts = _each(frame, at, lambda rules: rules.sifted(order, sieve), at_once=order.few is not None)
    return unpacked(_joined(parts, np.uint8), len(frame))  # all stretches but the last are whole bytes


def _joined(parts: Sequence[NDArray[_Number]], dtype: type[_Number]) -> NDArray[_Number]:
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, dtype=dtype), *parts])


@dataclass(frozen=True, slots=True)
class _Order:
    """A criterion as parts that must hold together, the cheapest first: worked out once for all stretches.

    `left` gives for each part the share of the single conditions that stand in later ones. `few` are the rows that the
    first part lets by, where postings gave them: no pass over all rows is to find them.
    """

    whole: Criterion | None
    parts: tuple[Criterion, ...]
    left: tuple[float, ...]
    few: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, criterion: Criterion | None) -> "_Order":
        return cls._in_order(criterion, sorted(conditions(criterion), key=_cost))

    @classmethod
    def _in_order(cls, whole: Criterion | None, parts: Sequence[Criterion]) -> "_Order":
        sizes = np.cumsum([sum(1 for _ in leaves(part)) for part in parts])
        return cls(whole, tuple(parts), tuple((1 - sizes / max(sizes[-1:], default=1)).tolist()))

    def begun(self, frame: pl.DataFrame | Store, sieve: "_Sieve") -> "_Order":
        """The narrowest place or trade first, where few rows hold it; a frame that is asked once is not sorted."""
        if not isinstance(frame, Store):
            return self
        loosely = not sieve.by_parts
        held = {
            place: found
            for place, part in enumerate(self.parts)
            if (found := _held(frame, part, loosely=loosely)) is not None
        }
        first = min(held, key=lambda place: len(held[place]), default=None)
        if first is None or len(held[first]) * (_DEARER if loosely else _FEW) >= len(frame):
            return self
        order = [self.parts[first], *self.parts[:first], *self.parts[first + 1 :]]
        return replace(self._in_order(self.whole, order), few=held[first].positions())


@dataclass(frozen=True, slots=True)
class _Sieve:
    """What is sifted for: which rows a part lets by, and which ones a criterion holds.

    `is_whole` tells, from parts that were looked at, where that takes the criterion as a whole; otherwise it holds what
    each of its parts lets by. With `by_parts` that is always so.
    """

    lets_by: Callable[[Masks, int], Bits]
    holds: Callable[[Masks, int], Bits]
    is_whole: Callable[[Sequence[Masks]], bool]
    by_parts: bool = False


def _meeting(part: Masks, size: int) -> Bits:
    return nobody(size) if part.met is None else part.met


def _not_excluded(part: Masks, size: int) -> Bits:
    return others(part.unmet, size)


def _some_may_not_apply(parts: Sequence[Masks]) -> bool:
    return any(part.other is not None for part in parts)


_met = _Sieve(_meeting, _meeting, lambda _: False, by_parts=True)
_standing = _Sieve(_not_excluded, standing, _some_may_not_apply)
"""A part that does not apply lets by: what another part leaves unknown may yet decide."""


class _Comparisons:
    """How each condition of some criteria is compared on a day, worked out once; equal conditions share a number."""

    def __init__(self, at: date) -> None:
        self._at = at
        self._numbers: dict[tuple[str, Operator, Value | None], int] = {}
        self._by_place: dict[int, tuple[Leaf, int, Compare]] = {}

    def of(self, leaf: Leaf) -> tuple[int, Compare]:
        """A condition's number, and how to compare with it."""
        found = self._by_place.get(id(leaf))
        if found is None:
            number = self._numbers.setdefault((leaf.field, leaf.operator, leaf.value), len(self._numbers))
            found = self._by_place[id(leaf)] = leaf, number, comparison(leaf, self._at)  # keeps the leaf and its place
        return found[1:]


class Rules:
    """A stretch of rows under rules; a condition that stands twice in them is compared once."""

    def __init__(self, rows: Stretch, comparisons: _Comparisons, dearer: float | None = None) -> None:
        self._rows = rows
        self._dearer = _DEARER if dearer is None else dearer
        self._comparisons = comparisons
        self._seen: dict[int, Masks] = {}

    @property
    def size(self) -> int:
        """The number of rows."""
        return self._rows.size

    def picked(self, positions: NDArray[np.int64]) -> "Rules":
        """The same rules over some of the rows."""
        return Rules(self._rows.picked(positions), self._comparisons, dearer=_DEARER_AMONG_PICKED)

    def sifted(self, order: _Order, sieve: _Sieve, first: int = 0) -> Bits:
        """Which rows a criterion holds, part by part from `first` on: once few are left, only those are looked at."""
        if order.few is not None and not first:
            return self._among(order.few, order, sieve, 1)
        open_yet, seen = everyone(self.size), list[Masks]()
        for place in range(first, len(order.parts)):
            seen.append(self.masks(order.parts[place]))
            open_yet = open_yet & sieve.lets_by(seen[-1], self.size)
            left = order.left[place]
            if left and how_many(open_yet) * self._dearer < self.size * (1 if sieve.by_parts else left):
                return self._among(np.flatnonzero(unpacked(open_yet, self.size)), order, sieve, place + 1)
        return sieve.holds(self.masks(order.whole), self.size) if sieve.is_whole(seen) else open_yet

    def _among(self, positions: NDArray[np.int64], order: _Order, sieve: _Sieve, first: int) -> Bits:
        """The rows at some positions that hold what is left to be looked at: parts from `first` on, or the whole."""
        found = np.zeros(self.size, dtype=np.bool_)
        if len(positions):
            picked = self.picked(positions)
            if sieve.by_parts:
                bits = picked.sifted(order, sieve, first)
            else:
                bits = sieve.holds(picked.masks(order.whole), picked.size)
            found[positions] = unpacked(bits, picked.size)
        return packed(found)

    def masks(self, criterion: Criterion | None) -> Masks:
        """The states of the rows; what is cheap to compare is looked at first."""
        match criterion:
            case None:
                return Found(everyone(self.size))
            case Leaf():
                return self._single(criterion)
            case Not(child=child):
                return Opposite(self.masks(child))
            case All(children=children):
                return self._together(children)
            case AnyOf(children=children, least=least):
                parts = [self.masks(child) for child in children]
                return Alternatives(parts) if least == 1 and parts else AtLeast(parts, least, self.size)
            case Scored(tables=tables):
                bands = [[self.masks(band.when) for band in table.bands] for table in tables]
                return Scores(criterion, bands, self.size)

    def _single(self, leaf: Leaf) -> Masks:
        number, compare = self._comparisons.of(leaf)
        found = self._seen.get(number)
        if found is None:
            found = self._seen[number] = Later(lambda: compare(self._rows))
        return found

    def _together(self, children: Sequence[Criterion]) -> Masks:
        parts = [self.masks(child) for child in sorted(children, key=_cost)]
        return Together(parts) if parts else Found(everyone(self.size))


def _cost(criterion: Criterion) -> int:
    """How dear it is to compare, about: bits, then small numbers, then large ones, then what is made of several."""
    match criterion:
        case Leaf(field=field):
            return _COSTS.get(REGISTRY[field].type, _DEAR)
        case Not(child=child):
            return _cost(child)
        case All(children=children) | AnyOf(children=children):
            return sum(map(_cost, children))
        case Scored():
            return sum(_COSTS.get(REGISTRY[leaf.field].type, _DEAR) for leaf in leaves(criterion))


def _held(frame: Store, part: Criterion, *, loosely: bool) -> Held | None:
    """The rows that a place or a trade lets by, from postings; None for any other condition."""
    reach = reached(part, loosely=loosely) if isinstance(part, Leaf) else None
    postings = None if reach is None else frame.postings(reach[0])
    return None if reach is None or postings is None else postings.held(reach[1], unknown=loosely)


def _each(
    frame: pl.DataFrame | Store, at: date, take: Callable[[Rules], _Part], *, at_once: bool = False
) -> list[_Part]:
    """What is taken of each stretch of a frame, in order, or `at_once` of all rows as one."""
    store, comparisons = frame if isinstance(frame, Store) else Store(frame), _Comparisons(at)
    step = max(len(store), 1) if at_once else STRETCH
    stretches = [Stretch(store, start, min(start + step, len(store)), at) for start in range(0, len(store), step)]

    def taken(rows: Stretch) -> _Part:
        return take(Rules(rows, comparisons))

    return [taken(rows) for rows in stretches] if len(stretches) < 2 else list(_threads().map(taken, stretches))


@cache
def _threads() -> ThreadPoolExecutor:
    """The threads that large columns share, whoever asks."""
    return ThreadPoolExecutor(min(_MOST_THREADS, len(os.sched_getaffinity(0))), "columns")
