"""Small campaigns drawn at random, and the plain search that is right by being slow."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from matcher.campaigns.candidates import Candidates, Capacities, Floor


def candidates_of(pairs: list[tuple[int, int, int]], seekers: int, offers: int) -> Candidates:
    """Candidates of (seeker, offer, points) triples."""
    columns = np.array(pairs, dtype=np.int32).reshape(-1, 3).T
    return Candidates(seekers, offers, columns[0].copy(), columns[1].copy(), columns[2].copy())


@st.composite
def campaigns(draw: st.DrawFn, *, most: tuple[int, int] = (5, 3)) -> tuple[Candidates, Capacities]:
    """A campaign of few pairs: some points alike or 0, places and limits that may be 0, floors that may overlap."""
    seekers, offers = draw(st.integers(1, most[0])), draw(st.integers(1, most[1]))
    pairs = draw(st.lists(st.sampled_from(list(product(range(seekers), range(offers)))), unique=True, max_size=9))
    points = st.one_of(st.integers(0, 3), st.integers(0, 10_000))
    candidates = candidates_of([(*pair, draw(points)) for pair in pairs], seekers, offers)
    counts = st.integers(0, 3)
    quotas = np.array(draw(st.lists(counts, min_size=offers, max_size=offers)), dtype=np.int64)
    limits = np.array(draw(st.lists(counts, min_size=seekers, max_size=seekers)), dtype=np.int64)
    floors = draw(st.lists(_floors(seekers, offers), max_size=3))
    return candidates, Capacities(quotas, limits, tuple(floors))


def crowded(seed: int) -> tuple[Candidates, Capacities]:
    """A campaign of some hundred pairs, floors inside one another, overall and on single lists, too few places."""
    generator = np.random.default_rng(seed)
    seekers, offers = 40, 5
    pairs = np.flatnonzero(generator.random(seekers * offers) < 0.6)
    points = generator.integers(0, 10_001, len(pairs))
    columns = (column.astype(np.int32) for column in (pairs // offers, pairs % offers, points))
    small = generator.random(seekers) < 0.4
    micro = small & (generator.random(seekers) < 0.5)
    groups = ((micro, 4, None), (small, 8, None), (micro, 2, 0), (small, 5, 0), (small, 3, 1))
    floors = tuple(Floor("底线", members, int(generator.integers(0, least + 1)), of) for members, least, of in groups)
    quotas, limits = generator.integers(0, 7, offers), generator.integers(0, 3, seekers)
    return Candidates(seekers, offers, *columns), Capacities(quotas, limits, floors)


@st.composite
def _floors(draw: st.DrawFn, seekers: int, offers: int) -> Floor:
    members = np.array(draw(st.lists(st.booleans(), min_size=seekers, max_size=seekers)), dtype=np.bool_)
    return Floor("底线", members, draw(st.integers(0, 3)), draw(st.none() | st.integers(0, offers - 1)))


def feasible(candidates: Candidates, capacities: Capacities) -> Iterator[NDArray[np.bool_]]:
    """Every choice of pairs that keeps quotas and limits."""
    for bits in product((False, True), repeat=len(candidates)):
        chosen = np.array(bits, dtype=np.bool_)
        if keeps(candidates, capacities, chosen):
            yield chosen


def keeps(candidates: Candidates, capacities: Capacities, chosen: NDArray[np.bool_]) -> bool:
    """Whether no quota and no limit is exceeded."""
    of_offers = np.bincount(candidates.offer[chosen], minlength=candidates.offers)
    of_seekers = np.bincount(candidates.seeker[chosen], minlength=candidates.seekers)
    return bool((of_offers <= capacities.quotas).all() and (of_seekers <= capacities.limits).all())


def missing(candidates: Candidates, capacities: Capacities, chosen: NDArray[np.bool_]) -> int:
    """How many are short of all floors together."""
    short = 0
    for floor in capacities.floors:
        mine = chosen & floor.members[candidates.seeker]
        if floor.offer is None:
            reached = len(set(candidates.seeker[mine].tolist()))
        else:
            reached = int((mine & (candidates.offer == floor.offer)).sum())
        short += max(0, floor.least - reached)
    return short


def best(candidates: Candidates, capacities: Capacities) -> tuple[int, int]:
    """The fewest short of floors, then the most points, over every choice."""
    scored = (
        (-missing(candidates, capacities, chosen), int(candidates.points[chosen].sum()))
        for chosen in feasible(candidates, capacities)
    )
    short, points = max(scored)
    return -short, points
