"""Gathering: the pairs that scoring each pair by itself would keep, however the seekers are dealt out."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from matcher.campaigns.gathering import Bounds, Gathered, gather, together
from matcher.eligibility.results import EXCLUDING, State
from matcher.needs import Seeker
from matcher.offers import Offer
from matcher.pairing.pipeline import Wish
from matcher.pairing.prospecting import best_of, match_seekers
from matcher.pairing.scoring import Scoring
from tests.matcher.worlds import AT, checkerboard, seeker, seeker_shelf

SCORING = Scoring()
ALLOWED = frozenset(State) - EXCLUDING


def world() -> tuple[list[Offer], list[Seeker]]:
    offers, seekers = checkerboard()
    unknown = [seeker(f"不详-{place}", "诊断 试剂", region="320500") for place in range(3)]
    old = [seeker("老企业", "物流 运输", region="320500", age_years=Decimal(30))]
    return offers, [*seekers, *unknown, *old]


def bounds(offers: list[Offer], *, of_seeker: int = 2, of_offer: int = 1, least: int = 0) -> Bounds:
    return Bounds(AT, ALLOWED, least, of_seeker, np.full(len(offers), of_offer))


def gathered(offers: list[Offer], seekers: list[Seeker], wanted: Bounds, parts: int = 1) -> Gathered:
    shelf = seeker_shelf(seekers, parts)
    return together([gather(offers, part, wanted, SCORING) for part in shelf.segments], len(offers), wanted.of_offer)


def pairs(found: Gathered) -> list[tuple[int, int, int]]:
    candidates = found.candidates
    columns = (found.keys[candidates.seeker], candidates.offer, candidates.points)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def plainly(offers: list[Offer], seekers: list[Seeker], wanted: Bounds) -> set[tuple[int, int, int]]:
    """The same by scoring every pair and sorting."""
    (segment,) = seeker_shelf(seekers).segments
    scored = []
    for place, offer in enumerate(offers):
        found = best_of(offer, [segment], len(seekers), AT, SCORING)
        scored += [
            (int(key), place, int(points))
            for key, points in zip(found.keys, found.points, strict=True)
            if points >= wanted.least_points
        ]
    kept = set()
    for key in {pair[0] for pair in scored}:
        mine = sorted((pair for pair in scored if pair[0] == key), key=lambda pair: (-pair[2], pair[1]))
        kept |= set(mine[: wanted.of_seeker])
    for place in range(len(offers)):
        theirs = sorted((pair for pair in scored if pair[1] == place), key=lambda pair: (-pair[2], pair[0]))
        kept |= set(theirs[: wanted.of_offer[place]])
    return kept


@pytest.mark.parametrize("parts", [1, 2, 5])
@pytest.mark.parametrize("depths", [(2, 1), (1, 4), (20, 0)])
def test_the_best_of_each_side_are_kept(parts: int, depths: tuple[int, int]) -> None:
    offers, seekers = world()
    wanted = bounds(offers, of_seeker=depths[0], of_offer=depths[1])
    found = gathered(offers, seekers, wanted, parts)
    assert set(pairs(found)) == plainly(offers, seekers, wanted)
    assert pairs(found) == sorted(pairs(found))
    assert pairs(found) == pairs(gathered(offers, seekers, wanted))


def test_points_and_states_are_those_of_the_list_of_one_offer() -> None:
    offers, seekers = world()
    found = gathered(offers, seekers, bounds(offers, of_seeker=20))
    shelf = seeker_shelf(seekers)
    shown = {
        (match.seeker_id, match.offer.id): round(match.score * 100)
        for offer in offers
        for match in match_seekers(offer, shelf, Wish(len(seekers), AT), SCORING)[0]
    }
    said = {(seekers[key - 1].id, offers[place].id): points for key, place, points in pairs(found)}
    assert said == shown


def test_what_is_below_the_least_or_in_another_state_is_left_out() -> None:
    offers, seekers = world()
    everything = gathered(offers, seekers, bounds(offers, of_seeker=20))
    middle = int(np.median(everything.candidates.points))
    least = gathered(offers, seekers, bounds(offers, of_seeker=20, of_offer=5, least=middle))
    assert least.candidates.points.min() >= middle
    assert 0 < len(least.candidates) < len(everything.candidates)
    only = Bounds(AT, frozenset({State.MET}), 0, 20, np.ones(len(offers), dtype=np.int64))
    met = gathered(offers, seekers, only)
    assert 0 < len(met.candidates) < len(everything.candidates)
    assert all("不详" not in seekers[key - 1].name for key in met.keys[met.candidates.seeker])


def test_no_firm_is_a_candidate_for_what_it_offers_itself() -> None:
    offers, seekers = world()
    everything = bounds(offers, of_seeker=20)
    key, place, _ = pairs(gathered(offers, seekers, everything))[0]
    own = replace(everything, own={offers[place].id: key})
    expected = [pair for pair in pairs(gathered(offers, seekers, everything)) if pair[:2] != (key, place)]
    assert pairs(gathered(offers, seekers, own, parts=2)) == expected


def test_progress_counts_offers_and_nobody_gives_nothing() -> None:
    offers, seekers = world()
    told: list[int] = []
    (segment,) = seeker_shelf(seekers).segments
    gather(offers, segment, bounds(offers), SCORING, told.append)
    assert told == list(range(1, len(offers) + 1))
    empty = together([], len(offers), np.ones(len(offers), dtype=np.int64))
    assert (len(empty.keys), len(empty.candidates)) == (0, 0)
