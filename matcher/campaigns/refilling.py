"""Filling places that became free (补位): what was accepted stays, what was refused does not come back."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matcher.campaigns.assignment import Assignment, assign, shortfalls
from matcher.campaigns.candidates import Candidates, Capacities, Floor

Flags = NDArray[np.bool_]


def refill(candidates: Candidates, capacities: Capacities, kept: Flags, refused: Flags) -> Assignment:
    """Assign anew around the pairs (m,) that are kept; those refused are out. The result holds the kept pairs too.

    The points are the best under that; `place_worth` and `lacking` speak of the places that were free.
    """
    taken = np.bincount(candidates.offer[kept], minlength=candidates.offers)
    lists = np.bincount(candidates.seeker[kept], minlength=candidates.seekers)
    floors = tuple(_left(floor, candidates, kept, lists) for floor in capacities.floors)
    free = Capacities(np.maximum(capacities.quotas - taken, 0), np.maximum(capacities.limits - lists, 0), floors)
    open_pairs = ~(kept | refused)
    added = assign(candidates.subset(open_pairs), free)
    chosen = kept.copy()
    chosen[open_pairs] = added.chosen
    before = int(candidates.points[kept].sum())
    lacking = None
    if added.lacking is not None:
        lacking = np.zeros(len(candidates), dtype=np.int32)
        lacking[open_pairs] = added.lacking
    return Assignment(
        chosen,
        added.points + before,
        added.bound + before,
        shortfalls(candidates, capacities.floors, chosen),
        added.place_worth,
        lacking,
    )


def _left(floor: Floor, candidates: Candidates, kept: Flags, lists: NDArray[np.int64]) -> Floor:
    """What is left of a floor to be kept: members that are on a list already are counted."""
    if floor.offer is not None:
        mine = kept & (candidates.offer == floor.offer) & floor.members[candidates.seeker]
        return replace(floor, least=max(0, floor.least - int(mine.sum())))
    listed = floor.members & (lists > 0)
    return replace(floor, members=floor.members & ~listed, least=max(0, floor.least - int(listed.sum())))
