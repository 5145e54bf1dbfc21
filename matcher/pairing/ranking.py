"""The order of offers (排序): the best candidates, then diversity: no provider and no kind fills the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heapreplace

import numpy as np
from numpy.typing import NDArray

from matcher.offers import Offer
from matcher.pairing.matches import Contribution, Match
from matcher.pairing.scoring import LABELS, Scoring, total

WINDOW = 3
"""So many times more than are shown are looked at by `diversify`."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer on its way into the list: its row among those scored, and its score in hundredths of a point."""

    row: int
    offer: Offer
    excluded: bool
    score: int


@dataclass(frozen=True, slots=True)
class Place:
    """A candidate's place in the list, and the hundredths of a point by which it was moved back, in Chinese why."""

    candidate: Candidate
    penalty: int = 0
    why: str = ""


def best(scores: NDArray[np.int64], excluded: NDArray[np.bool_], count: int) -> NDArray[np.int64]:
    """The rows of the `count` best of n scores, best first: excluded ones last, equals in the order in which they came.

    The rest is not sorted.
    """
    ordinal = (excluded * (1 << 40) - scores) * len(scores) + np.arange(len(scores))
    if count < len(ordinal):
        ordinal = np.partition(ordinal, count)[:count]
    rows: NDArray[np.int64] = np.sort(ordinal) % max(len(scores), 1)
    return rows


def diversify(ranked: Sequence[Candidate], limit: int, scoring: Scoring) -> list[Place]:
    """Take the best `limit` one after another; later offers of a provider or a kind are moved back a little.

    The penalty is a named part of the score, so the order shown and the explanation cannot contradict each other.
    What is taken only moves others back, so that a candidate that stays first when looked at again is the best.
    """
    seen: dict[str, int] = {}
    waiting = [(item.excluded, -item.score, item.offer.id, place) for place, item in enumerate(ranked)]
    heapify(waiting)
    taken: list[Place] = []
    while waiting and len(taken) < limit:
        excluded, order, name, place = waiting[0]
        item = ranked[place]
        penalty = _penalty(item, seen, scoring)
        if penalty - item.score > order:
            heapreplace(waiting, (excluded, penalty - item.score, name, place))
            continue
        heappop(waiting)
        taken.append(Place(item, penalty, _why(item, seen)) if penalty else Place(item))
        for group in (item.offer.provider, item.offer.kind):
            seen[group] = seen.get(group, 0) + 1
    return taken


def moved_back(match: Match, place: Place) -> Match:
    """The match with the penalty of its place among its contributions."""
    if not place.penalty:
        return match
    moved = Contribution("diversity", LABELS["diversity"], -place.penalty / 100, place.why)
    contributions = (*match.contributions, moved)
    return replace(match, contributions=contributions, score=total(contributions))


def _penalty(candidate: Candidate, seen: Mapping[str, int], scoring: Scoring) -> int:
    """The hundredths of a point by which a candidate is moved back, beside those seen so far by provider and kind."""
    provider, kind = seen.get(candidate.offer.provider, 0), seen.get(candidate.offer.kind, 0)
    if not provider and not kind:
        return 0
    points = min(scoring.repeat_provider * provider + scoring.repeat_kind * kind, scoring.repeat_most)
    return min(round(points * 100), max(candidate.score, 0))


def _why(candidate: Candidate, seen: Mapping[str, int]) -> str:
    named = (("同一提供方", candidate.offer.provider), ("同类资源", candidate.offer.kind))
    repeats = [f"{what} {seen[group]} 项" for what, group in named if group in seen]
    return f"前面已列出{'、'.join(repeats)}"
