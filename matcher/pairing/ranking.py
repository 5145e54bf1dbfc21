"""The order of offers (排序): the best candidates, then diversity: no provider and no kind fills the page."""

from collections import Counter
from collections.abc import Iterator, Sequence
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
    seen: Counter[str] = Counter()
    waiting = [(*_order(item, seen, scoring), place) for place, item in enumerate(ranked)]
    heapify(waiting)
    taken: list[Place] = []
    while waiting and len(taken) < limit:
        place = waiting[0][-1]
        now = (*_order(ranked[place], seen, scoring), place)
        if now > waiting[0]:
            heapreplace(waiting, now)
            continue
        heappop(waiting)
        taken.append(_place(ranked[place], seen, scoring))
        seen.update(_groups(ranked[place]))
    return taken


def moved_back(match: Match, place: Place) -> Match:
    """The match with the penalty of its place among its contributions."""
    if not place.penalty:
        return match
    moved = Contribution("diversity", LABELS["diversity"], -place.penalty / 100, place.why)
    contributions = (*match.contributions, moved)
    return replace(match, contributions=contributions, score=total(contributions))


def _groups(candidate: Candidate) -> tuple[str, str]:
    return candidate.offer.provider, candidate.offer.kind


def _order(candidate: Candidate, seen: Counter[str], scoring: Scoring) -> tuple[bool, int, str]:
    return candidate.excluded, _penalty(candidate, seen, scoring) - candidate.score, candidate.offer.id


def _penalty(candidate: Candidate, seen: Counter[str], scoring: Scoring) -> int:
    provider, kind = _groups(candidate)
    points = scoring.repeat_provider * seen[provider] + scoring.repeat_kind * seen[kind]
    return min(round(min(points, scoring.repeat_most) * 100), max(candidate.score, 0))


def _place(candidate: Candidate, seen: Counter[str], scoring: Scoring) -> Place:
    penalty = _penalty(candidate, seen, scoring)
    return (
        Place(candidate, penalty, f"前面已列出{'、'.join(_repeats(candidate, seen))}") if penalty else Place(candidate)
    )


def _repeats(candidate: Candidate, seen: Counter[str]) -> Iterator[str]:
    provider, kind = _groups(candidate)
    for what, times in (("同一提供方", seen[provider]), ("同类资源", seen[kind])):
        if times:
            yield f"{what} {times} 项"
