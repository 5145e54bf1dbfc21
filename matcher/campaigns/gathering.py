"""Candidates of a campaign (候选生成): every pair scored exactly, the best of each seeker and of each offer kept.

Seekers come in parts (segments, or shares of a cluster); a part is gathered by itself, and the parts together give what
one part holding every seeker would have given, pair by pair.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.campaigns.candidates import Candidates
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
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
_NOT_EXCLUDED = frozenset(State) - EXCLUDING


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may be a candidate: states, least points (hundredths), the best so many of a seeker, and of each offer (k).

    The best of an offer are kept beside those of the seekers, so that an offer which is nobody's first choice still has
    whom to take.
    """

    at: date
    states: frozenset[State]
    least_points: int
    of_seeker: int
    of_offer: Numbers


@dataclass(frozen=True, slots=True)
class Part:
    """The candidates of some seekers: their keys (n,), and m pairs as places of seeker and offer, and points.

    `own` marks the pairs that are among the best of their seeker; the others are among the best of their offer.
    """

    keys: Numbers
    seeker: Numbers
    offer: Numbers
    points: Numbers
    own: Flags


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
    kept = [_Kept.none()]
    for place, offer in enumerate(offers):
        found = _Kept.of(place, *_scores(offer, segment, bounds, scoring))
        best.take(found)
        kept.append(found.first(keys, int(bounds.of_offer[place])))
        if progress is not None:
            progress(place + 1)
    return _part(keys, best, kept)


def together(parts: Sequence[Part], offers: int, of_offer: Numbers) -> Gathered:
    """The candidates of all parts, no seeker standing in two; whatever the parts, the same pairs in the same order."""
    starts = np.cumsum([0, *(len(part.keys) for part in parts)])
    keys = np.concatenate([part.keys for part in parts]) if parts else np.empty(0, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    place = np.empty(len(keys), dtype=np.int64)
    place[order] = np.arange(len(keys))
    seeker = place[np.concatenate([_NONE, *(part.seeker + start for part, start in zip(parts, starts, strict=False))])]
    offer, points = (np.concatenate([_NONE, *(getattr(part, name) for part in parts)]) for name in ("offer", "points"))
    own = np.concatenate([np.empty(0, dtype=np.bool_), *(part.own for part in parts)])
    by_seeker = np.lexsort((seeker, -points, offer))
    rank = np.empty(len(points), dtype=np.int64)
    rank[by_seeker] = ranks(offer[by_seeker], np.zeros(len(points), dtype=np.int64))
    kept = np.flatnonzero(own | (rank < of_offer[offer]))
    kept = kept[np.lexsort((offer[kept], seeker[kept]))]
    candidates = Candidates(len(keys), offers, seeker[kept], offer[kept], points[kept])
    return Gathered(keys[order], candidates)


_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Pairs of one offer or of several: rows of the segment, places of offers, points."""

    rows: Numbers
    offers: Numbers
    points: Numbers

    @classmethod
    def none(cls) -> "_Kept":
        return cls(_NONE, _NONE, _NONE)

    @classmethod
    def of(cls, place: int, rows: Numbers, points: Numbers) -> "_Kept":
        return cls(rows, np.full(len(rows), place, dtype=np.int64), points)

    def first(self, keys: Numbers, depth: int) -> "_Kept":
        """The best `depth`, equals by key."""
        order = np.lexsort((keys[self.rows], -self.points))[:depth]
        return _Kept(self.rows[order], self.offers[order], self.points[order])


class _Best:
    """The best offers of each of n seekers so far: points and offer in one number, so that no two are equal.

    Of equal points the earlier offer is the better one.
    """

    def __init__(self, seekers: int, depth: int) -> None:
        self._held = np.full((seekers, depth), -1, dtype=np.int64)
        self._worst = np.full(seekers, -1, dtype=np.int64)
        self._where = np.zeros(seekers, dtype=np.int64)

    def take(self, found: _Kept) -> None:
        """Let each seeker keep an offer's pair in place of its worst one, if it is better."""
        value = found.points * MOST_OFFERS + (MOST_OFFERS - 1 - found.offers)
        better = value > self._worst[found.rows]
        rows, where = found.rows[better], self._where[found.rows[better]]
        self._held[rows, where] = value[better]
        held = self._held[rows]
        self._where[rows] = held.argmin(axis=1)
        self._worst[rows] = held.min(axis=1)

    def kept(self) -> _Kept:
        """All pairs that are held."""
        rows, where = np.nonzero(self._held >= 0)
        value = self._held[rows, where]
        return _Kept(rows, MOST_OFFERS - 1 - value % MOST_OFFERS, value // MOST_OFFERS)


def _part(keys: Numbers, best: _Best, kept: Sequence[_Kept]) -> Part:
    """The pairs that are among the best of their seeker, then those that are among the best of their offer only."""
    own = best.kept()
    others = _Kept(*(np.concatenate([getattr(item, name) for item in kept]) for name in _Kept.__slots__))
    fresh = ~np.isin(others.rows * MOST_OFFERS + others.offers, own.rows * MOST_OFFERS + own.offers)
    return Part(
        keys,
        np.concatenate([own.rows, others.rows[fresh]]),
        np.concatenate([own.offers, others.offers[fresh]]),
        np.concatenate([own.points, others.points[fresh]]),
        np.arange(len(own.rows) + int(fresh.sum())) < len(own.rows),
    )


def _scores(offer: Offer, segment: SeekerSegment, bounds: Bounds, scoring: Scoring) -> tuple[Numbers, Numbers]:
    """The rows of a segment that may be candidates of an offer, and their points."""
    store = segment.store
    judged = assess(store, offer.criteria, offer.preferences, bounds.at)
    allowed = asked(store, offer, segment.gone) & judged.eligible
    if bounds.states != _NOT_EXCLUDED:
        codes = state_codes(store, offer.criteria, bounds.at)
        allowed &= np.isin(codes, [CODES[state] for state in bounds.states])
    rows = np.flatnonzero(allowed)
    found = points(store, recall(segment.shelf, wanted_text(offer), rows), judged, offer, scoring)
    enough = found >= bounds.least_points
    return rows[enough], found[enough]
