"""Seekers for an offer (名单): the same stages over columns, exact, each shown pair scored again by itself.

Seekers come in segments: a large one and the later changes beside it. Each is ranked by itself, then the best of all
are merged, so that the list is that of one column holding every row that still stands.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matcher.declarations.registry import REGISTRY
from matcher.eligibility.bits import Flags
from matcher.eligibility.codes import CODES
from matcher.eligibility.criteria import Criterion, leaves
from matcher.eligibility.filtering import assess, state_codes
from matcher.eligibility.results import EXCLUDING
from matcher.eligibility.stretches import Store
from matcher.fields import PartyKind
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


@dataclass(frozen=True)
class SeekerSegment:
    """Seekers as columns and their recall, n rows in one order (检索段): row, vector and words share a position.

    `gone` marks rows that a later segment overwrites or that were deleted; None: every row stands.
    """

    frame: pl.DataFrame
    shelf: Shelf
    gone: Flags | None = None

    @cached_property
    def store(self) -> Store:
        """The columns as rules see them."""
        return Store(self.frame)


@dataclass(frozen=True, slots=True)
class SeekerShelf:
    """Segments of seekers, no key standing in two of them, and a way to fetch whole profiles by key (需求方检索面).

    `own` is the key under which the offer's own provider stands among them, where it does: it is nobody to be met.
    """

    segments: Sequence[SeekerSegment]
    profiles: Callable[[Sequence[int]], Mapping[int, Seeker]]
    own: int | None = None


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
    unmet, own = wish.include_unmet, seekers.own
    best = best_of(offer, seekers.segments, wish.limit, wish.at, scoring, include_unmet=unmet, own=own)
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
    own: int | None = None,
) -> Ranking:
    """The best `count` seekers of all segments, exactly: excluded ones last (hidden by default), then by score, key.

    `own`: see `SeekerShelf`.
    """
    parts = [
        _of_segment(offer, segment, count, at, scoring, include_unmet=include_unmet, own=own) for segment in segments
    ]
    return _merged(parts, count)


def _of_segment(
    offer: Offer,
    segment: SeekerSegment,
    count: int,
    at: date,
    scoring: Scoring,
    *,
    include_unmet: bool,
    own: int | None,
) -> Ranking:
    store = segment.store
    judged = assess(store, offer.criteria, offer.preferences, at, only_eligible=not include_unmet)
    wanted = asked(store, offer, segment.gone, own)
    eligible = wanted & judged.eligible
    positions = np.flatnonzero(wanted if include_unmet else eligible)
    recalled = recall(segment.shelf, wanted_text(offer), positions)
    totals = points(store, recalled, judged, offer, scoring)
    keys = store["key"].values
    best = ranked(keys[positions], totals, ~judged.eligible[positions], count)
    chosen = positions[best]
    codes = state_codes(Store(_read_by(segment.frame, offer.criteria)[chosen]), offer.criteria, at)
    near = recalled.semantic[best], recalled.lexical[best]
    return Ranking(keys[chosen], totals[best], codes, *near, considered=_many(wanted), eligible=_many(eligible))


def asked(store: Store, offer: Offer, gone: Flags | None, own: int | None = None) -> Flags:
    """The rows that still stand and are of a kind that an offer is for, but its own provider's (the key `own`)."""
    kinds = store["kind"].values
    fitting = np.zeros(len(store), dtype=np.bool_)
    for place, kind in enumerate(PartyKind):
        if kind in offer.audience:
            fitting |= kinds == place  # a comparison a kind costs a tenth of a look-up a row
    if own is not None:
        fitting &= store["key"].values != own
    return fitting if gone is None else fitting & ~gone


def _many(rows: Flags) -> int:
    return int(np.count_nonzero(rows))


def _read_by(frame: pl.DataFrame, criterion: Criterion | None) -> pl.DataFrame:
    """The columns that decide a criterion, the key at least."""
    fields = {leaf.field for leaf in leaves(criterion)} if criterion else set()
    dates = {REGISTRY[code].valid_to for code in fields}
    # Not `select`, whose engine hands over to threads of its own: 7 ms of an answer on a busy machine.
    return frame[[name for name in frame.columns if name in {"key", "founded_on", *fields, *dates}]]


def ranked(keys: NDArray[np.int64], totals: NDArray[np.int64], excluded: Flags, count: int) -> NDArray[np.int64]:
    """The places of the best candidates, exactly: excluded ones last, then by score, then by key."""
    merits = totals - totals.min(initial=0) + ~excluded * (np.ptp(totals) + 1 if len(totals) else 0)
    kept = np.arange(len(keys)) if len(keys) <= count else _kept(keys, merits, count)
    return kept[np.lexsort((keys[kept], -merits[kept]))][:count]


def _kept(keys: NDArray[np.int64], merits: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The places of the `count` best by whole merits from 0, of those that are level the first by key."""
    least = _least_kept(merits, count)
    above = np.flatnonzero(merits > least)
    level = np.flatnonzero(merits == least)
    wanted = count - len(above)
    if wanted < len(level):
        level = level[np.argpartition(keys[level], wanted - 1)[:wanted]] if wanted else level[:0]
    return np.concatenate((above, level))


def _least_kept(merits: NDArray[np.int64], count: int) -> int:
    """The merit of the last of the `count` best."""
    at_least = np.cumsum(np.bincount(merits)[::-1])
    return len(at_least) - 1 - int(np.searchsorted(at_least, max(count, 1)))


def _merged(parts: Sequence[Ranking], count: int) -> Ranking:
    """The best of the segments' best."""
    keys = np.concatenate([np.empty(0, dtype=np.int64), *(part.keys for part in parts)])
    totals = np.concatenate([np.empty(0, dtype=np.int64), *(part.points for part in parts)])
    codes = np.concatenate([np.empty(0, dtype=np.uint8), *(part.codes for part in parts)])
    semantic = np.concatenate([np.empty(0, dtype=np.float32), *(part.semantic for part in parts)])
    lexical = np.concatenate([np.empty(0, dtype=np.float32), *(part.lexical for part in parts)])
    best = ranked(keys, totals, np.isin(codes, _EXCLUDED), count)
    considered, eligible = sum(part.considered for part in parts), sum(part.eligible for part in parts)
    return Ranking(keys[best], totals[best], codes[best], semantic[best], lexical[best], considered, eligible)
