"""Assignment: equal to trying every choice where that can be done, and its own proof where it cannot.

`RONGTONG_INSTANCES=2000` tries so many random campaigns in each property; by default there are fewer.
"""

import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.campaigns.assignment import assign
from matcher.campaigns.candidates import Candidates, Capacities, Floor
from matcher.campaigns.overlapping import assign_overlapping
from matcher.campaigns.refilling import refill
from matcher.campaigns.stable import assign_stably
from matcher.campaigns.whynot import Reason, Reasons
from matcher.errors import InvalidCampaign
from tests.matcher.campaigns.instances import best, campaigns, candidates_of, crowded, feasible, keeps, missing

INSTANCES = int(os.environ.get("RONGTONG_INSTANCES") or 0)


def places(*quotas: int) -> np.ndarray:
    return np.array(quotas, dtype=np.int64)


@given(campaigns())
@settings(max_examples=INSTANCES or 250, deadline=None)
def test_the_best_of_every_choice(campaign: tuple[Candidates, Capacities]) -> None:
    candidates, capacities = campaign
    found = assign(candidates, capacities)
    assert keeps(candidates, capacities, found.chosen)
    assert (missing(candidates, capacities, found.chosen), found.points) == best(candidates, capacities)
    assert found.points == candidates.points[found.chosen].sum() <= found.bound


@given(st.integers(0, 2**63))
@settings(max_examples=INSTANCES or 30, deadline=None)
def test_past_trying_every_choice_an_integer_programme_finds_nothing_better(seed: int) -> None:
    candidates, capacities = crowded(seed)
    found = assign(candidates, capacities)
    assert keeps(candidates, capacities, found.chosen)
    other, bound = assign_overlapping(candidates, capacities)
    assert missing(candidates, capacities, found.chosen) == missing(candidates, capacities, other)
    assert candidates.points[other].sum() <= found.points <= bound


@given(campaigns(most=(4, 3)))
@settings(max_examples=INSTANCES or 60, deadline=None)
def test_one_more_place_brings_what_is_said(campaign: tuple[Candidates, Capacities]) -> None:
    candidates, capacities = campaign
    found = assign(candidates, capacities)
    if found.place_worth is None:
        return
    before = best(candidates, capacities)
    for offer in np.flatnonzero(capacities.quotas):
        wider = capacities.quotas.copy()
        wider[offer] += 1
        short, points = best(candidates, replace(capacities, quotas=wider))
        if short == before[0]:
            assert points - before[1] == found.place_worth[offer]


@given(campaigns(most=(4, 3)))
@settings(max_examples=INSTANCES or 60, deadline=None)
def test_a_pair_that_was_not_chosen_lacked_at_least_what_is_said(
    campaign: tuple[Candidates, Capacities],
) -> None:
    candidates, capacities = campaign
    capacities = replace(capacities, floors=())
    found = assign(candidates, capacities)
    assert found.lacking is not None
    usable = (capacities.quotas[candidates.offer] > 0) & (capacities.limits[candidates.seeker] > 0)
    for pair in np.flatnonzero(usable & ~found.chosen):
        with_pair = max(candidates.points[chosen].sum() for chosen in feasible(candidates, capacities) if chosen[pair])
        assert 0 <= found.lacking[pair] <= found.points - with_pair + 1


def test_many_seekers_are_assigned_as_well_as_all_pairs_at_once_allow() -> None:
    generator = np.random.default_rng(3)
    seekers, offers, each = 6_000, 12, 6
    offer = np.argsort(generator.random((seekers, offers)), axis=1)[:, :each].ravel()
    points = generator.integers(1, 10_001, seekers * each)
    seeker = np.repeat(np.arange(seekers), each)
    candidates = Candidates(seekers, offers, *(column.astype(np.int32) for column in (seeker, offer, points)))
    capacities = Capacities(np.full(offers, 40), np.full(seekers, 2))
    found = assign(candidates, capacities)
    assert keeps(candidates, capacities, found.chosen)
    assert found.chosen.sum() == offers * 40
    worth = found.place_worth
    assert worth is not None
    # Weak duality: places at their worth and lists at what is left over bound every assignment from above.
    left = np.maximum(0, points - worth[offer]).reshape(seekers, each)
    bound = (worth * 40).sum() + np.sort(left, axis=1)[:, -2:].sum()
    assert found.points == bound


def test_no_candidates_no_places_and_more_places_than_seekers() -> None:
    nobody = candidates_of([], 0, 2)
    assert assign(nobody, Capacities(places(3, 0), places())).points == 0
    closed = candidates_of([(0, 0, 50)], 1, 1)
    assert not assign(closed, Capacities(places(0), places(1))).chosen.any()
    wide = candidates_of([(0, 0, 0), (1, 0, 7)], 2, 1)
    assert assign(wide, Capacities(places(9), places(1, 1))).chosen.all()


@pytest.mark.parametrize(
    "capacities",
    [
        Capacities(places(1, 1), places(1)),
        Capacities(places(-1), places(1)),
        Capacities(places(1), places(1), (Floor("小微", np.array([True, False]), 1),)),
    ],
)
def test_what_does_not_fit_is_refused(capacities: Capacities) -> None:
    with pytest.raises(InvalidCampaign):
        assign(candidates_of([(0, 0, 50)], 1, 1), capacities)


def test_a_floor_that_cannot_be_kept_is_kept_as_far_as_it_can_be_and_named() -> None:
    candidates = candidates_of([(0, 0, 9_000), (1, 0, 8_000), (2, 0, 100)], 3, 1)
    micro = Floor("小微企业", np.array([False, False, True]), 2, 0)
    found = assign(candidates, Capacities(places(2), places(1, 1, 1), (micro,)))
    assert found.chosen.tolist() == [True, False, True]
    assert [(short.floor.name, short.reached) for short in found.shortfalls] == [("小微企业", 1)]


@given(campaigns(most=(4, 3)))
@settings(max_examples=INSTANCES or 100, deadline=None)
def test_a_refill_keeps_what_was_accepted_and_brings_nothing_back(campaign: tuple[Candidates, Capacities]) -> None:
    candidates, capacities = campaign
    first = assign(candidates, capacities)
    answered = np.flatnonzero(first.chosen)
    kept, refused = (np.zeros(len(candidates), dtype=np.bool_) for _ in range(2))
    kept[answered[::2]], refused[answered[1::2]] = True, True
    again = refill(candidates, capacities, kept, refused)
    assert (again.chosen & kept).sum() == kept.sum()
    assert not (again.chosen & refused).any()
    assert keeps(candidates, capacities, again.chosen)
    scored = [
        (-missing(candidates, capacities, chosen), int(candidates.points[chosen].sum()))
        for chosen in feasible(candidates, capacities)
        if not (kept & ~chosen).any() and not (refused & chosen).any()
    ]
    assert (-missing(candidates, capacities, again.chosen), again.points) == max(scored)


@given(campaigns())
@settings(max_examples=INSTANCES or 150, deadline=None)
def test_no_two_would_both_rather_have_each_other(campaign: tuple[Candidates, Capacities]) -> None:
    candidates, capacities = campaign
    capacities = replace(capacities, floors=())
    wishes = (candidates.points.astype(np.int64) * 7919) % 101
    chosen = assign_stably(candidates, capacities, wishes)
    assert keeps(candidates, capacities, chosen)
    for pair in np.flatnonzero(~chosen):
        seeker, offer = candidates.seeker[pair], candidates.offer[pair]
        mine = np.flatnonzero(chosen & (candidates.seeker == seeker))
        theirs = np.flatnonzero(chosen & (candidates.offer == offer))
        seeker_wants = capacities.limits[seeker] > len(mine) or (
            len(mine) > 0 and capacities.limits[seeker] > 0 and wishes[pair] > wishes[mine].min()
        )
        offer_wants = capacities.quotas[offer] > len(theirs) or (
            len(theirs) > 0
            and capacities.quotas[offer] > 0
            and candidates.points[pair] > candidates.points[theirs].min()
        )
        assert not (seeker_wants and offer_wants)


def test_a_side_without_wishes_and_floors_with_a_stable_matching() -> None:
    candidates = candidates_of([(0, 0, 10), (1, 0, 20), (2, 0, 20)], 3, 1)
    assert assign_stably(candidates, Capacities(places(1), places(1, 1, 1))).tolist() == [False, True, False]
    with pytest.raises(InvalidCampaign):
        assign_stably(candidates, Capacities(places(1), places(1, 1, 1), (Floor("小微", np.ones(3, np.bool_), 1),)))


def test_every_pair_that_was_not_assigned_has_its_reason() -> None:
    pairs = [(0, 0, 9_000), (0, 1, 8_000), (1, 0, 7_000), (2, 0, 6_500), (2, 2, 5_000)]
    candidates = candidates_of(pairs, 3, 3)
    capacities = Capacities(places(1, 1, 0), places(1, 1, 1))
    found = assign(candidates, capacities)
    reasons = Reasons(candidates, capacities, found)
    said = [reasons.of(pair) for pair in range(len(pairs))]
    assert found.chosen.tolist() == [False, True, True, False, False]
    assert [None if why is None else why.reason for why in said] == [
        Reason.SEEKER_LIMIT,
        None,
        None,
        Reason.OUTRANKED,
        Reason.CLOSED,
    ]
    assert said[3] is not None
    assert said[3].sentence() == "名额已满，名单上的主体匹配度更高，差 5.00 分"
    assert reasons.nearest_chance(2) == 3
    assert reasons.nearest_chance(0) is None
