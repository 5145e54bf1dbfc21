"""The same criteria over columns of seekers (批量资格核验), held equal to `evaluation` by a property test.

Each single condition is one pass over its column that gives a bitmap; the logic on top of it is `masks`. Rows are gone
through in stretches, on a few threads: numpy lets go of the interpreter while it compares. Where a place or a trade
that is asked for leaves few rows, a store's `postings` give them, and only they are compared.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
from matcher.eligibility.stretches import Picked, Store, Stretch
from matcher.fields import FieldType, Value

STRETCH = 1 << 19
"""So many rows are gone through at once: shorter stretches cost more in calls than they save in caches (measured)."""
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

    parts = _each(frame, at, assessed, _few(frame, order, _standing) if only_eligible else None)
    return Assessment(
        _joined([part[0] for part in parts], np.bool_),
        _joined([part[1] for part in parts], np.uint8),
        _joined([part[2] for part in parts], np.uint8),
    )


def _sifted(frame: pl.DataFrame | Store, criterion: Criterion | None, sieve: "_Sieve", at: date) -> Flags:
    order = _Order.of(criterion)
    parts = _each(frame, at, lambda rules: rules.sifted(order, sieve), _few(frame, order, sieve))
    return unpacked(_joined(parts, np.uint8), len(frame))  # all stretches but the last are whole bytes


def _joined(parts: Sequence[NDArray[_Number]], dtype: type[_Number]) -> NDArray[_Number]:
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, dtype=dtype), *parts])


@dataclass(frozen=True, slots=True)
class _Order:
    """A criterion as parts that must hold together, the cheapest first: worked out once for all stretches.

    `left` gives for each part the share of the single conditions that stand in later ones.
    """

    whole: Criterion | None
    parts: tuple[Criterion, ...]
    left: tuple[float, ...]

    @classmethod
    def of(cls, criterion: Criterion | None) -> "_Order":
        parts = tuple(sorted(conditions(criterion), key=_cost))
        sizes = np.cumsum([sum(1 for _ in leaves(part)) for part in parts])
        return cls(criterion, parts, tuple((1 - sizes / max(sizes[-1:], default=1)).tolist()))


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

    def __init__(self, rows: Stretch, comparisons: _Comparisons, few: NDArray[np.int64] | None = None) -> None:
        self._rows = rows
        self._comparisons = comparisons
        self._few = few
        self._seen: dict[int, Masks] = {}

    @property
    def size(self) -> int:
        """The number of rows."""
        return self._rows.size

    def picked(self, positions: NDArray[np.int64]) -> "Rules":
        """The same rules over some of the rows."""
        return Rules(Picked(self._rows, positions), self._comparisons)

    def sifted(self, order: _Order, sieve: _Sieve) -> Bits:
        """Which rows a criterion holds, part by part: once few are left, only those are looked at further."""
        if self._few is not None:
            return self._among(self._few, order.whole, sieve)
        open_yet, seen = everyone(self.size), list[Masks]()
        for place, (part, left) in enumerate(zip(order.parts, order.left, strict=True), 1):
            seen.append(self.masks(part))
            open_yet = open_yet & sieve.lets_by(seen[-1], self.size)
            if left and how_many(open_yet) * _DEARER < self.size * (1 if sieve.by_parts else left):
                rest = All(order.parts[place:]) if sieve.by_parts else order.whole
                return self._among(np.flatnonzero(unpacked(open_yet, self.size)), rest, sieve)
        return sieve.holds(self.masks(order.whole), self.size) if sieve.is_whole(seen) else open_yet

    def _among(self, positions: NDArray[np.int64], criterion: Criterion | None, sieve: _Sieve) -> Bits:
        """The rows at some positions that hold what is left to be looked at."""
        found = np.zeros(self.size, dtype=np.bool_)
        if len(positions):
            picked = self.picked(positions)
            found[positions] = unpacked(sieve.holds(picked.masks(criterion), picked.size), picked.size)
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


def _few(frame: pl.DataFrame | Store, order: _Order, sieve: _Sieve) -> NDArray[np.int64] | None:
    """The rows that the narrowest place or trade lets by, where they are few; a frame asked once is not sorted."""
    if not isinstance(frame, Store):
        return None
    loosely = not sieve.by_parts
    reaches = [reached(part, loosely=loosely) for part in order.parts if isinstance(part, Leaf)]
    found = [(postings, runs) for field, runs in filter(None, reaches) if (postings := frame.postings(field))]
    counts = [postings.count(runs, unknown=loosely) for postings, runs in found]
    least = min(range(len(counts)), key=counts.__getitem__, default=None)
    if least is None or counts[least] * _DEARER >= len(frame):
        return None
    postings, runs = found[least]
    return postings.at(runs, unknown=loosely)


def _each(
    frame: pl.DataFrame | Store, at: date, take: Callable[[Rules], _Part], few: NDArray[np.int64] | None = None
) -> list[_Part]:
    """What is taken of each stretch of a frame, in order; where few rows can hold the rule, of the frame as one."""
    store, comparisons = frame if isinstance(frame, Store) else Store(frame), _Comparisons(at)
    if few is not None:
        return [take(Rules(Stretch(store, 0, len(store), at), comparisons, few))]
    stretches = [Stretch(store, start, min(start + STRETCH, len(store)), at) for start in range(0, len(store), STRETCH)]

    def taken(rows: Stretch) -> _Part:
        return take(Rules(rows, comparisons))

    return [taken(rows) for rows in stretches] if len(stretches) < 2 else list(_threads().map(taken, stretches))


@cache
def _threads() -> ThreadPoolExecutor:
    """The threads that large columns share, whoever asks."""
    return ThreadPoolExecutor(min(_MOST_THREADS, len(os.sched_getaffinity(0))), "columns")
