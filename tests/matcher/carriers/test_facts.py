"""What the platform's records give of a carrier, and what they cannot tell."""

from datetime import date
from decimal import Decimal

import pytest

from matcher.carriers.facts import COMPUTED, Focus, Result, Tenant, computed
from matcher.errors import InvalidValue, UnknownIndustry

MEDICAL = Focus({"27": "战略新兴产业"})


def test_shares_are_those_of_the_tenants_of_whom_it_is_known():
    tenants = [
        Tenant("a", industry="2770", invention_patents=3, qualified=True),
        Tenant("b", industry="2710", invention_patents=0),
        Tenant("c", industry="3562"),
        Tenant("d"),
    ]

    found = computed(tenants, [], MEDICAL, 2026)

    assert found["tenants"] == 4
    assert found["tenants_in_focus_pct"] == Decimal("66.66")
    assert found["tenants_with_invention_pct"] == Decimal("50.00")
    assert found["tenants_qualified_pct"] == Decimal("100.00")


def test_what_is_not_known_is_absent_and_never_zero():
    assert computed([], [], MEDICAL, 2026) == {}
    assert computed([Tenant("a")], [], MEDICAL, 2026) == {"tenants": 1, "tenants_graduated": 0}


def test_a_section_holds_what_is_below_it():
    tenants = [Tenant("a", industry="2770"), Tenant("b", industry="6513")]

    assert computed(tenants, [], Focus({"C": "高新技术产业"}), 2026)["tenants_in_focus_pct"] == 50


def test_a_year_counts_who_was_there_who_came_and_who_graduated():
    tenants = [
        Tenant("left before", joined=date(2020, 1, 1), graduated=date(2025, 12, 31)),
        Tenant("graduates", joined=date(2024, 3, 1), graduated=date(2026, 6, 1)),
        Tenant("comes", joined=date(2026, 1, 1), from_elsewhere=True),
        Tenant("comes too", joined=date(2026, 12, 31), from_elsewhere=False),
        Tenant("comes later", joined=date(2027, 1, 1), from_elsewhere=True),
    ]

    found = computed(tenants, [], None, 2026)

    assert (found["tenants"], found["tenants_joined"], found["tenants_graduated"]) == (3, 2, 1)
    assert found["tenants_from_elsewhere"] == 1
    assert "tenants_in_focus_pct" not in found


def test_results_are_counted_by_firm_and_only_those_of_its_own_tenants():
    results = [
        Result("invested", "a", "fund", Decimal("300.50")),
        Result("invested", "a", "other fund", Decimal("100")),
        Result("funded", "b", "bank", None),
        Result("answered", "b", "lead firm"),
        Result("invested", "stranger", "third fund", Decimal(900)),
    ]

    found = computed([Tenant("a"), Tenant("b")], results, None, 2026)

    assert (found["invested_tenants"], found["invested_wan"]) == (1, Decimal("400.50"))
    assert found["funded_tenants"] == 1
    assert "funded_wan" not in found, "an amount that nobody stated is not zero"
    assert (found["demands_answered"], found["partners"]) == (1, 4)


def test_every_code_that_is_computed_has_its_words():
    everything = computed(
        [Tenant("a", "2770", 1, True, date(2026, 1, 1), date(2026, 2, 1), True)],
        [Result(kind, "a", "x", Decimal(1)) for kind in ("invested", "funded", "answered")],
        MEDICAL,
        2026,
    )
    assert set(everything) == set(COMPUTED)


@pytest.mark.parametrize(
    ("chosen", "error"),
    [
        ({}, InvalidValue),
        ({"27": "高新技术产业", "35": "高新技术产业", "39": "高新技术产业"}, InvalidValue),
        ({"27": "未来产业"}, InvalidValue),
        ({"99": "高新技术产业"}, UnknownIndustry),
    ],
)
def test_a_focus_is_one_or_two_industries_of_four_classes(chosen, error):
    with pytest.raises(error):
        Focus(chosen)
    assert Focus({"27": "高新技术产业", "35": "传统优势产业"}).industries
