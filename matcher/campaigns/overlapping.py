"""Assignment where floors overlap (底线交叉): a firm both micro and young counts for both, which no flow can do.

An integer programme, by HiGHS in scipy: first its relaxation over ever more pairs until none is missing, which bounds
every assignment, then whole numbers over the pairs that the relaxation needed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, hstack

from matcher.campaigns.candidates import Candidates, Capacities, Floor
from matcher.campaigns.ranking import ranks
from matcher.errors import InvalidCampaign

_AT_FIRST, _TIMES_QUOTA = 60, 3
_GAP = 1e-5
_SECONDS = 60.0
_NEAR = 1e-6
Flags = NDArray[np.bool_]
_Cells = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class _Programme:
    """Minimise `costs` x under `matrix` x <= `most`, 0 <= x <= `upper`; the first `pairs` columns are the pairs.

    Rows: seekers' limits, offers' quotas, "on a list" for each member of an overall floor, floors. Columns: pairs, who
    is on a list, how many are short of each floor.
    """

    costs: NDArray[np.float64]
    matrix: csc_array
    most: NDArray[np.float64]
    upper: NDArray[np.float64]
    pairs: int

    def over(self, active: Flags) -> "_Programme":
        """The same with only some of the pairs."""
        kept = np.r_[np.flatnonzero(active), np.arange(self.pairs, len(self.costs))]
        return _Programme(self.costs[kept], self.matrix[:, kept], self.most, self.upper[kept], int(active.sum()))


def assign_overlapping(candidates: Candidates, capacities: Capacities) -> tuple[Flags, int]:
    """Choose pairs as `assign` does, and give the bound on their points that the relaxation proves (hundredths).

    Raises `InvalidCampaign` where no answer is found in time.
    """
    from scipy.optimize import linprog  # 26 MB that only overlapping floors need

    whole = _programme(candidates, capacities)
    active = _first_pairs(candidates, capacities)
    while True:
        part = whole.over(active)
        limits = np.column_stack([np.zeros(len(part.upper)), part.upper])
        relaxed = linprog(part.costs, part.matrix, part.most, bounds=limits, method="highs")
        reduced = whole.costs - whole.matrix.T @ relaxed.ineqlin.marginals
        missing = ~active & (reduced[: whole.pairs] < -_NEAR)
        if not missing.any():
            break
        active |= missing
    chosen = np.zeros(len(candidates), dtype=np.bool_)
    found = _integers(part)
    chosen[active] = found[: part.pairs] > 0.5
    short = float(part.costs[part.pairs :] @ np.round(found[part.pairs :]))
    points = int(candidates.points[chosen].sum())
    return chosen, max(points, int(np.floor(short - relaxed.fun + _NEAR)))


def _first_pairs(candidates: Candidates, capacities: Capacities) -> Flags:
    room = np.maximum(_AT_FIRST, _TIMES_QUOTA * capacities.quotas)
    active: Flags = ranks(candidates.offer, -candidates.points) < room[candidates.offer]
    for floor in capacities.floors:
        mine = floor.members[candidates.seeker]
        active |= mine & (ranks(candidates.offer * 2 + mine, -candidates.points) < floor.least + _AT_FIRST)
    return active


def _integers(programme: _Programme) -> NDArray[np.float64]:
    from scipy.optimize import Bounds, LinearConstraint, milp

    found = milp(
        programme.costs,
        constraints=LinearConstraint(programme.matrix, -np.inf, programme.most),
        integrality=(np.arange(len(programme.costs)) < programme.pairs).astype(np.int64),
        bounds=Bounds(0, programme.upper),
        options={"mip_rel_gap": _GAP, "time_limit": _SECONDS},
    )
    if found.x is None:
        raise InvalidCampaign(
            found="底线互相交叉，限时内没有求出分配", expected="可在 60 秒内求解的底线", remedy="请减少交叉的底线"
        )
    values: NDArray[np.float64] = found.x
    return values


def _programme(candidates: Candidates, capacities: Capacities) -> _Programme:
    seekers, offers, floors = candidates.seekers, candidates.offers, capacities.floors
    overall = [floor.members for floor in floors if floor.offer is None]
    listed = np.flatnonzero(np.any(overall, axis=0)) if overall else np.empty(0, dtype=np.int64)
    height = seekers + offers + len(listed) + len(floors)
    first_list, first_floor = seekers + offers, seekers + offers + len(listed)
    pairs = np.arange(len(candidates))
    rows = [candidates.seeker.astype(np.int64), seekers + candidates.offer.astype(np.int64)]
    cells: list[_Cells] = [(row, pairs, np.ones(len(pairs))) for row in rows]
    place = np.full(seekers, -1, dtype=np.int64)
    place[listed] = np.arange(len(listed))
    on_list = place[candidates.seeker] >= 0
    cells.append((first_list + place[candidates.seeker[on_list]], pairs[on_list], -np.ones(on_list.sum())))
    for number, floor in enumerate(floors):
        if floor.offer is not None:
            mine = pairs[floor.members[candidates.seeker] & (candidates.offer == floor.offer)]
            cells.append((np.full(len(mine), first_floor + number), mine, -np.ones(len(mine))))
    body = _matrix(cells, (height, len(pairs)))
    lists = _lists(listed, floors, (height, len(listed)), first_list, first_floor)
    short = _matrix(
        [(first_floor + np.arange(len(floors)), np.arange(len(floors)), -np.ones(len(floors)))], (height, len(floors))
    )
    bonus = float((offers + 2) * (candidates.points.max(initial=0) + 1) + 1)
    least = np.array([floor.least for floor in floors], dtype=np.float64)
    return _Programme(
        np.r_[-candidates.points.astype(np.float64), np.zeros(len(listed)), np.full(len(floors), bonus)],
        csc_array(hstack([body, lists, short], format="csc")),
        np.r_[capacities.limits, capacities.quotas, np.zeros(len(listed)), -least].astype(np.float64),
        np.r_[np.ones(len(pairs) + len(listed)), least],
        len(pairs),
    )


def _lists(
    listed: NDArray[np.int64], floors: tuple[Floor, ...], shape: tuple[int, int], first_list: int, first_floor: int
) -> csc_array:
    """Being on a list needs a pair, and counts for every overall floor that one is a member for."""
    columns = np.arange(len(listed))
    cells = [(first_list + columns, columns, np.ones(len(listed)))]
    for number, floor in enumerate(floors):
        if floor.offer is None:
            mine = columns[floor.members[listed]]
            cells.append((np.full(len(mine), first_floor + number), mine, -np.ones(len(mine))))
    return _matrix(cells, shape)


def _matrix(cells: list[_Cells], shape: tuple[int, int]) -> csc_array:
    rows, columns, values = (np.concatenate(part) for part in zip(*cells, strict=True))
    return csc_array((values, (rows, columns)), shape=shape)
