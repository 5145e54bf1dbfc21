"""A campaign as a network (最小费用流): source, seekers, groups of floors, offers, sink; one unit a pair.

A floor is an arc of which the first `least` units earn a bonus greater than any points that could be lost for them, so
that floors are kept as far as they can be and the points are the best under that. Ahuja, Magnanti and Orlin, Network
Flows (1993), chapters 9 and 10.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matcher.campaigns.candidates import Candidates, Capacities, Floor, Small
from matcher.campaigns.floors import NONE, Forest
from matcher.errors import InvalidCampaign

Numbers = NDArray[np.int64]
FAR = np.iinfo(np.int64).max // 4
"""The distance of what cannot be reached."""
_SOURCE, _SINK, _FIRST = 0, 1, 2


@dataclass(slots=True)
class _Arcs:
    """Arcs in the making: tails, heads, capacities, costs."""

    parts: list[tuple[Numbers, Numbers, Numbers, Numbers]] = field(default_factory=list)
    count: int = 0

    def add(self, tails: object, heads: object, capacities: object, costs: object) -> int:
        """Add arcs (numbers are spread); gives the place of the first."""
        arrays = [np.atleast_1d(np.asarray(part, dtype=np.int64)) for part in (tails, heads, capacities, costs)]
        tail, head, capacity, cost = np.broadcast_arrays(*arrays)
        self.parts.append((tail, head, capacity, cost))
        first, self.count = self.count, self.count + len(tail)
        return first

    def joined(self) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """All arcs as four arrays."""
        columns = (np.ascontiguousarray(np.concatenate(column)) for column in zip(*self.parts, strict=True))
        tails, heads, capacities, costs = columns
        return tails, heads, capacities, costs


@dataclass(frozen=True, slots=True)
class Solved:
    """A flow of least cost: units on each given pair, and how far each node and each seeker (`entry`) is.

    Distances are those from the sink over what can still change (residual), in the units of the costs.
    """

    units: Numbers
    distances: Numbers
    entry: Numbers

    def place_worth(self, offers: int) -> Numbers:
        """What one more place of each offer would bring (k,), 0 where nothing."""
        return np.maximum(0, -self.distances[_FIRST : _FIRST + offers])


class Network:
    """The network of a campaign, less its pairs: it is solved for any selection of them."""

    def __init__(
        self, candidates: Candidates, capacities: Capacities, overall: Forest | None, own: Mapping[int, Forest]
    ) -> None:
        self._candidates = candidates
        self._capacities = capacities
        places = int(capacities.quotas.sum()) + 1
        most = int(candidates.points.max(initial=0))
        self.scale = 1 if candidates.points.min(initial=1) > 0 else places
        self._bonus = (candidates.offers + 2) * (most * self.scale + 1) + 1
        self._places = places
        self._overall = overall
        self._own = own
        self.floors: list[Floor] = []
        self._group_node: dict[int, int] = {}
        self._lay_groups()

    def costs(self, pairs: slice | Numbers) -> Numbers:
        """The cost of some candidate pairs: points below zero; where points may be 0 a pair still beats none."""
        points = self._candidates.points[pairs].astype(np.int64)
        return -points if self.scale == 1 else -(points * self.scale + 1)

    def _lay_groups(self) -> None:
        first = _FIRST + self._candidates.offers
        for forest in (*((self._overall,) if self._overall else ()), *self._own.values()):
            for floor in forest.floors:
                self._group_node[id(floor)] = first + len(self.floors)
                self.floors.append(floor)
        self.nodes = first + len(self.floors)

    def room(self) -> Numbers:
        """The places behind each node that pairs may lead to, by node: those of the offer."""
        owners = [self._capacities.quotas[floor.offer] if floor.offer is not None else 0 for floor in self.floors]
        return np.array([0, 0, *self._capacities.quotas, *owners], dtype=np.int64)

    def heads(self) -> Small:
        """The node that each candidate pair leads to: the innermost group of its offer, or the offer."""
        candidates = self._candidates
        heads: Small = (_FIRST + candidates.offer).astype(np.int32)
        alike: dict[int, dict[int, Forest]] = {}
        for offer, forest in self._own.items():
            alike.setdefault(id(forest.innermost), {})[offer] = forest
        for forests in alike.values():
            nodes = self._nodes(forests)
            inner = next(iter(forests.values())).innermost[candidates.seeker]
            inside = np.flatnonzero((nodes[:, 0] != NONE)[candidates.offer] & (inner != NONE))
            heads[inside] = nodes[candidates.offer[inside], inner[inside]]
        return heads

    def _nodes(self, forests: Mapping[int, Forest]) -> Small:
        """The node of each group on the list of each offer (k, groups); `NONE` for offers without the groups."""
        nodes = np.full((self._candidates.offers, len(next(iter(forests.values())).floors)), NONE, dtype=np.int32)
        for offer, forest in forests.items():
            nodes[offer] = [self._group_node[id(floor)] for floor in forest.floors]
        return nodes

    def solve(self, chosen: Numbers, heads: Small) -> Solved:
        """Solve for the pairs at the places `chosen`. Raises `InvalidCampaign` where numbers are past what it takes."""
        seekers, local = np.unique(self._candidates.seeker[chosen].astype(np.int64), return_inverse=True)
        arcs = _Arcs()
        pair_arcs = arcs.add(self.nodes + local, heads[chosen], 1, self.costs(chosen))
        arcs.add(_SOURCE, _SINK, self._places, 0)
        quotas = self._capacities.quotas
        arcs.add(_FIRST + np.arange(len(quotas)), _SINK, quotas, 0)
        self._floor_arcs(arcs)
        self._seeker_arcs(arcs, seekers)
        tails, ends, room, costs = arcs.joined()
        flows = _flows(self.nodes + len(seekers), tails, ends, room, costs, self._places)
        distances = _distances(self.nodes + len(seekers), (tails, ends, room, costs), flows)
        offers = slice(_FIRST, _FIRST + len(quotas))
        spare = room[len(chosen) + 1 :][: len(quotas)] > flows[len(chosen) + 1 :][: len(quotas)]
        distances[offers][spare] = np.minimum(distances[offers][spare], 0)  # a place that nobody takes costs nothing
        return Solved(
            units=flows[pair_arcs : pair_arcs + len(chosen)],
            distances=distances,
            entry=self._entries(distances, seekers),
        )

    def _floor_arcs(self, arcs: _Arcs) -> None:
        """For each floor two arcs out of (or, overall, into) its group: the first units earn the bonus."""
        for forest in (*((self._overall,) if self._overall else ()), *self._own.values()):
            for floor, parent in zip(forest.floors, forest.parents, strict=True):
                node = self._group_node[id(floor)]
                outer = self._outer(floor, forest, parent)
                tail, head = (outer, node) if floor.offer is None else (node, outer)
                arcs.add(tail, head, (floor.least, self._places), (-self._bonus, 0))

    def _outer(self, floor: Floor, forest: Forest, parent: int) -> int:
        if parent != NONE:
            return self._group_node[id(forest.floors[parent])]
        return _SOURCE if floor.offer is None else _FIRST + floor.offer

    def _seeker_arcs(self, arcs: _Arcs, seekers: Numbers) -> None:
        """From the source to each seeker; the first unit of a member of a group comes through the group."""
        limits, nodes = self._capacities.limits[seekers], self.nodes + np.arange(len(seekers))
        groups = self._first_from(seekers)
        member = (groups != _SOURCE) & (limits > 0)
        arcs.add(groups[member], nodes[member], 1, 0)
        arcs.add(_SOURCE, nodes, limits - member, 0)

    def _first_from(self, seekers: Numbers) -> Numbers:
        """The node that a seeker's first unit comes from."""
        if self._overall is None:
            return np.full(len(seekers), _SOURCE, dtype=np.int64)
        nodes = np.array([self._group_node[id(floor)] for floor in self._overall.floors], dtype=np.int64)
        inner = self._overall.innermost[seekers]
        return np.where(inner == NONE, _SOURCE, nodes[inner])

    def _entries(self, distances: Numbers, solved: Numbers) -> Numbers:
        """The distance of every seeker (n,), also of those that no chosen pair has."""
        everyone = np.arange(self._candidates.seekers)
        entry = distances[self._first_from(everyone)]
        several = self._capacities.limits > 1
        entry[several] = np.minimum(entry[several], distances[_SOURCE])
        entry[solved] = distances[self.nodes :]
        return entry


def _flows(nodes: int, tails: Numbers, heads: Numbers, room: Numbers, costs: Numbers, places: int) -> Numbers:
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # 17 MB that only a run of a campaign needs

    solver = SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(tails, heads, room, costs)
    supplies = np.zeros(nodes, dtype=np.int64)
    supplies[_SOURCE], supplies[_SINK] = places, -places
    solver.set_nodes_supplies(np.arange(nodes), supplies)
    status = solver.solve()
    if status != SimpleMinCostFlow.Status.OPTIMAL:
        raise InvalidCampaign(
            found=f"名额分配无法求解（{status.name}）", expected="可求解的名额与底线", remedy="请减小名额，或拆分活动"
        )
    return np.asarray(solver.flows(arcs), dtype=np.int64)


def _distances(nodes: int, arcs: tuple[Numbers, Numbers, Numbers, Numbers], flows: Numbers) -> Numbers:
    """Shortest distances from the sink over the residual arcs (Bellman and Ford).

    An optimal flow has no negative cycle. Raises `InvalidCampaign` where there is one: the flow would not be the best,
    which must never be passed over.
    """
    tails, heads, room, costs = arcs
    ahead, back = flows < room, flows > 0
    begin = np.concatenate([tails[ahead], heads[back]])
    end = np.concatenate([heads[ahead], tails[back]])
    weight = np.concatenate([costs[ahead], -costs[back]])
    order = np.argsort(end, kind="stable")
    begin, end, weight = begin[order], end[order], weight[order]
    starts = np.flatnonzero(np.r_[True, end[1:] != end[:-1]])
    distances = np.full(nodes, FAR, dtype=np.int64)
    distances[_SINK] = 0
    for _ in range(nodes + 1):
        best = np.minimum.reduceat(np.minimum(distances[begin] + weight, FAR), starts)
        nearer = np.minimum(distances[end[starts]], best)
        if (nearer == distances[end[starts]]).all():
            return distances
        distances[end[starts]] = nearer
    raise InvalidCampaign(found="名额分配不是最优", expected="最优分配", remedy="请把活动方案交给维护人员")
