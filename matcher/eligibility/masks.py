"""Five states of many rows at once (批量状态), one bitmap a state; logic on a million rows is a pass over 125 kB.

The laws are those of `results`: the same order in which one state gives way to another, held equal by a property test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matcher.eligibility.results import State
from matcher.eligibility.scores import LEVELS

Flags = NDArray[np.bool_]


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


def spread(masks: Masks, rows: Flags) -> Masks:
    """Masks of the chosen rows laid out over all; the rows that were not chosen are unknown."""

    def full(mask: pl.Series) -> pl.Series:
        wide = np.zeros(len(rows), dtype=np.bool_)
        wide[rows] = mask.to_numpy()
        return pl.Series(wide)

    manual, other = (None if mask is None else full(mask) for mask in (masks.manual, masks.not_applicable))
    return Masks(len(rows), full(masks.met), full(masks.unmet), manual, other)


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
        counts = np.zeros(size, dtype=np.int16)
        for part in parts:
            counts += up_to(part, place).view(np.uint8)
        reached.append(counts >= least)
    return from_levels(reached, size)


def up_to(masks: Masks, place: int) -> Flags:
    """The rows that are met or in an undecided state up to a level of certainty (`scores.LEVELS`)."""
    if place == 0:
        return masks.met.to_numpy()
    later = (None, masks.not_applicable, masks.manual)[: len(LEVELS) - place]
    return (~union(masks.size, masks.unmet, *later)).to_numpy()


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
