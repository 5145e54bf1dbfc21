"""Seekers for an offer (名单): the same stages over columns, exact, each shown pair scored again by itself.

Seekers come in segments: a large one and the later changes beside it. Each is ranked by itself, then the best of all
are merged, so that the list is that of one column holding every row that still stands.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matcher.eligibility.codes import CODES
from matcher.eligibility.columns import state_codes
from matcher.eligibility.results import EXCLUDING
from matcher.needs import Seeker
from matcher.offers import Offer
from matcher.pairing.assembling import Nearness, assemble, explained
from matcher.pairing.columns import points
from matcher.pairing.matches import Match
from matcher.pairing.pipeline import Wish, dated
from matcher.pairing.recall import Shelf, recall
from matcher.pairing.scoring import Scoring
from matcher.pairing.texts import wanted_text

_EXCLUDED = np.array([CODES[state] for state in EXCLUDING], dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class SeekerSegment:
    """Seekers as columns and their recall, n rows in one order (检索段): row, vector and words share a position.

    `gone` marks rows that a later segment overwrites or that were deleted; None: every row stands.
    """

    frame: pl.DataFrame
    shelf: Shelf
    gone: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class SeekerShelf:
    """Segments of seekers, no key standing in two of them, and a way to fetch whole profiles by key (需求方检索面)."""

    segments: Sequence[SeekerSegment]
    profiles: Callable[[Sequence[int]], Mapping[int, Seeker]]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best n seekers by key, best first, and how many there were (排名).

    `points` are in hundredths of a point, `codes` the eligibility as in `codes.CODES`, `semantic` and `lexical` how
    near the texts are. `considered` were asked for, `eligible` of those are not excluded.
    """

    keys: NDArray[np.int64]
    points: NDArray[np.int64]
    codes: NDArray[np.uint8]
    semantic: NDArray[np.float32]
    lexical: NDArray[np.float32]
    considered: int = 0
    eligible: int = 0


def match_seekers(offer: Offer, seekers: SeekerShelf, wish: Wish, scoring: Scoring) -> tuple[list[Match], int, int]:
    """Rank seekers for an offer (名单); also how many were considered and how many of those are not excluded."""
    best = best_of(offer, seekers.segments, wish.limit, wish.at, scoring, include_unmet=wish.include_unmet)
    profiles = seekers.profiles(best.keys.tolist())
    near = zip(best.keys.tolist(), scoring.semantic(best.semantic), scoring.lexical(best.lexical), strict=True)
    matches = [
        assemble(dated(profiles[key], wish.at), offer, Nearness(float(meaning), float(words)), scoring)
        for key, meaning, words in near
        if key in profiles
    ]
    shown = (key for key in best.keys.tolist() if key in profiles)
    said = [explained(match, profiles[key].text, wish.at) for key, match in zip(shown, matches, strict=True)]
    return said, best.considered, best.eligible


def best_of(
    offer: Offer,
    segments: Sequence[SeekerSegment],
    count: int,
    at: date,
    scoring: Scoring,
    *,
    include_unmet: bool = False,
) -> Ranking:
    """The best `count` seekers of all segments, exactly: excluded ones last (hidden by default), then by score, key."""
    parts = [_of_segment(offer, segment, count, at, scoring, include_unmet=include_unmet) for segment in segments]
    if not parts:
        return _merged([], count)
    return _merged(parts, count)


def _of_segment(
    offer: Offer, segment: SeekerSegment, count: int, at: date, scoring: Scoring, *, include_unmet: bool
) -> Ranking:
    asked = segment.frame["kind"].is_in([kind.value for kind in offer.audience]).to_numpy()
    positions = np.flatnonzero(asked if segment.gone is None else asked & ~segment.gone)
    frame = segment.frame[positions]
    codes = state_codes(frame, offer.criteria, at).to_numpy()
    allowed = ~np.isin(codes, _EXCLUDED)
    if not include_unmet:
        frame, codes, positions = frame.filter(allowed), codes[allowed], positions[allowed]
    recalled = recall(segment.shelf, wanted_text(offer), positions)
    totals = points(frame, recalled, offer, at, scoring)
    whole = Ranking(frame["key"].to_numpy(), totals, codes, recalled.semantic, recalled.lexical)
    return ranked(whole, count, considered=len(allowed), eligible=int(allowed.sum()))


def _merged(parts: Sequence[Ranking], count: int) -> Ranking:
    names = ("keys", "points", "codes", "semantic", "lexical")
    types = (np.int64, np.int64, np.uint8, np.float32, np.float32)
    arrays = [
        np.concatenate([np.empty(0, dtype=dtype), *(getattr(part, name) for part in parts)])
        for name, dtype in zip(names, types, strict=True)
    ]
    considered, eligible = sum(part.considered for part in parts), sum(part.eligible for part in parts)
    return ranked(Ranking(*arrays), count, considered=considered, eligible=eligible)


def ranked(whole: Ranking, count: int, *, considered: int, eligible: int) -> Ranking:
    """The best candidates, exactly: excluded ones last, then by score, then by key."""
    excluded = np.isin(whole.codes, _EXCLUDED)
    order = np.lexsort((whole.keys, -whole.points, excluded))[:count]
    arrays = (whole.keys, whole.points, whole.codes, whole.semantic, whole.lexical)
    return Ranking(*(array[order] for array in arrays), considered=considered, eligible=eligible)
