"""The chosen combination against every lawful one, by brute force."""

from decimal import Decimal
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidNeed
from matcher.policies.combining import Candidate, best, best_with, grants, worth

MONEY = st.integers(0, 60).map(lambda value: Decimal(value) * 10_000 + Decimal("0.01") * (value % 7))
CAPS = st.none() | st.integers(0, 80).map(lambda value: Decimal(value) * 10_000)


@st.composite
def problems(draw):
    caps = {item: draw(CAPS) for item in "abc"}
    size = draw(st.integers(0, 8))
    candidates = [
        Candidate(draw(st.integers(0, 1)), item, draw(MONEY), caps[item])
        for item in draw(st.lists(st.sampled_from("abc"), min_size=size, max_size=size))
    ]
    pairs = [
        frozenset(pair)
        for pair in combinations(range(size), 2)
        if candidates[pair[0]].loan == candidates[pair[1]].loan and draw(st.booleans())
    ]
    return candidates, frozenset(pairs), draw(CAPS)


def lawful(candidates, excluded):
    places = range(len(candidates))
    for chosen in chain.from_iterable(combinations(places, size) for size in range(len(candidates) + 1)):
        if not any(pair <= set(chosen) for pair in excluded):
            yield chosen


def plain_worth(candidates, chosen, cap):
    """The definition: each item's sum under its cap, the whole under the total's cap."""
    items = {candidates[place].item for place in chosen}
    total = Decimal(0)
    for item in items:
        mine = [candidates[place] for place in chosen if candidates[place].item == item]
        summed = sum(one.amount_yuan for one in mine)
        limit = mine[0].cap_yuan
        total += summed if limit is None else min(limit, summed)
    return total if cap is None else min(cap, total)


@given(problems())
def test_the_choice_is_lawful_and_no_lawful_choice_gives_more(problem):
    candidates, excluded, cap = problem
    chosen = best(candidates, excluded, cap)
    assert not any(pair <= set(chosen) for pair in excluded)
    most = max(plain_worth(candidates, other, cap) for other in lawful(candidates, excluded))
    assert plain_worth(candidates, chosen, cap) == most == worth(candidates, chosen, cap)


@given(problems())
def test_nothing_is_claimed_in_vain(problem):
    candidates, excluded, cap = problem
    chosen = best(candidates, excluded, cap)
    for place in chosen:
        rest = [other for other in chosen if other != place]
        assert plain_worth(candidates, rest, cap) < plain_worth(candidates, chosen, cap)


@given(problems())
def test_what_giving_up_costs_is_compared_with_the_best_that_keeps_it(problem):
    candidates, excluded, cap = problem
    for place in range(len(candidates)):
        kept = [plain_worth(candidates, chosen, cap) for chosen in lawful(candidates, excluded) if place in chosen]
        assert best_with(candidates, excluded, cap, place) == max(kept)


@given(problems())
def test_no_grant_exceeds_its_claim_its_cap_or_the_total(problem):
    candidates, excluded, cap = problem
    chosen = best(candidates, excluded, cap)
    given_out = grants(candidates, chosen, cap)
    assert set(given_out) == set(chosen)
    for place, amount in given_out.items():
        assert 0 <= amount <= candidates[place].amount_yuan
    for item in "abc":
        together = sum(amount for place, amount in given_out.items() if candidates[place].item == item)
        caps = [one.cap_yuan for one in candidates if one.item == item]
        assert not caps or caps[0] is None or together <= caps[0]
    assert cap is None or sum(given_out.values()) <= cap


def test_a_guarantee_subsidy_for_one_loan_goes_with_an_interest_subsidy_for_another():
    """Two loans, each may take interest or guarantee; the item caps make taking one of each the best."""
    ten = Decimal(100_000)
    candidates = [
        Candidate(0, "interest", ten * 5, ten * 5),
        Candidate(0, "guarantee", ten * 3, ten * 5),
        Candidate(1, "interest", ten * 4, ten * 5),
        Candidate(1, "guarantee", ten * 2, ten * 5),
    ]
    excluded = frozenset({frozenset({0, 1}), frozenset({2, 3})})
    assert best(candidates, excluded, ten * 10) == (0, 3)
    assert worth(candidates, (0, 3), ten * 10) == ten * 7
    assert best_with(candidates, excluded, ten * 10, 1) == ten * 7


def test_more_combinations_than_can_be_tried_are_refused():
    candidates = [Candidate(loan, item, Decimal(1)) for loan in range(20) for item in "ab"]
    excluded = frozenset(frozenset({2 * loan, 2 * loan + 1}) for loan in range(20))
    with pytest.raises(InvalidNeed, match="20 笔贷款"):
        best(candidates, excluded)
