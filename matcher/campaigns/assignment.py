"""Assignment under quotas, limits and floors (名额分配): the most points in all, exactly, and proof of it.

Only a part of the pairs is given to the flow at first; the prices that come with its solution tell which of the others
could still raise the sum. When none could, the solution is the best over all pairs (column generation), so that a
million seekers cost little more than the places there are. The others are looked at a stretch at a time.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.campaigns.candidates import Candidates, Capacities, Floor, Shortfall, Small, checked
from matcher.campaigns.floors import Forest, forest
from matcher.campaigns.network import FAR, Network, Solved
from matcher.campaigns.overlapping import assign_overlapping
from matcher.campaigns.ranking import ranks

_AT_FIRST, _TIMES_QUOTA = 60, 3
_MORE = 2_000
_STRETCH = 1 << 20
"""So many pairs are priced at once."""
_MOST = np.iinfo(np.int32).max
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
_Cells = TypeVar("_Cells", NDArray[np.bool_], NDArray[np.int32])


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which pairs meet (分配结果), in hundredths of a point.

    `chosen` (m,) marks pairs; `points` is their sum and `bound` what no assignment that keeps the floors as well can
    exceed. `place_worth` (k,) is what one more place of each offer would bring; `lacking` (m,) how many more points
    a pair that was not chosen would at least have needed. The last two are None where floors overlap: there they have
    no exact meaning.
    """

    chosen: Flags
    points: int
    bound: int
    shortfalls: tuple[Shortfall, ...]
    place_worth: Numbers | None
    lacking: Small | None


def assign(candidates: Candidates, capacities: Capacities) -> Assignment:
    """Choose the pairs with the most points in all under quotas and limits; floors come before points.

    A floor that cannot be kept is kept as far as it can be and named in `shortfalls`. Raises `InvalidCampaign`.
    """
    checked(candidates, capacities)
    open_pairs = (capacities.quotas > 0)[candidates.offer] & (capacities.limits > 0)[candidates.seeker]
    usable = candidates.subset(open_pairs)
    forests = _forests(usable, capacities)
    worth: Numbers | None = None
    lacking: Small | None = None
    if forests is None:
        chosen, bound = assign_overlapping(usable, capacities)
    else:
        chosen, worth, lacking = _by_flow(usable, Network(usable, capacities, *forests))
        bound = int(usable.points[chosen].sum())
        lacking = _spread(lacking, open_pairs)
    whole = _spread(chosen, open_pairs)
    points = int(candidates.points[whole].sum())
    return Assignment(whole, points, bound, shortfalls(candidates, capacities.floors, whole), worth, lacking)


def shortfalls(candidates: Candidates, floors: tuple[Floor, ...], chosen: Flags) -> tuple[Shortfall, ...]:
    """The floors that the chosen pairs do not keep, with how many of the group there are."""
    listed = candidates.subset(chosen)
    counted = ((floor, _reached(listed, floor)) for floor in floors)
    return tuple(Shortfall(floor, reached) for floor, reached in counted if reached < floor.least)


def _reached(listed: Candidates, floor: Floor) -> int:
    mine = floor.members[listed.seeker]
    if floor.offer is not None:
        return int((mine & (listed.offer == floor.offer)).sum())
    return len(np.unique(listed.seeker[mine]))


def _forests(candidates: Candidates, capacities: Capacities) -> tuple[Forest | None, Mapping[int, Forest]] | None:
    """The floors as forests, overall and by offer; None where some overlap.

    Offers with the same groups share what is known of every seeker: a floor on each of 500 lists is laid out once.
    """
    by_scope: dict[int | None, list[Floor]] = defaultdict(list)
    for floor in capacities.floors:
        by_scope[floor.offer].append(floor)
    laid_out: dict[tuple[int, ...], Forest | None] = {}
    forests: dict[int | None, Forest | None] = {}
    for scope, floors in by_scope.items():
        groups = tuple(id(floor.members) for floor in floors)
        if groups not in laid_out:
            laid_out[groups] = forest(floors, candidates.seekers)
        found = laid_out[groups]
        forests[scope] = None if found is None else found.over(floors)
    if None in forests.values():
        return None
    own = {scope: found for scope, found in forests.items() if scope is not None and found is not None}
    return forests.get(None), own


def _by_flow(candidates: Candidates, network: Network) -> tuple[Flags, Numbers, Small]:
    heads = network.heads()
    active = _first_pairs(candidates, heads, network)
    while True:
        places = np.flatnonzero(active)
        solved = network.solve(places, heads)
        prices = _Prices(candidates, network, heads, solved)
        missing = prices.missing(active)
        if not len(missing):
            chosen = np.zeros(len(candidates), dtype=np.bool_)
            chosen[places] = solved.units > 0
            worth = solved.place_worth(candidates.offers) // network.scale
            return chosen, worth, prices.lacking(chosen)
        active[missing] = True


@dataclass(frozen=True, slots=True)
class _Prices:
    """What the prices of a solution say of all m pairs, a stretch at a time."""

    candidates: Candidates
    network: Network
    heads: Small
    solved: Solved

    def missing(self, active: Flags) -> Numbers:
        """The places of pairs outside the flow that would raise the sum: of each node at most so many, the best."""
        found = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))]
        for part in _stretches(len(self.candidates)):
            reduced = self._reduced(part)
            places = np.flatnonzero(~active[part] & (reduced < 0))
            kept = places[ranks(self.heads[part][places], reduced[places]) < _MORE]
            found.append((kept + part.start, reduced[kept]))
        places, reduced = (np.concatenate(column) for column in zip(*found, strict=True))
        missing: Numbers = places[ranks(self.heads[places], reduced) < _MORE]
        return missing

    def lacking(self, chosen: Flags) -> Small:
        """How many points each pair that was not chosen would have needed more (m,), rounded up."""
        lacking = np.empty(len(chosen), dtype=np.int32)
        for part in _stretches(len(chosen)):
            reduced = np.where(chosen[part], 0, self._reduced(part))
            lacking[part] = np.clip(-(-reduced // self.network.scale), 0, _MOST)
        return lacking

    def _reduced(self, part: slice) -> Numbers:
        """What it would cost to choose each pair, all else adapted: below zero for a pair that would raise the sum.

        A pair whose offer nothing has reached yet would always raise it.
        """
        ends = self.solved.distances[self.heads[part]]
        costs = self.network.costs(part)
        reduced: Numbers = np.where(ends >= FAR, -1, costs + self.solved.entry[self.candidates.seeker[part]] - ends)
        return reduced


def _stretches(pairs: int) -> Iterator[slice]:
    for start in range(0, pairs, _STRETCH):
        yield slice(start, min(start + _STRETCH, pairs))


def _first_pairs(candidates: Candidates, heads: Small, network: Network) -> Flags:
    """The best pairs of each node that pairs lead to, several times as many as there are places."""
    room = np.maximum(_AT_FIRST, _TIMES_QUOTA * network.room())
    best = [np.empty(0, dtype=np.int64)]
    for part in _stretches(len(candidates)):
        first = ranks(heads[part], -candidates.points[part]) < room[heads[part]]
        best.append(np.flatnonzero(first) + part.start)
    places = np.concatenate(best)
    active = np.zeros(len(candidates), dtype=np.bool_)
    active[places[ranks(heads[places], -candidates.points[places]) < room[heads[places]]]] = True
    return active


def _spread(values: _Cells, places: Flags) -> _Cells:
    """Values of the open pairs laid out over all; what has no place at all lacks 0: points are not what it lacks."""
    if len(values) == len(places):
        return values
    wide = np.zeros(len(places), dtype=values.dtype)
    wide[places] = values
    return wide
