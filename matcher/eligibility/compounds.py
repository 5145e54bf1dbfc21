"""Compound criteria in layers (复合条件): all of one kind that stand on what is known already, judged at once.

A layer gathers the codes of its parts, part after part and group after group, and folds each group by one call. The
answers are those of `results` (`conjunction`, `negation`, `at_least`) and of `scores`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.eligibility.codes import CODES, STATES
from matcher.eligibility.criteria import Scored
from matcher.eligibility.folding import Groups
from matcher.eligibility.results import State, negation
from matcher.eligibility.runs import Codes, Places
from matcher.eligibility.scores import LEVELS, hundredths, needed

_NO_CEILING = 2**52
_NEGATED: Codes = np.array([CODES[negation(state)] for state in STATES], dtype=np.uint8)
_LEVELS: Codes = np.array([CODES[state] for state in (*LEVELS, State.UNMET)], dtype=np.uint8)
"""The code of each level of certainty, from met down to what cannot be reached."""
_LEVEL_OF: NDArray[np.int8] = np.argsort(_LEVELS).astype(np.int8)
"""The level at which a state begins to count, by its code."""


class Layer(Protocol):
    """Writes the codes of some compounds from those of their parts."""

    def write(self, codes: Codes) -> None:
        """Read the codes of the parts and write one code a compound."""


@dataclass(frozen=True, slots=True)
class AllLayer:
    """Conjunctions: the least code of each group."""

    first: int
    groups: Groups

    def write(self, codes: Codes) -> None:
        """Write a code a conjunction."""
        folded = self.groups.least(codes[self.groups.parts])
        codes[self.first : self.first + len(folded)] = folded


@dataclass(frozen=True, slots=True)
class NotLayer:
    """Negations of one part each."""

    first: int
    parts: Places

    def write(self, codes: Codes) -> None:
        """Write a code a negation."""
        codes[self.first : self.first + len(self.parts)] = _NEGATED[codes[self.parts]]


@dataclass(frozen=True, slots=True)
class AnyLayer:
    """Alternatives of which one suffices: the first level at which any part counts."""

    first: int
    groups: Groups

    def write(self, codes: Codes) -> None:
        """Write a code an alternative."""
        levels = self.groups.least(_LEVEL_OF[codes[self.groups.parts]])
        codes[self.first : self.first + len(levels)] = _LEVELS[levels]


@dataclass(frozen=True, slots=True)
class LeastLayer:
    """Alternatives of which several must hold: the first level at which so many parts count."""

    first: int
    groups: Groups
    least: NDArray[np.int64]

    def write(self, codes: Codes) -> None:
        """Write a code an alternative."""
        begins = _LEVEL_OF[codes[self.groups.parts]]
        reached = [self.groups.sums(begins <= level) >= self.least for level in range(len(LEVELS))]
        codes[self.first : self.first + len(self.groups)] = _first_level(reached)


@dataclass(frozen=True, slots=True)
class ScoredLayer:
    """Scores: bands of points in tables, tables in first-level indicators, these in scores; all in hundredths.

    A table without an indicator has one of its own, without floor and ceiling.
    """

    first: int
    bands: Groups
    points: NDArray[np.int64]
    indicator_of_table: Places
    least: NDArray[np.int64]
    most: NDArray[np.int64]
    score_of_indicator: Places
    needed: NDArray[np.int64]

    def write(self, codes: Codes) -> None:
        """Write a code a score."""
        begins = _LEVEL_OF[codes[self.bands.parts]]
        reached = [self._suffices(np.where(begins <= level, self.points, 0)) for level in range(len(LEVELS))]
        codes[self.first : self.first + len(self.needed)] = _first_level(reached)

    def _suffices(self, counted: NDArray[np.int64]) -> NDArray[np.bool_]:
        tables = np.maximum.reduceat(counted, self.bands.starts)
        indicators = np.bincount(self.indicator_of_table, weights=tables, minlength=len(self.least))
        indicators = np.minimum(indicators, self.most)
        below = np.bincount(self.score_of_indicator, weights=indicators < self.least, minlength=len(self.needed))
        whole = np.bincount(self.score_of_indicator, weights=indicators, minlength=len(self.needed))
        enough: NDArray[np.bool_] = (whole >= self.needed) & (below == 0)
        return enough


def scored_layer(first: int, given: Sequence[tuple[Scored, Sequence[int]]]) -> ScoredLayer:
    """Compile scores, each with the places of the conditions of all its bands in order."""
    bands: list[Sequence[int]] = []
    points: list[int] = []
    indicator_of_table: list[int] = []
    limits: list[tuple[int, int]] = []
    score_of_indicator: list[int] = []
    for number, (scored, places) in enumerate(given):
        named = {group.name: len(limits) + place for place, group in enumerate(scored.groups)}
        limits += [(hundredths(group.least or Decimal(0)), _ceiling(group.most)) for group in scored.groups]
        rest = iter(places)
        for table in scored.tables:
            bands.append(list(islice(rest, len(table.bands))))
            points += [hundredths(band.points) for band in table.bands]
            indicator_of_table.append(named.get(table.group, len(limits)))
            limits += [] if table.group in named else [(0, 0 if table.group else _NO_CEILING)]
        score_of_indicator += [number] * (len(limits) - len(score_of_indicator))
    least, most = np.array(limits, dtype=np.int64).reshape(-1, 2).T
    return ScoredLayer(
        first,
        Groups.of(bands),
        np.array(points, dtype=np.int64),
        np.array(indicator_of_table, dtype=np.int64),
        least,
        most,
        np.array(score_of_indicator, dtype=np.int64),
        np.array([needed(scored) for scored, _ in given], dtype=np.int64),
    )


def _ceiling(most: Decimal | None) -> int:
    return _NO_CEILING if most is None else hundredths(most)


def _first_level(reached: list[NDArray[np.bool_]]) -> Codes:
    """The code of the first level that is reached; unmet where none is."""
    codes: Codes = _LEVELS[np.argmax([*reached, np.ones_like(reached[0])], axis=0)]
    return codes
