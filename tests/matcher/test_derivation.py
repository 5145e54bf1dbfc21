"""What follows from known values, and that that rows and columns derive the same."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.declarations.enterprise import SIZE_CLASSES
from matcher.declarations.registry import REGISTRY
from matcher.derivation import OTHER_IP, PATENT_TYPES, RULES, age_years, at_date, derive
from matcher.derived_columns import with_derived
from matcher.eligibility.columns import Row, _laid_out, column_frame
from matcher.eligibility.results import NOT_APPLICABLE_VALUE
from matcher.fields import PartyKind
from tests.thorough import examples

FLAG = "high_tech_enterprise"
VALID_TO = "high_tech_enterprise_valid_to"


def _wan(**values):
    return {f"{code}_wan": Decimal(str(amount)) for code, amount in values.items()}


def test_every_statically_derived_field_of_the_registry_has_a_rule():
    derived = {item.code for item in REGISTRY if item.derived_from} - {"age_years"}

    assert derived <= set(RULES)
    assert set(RULES) - derived == {"has_real_estate_collateral"}


@pytest.mark.parametrize(
    ("values", "field", "expected"),
    [
        (_wan(total_liabilities=70, total_assets=100), "debt_ratio_pct", "70"),
        (_wan(total_liabilities="70.001", total_assets=100), "debt_ratio_pct", "70.01"),
        (_wan(total_liabilities=150, total_assets=100), "debt_ratio_pct", "150"),
        (_wan(revenue=105, revenue_previous=100), "revenue_growth_pct", "5"),
        (_wan(revenue=90, revenue_previous=100), "revenue_growth_pct", "-10"),
        (_wan(revenue="104.999", revenue_previous=100), "revenue_growth_pct", "4.99"),
        (_wan(rd_expense=2996, revenue=100000), "rd_intensity_pct", "2.99"),
        (_wan(rd_expense=3000, revenue=100000), "rd_intensity_pct", "3"),
        (_wan(rd_expense=120, rd_expense_previous=100), "rd_growth_pct", "20"),
        ({"tech_staff": 2, "headcount": 19}, "tech_staff_pct", "10.52"),
    ],
)
def test_shares_are_rounded_to_the_side_that_reaches_no_threshold(values, field, expected):
    assert derive(values)[field] == Decimal(expected)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (_wan(revenue=105), "revenue_growth_pct"),
        (_wan(revenue=105, revenue_previous=0), "revenue_growth_pct"),
        (_wan(rd_expense=105, revenue=0), "rd_intensity_pct"),
        (_wan(total_liabilities=1, total_assets=0), "debt_ratio_pct"),
        ({"tech_staff": 20, "headcount": 19}, "tech_staff_pct"),
        ({"tech_staff": 20}, "tech_staff_pct"),
        ({"invention_patents": 3, "utility_patents": 1}, "patents_total"),
        ({"industry": "27", "headcount": 300}, "size_class"),
        ({"collateral": ("专利",)}, "has_real_estate_collateral"),
    ],
)
def test_what_is_not_decided_stays_absent(values, field):
    assert field not in derive(values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"software_copyrights": 1}, True),
        ({"patents_total": 2}, True),
        ({"invention_patents": 0, "new_drug_certificates": 1}, True),
        ({"invention_patents": 0}, None),
        ({"patents_total": 0}, None),
        ({}, None),
        (
            dict.fromkeys(
                ("patents_total", "software_copyrights", "ic_layouts", "new_drug_certificates", "plant_varieties"), 0
            ),
            False,
        ),
    ],
)
def test_own_ip_is_kleene(values, expected):
    assert derive(values).get("has_own_ip") is expected


def test_patents_by_type_add_up_and_reach_own_ip():
    types = {"invention_patents": 0, "utility_patents": 0, "design_patents": 0}
    rest = {"software_copyrights": 0, "ic_layouts": 0, "new_drug_certificates": 0, "plant_varieties": 0}

    assert derive(types)["patents_total"] == 0
    assert "has_own_ip" not in derive(types)
    assert derive(types | rest)["has_own_ip"] is False
    assert derive(types | {"design_patents": 4})["patents_total"] == 4


def test_size_class_and_real_estate():
    assert derive({"industry": "27", "headcount": 19})["size_class"] == "微型"
    assert derive({"industry": "27", "headcount": 300} | _wan(revenue=2000))["size_class"] == "中型"
    assert derive({"industry": "J66"})["size_class"] == NOT_APPLICABLE_VALUE
    assert derive({"collateral": ("专利", "土地")})["has_real_estate_collateral"] is True


def test_a_given_value_is_never_replaced_and_the_input_is_not_touched():
    given_values = {"rd_intensity_pct": Decimal(9), "has_own_ip": False, "invention_patents": 5} | _wan(
        rd_expense=1, revenue=1
    )
    before = dict(given_values)
    derived = derive(given_values)

    assert derived.items() >= before.items()
    assert given_values == before


def test_age_is_whole_on_anniversaries_and_linear_between():
    assert age_years(date(2021, 11, 22), date(2026, 11, 22)) == 5
    assert age_years(date(2021, 11, 22), date(2026, 11, 21)) < 5
    assert age_years(date(2021, 11, 22), date(2026, 11, 23)) == Decimal("5.0027")
    assert age_years(date(2020, 2, 29), date(2025, 3, 1)) > 5


def test_a_stated_age_gives_way_to_a_founding_date_only():
    assert at_date({"age_years": Decimal(3)}, date(2026, 1, 1))["age_years"] == 3
    assert at_date({"age_years": Decimal(3), "founded_on": date(2018, 1, 1)}, date(2026, 1, 1))["age_years"] == 8
    assert "age_years" not in at_date({}, date(2026, 1, 1))


@pytest.mark.parametrize(("at", "expected"), [(date(2025, 12, 31), True), (date(2026, 1, 1), False)])
def test_a_certificate_holds_through_its_last_day(at, expected):
    values = {FLAG: True, VALID_TO: date(2025, 12, 31)}

    assert at_date(values, at)[FLAG] is expected
    assert values[FLAG] is True


def test_an_unknown_certificate_stays_unknown_and_one_without_a_date_stays():
    assert FLAG not in at_date({VALID_TO: date(2020, 1, 1)}, date(2026, 1, 1))
    assert at_date({FLAG: True}, date(2026, 1, 1))[FLAG] is True


FIFTEEN_DIGITS = st.integers(-(10**15) + 1, 10**15 - 1)
FINE = (
    st.decimals(-200, 200, places=3)
    | st.integers(-50, 50).map(Decimal)
    | FIFTEEN_DIGITS.map(Decimal)
    | FIFTEEN_DIGITS.map(lambda digits: Decimal(digits) / 100)
)
COUNTS = st.integers(0, 12) | st.sampled_from((19, 20, 299, 300, 1000))
INPUTS = {
    **dict.fromkeys(
        (
            "total_liabilities_wan", "total_assets_wan", "revenue_wan", "revenue_previous_wan", "rd_expense_wan",
            "rd_expense_previous_wan", "net_profit_wan", "area_sqm", "rd_intensity_pct",
        ),
        FINE | st.sampled_from((Decimal(300), Decimal(2000), Decimal(40000))),
    ),
    **dict.fromkeys(
        (
            "tech_staff", "headcount", "funded_firms", "incubated_firms", "service_staff", "mentors", "patents_total",
            *PATENT_TYPES, *OTHER_IP,
        ),
        COUNTS,
    ),
    "industry": st.sampled_from(("27", "2770", "G", "66", "6513", "52")),
    "size_class": st.sampled_from(SIZE_CLASSES),
    "has_own_ip": st.booleans(),
    "collateral": st.lists(st.sampled_from(("房产", "土地", "专利")), max_size=2, unique=True).map(tuple),
}  # fmt: skip


@settings(deadline=None, max_examples=examples(100))  # a frame costs far more than its rows
@given(st.lists(st.fixed_dictionaries({}, optional=INPUTS), min_size=1, max_size=18))
def test_columns_derive_what_rows_derive(records):
    def frame(derived):
        return _laid_out(
            [Row(key, "local", PartyKind.ENTERPRISE, derived(values)) for key, values in enumerate(records)]
        )

    found, wanted = with_derived(frame(dict)), frame(derive)
    assert set(found.columns) == set(wanted.columns)
    for name in wanted.columns:
        assert found[name].to_list() == wanted[name].to_list(), name
        assert found[name].dtype == wanted[name].dtype


def test_few_rows_and_many_are_laid_out_alike():
    row = Row(7, "local", PartyKind.ENTERPRISE, {"industry": "27", "headcount": 19, "tech_staff": 2} | _wan(revenue=7))
    few, many = column_frame([row]), column_frame([row] * 100)
    assert many.unique(maintain_order=True).select(few.columns).equals(few)
    assert {"size_class", "tech_staff_pct"} < set(few.columns)
