"""工信部联企业〔2011〕300号, checked on its own bounds and on the words of its article on how classes are told."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.taxonomy.sizes import BOUNDS, CATEGORY_OF, SIZE_CLASSES, SizeResult, size_class

INDUSTRIES = ["A", "27", "E", "51", "52", "54", "59", "60", "61", "62", "63", "65", "701", "702", "L", "M"]
headcounts = st.none() | st.integers(0, 3000)
amounts = st.none() | st.decimals(0, 300000, places=1)


def _size(code: str, headcount=None, revenue=None, assets=None) -> SizeResult:
    money = [None if amount is None else Decimal(str(amount)) for amount in (revenue, assets)]
    return size_class(code, headcount, *money)


@pytest.mark.parametrize(
    ("code", "headcount", "revenue", "assets", "expected"),
    [
        ("27", 1000, 40000, None, "大型"),
        ("27", 999, 40000, None, "中型"),
        ("27", 1000, "39999.99", None, "中型"),
        ("27", 300, 2000, None, "中型"),
        ("27", 299, 2000, None, "小型"),
        ("27", 20, 300, None, "小型"),
        ("27", 20, "299.99", None, "微型"),
        ("27", 19, 50000, None, "微型"),
        ("A", None, 20000, None, "大型"),
        ("A", None, 49, None, "微型"),
        ("E", None, 6000, 5000, "中型"),
        ("E", None, 80000, 79999, "中型"),
        ("51", 5, 1000, None, "小型"),
        ("52", 49, 20000, None, "小型"),
        ("63", 2000, 100000, None, "大型"),
        ("65", 300, 10000, None, "大型"),
        ("65", 100, 999, None, "小型"),
        ("7010", None, 1000, 5000, "中型"),
        ("702", 300, 1000, None, "中型"),
        ("L", 100, None, 8000, "中型"),
        ("M", 10, None, None, "小型"),
        ("703", 9, None, None, "微型"),
        ("85", 100, None, None, "中型"),
    ],
)
def test_bounds_of_the_table(code, headcount, revenue, assets, expected):
    assert _size(code, headcount, revenue, assets) == SizeResult(expected)


@pytest.mark.parametrize("code", ["J", "66", "P", "84", "S", "T", "53", "704"])
def test_industries_out_of_scope_have_no_class_and_are_never_micro(code):
    assert _size(code, 1, 1, 1) == SizeResult(None, applicable=False)


def test_one_indicator_decides_micro_and_nothing_else():
    assert _size("27", 19) == SizeResult("微型")
    assert _size("27", revenue=299) == SizeResult("微型")
    assert _size("27", 5000) == SizeResult(None, ("revenue_wan",))
    assert _size("E", revenue=100000) == SizeResult(None, ("total_assets_wan",))
    assert _size("27") == SizeResult(None, ("headcount", "revenue_wan"))


def test_without_an_industry_it_is_unknown():
    assert size_class(None, 1, Decimal(1), Decimal(1)) == SizeResult(None, ("industry",))


def test_a_coarse_industry_decides_only_where_all_that_it_may_be_agree():
    assert _size("F", 1, 1) == SizeResult("微型")
    assert _size("F", 25, 20000) == SizeResult(None, ("industry",))
    assert _size("G", 1, 1).missing == ("industry",)
    assert _size("H", 50, 3000) == SizeResult("小型")


def test_the_table_is_sound():
    assert set(CATEGORY_OF.values()) - {""} == set(BOUNDS)
    assert all(large > medium > small for rows in BOUNDS.values() for _, large, medium, small in rows)


@settings(deadline=None)
@given(
    st.sampled_from(INDUSTRIES), headcounts, amounts, amounts, st.integers(0, 3000), st.decimals(0, 300000, places=1)
)
def test_what_is_decided_with_gaps_stays_decided_when_they_are_filled(code, headcount, revenue, assets, more, money):
    known = size_class(code, headcount, revenue, assets).size_class
    filled = size_class(
        code,
        more if headcount is None else headcount,
        money if revenue is None else revenue,
        money if assets is None else assets,
    ).size_class

    assert filled in SIZE_CLASSES
    assert known in (None, filled)


@settings(deadline=None)
@given(
    st.sampled_from(INDUSTRIES),
    st.integers(0, 3000),
    st.integers(0, 300000),
    st.integers(0, 300000),
    st.integers(0, 500),
)
def test_growth_never_makes_smaller(code, headcount, revenue, assets, more):
    before = size_class(code, headcount, Decimal(revenue), Decimal(assets)).size_class
    after = size_class(code, headcount + more, Decimal(revenue + more), Decimal(assets + more)).size_class

    assert SIZE_CLASSES.index(after) >= SIZE_CLASSES.index(before)
