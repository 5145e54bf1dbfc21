"""Candidates of a campaign (候选生成): every pair scored exactly, the best of each seeker and of each offer kept.

Seekers come in parts (segments, or shares of a cluster); a part is gathered by itself, and the parts together give what
one part holding every seeker would have given, pair by pair.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.campaigns.candidates import MOST_POINTS, Candidates
from matcher.campaigns.ranking import ranks
from matcher.eligibility.codes import CODES
from matcher.eligibility.filtering import assess, state_codes
from matcher.eligibility.results import EXCLUDING, State
from matcher.errors import InvalidCampaign
from matcher.offers import Offer
from matcher.pairing.columns import points
from matcher.pairing.prospecting import SeekerSegment, asked
from matcher.pairing.recall import recall
from matcher.pairing.scoring import Scoring
from matcher.pairing.texts import wanted_text

MOST_OFFERS = 1 << 16
_LEVELS = MOST_POINTS + 1
_STRETCH = 1 << 20
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
_NOT_EXCLUDED = frozenset(State) - EXCLUDING


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may be a candidate: states, least points (hundredths), the best so many of a seeker, and of each offer (k).

    The best of an offer are kept beside those of the seekers, so that an offer which is nobody's first choice still has
    whom to take. `own` says, by an offer's id, under which key its provider stands: no firm is on the list of its own.
    """

    at: date
    states: frozenset[State]
    least_points: int
    of_seeker: int
    of_offer: Numbers
    own: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """The candidates of some seekers: their keys (n,), rising, and m pairs as places of seeker and offer, and points.

    `own` marks the pairs that are among the best of their seeker, `top` those among the best of their offer in this
    part; each is one of the two or both. The best of an offer over all parts are among these.
    """

    keys: Numbers
    seeker: NDArray[np.int32]
    offer: NDArray[np.int32]
    points: NDArray[np.int32]
    own: Flags
    top: Flags


@dataclass(frozen=True, slots=True)
class Gathered:
    """All candidates: keys of the n seekers, rising; pairs ordered by seeker and offer."""

    keys: Numbers
    candidates: Candidates


def gather(
    offers: Sequence[Offer],
    segment: SeekerSegment,
    bounds: Bounds,
    scoring: Scoring,
    progress: Callable[[int], None] | None = None,
) -> Part:
    """Score every offer for the seekers of a segment that still stand; `progress` is told how many offers are done.

    Raises `InvalidCampaign` for more offers than can be numbered.
    """
    if len(offers) > MOST_OFFERS:
        raise InvalidCampaign(
            found=f"参与的资源有 {len(offers)} 项", expected=f"不超过 {MOST_OFFERS} 项", remedy="请拆分活动"
        )
    keys = segment.frame["key"].to_numpy()
    best = _Best(len(keys), bounds.of_seeker)
    tops = []
    for place, offer in enumerate(offers):
        found = _Pairs.of(place, *_scores(offer, segment, bounds, scoring))
        best.take(found)
        tops.append(found.first(int(bounds.of_offer[place])))
        if progress is not None:
            progress(place + 1)
    return _part(keys, best, _Pairs.joined(tops))


def together(parts: Iterable[Part], offers: int, of_offer: Numbers) -> Gathered:
    """The candidates of all parts, no seeker standing in two; whatever the parts, the same pairs in the same order.

    Parts are asked for one at a time, and none is held on to.
    """
    pool = _Pool(offers)
    for part in parts:
        pool.take(part)
    return pool.gathered(of_offer)


class _Pool:
    """Pairs of several parts, each as one number: seeker, offer and points from its high end to its low one."""

    def __init__(self, offers: int) -> None:
        self._of_seeker = max(offers, 1) * _LEVELS
        self._offers = offers
        self._keys: list[Numbers] = []
        self._own: list[Numbers] = []
        self._tops: list[tuple[Numbers, Flags]] = []
        self._seekers = 0

    def take(self, part: Part) -> None:
        """Add the pairs of a part; its seekers come after those that are here."""
        number = (part.seeker.astype(np.int64) + self._seekers) * self._of_seeker
        number += part.offer.astype(np.int64) * _LEVELS + part.points
        self._keys.append(part.keys)
        self._own.append(number[part.own])
        self._tops.append((number[part.top], part.own[part.top]))
        self._seekers += len(part.keys)

    def gathered(self, of_offer: Numbers) -> Gathered:
        """All pairs that are among the best of their seeker or of their offer; the pool is empty then."""
        keys = _joined(self._keys, np.int64)
        order = None if (keys[1:] > keys[:-1]).all() else np.argsort(keys)
        best = self._best(order, of_offer)
        own = self._placed(_joined(self._own, np.int64), order)
        self._own.clear()
        pairs = np.concatenate([own, best])
        del own
        pairs.sort()
        columns = [np.empty(len(pairs), dtype=np.int32) for _ in range(3)]
        for start in range(0, len(pairs), _STRETCH):
            stretch = slice(start, start + _STRETCH)
            for column, found in zip(columns, self._parted(pairs[stretch]), strict=True):
                column[stretch] = found
        return Gathered(keys if order is None else keys[order], Candidates(self._seekers, self._offers, *columns))

    def _best(self, order: Numbers | None, of_offer: Numbers) -> Numbers:
        """The pairs among the best of their offer over all parts, equals by key, that are none of their seeker's."""
        pairs = self._placed(_joined([found for found, _ in self._tops], np.int64), order)
        own = _joined([mine for _, mine in self._tops], np.bool_)
        self._tops.clear()
        seeker, offer, points = self._parted(pairs)
        ordered = np.lexsort((seeker, -points, offer))
        of = offer[ordered]
        best = ordered[ranks(of, np.zeros(len(of), dtype=np.int64)) < of_offer[of]]
        missing: Numbers = pairs[best[~own[best]]]
        return missing

    def _placed(self, pairs: Numbers, order: Numbers | None) -> Numbers:
        """The pairs with each seeker under its place among all keys."""
        if order is None:
            return pairs
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        return place[pairs // self._of_seeker] * self._of_seeker + pairs % self._of_seeker

    def _parted(self, pairs: Numbers) -> Iterator[Numbers]:
        yield pairs // self._of_seeker
        yield pairs % self._of_seeker // _LEVELS
        yield pairs % _LEVELS


def _joined(parts: Sequence[NDArray[Any]], dtype: type[np.generic]) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype=dtype), *parts])


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs as rows of the segment and values: points and offer in one number, so that of one seeker no two are equal.

    Of equal points the earlier offer is the better one.
    """

    rows: Numbers
    value: Numbers

    @classmethod
    def joined(cls, parts: Sequence["_Pairs"]) -> "_Pairs":
        return cls(_joined([part.rows for part in parts], np.int64), _joined([part.value for part in parts], np.int64))

    @classmethod
    def of(cls, place: int, rows: Numbers, points: Numbers) -> "_Pairs":
        return cls(rows, points * MOST_OFFERS + (MOST_OFFERS - 1 - place))

    def first(self, depth: int) -> "_Pairs":
        """The best `depth` of one offer's pairs, of equals those of the first rows: rows are in the order of keys."""
        if len(self.rows) <= depth:
            return self
        least = np.partition(self.value, len(self.value) - depth)[len(self.value) - depth] if depth else _NEVER
        above = np.flatnonzero(self.value > least)
        level = np.flatnonzero(self.value == least)[: depth - len(above)]
        kept = np.concatenate([above, level])
        return _Pairs(self.rows[kept], self.value[kept])


_NEVER = np.iinfo(np.int64).max


class _Best:
    """The best offers of each of n seekers so far, as values of `_Pairs`."""

    def __init__(self, seekers: int, depth: int) -> None:
        self.held = np.full((seekers, depth), -1, dtype=np.int64)
        self._worst = np.full(seekers, -1, dtype=np.int64)
        self._where = np.zeros(seekers, dtype=np.int64)

    def take(self, found: _Pairs) -> None:
        """Let each seeker keep an offer's pair in place of its worst one, if it is better."""
        better = np.flatnonzero(found.value > self._worst[found.rows])
        rows, value = found.rows[better], found.value[better]
        self.held[rows, self._where[rows]] = value
        held = self.held[rows]
        where = held.argmin(axis=1)
        self._where[rows] = where
        self._worst[rows] = held[np.arange(len(rows)), where]


def _part(keys: Numbers, best: _Best, tops: _Pairs) -> Part:
    """The pairs that are among the best of their seeker, then those that are among the best of their offer only."""
    held, marked = best.held, np.zeros(best.held.shape, dtype=np.bool_)
    same = held[tops.rows] == tops.value[:, None]
    both = same.any(axis=1)
    marked[tops.rows[both], same[both].argmax(axis=1)] = True
    mine, where = np.nonzero(held >= 0)
    rows = np.concatenate([mine, tops.rows[~both]])
    value = np.concatenate([held[mine, where], tops.value[~both]])
    own = np.arange(len(rows)) < len(mine)
    return Part(
        keys,
        rows.astype(np.int32),
        (MOST_OFFERS - 1 - value % MOST_OFFERS).astype(np.int32),
        (value // MOST_OFFERS).astype(np.int32),
        own,
        np.concatenate([marked[mine, where], np.ones(len(rows) - len(mine), dtype=np.bool_)]),
    )


def _scores(offer: Offer, segment: SeekerSegment, bounds: Bounds, scoring: Scoring) -> tuple[Numbers, Numbers]:
    """The rows of a segment that may be candidates of an offer, and their points."""
    store = segment.store
    judged = assess(store, offer.criteria, offer.preferences, bounds.at, only_eligible=True)
    allowed = asked(store, offer, segment.gone, bounds.own.get(offer.id)) & judged.eligible
    if bounds.states != _NOT_EXCLUDED:
        codes = state_codes(store, offer.criteria, bounds.at)
        allowed &= np.isin(codes, [CODES[state] for state in bounds.states])
    rows = np.flatnonzero(allowed)
    found = points(store, recall(segment.shelf, wanted_text(offer), rows), judged, offer, scoring)
    enough = found >= bounds.least_points
    return rows[enough], found[enough]
