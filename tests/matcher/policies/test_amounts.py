"""Bounds: whatever the unknown turns out to be, the result lies within what was said of it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.policies.amounts import (
    Figure,
    Lacking,
    either,
    exactly,
    in_wan,
    least,
    product,
    rate_pct,
    rounded,
    rounded_down,
    total,
    unknown,
)

GAP = Lacking("rate_pct", "利率")
NUMBERS = st.integers(0, 10**9).map(lambda value: Decimal(value) / 100)


@st.composite
def figures(draw):
    """A true amount, and what is known of it."""
    true = draw(NUMBERS)
    if draw(st.booleans()):
        return true, exactly(true)
    low = min(true, draw(NUMBERS))
    high = None if draw(st.booleans()) else max(true, draw(NUMBERS))
    return true, Figure(low, high, (GAP,))


def holds(figure, true):
    return figure.low <= true and (figure.high is None or true <= figure.high)


@given(st.lists(figures(), min_size=1, max_size=3))
def test_results_hold_the_true_amount(drawn):
    truths, known = [true for true, _ in drawn], [figure for _, figure in drawn]
    factor = Decimal(1)
    for true in truths:
        factor *= true
    for figure, true in (
        (product(known), factor),
        (least(known), min(truths)),
        (total(known), sum(truths)),
        *((either(known), true) for true in truths),
    ):
        assert holds(figure, true)
        assert figure.value is None or figure.value == true
    for figure in (product(known), least(known), total(known)):
        assert bool(figure.lacking) == (figure.value is None)


def test_unknown_is_not_zero_and_a_cap_bounds_it():
    assert unknown(GAP).value is None
    capped = least([unknown(GAP), exactly(Decimal(500_000))])
    assert (capped.value, capped.high, capped.lacking) == (None, Decimal(500_000), (GAP,))
    assert product([unknown(GAP), exactly(Decimal(0))]).value == 0
    assert least([unknown(GAP), exactly(Decimal(0))]).value == 0
    assert total([unknown(GAP), exactly(Decimal(5))]).low == 5


@pytest.mark.parametrize(
    ("amount", "down", "near"),
    [("0.009", "0.00", "0.01"), ("0.005", "0.00", "0.01"), ("0.0049", "0.00", "0.00"), ("1.999", "1.99", "2.00")],
)
def test_subsidies_round_down_and_costs_half_up(amount, down, near):
    assert rounded_down(exactly(Decimal(amount))).value == Decimal(down)
    assert rounded(Decimal(amount)) == Decimal(near)


def test_what_division_leaves_behind_does_not_cost_a_fen():
    third = Decimal(1) / 3
    assert rounded_down(exactly(third * 3)).value == 1
    assert rate_pct(Decimal(1), Decimal(3)) == Decimal("33.3333")
    assert in_wan(Decimal(12_345)) == Decimal("1.2345")
