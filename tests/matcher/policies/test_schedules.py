"""Interest and occupied principal, by hand and by what must hold of any schedule."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.policies.loans import DayCount, Repayment
from matcher.policies.schedules import (
    Undecided,
    interest_base,
    interest_yuan,
    months_after,
    occupied,
    subsidised,
    whole_life,
)
from tests.matcher.policies.worlds import loan

WAN = Decimal(10_000)


@pytest.mark.parametrize(
    ("changes", "interest"),
    [
        ({}, "217500"),
        ({"term_months": 24}, "435000"),
        ({"term_months": 1}, "18125"),
        ({"day_count": None}, "217500"),
        ({"day_count": DayCount.ACTUAL_365}, "217500"),  # 2022-03-01 to 2023-03-01: 365 days
        ({"day_count": DayCount.ACTUAL_360}, "220520.83333333"),
        ({"day_count": DayCount.ACTUAL_365, "drawn_on": date(2023, 3, 1)}, "218095.89041096"),  # 366 days
        ({"repayment": Repayment.EQUAL_PRINCIPAL}, "117812.5"),  # 500万 x 4.35% / 12 x (12+11+...+1) / 12
        ({"repayment": None}, "217500"),
    ],
)
def test_interest_by_hand(changes, interest):
    one = loan(**changes)
    assert interest_yuan(whole_life(one), Decimal("4.35")) == Decimal(interest)


def test_equal_instalments_are_equal_and_pay_the_loan_off():
    one = loan(repayment=Repayment.EQUAL_INSTALMENT)
    spans, monthly = whole_life(one), Decimal("4.35") / 100 / 12
    balances = [span.balance_yuan for span in spans] + [Decimal(0)]
    payments = {round(before - after + before * monthly, 6) for before, after in pairwise(balances)}
    assert payments == {Decimal("426549.501818")}  # P r / (1 - (1 + r)^-12)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2022, 3, 1), date(2022, 3, 31), 30),
        (date(2022, 5, 15), date(2022, 6, 15), 31),
        (date(2023, 2, 1), date(2024, 1, 1), 28),
    ],
)
def test_only_days_of_both_loan_and_period_count(first, last, days):
    one = loan(day_count=DayCount.ACTUAL_365, subsidy_from=first, subsidy_to=last)
    assert interest_base(subsidised(one)) == round(500 * WAN * days / 365, 8)


def test_a_period_outside_the_loan_holds_nothing():
    one = loan(subsidy_from=date(2030, 1, 1), subsidy_to=date(2031, 1, 1))
    assert subsidised(one) == ()


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"term_months": None}, ("term_months",)),
        ({"day_count": DayCount.ACTUAL_360, "drawn_on": None}, ("drawn_on",)),
        ({"subsidy_from": date(2022, 3, 1)}, ("subsidy_to",)),
        ({"day_count": None, "subsidy_from": date(2022, 3, 2), "subsidy_to": date(2022, 5, 1)}, ("day_count",)),
        ({"repayment": Repayment.EQUAL_INSTALMENT, "rate_pct": None}, ("rate_pct",)),
    ],
)
def test_what_is_needed_is_named(changes, missing):
    with pytest.raises(Undecided) as raised:
        subsidised(loan(**changes))
    assert raised.value.codes == missing


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2022, 1, 31), 1, date(2022, 2, 28)),
        (date(2023, 10, 31), 4, date(2024, 2, 29)),
        (date(2022, 12, 15), 1, date(2023, 1, 15)),
        (date(2022, 3, 1), 12, date(2023, 3, 1)),
    ],
)
def test_months_end_where_the_calendar_ends_them(day, months, after):
    assert months_after(day, months) == after


@given(
    months=st.integers(1, 60),
    cut=st.integers(0, 1900),
    count=st.sampled_from([DayCount.ACTUAL_365, DayCount.ACTUAL_360]),
    repayment=st.sampled_from(Repayment),
)
def test_two_periods_that_meet_make_the_whole(months, cut, count, repayment):
    """Interest is additive over time: before a day and from it on, together all."""
    start = date(2022, 3, 1)
    middle = date.fromordinal(start.toordinal() + cut + 1)
    end = date(2040, 1, 1)
    given_loan = {"term_months": months, "day_count": count, "repayment": repayment}
    parts = [
        interest_base(subsidised(loan(**given_loan, subsidy_from=first, subsidy_to=last)))
        for first, last in ((start, middle), (middle, end))
    ]
    whole = interest_base(whole_life(loan(**given_loan)))
    assert abs(sum(parts) - whole) < Decimal("0.000001")


@given(months=st.integers(1, 120), repayment=st.sampled_from(Repayment))
def test_less_is_out_when_it_is_repaid_on_the_way(months, repayment):
    on_the_way = occupied(whole_life(loan(term_months=months, repayment=repayment)))
    at_the_end = occupied(whole_life(loan(term_months=months)))
    assert 0 < on_the_way <= at_the_end
    assert at_the_end == round(500 * WAN * months / 12, 8)
