"""The indicators of qualifications follow from yearly figures and counts only where all of those are known."""

from decimal import Decimal

import pytest

from matcher.declarations.registry import REGISTRY
from matcher.derivation import derive
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
