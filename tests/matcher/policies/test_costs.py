"""The cost sheet: one rate by hand, what it does not know, and what must hold of any loan."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.policies.costs import cost_sheet
from matcher.policies.loans import GUARANTEE_INSURANCE, DayCount, FeeCycle, Repayment
from tests.matcher.policies.worlds import loan

FEES = {
    "guarantee_fee_yuan": Decimal(50_000),
    "valuation_fee_yuan": Decimal(20_000),
    "notary_fee_yuan": Decimal(2_500),
    "insurance_kind": GUARANTEE_INSURANCE,
    "premium_yuan": Decimal(10_000),
    "other_fees_yuan": {"抵押登记费": Decimal(550)},
}
YEARLY = {"guarantee_fee_yuan": FeeCycle.YEARLY, "premium_yuan": FeeCycle.YEARLY}
ONCE = dict.fromkeys(("valuation_fee_yuan", "notary_fee_yuan", "抵押登记费"), FeeCycle.ONCE)


def test_a_year_by_hand():
    """500万, 4.35 %, one year: 217,500 interest, 83,050 fees, 40,000 relief: 260,550 on 500万 are 5.211 %."""
    sheet = cost_sheet(loan(**FEES), Decimal(40_000))
    assert [(line.label, line.amount_yuan, line.annual_pct) for line in sheet.lines] == [
        ("利息", Decimal("217500.00"), Decimal("4.3500")),
        ("担保费", Decimal(50_000), Decimal("1.0000")),
        ("评估费", Decimal(20_000), Decimal("0.4000")),
        ("公证费", Decimal(2_500), Decimal("0.0500")),
        ("贷款保证保险费", Decimal(10_000), Decimal("0.2000")),
        ("抵押登记费", Decimal(550), Decimal("0.0110")),
    ]
    assert (sheet.gross_yuan, sheet.gross_pct) == (Decimal("300550.00"), Decimal("6.0110"))
    assert (sheet.net_yuan, sheet.net_pct) == (Decimal("260550.00"), Decimal("5.2110"))
    assert sheet.annual_net_yuan == Decimal("260550.00")
    assert sheet.complete


def test_half_a_year_makes_a_fee_twice_as_dear():
    sheet = cost_sheet(loan(term_months=6, guarantee_fee_yuan=Decimal(50_000)))
    assert [line.annual_pct for line in sheet.lines[:2]] == [Decimal("4.3500"), Decimal("2.0000")]
    assert sheet.gross_pct == Decimal("6.3500")
    assert sheet.annual_net_yuan == sheet.net_yuan


def test_fees_of_a_longer_loan_are_paid_once_or_every_year():
    sheet = cost_sheet(loan(**FEES, term_months=30, fee_cycles={**YEARLY, **ONCE}))
    amounts = {line.label: line.amount_yuan for line in sheet.lines}
    assert (amounts["担保费"], amounts["贷款保证保险费"], amounts["评估费"]) == (150_000, 30_000, 20_000)
    assert sheet.complete
    assert sheet.annual_net_yuan == (sheet.net_yuan * 12 / 30).quantize(Decimal("0.01"))


def test_a_cycle_that_is_not_stated_is_asked_for():
    sheet = cost_sheet(loan(**FEES, term_months=30, fee_cycles=YEARLY))
    assert {item.code for item in sheet.lacking} == {
        "fee_cycles.valuation_fee_yuan", "fee_cycles.notary_fee_yuan", "fee_cycles.抵押登记费",
    }  # fmt: skip
    assert not sheet.complete


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({"notary_fee_yuan": None}, {"notary_fee_yuan"}),
        ({"premium_yuan": None}, {"premium_yuan"}),
        ({"insurance_kind": None, "premium_yuan": Decimal(5)}, {"insurance_kind"}),
        ({"insurance_kind": None, "premium_yuan": Decimal(0)}, set()),
        ({"rate_pct": None}, {"rate_pct"}),
        ({"term_months": None}, {"term_months"}),
        ({"day_count": DayCount.ACTUAL_360, "drawn_on": None}, {"drawn_on"}),
        ({"notary_fee_yuan": None, "premium_yuan": None, "no_other_fees": True}, set()),
        ({"rate_pct": None, "no_other_fees": True}, {"rate_pct"}),
    ],
)
def test_what_is_not_stated_is_not_taken_to_be_nothing(changes, lacking):
    sheet = cost_sheet(loan(**changes))
    assert {item.code for item in sheet.lacking} == lacking
    assert sheet.complete is not bool(lacking)
    if lacking & {"rate_pct", "term_months", "drawn_on"}:
        assert sheet.net_pct is None
        assert sheet.net_yuan is None


def test_insurance_of_research_is_no_cost_of_the_loan():
    sheet = cost_sheet(loan(insurance_kind="科技保险", premium_yuan=Decimal(10_000)))
    assert [line.label for line in sheet.lines] == ["利息", "担保费", "评估费", "公证费"]
    assert sheet.complete
    assert any("科技保险" in note for note in sheet.assumptions)


@pytest.mark.parametrize("repayment", Repayment)
def test_without_fees_the_rate_is_the_contract_rate_however_it_is_repaid(repayment):
    assert cost_sheet(loan(repayment=repayment, term_months=24)).net_pct == Decimal("4.3500")


def test_counting_days_over_360_costs_more_than_it_says():
    """4.35 % on real days over 360 is 4.35 x 365 / 360 % a calendar year."""
    assert cost_sheet(loan(day_count=DayCount.ACTUAL_360)).net_pct == Decimal("4.4104")
    assert cost_sheet(loan(day_count=DayCount.ACTUAL_365)).net_pct == Decimal("4.3500")


MONEY = st.integers(0, 10**7).map(lambda value: Decimal(value) / 100)


@given(
    rate=st.integers(0, 2400).map(lambda value: Decimal(value) / 100),
    months=st.integers(1, 12),
    fee=MONEY,
    more=MONEY,
    relief=MONEY,
)
def test_the_parts_add_up_and_more_costs_more(rate, months, fee, more, relief):
    sheet = cost_sheet(loan(rate_pct=rate, term_months=months, guarantee_fee_yuan=fee), relief)
    assert sheet.gross_yuan == sum(line.amount_yuan for line in sheet.lines)
    assert sheet.net_yuan == sheet.gross_yuan - relief
    assert abs(sum(line.annual_pct for line in sheet.lines) - sheet.gross_pct) <= Decimal("0.0003")
    assert sheet.net_pct <= sheet.gross_pct
    dearer = cost_sheet(loan(rate_pct=rate, term_months=months, guarantee_fee_yuan=fee + more), relief)
    assert dearer.net_pct >= sheet.net_pct
