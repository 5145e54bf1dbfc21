"""Five states of many rows at once (批量状态), one bitmap a state; logic on a million rows is a pass over 125 kB.

The laws are those of `results`: the same order in which one state gives way to another, held equal by a property test.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matcher.eligibility.criteria import Group, Scored
from matcher.eligibility.results import State
from matcher.eligibility.scores import LEVELS, hundredths, needed

Flags = NDArray[np.bool_]
Points = NDArray[np.int64]

CODES: Mapping[State, int] = {
    State.UNMET: 0,
    State.UNKNOWN: 1,
    State.MANUAL_REVIEW: 2,
    State.NOT_APPLICABLE: 3,
    State.MET: 4,
}
STATES: tuple[State, ...] = tuple(CODES)
"""The states in the order of their codes, which makes "and" a minimum."""


@dataclass(frozen=True, slots=True)
class Masks:
    """Which of n rows are in which state: Boolean series of n without nulls, None for none of them.

    A row that is in none of the four is unknown.
    """

    size: int
    met: pl.Series
    unmet: pl.Series
    manual: pl.Series | None = None
    not_applicable: pl.Series | None = None

    @property
    def unknown(self) -> pl.Series:
        """The rows that are in no other state."""
        return ~self.known

    @property
    def known(self) -> pl.Series:
        """The rows that are in one of the four states."""
        return union(self.size, self.met, self.unmet, self.manual, self.not_applicable)

    def codes(self) -> pl.Series:
        """The state's code (UInt8) of each row."""
        codes = 1 + 3 * self.met.to_numpy().view(np.uint8) - self.unmet.to_numpy().view(np.uint8)
        if self.manual is not None:
            codes += self.manual.to_numpy().view(np.uint8)
        if self.not_applicable is not None:
            codes += 2 * self.not_applicable.to_numpy().view(np.uint8)
        return pl.Series("_state", codes)


def all_in(state: State, size: int) -> Masks:
    """All rows in one state."""
    full, none = (pl.repeat(value, size, dtype=pl.Boolean, eager=True) for value in (True, False))
    return Masks(
        size,
        full if state is State.MET else none,
        full if state is State.UNMET else none,
        full if state is State.MANUAL_REVIEW else None,
        full if state is State.NOT_APPLICABLE else None,
    )


def union(size: int, *masks: pl.Series | None) -> pl.Series:
    """The rows that are in any of the masks."""
    given = [mask for mask in masks if mask is not None]
    return reduce(or_, given) if given else pl.repeat(False, size, dtype=pl.Boolean, eager=True)


def negation(masks: Masks) -> Masks:
    """Kleene "not": met and unmet change places."""
    return Masks(masks.size, masks.unmet, masks.met, masks.manual, masks.not_applicable)


def conjunction(parts: Sequence[Masks], size: int) -> Masks:
    """Kleene "and" of at least one part: unmet decides, then unknown, manual review, not applicable, then met."""
    met, unmet = reduce(and_, (part.met for part in parts)), reduce(or_, (part.unmet for part in parts))
    return _undecided(parts, met, unmet, size)


def disjunction(parts: Sequence[Masks], size: int) -> Masks:
    """Kleene "or" of at least one part: met decides, then unknown, manual review, not applicable, then unmet."""
    met, unmet = reduce(or_, (part.met for part in parts)), reduce(and_, (part.unmet for part in parts))
    return _undecided(parts, met, unmet, size)


def at_least(parts: Sequence[Masks], least: int, size: int) -> Masks:
    """Kleene "at least n" of the parts."""
    if least == 1 and parts:
        return disjunction(parts, size)
    reached = []
    for place in range(len(LEVELS)):
        counts = np.zeros(size, dtype=np.int64)
        for part in parts:
            counts += up_to(part, place)
        reached.append(counts >= least)
    return from_levels(reached, size)


def up_to(masks: Masks, place: int) -> Flags:
    """The rows that are met or in an undecided state up to a level of certainty (`scores.LEVELS`)."""
    levels = (masks.met, None, masks.manual, masks.not_applicable)
    taken = (
        union(masks.size, *levels[: place + 1])
        if place == 0
        else union(masks.size, masks.unknown, *levels[: place + 1])
    )
    return taken.to_numpy()


def from_levels(reached: Sequence[Flags], size: int) -> Masks:
    """States from what is reached at each level of certainty, each level reaching what the one before does."""
    met, unknown, manual, every = reached
    return Masks(
        size,
        pl.Series(met),
        pl.Series(~every),
        pl.Series(manual & ~unknown),
        pl.Series(every & ~manual),
    )


def scored(criterion: Scored, bands: Sequence[Sequence[Masks]], size: int) -> Masks:
    """The state of a score from its bands' states, a row of bands a table; see `scores.evaluate_scored`."""
    reached: list[Flags] = []
    plain = not any(band.manual is not None or band.not_applicable is not None for row in bands for band in row)
    for place in range(2 if plain else len(LEVELS)):
        tables = [
            _points(
                [(hundredths(band.points), up_to(state, place)) for band, state in zip(table.bands, row, strict=True)],
                size,
            )
            for table, row in zip(criterion.tables, bands, strict=True)
        ]
        reached.append(_suffices(criterion, tables, size))
    return from_levels(reached if len(reached) == len(LEVELS) else (*reached, reached[-1], reached[-1]), size)


def _points(bands: Sequence[tuple[int, Flags]], size: int) -> Points:
    """The most points of the bands that hold; bands are laid one over the other, the least points first."""
    points = np.zeros(size, dtype=np.int64)
    for given, holds in sorted(bands, key=lambda band: band[0]):
        points[holds] = given
    return points


def _suffices(criterion: Scored, tables: Sequence[Points], size: int) -> Flags:
    whole = np.zeros(size, dtype=np.int64)
    enough = np.ones(size, dtype=np.bool_)
    for table, points in zip(criterion.tables, tables, strict=True):
        if not table.group:
            whole += points
    for group in criterion.groups:
        points = _within(criterion, group, tables, size)
        enough &= points >= (0 if group.least is None else hundredths(group.least))
        whole += points
    return enough & (whole >= needed(criterion))


def _within(criterion: Scored, group: Group, tables: Sequence[Points], size: int) -> Points:
    points = np.zeros(size, dtype=np.int64)
    for table, given in zip(criterion.tables, tables, strict=True):
        if table.group == group.name:
            points += given
    return points if group.most is None else np.minimum(points, hundredths(group.most))


def _undecided(parts: Sequence[Masks], met: pl.Series, unmet: pl.Series, size: int) -> Masks:
    """What is neither met nor unmet is the first undecided state that any part is in."""
    manual, other = (_any([getattr(part, name) for part in parts], size) for name in ("manual", "not_applicable"))
    if manual is None and other is None:
        return Masks(size, met, unmet)
    open_yet = ~(met | unmet) & reduce(and_, (part.known for part in parts))
    if manual is not None:
        manual, open_yet = manual & open_yet, open_yet & ~manual
    return Masks(size, met, unmet, manual, None if other is None else other & open_yet)


def _any(masks: Sequence[pl.Series | None], size: int) -> pl.Series | None:
    given = [mask for mask in masks if mask is not None]
    return union(size, *given) if given else None
