"""Pairs that may be assigned (候选), and what limits them: quotas of offers, limits of seekers, fairness floors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import InvalidCampaign

Counts = NDArray[np.int64]
Small = NDArray[np.int32]
"""Places and points of pairs: there are twenty for each of a million seekers, so that every byte counts."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """m scored pairs of n seekers and k offers, as three arrays side by side; no pair comes twice.

    `points` are hundredths of a point of 匹配度, 0 to 10,000. A pair that may not be is simply not here.
    """

    seekers: int
    offers: int
    seeker: Small
    offer: Small
    points: Small

    def __len__(self) -> int:
        return len(self.points)

    def subset(self, kept: NDArray[np.bool_]) -> "Candidates":
        """The pairs that are kept, in the same order; nothing is copied where all are."""
        if kept.all():
            return self
        return Candidates(self.seekers, self.offers, self.seeker[kept], self.offer[kept], self.points[kept])


@dataclass(frozen=True, slots=True)
class Floor:
    """At least so many of a group (公平底线: 小微、初创、首贷户), on one offer's list, or in all.

    `members` tells for each of n seekers whether it is of the group. With an `offer` the floor counts the pairs of
    that offer; without one it counts the enterprises that are on any list, each once.
    """

    name: str
    members: NDArray[np.bool_]
    least: int
    offer: int | None = None


@dataclass(frozen=True, slots=True)
class Capacities:
    """Places of each offer (名额, k), lists that each seeker may be on (n), and the floors."""

    quotas: Counts
    limits: Counts
    floors: tuple[Floor, ...] = ()


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A floor that cannot be kept: how many there are, of how many wanted."""

    floor: Floor
    reached: int


def checked(candidates: Candidates, capacities: Capacities) -> None:
    """See that arrays fit together. Raises `InvalidCampaign`."""
    sizes = {len(candidates.seeker), len(candidates.offer), len(candidates.points)}
    fits = len(capacities.quotas) == candidates.offers and len(capacities.limits) == candidates.seekers
    if len(sizes) != 1 or not fits or any(len(floor.members) != candidates.seekers for floor in capacities.floors):
        raise InvalidCampaign(
            found="候选、名额与上限的数量对不上", expected="每个资源一个名额、每个主体一个上限", remedy="请重新生成候选"
        )
    if (capacities.quotas < 0).any() or (capacities.limits < 0).any() or any(f.least < 0 for f in capacities.floors):
        raise InvalidCampaign(found="名额、上限或底线为负数", expected="不小于 0 的整数", remedy="请改正活动方案")
    if len(candidates) and (candidates.points.min() < 0 or candidates.points.max() > MOST_POINTS):
        raise InvalidCampaign(found="匹配度超出范围", expected="0 到 100", remedy="请重新打分")


MOST_POINTS = 10_000
"""The highest 匹配度, in hundredths of a point."""
