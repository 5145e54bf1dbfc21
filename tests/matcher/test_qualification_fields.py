"""The indicators of qualifications follow from yearly figures and counts only where all of those are known."""

from datetime import date
from decimal import Decimal

import pytest

from matcher.catalogue.loader import load_catalogue
from matcher.declarations.registry import REGISTRY
from matcher.derivation import RULES, derive
from matcher.eligibility.changes import smallest_changes
from matcher.eligibility.levers import LEVERS
from matcher.errors import MatcherError
from matcher.fields import PartyKind
from matcher.validation import check_value


def _wan(**values: str) -> dict[str, Decimal]:
    return {f"{code}_wan": Decimal(amount) for code, amount in values.items()}


@pytest.mark.parametrize(
    ("values", "field", "expected"),
    [
        (_wan(rd_expense="700", rd_expense_previous="499.99"), "rd_expense_two_years_wan", "1199.99"),
        (_wan(rd_expense="0", rd_expense_previous="0"), "rd_expense_two_years_wan", "0"),
        (_wan(rd_expense_previous="2999", revenue_previous="100000"), "rd_intensity_previous_pct", "2.99"),
        (_wan(rd_expense_previous="3000", revenue_previous="100000"), "rd_intensity_previous_pct", "3"),
        (_wan(net_profit="-1", revenue="30"), "net_profit_margin_pct", "-3.34"),
        (_wan(net_profit="9.999", revenue="100"), "net_profit_margin_pct", "9.99"),
        ({"funded_firms": 5, "incubated_firms": 51}, "funded_firms_pct", "9.80"),
        ({"service_staff": 5, "incubated_firms": 51}, "service_staff_per_ten", "0.98"),
        ({"mentors": 6, "incubated_firms": 51}, "mentors_per_ten", "1.17"),
        ({"incubated_firms": 50, "area_sqm": Decimal(16667)}, "firms_per_thousand_sqm", "2.99"),
        ({"incubated_firms": 50, "area_sqm": Decimal(10000)}, "firms_per_thousand_sqm", "5"),
    ],
)
def test_an_indicator_is_rounded_to_the_side_that_reaches_no_threshold(values, field, expected):
    assert derive(values)[field] == Decimal(expected)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (_wan(rd_expense="700"), "rd_expense_two_years_wan"),
        (_wan(rd_expense_previous="700", revenue="100"), "rd_intensity_previous_pct"),
        (_wan(net_profit="10", revenue="0"), "net_profit_margin_pct"),
        ({"mentors": 6, "incubated_firms": 0}, "mentors_per_ten"),
        ({"incubated_firms": 50}, "firms_per_thousand_sqm"),
        ({"funded_firms": 6, "incubated_firms": 5}, "funded_firms_pct"),
    ],
)
def test_an_indicator_whose_figures_are_missing_or_contradict_stays_absent(values, field):
    assert field not in derive(values)


def test_a_given_indicator_is_not_replaced():
    given = {**_wan(rd_expense="700", rd_expense_previous="500"), "rd_expense_two_years_wan": Decimal(1250)}

    assert derive(given)["rd_expense_two_years_wan"] == Decimal(1250)


@pytest.mark.parametrize(
    "field", ["net_profit_margin_pct", "main_business_two_years_growth_pct", "revenue_two_years_growth_pct"]
)
def test_what_may_fall_below_zero_may_be_given_so(field):
    assert check_value(REGISTRY[field], Decimal("-4.5")) == Decimal("-4.5")


@pytest.mark.parametrize("field", ["main_business_share_pct", "rd_cost_share_pct", "ip_firms_pct"])
@pytest.mark.parametrize("value", [Decimal("-0.01"), Decimal("100.01")])
def test_shares_of_a_whole_stay_within_it(field, value):
    with pytest.raises(MatcherError):
        check_value(REGISTRY[field], value)


def test_indicators_belong_to_enterprises_and_carriers_alone():
    groups = {item.code: item.kinds for item in REGISTRY if item.group == "资质指标"}

    assert set(groups.values()) == {frozenset({PartyKind.ENTERPRISE})}
    assert REGISTRY["firms_per_thousand_sqm"].kinds == {PartyKind.CARRIER}


INCUBATOR = {
    "carrier_kind": "孵化器",
    "is_independent_legal_person": True,
    "operating_months": 36,
    "statistics_years": 2,
    "is_remote_area": False,
    "area_sqm": Decimal(10000),
    "incubation_area_pct": Decimal(75),
    "incubation_fund_wan": Decimal(500),
    "funded_firms": 4,
    "fund_cases": 3,
    "service_staff_pct": Decimal(80),
    "service_staff": 4,
    "mentors": 4,
    "patent_applied_firms_pct": Decimal(50),
    "incubated_firms": 50,
    "graduated_firms": 20,
}


def test_an_incubator_is_told_how_many_people_and_funded_firms_it_lacks():
    criteria = load_catalogue().offers["programme.guojiaji-fuhuaqi-2018"].criteria

    changes = smallest_changes(criteria, INCUBATOR, date(2024, 6, 1))

    assert {(change.field, change.before, change.after) for change in changes or ()} == {
        ("funded_firms", 4, 5),
        ("service_staff", 4, 5),
        ("mentors", 4, 5),
    }


def test_every_derived_field_has_something_that_moves_it():
    assert set(RULES) == {lever.field for lever in LEVERS}
