"""Assignment under quotas, limits and floors (名额分配): the most points in all, exactly, and proof of it.

Only a part of the pairs is given to the flow at first; the prices that come with its solution tell which of the others
could still raise the sum. When none could, the solution is the best over all pairs (column generation), so that a
million seekers cost little more than the places there are.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.campaigns.candidates import Candidates, Capacities, Floor, Shortfall, checked
from matcher.campaigns.floors import Forest, forest
from matcher.campaigns.network import FAR, Network, Solved
from matcher.campaigns.overlapping import assign_overlapping
from matcher.campaigns.ranking import ranks

_AT_FIRST, _TIMES_QUOTA = 60, 3
_MORE = 2_000


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which pairs meet (分配结果), in hundredths of a point.

    `chosen` (m,) marks pairs; `points` is their sum and `bound` what no assignment that keeps the floors as well can
    exceed. `place_worth` (k,) is what one more place of each offer would bring; `lacking` (m,) how many more points
    a pair that was not chosen would at least have needed. The last two are None where floors overlap: there they have
    no exact meaning.
    """

    chosen: NDArray[np.bool_]
    points: int
    bound: int
    shortfalls: tuple[Shortfall, ...]
    place_worth: NDArray[np.int64] | None
    lacking: NDArray[np.int64] | None


def assign(candidates: Candidates, capacities: Capacities) -> Assignment:
    """Choose the pairs with the most points in all under quotas and limits; floors come before points.

    A floor that cannot be kept is kept as far as it can be and named in `shortfalls`. Raises `InvalidCampaign`.
    """
    checked(candidates, capacities)
    open_pairs = (capacities.quotas[candidates.offer] > 0) & (capacities.limits[candidates.seeker] > 0)
    usable = candidates.subset(open_pairs)
    forests = _forests(usable, capacities)
    if forests is None:
        chosen, bound = assign_overlapping(usable, capacities)
        worth = lacking = None
    else:
        chosen, worth, lacking = _by_flow(usable, Network(usable, capacities, *forests))
        bound = int(usable.points[chosen].sum())
        lacking = _spread(lacking, open_pairs)
    whole = np.zeros(len(candidates), dtype=np.bool_)
    whole[open_pairs] = chosen
    points = int(candidates.points[whole].sum())
    return Assignment(whole, points, bound, shortfalls(candidates, capacities.floors, whole), worth, lacking)


def shortfalls(candidates: Candidates, floors: tuple[Floor, ...], chosen: NDArray[np.bool_]) -> tuple[Shortfall, ...]:
    """The floors that the chosen pairs do not keep, with how many of the group there are."""
    counted = ((floor, _reached(candidates, floor, chosen)) for floor in floors)
    return tuple(Shortfall(floor, reached) for floor, reached in counted if reached < floor.least)


def _reached(candidates: Candidates, floor: Floor, chosen: NDArray[np.bool_]) -> int:
    mine = chosen & floor.members[candidates.seeker]
    if floor.offer is not None:
        return int((mine & (candidates.offer == floor.offer)).sum())
    return len(np.unique(candidates.seeker[mine]))


def _forests(candidates: Candidates, capacities: Capacities) -> tuple[Forest | None, Mapping[int, Forest]] | None:
    """The floors as forests, overall and by offer; None where some overlap."""
    by_scope: dict[int | None, list[Floor]] = defaultdict(list)
    for floor in capacities.floors:
        by_scope[floor.offer].append(floor)
    forests = {scope: forest(floors, candidates.seekers) for scope, floors in by_scope.items()}
    if None in forests.values():
        return None
    own = {scope: found for scope, found in forests.items() if scope is not None and found is not None}
    return forests.get(None), own


def _by_flow(
    candidates: Candidates, network: Network
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
    heads, costs = network.heads(), network.costs
    active = _first_pairs(candidates, heads, network)
    while True:
        places = np.flatnonzero(active)
        solved = network.solve(places, heads)
        reduced = _reduced(candidates, costs, heads, solved)
        missing = ~active & (reduced < 0)
        if not missing.any():
            chosen = np.zeros(len(candidates), dtype=np.bool_)
            chosen[places] = solved.units > 0
            lacking = np.maximum(0, -(-np.where(chosen, 0, reduced) // network.scale))
            return chosen, solved.place_worth(candidates.offers) // network.scale, lacking
        active |= _worst(missing, reduced, heads)


def _reduced(
    candidates: Candidates, costs: NDArray[np.int64], heads: NDArray[np.int64], solved: Solved
) -> NDArray[np.int64]:
    """What it would cost to choose each pair, all else adapted: below zero for a pair that would raise the sum.

    A pair whose offer nothing has reached yet would always raise it.
    """
    ends = solved.distances[heads]
    return np.where(ends >= FAR, -1, costs + solved.entry[candidates.seeker] - ends)


def _first_pairs(candidates: Candidates, heads: NDArray[np.int64], network: Network) -> NDArray[np.bool_]:
    """The best pairs of each node that pairs lead to, several times as many as there are places."""
    room = np.maximum(_AT_FIRST, _TIMES_QUOTA * network.room())
    first: NDArray[np.bool_] = ranks(heads, -candidates.points) < room[heads]
    return first


def _worst(missing: NDArray[np.bool_], reduced: NDArray[np.int64], heads: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of the pairs that are missing those that promise most, at most so many a node."""
    places = np.flatnonzero(missing)
    taken = np.zeros(len(missing), dtype=np.bool_)
    taken[places[ranks(heads[places], reduced[places]) < _MORE]] = True
    return taken


def _spread(values: NDArray[np.int64], places: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Values of the open pairs laid out over all; what has no place at all lacks 0: points are not what it lacks."""
    wide = np.zeros(len(places), dtype=np.int64)
    wide[places] = values
    return wide
