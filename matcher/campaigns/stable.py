"""Stable matching (稳定匹配): lists that no offer and seeker would both rather change.

Deferred acceptance with several places on both sides, offers proposing: Gale and Shapley (1962), Roth (1984). With
equal wishes on one side, ties go to the pair that comes first.
"""

from collections import deque
from heapq import heappush, heapreplace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matcher.campaigns.candidates import Candidates, Capacities, checked
from matcher.errors import InvalidCampaign


def assign_stably(
    candidates: Candidates, capacities: Capacities, wishes: NDArray[np.int64] | None = None
) -> NDArray[np.bool_]:
    """Mark the pairs (m,) of a stable matching; offers prefer by points, seekers by `wishes` (m,), None: no preference.

    Raises `InvalidCampaign` where floors are given, which a stable matching cannot promise.
    """
    checked(candidates, capacities)
    if capacities.floors:
        raise InvalidCampaign(found="稳定匹配带有公平底线", expected="没有底线", remedy="改为总匹配度最高，或删去底线")
    wanted = np.zeros(len(candidates), dtype=np.int64) if wishes is None else wishes
    order = np.lexsort((np.arange(len(candidates)), -candidates.points, candidates.offer))
    bounds = np.searchsorted(candidates.offer[order], np.arange(candidates.offers + 1))
    proposals = [deque(order[start:end].tolist()) for start, end in pairwise(bounds)]
    room = capacities.quotas.tolist()
    held: list[list[tuple[int, int]]] = [[] for _ in range(candidates.seekers)]
    asking = deque(range(candidates.offers))
    while asking:
        offer = asking.popleft()
        while room[offer] and proposals[offer]:
            pair = proposals[offer].popleft()
            seeker = int(candidates.seeker[pair])
            room[offer] -= 1
            left = _offered(held[seeker], (int(wanted[pair]), -pair), int(capacities.limits[seeker]))
            if left is not None:
                loser = int(candidates.offer[-left[1]])
                room[loser] += 1
                asking.append(loser)
    chosen = np.zeros(len(candidates), dtype=np.bool_)
    chosen[[-pair for mine in held for _, pair in mine]] = True
    return chosen


def _offered(held: list[tuple[int, int]], new: tuple[int, int], limit: int) -> tuple[int, int] | None:
    """Let a seeker hold its best `limit` pairs; gives the one that it lets go, which may be the new one."""
    if len(held) < limit:
        heappush(held, new)
        return None
    if not held or new < held[0]:
        return new
    return heapreplace(held, new)
