"""Fields that follow from other fields, for columns (批量推算): the twin of `derivation.derive`, held so by a test.

Ratios are counted in whole hundredths of their inputs, in integers, so that they round to the same side as the exact
figures do; rows whose inputs are finer than that, or too large, go through the rule itself, one by one. Inputs are
those of the columns: exact to the 15 digits of a double.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cache, lru_cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matcher.declarations.registry import REGISTRY
from matcher.declarations.tags import WITHHELD
from matcher.derivation import OTHER_IP, PATENT_TYPES, REAL_ESTATE, RULES, Ratio, Total
from matcher.eligibility.column_types import column_type, dictionary
from matcher.fields import Value
from matcher.taxonomy.sizes import BOUNDS, size_categories

_EXACT = 9 * 10**14
"""Hundredths up to which a ratio is counted in 64-bit integers, and up to which a double holds them exactly."""
_INDICATORS = ("headcount", "revenue_wan", "total_assets_wan")

Array = NDArray[Any]
Known = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Numbers:
    """A column of n numbers in whole hundredths, where they are known and where they are that coarse."""

    values: Array
    hundredths: NDArray[np.int64]
    known: Known
    exact: Known


def with_derived(frame: pl.DataFrame) -> pl.DataFrame:
    """Add to columns what follows from them at any date; a given value is never replaced, the undecided is null."""
    for code in RULES:
        found = _unless_withheld(frame, code, _derived(frame, code))
        if found is not None and code in frame.columns:
            found = frame[code].zip_with(frame[code].is_not_null(), found)
        if found is not None and found.null_count() < len(found):
            frame = frame.with_columns(found.alias(code))
    return frame


def _unless_withheld(frame: pl.DataFrame, code: str, found: pl.Series | None) -> pl.Series | None:
    """Without what is not to be inferred of a row: the tags that it deleted."""
    if found is None or WITHHELD not in frame.columns:
        return found
    bit = 1 << dictionary(REGISTRY[WITHHELD]).index(REGISTRY[code].label)
    withheld = ((frame[WITHHELD] & bit) != 0).fill_null(value=False)
    return _nullable(found, (~withheld).to_numpy())


def _derived(frame: pl.DataFrame, code: str) -> pl.Series | None:
    match RULES[code]:
        case Ratio() as rule:
            return _ratio(frame, rule) if {rule.part, rule.whole} <= set(frame.columns) else None
        case Total() as rule:
            return _total(frame, rule) if set(rule.parts) <= set(frame.columns) else None
    return _OTHERS[code](frame)


def _numbers(column: pl.Series) -> _Numbers:
    values = column.fill_null(0).to_numpy().astype(np.float64)
    known = column.is_not_null().to_numpy()
    whole = np.rint(values * 100)
    exact = (np.abs(whole) < _EXACT) & (whole / 100 == values)
    return _Numbers(values, np.where(exact, whole, 0).astype(np.int64), known, exact)


def _ratio(frame: pl.DataFrame, rule: Ratio) -> pl.Series:
    part, whole = _numbers(frame[rule.part]), _numbers(frame[rule.whole])
    known = part.known & whole.known & (whole.values > 0)
    above = (part.hundredths - whole.hundredths if rule.growth else part.hundredths) * (rule.factor * 100)
    below = np.maximum(whole.hundredths, 1)
    floor = -(-above // below) if rule.rounding == ROUND_CEILING else above // below
    found, close = floor / 100, part.exact & whole.exact & (np.abs(above) < _EXACT * 10**4)
    if rule.most is not None:
        known &= ~(close & (found > rule.most))
    return _settled(frame, rule, (rule.part, rule.whole), found, known, close)


def _total(frame: pl.DataFrame, rule: Total) -> pl.Series:
    parts = [_numbers(frame[part]) for part in rule.parts]
    known = np.logical_and.reduce([part.known for part in parts])
    close = np.logical_and.reduce([part.exact for part in parts])
    found = np.sum([part.hundredths for part in parts], axis=0) / 100
    return _settled(frame, rule, rule.parts, found, known, close)


def _settled(
    frame: pl.DataFrame, rule: Ratio | Total, reads: tuple[str, ...], found: Array, known: Known, close: Known
) -> pl.Series:
    """What was counted, and the rule's own answer where that was not close enough."""
    for row in np.flatnonzero(known & ~close).tolist():
        exact = rule({name: Decimal(str(frame[name][row])) for name in reads})
        known[row] = exact is not None
        found[row] = 0.0 if exact is None else float(exact)
    return _nullable(pl.Series(found), known)


def _nullable(values: pl.Series, known: Known) -> pl.Series:
    return values.zip_with(pl.Series(known), pl.Series([None], dtype=values.dtype))


def _patents_total(frame: pl.DataFrame) -> pl.Series | None:
    if not set(PATENT_TYPES) <= set(frame.columns):
        return None
    return frame.select(pl.sum_horizontal(PATENT_TYPES, ignore_nulls=False).cast(pl.Int32)).to_series()


def _has_own_ip(frame: pl.DataFrame) -> pl.Series | None:
    """Any known positive count says yes, all known to be zero says no, else it is unknown."""
    present = [name for name in (*PATENT_TYPES, "patents_total", *OTHER_IP) if name in frame.columns]
    if not present:
        return None
    some = pl.any_horizontal((pl.col(name) > 0).fill_null(value=False) for name in present)
    asked = ("patents_total", *OTHER_IP)
    if not set(asked) <= set(present):
        return frame.select(pl.when(some).then(statement=True)).to_series()
    none = pl.all_horizontal((pl.col(name) == 0).fill_null(value=False) for name in asked)
    return frame.select(pl.when(some).then(statement=True).when(none).then(statement=False)).to_series()


def _has_real_estate(frame: pl.DataFrame) -> pl.Series | None:
    """Real estate among the named collateral says yes; a list without it is not said to be complete."""
    if "collateral" not in frame.columns:
        return None
    asked = sum(1 << place for place, item in enumerate(dictionary(REGISTRY["collateral"])) if item in REAL_ESTATE)
    named = (frame["collateral"] & asked) != 0
    return _nullable(named, named.fill_null(value=False).to_numpy())


def _size_class(frame: pl.DataFrame) -> pl.Series | None:
    """The class of each industry and tier of the indicators that occur, by the row's own rule."""
    if "industry" not in frame.columns:
        return None
    tiers = [_tiers(frame, name) for name in _INDICATORS]
    places = frame["industry"].to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    places = np.where(places < 0, -1, _alike()[places])
    joint = places
    for tier in tiers:
        joint = joint * 64 + tier
    _, first, group = np.unique(joint, return_index=True, return_inverse=True)
    kinds = [_class_in(int(places[row]), *(int(tier[row]) for tier in tiers)) for row in first.tolist()]
    return pl.Series(kinds, dtype=column_type(REGISTRY["size_class"])).gather(group)


@cache
def _alike() -> NDArray[np.int64]:
    """For each industry of the dictionary the first that the table treats alike: few are to be told apart."""
    first: dict[frozenset[str], int] = {}
    codes = dictionary(REGISTRY["industry"])
    return np.array([first.setdefault(size_categories(code), place) for place, code in enumerate(codes)])


@lru_cache(maxsize=1 << 18)
def _class_in(place: int, *tiers: int) -> Value | None:
    """The class in an industry, by its place in the dictionary (-1: unknown), and a tier of each indicator."""
    if place < 0:
        return None
    known = {name: _value_in(name, tier) for name, tier in zip(_INDICATORS, tiers, strict=True)}
    values: dict[str, Value] = {name: value for name, value in known.items() if value is not None}
    return RULES["size_class"](values | {"industry": dictionary(REGISTRY["industry"])[place]})


@cache
def _bounds(indicator: str) -> tuple[int, ...]:
    given = (bounds for rows in BOUNDS.values() for name, *bounds in rows if name == indicator)
    return tuple(sorted({bound for bounds in given for bound in bounds}))


def _tiers(frame: pl.DataFrame, indicator: str) -> NDArray[np.int64]:
    """Between which bounds of the table an indicator lies; one more than there are bounds where it is not known."""
    bounds = _bounds(indicator)
    if indicator not in frame.columns:
        return np.full(len(frame), len(bounds) + 1)
    column = frame[indicator]
    reached = np.searchsorted(bounds, column.fill_null(0).to_numpy(), side="right")
    return np.where(column.is_not_null().to_numpy(), reached, len(bounds) + 1)


def _value_in(indicator: str, tier: int) -> int | None:
    """A value in a tier; None for what is not known."""
    bounds = _bounds(indicator)
    if tier > len(bounds):
        return None
    return bounds[tier - 1] if tier else bounds[0] - 1


_OTHERS: Mapping[str, Callable[[pl.DataFrame], pl.Series | None]] = {
    "size_class": _size_class,
    "patents_total": _patents_total,
    "has_own_ip": _has_own_ip,
    "has_real_estate_collateral": _has_real_estate,
}
