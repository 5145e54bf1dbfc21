"""Why a pair was not assigned (为什么没有): one reason a pair, the nearest chance of a seeker that was left out."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matcher.campaigns.assignment import Assignment
from matcher.campaigns.candidates import Candidates, Capacities
from matcher.eligibility.results import STATE_LABELS, State


class Reason(StrEnum):
    """Why a pair is not on a list."""

    OWN = "own"
    UNMET = "unmet"
    UNKNOWN = "unknown"
    MANUAL_REVIEW = "manual_review"
    NOT_APPLICABLE = "not_applicable"
    BELOW_LEAST = "below_least"
    NOT_AMONG_BEST = "not_among_best"
    OUTRANKED = "outranked"
    QUOTA_FULL = "quota_full"
    SEEKER_LIMIT = "seeker_limit"
    CLOSED = "closed"
    REFUSED = "refused"


_BY_STATE = {
    State.UNMET: Reason.UNMET,
    State.UNKNOWN: Reason.UNKNOWN,
    State.MANUAL_REVIEW: Reason.MANUAL_REVIEW,
    State.NOT_APPLICABLE: Reason.NOT_APPLICABLE,
}


@dataclass(frozen=True, slots=True)
class WhyNot:
    """A reason, and how many hundredths of a point were lacking where points decide (差多少分)."""

    reason: Reason
    lacking: int | None = None

    def sentence(self) -> str:
        """The reason as an officer would say it."""
        short = "" if self.lacking is None else f"{self.lacking / 100:.2f}"
        return _SENTENCES[self.reason].format(short=short)


_SENTENCES = {
    Reason.OWN: "该资源由该主体自己提供，不列入自己的名单",
    Reason.UNMET: f"{STATE_LABELS[State.UNMET]}：有条件不符合",
    Reason.UNKNOWN: f"{STATE_LABELS[State.UNKNOWN]}：有条件因信息不全无法判断，本次活动不收",
    Reason.MANUAL_REVIEW: f"{STATE_LABELS[State.MANUAL_REVIEW]}：须人工核验，本次活动不收",
    Reason.NOT_APPLICABLE: f"{STATE_LABELS[State.NOT_APPLICABLE]}：条件不适用于该主体",
    Reason.BELOW_LEAST: "匹配度低于活动的最低要求，差 {short} 分",
    Reason.NOT_AMONG_BEST: "不在该主体最合适的若干项资源之内",
    Reason.OUTRANKED: "名额已满，名单上的主体匹配度更高，差 {short} 分",
    Reason.QUOTA_FULL: "名额已满；为使全部名单合计最优并守住公平底线，名额给了其他主体",
    Reason.SEEKER_LIMIT: "该主体进入的名单已达上限，其他资源更合适",
    Reason.CLOSED: "该资源本次没有名额，或该主体本次不参加",
    Reason.REFUSED: "曾列入名单，已被拒绝或退出，名额已给其他主体",
}


def standing_outside(state: State, points: int, least_points: int, allowed: frozenset[State]) -> WhyNot | None:
    """Why a pair is no candidate at all, by its state and points (hundredths); None where it could be one."""
    if state not in allowed:
        return WhyNot(_BY_STATE[state])
    if points < least_points:
        return WhyNot(Reason.BELOW_LEAST, least_points - points)
    return None


class Reasons:
    """Reasons for the candidates of one assignment; what needs all pairs is worked out once."""

    def __init__(self, candidates: Candidates, capacities: Capacities, assignment: Assignment) -> None:
        self._candidates = candidates
        self._capacities = capacities
        self._assignment = assignment
        chosen = assignment.chosen
        self.taken = np.bincount(candidates.offer[chosen], minlength=candidates.offers)
        self.lists = np.bincount(candidates.seeker[chosen], minlength=candidates.seekers)
        self._lowest = np.full(candidates.offers, np.iinfo(np.int64).max, dtype=np.int64)
        np.minimum.at(self._lowest, candidates.offer[chosen], candidates.points[chosen])

    def of(self, pair: int) -> WhyNot | None:
        """Why the candidate pair at a place is not assigned; None where it is."""
        seeker, offer = int(self._candidates.seeker[pair]), int(self._candidates.offer[pair])
        if self._assignment.chosen[pair]:
            return None
        if not self._capacities.quotas[offer] or not self._capacities.limits[seeker]:
            return WhyNot(Reason.CLOSED)
        if self.lists[seeker] >= self._capacities.limits[seeker]:
            return WhyNot(Reason.SEEKER_LIMIT)
        points, lowest = int(self._candidates.points[pair]), int(self._lowest[offer])
        if points < lowest:
            return WhyNot(Reason.OUTRANKED, lowest - points)
        lacking = self._assignment.lacking
        return WhyNot(Reason.QUOTA_FULL, None if lacking is None else int(lacking[pair]))

    def nearest_chance(self, seeker: int) -> int | None:
        """The candidate pair of a seeker on no list that lacked least; None where it has no open candidate."""
        mine = np.flatnonzero(self._candidates.seeker == seeker)
        mine = mine[self._capacities.quotas[self._candidates.offer[mine]] > 0]
        if self.lists[seeker] or not len(mine):
            return None
        return int(mine[np.argmin(self._short(mine))])

    def left_out(self) -> NDArray[np.int64]:
        """The nearest chance of each seeker that is on no list and has an open candidate, nearest first."""
        candidates = self._candidates
        free = (self._capacities.quotas > 0)[candidates.offer] & (self.lists == 0)[candidates.seeker]
        pairs = np.flatnonzero(free)
        short = self._short(pairs)
        order = np.lexsort((short, candidates.seeker[pairs]))
        seekers = candidates.seeker[pairs][order]
        nearest = order[np.r_[True, seekers[1:] != seekers[:-1]]] if len(order) else order
        return pairs[nearest[np.argsort(short[nearest], kind="stable")]]

    def _short(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        if self._assignment.lacking is not None:
            return self._assignment.lacking[pairs].astype(np.int64)
        short: NDArray[np.int64] = self._lowest[self._candidates.offer[pairs]] - self._candidates.points[pairs]
        return np.maximum(0, short)
