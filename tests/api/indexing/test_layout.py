"""What is read from the stored text of a party's facts is what the store itself reads, whatever is in it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.indexing.layout import laid_out, values_of
from api.store.party_rows import party_of
from api.store.steps import StoredParty
from matcher.declarations.registry import REGISTRY
from tests.api.worlds import DAY

FIELDS = ("name", "headcount", "revenue_wan", "rd_intensity_pct", "founded_on", "collateral", "region", "plans_listing")
RAW = st.one_of(
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.text(max_size=24),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.dates().map(str),
    st.lists(st.text(max_size=4), max_size=3),
    st.none(),
    st.sampled_from(["1e5", "-0", "٣", " 7", "7.", ".5", "-", "", "+3", "1_0", "2024-02-30", "12345678901234567890.5"]),
)


@given(st.dictionaries(st.sampled_from((*FIELDS, "no_such_field")), RAW))
def test_values_are_read_as_the_store_reads_them(raw: dict[str, object]):
    facts = {code: [value, "测试", DAY.isoformat()] for code, value in raw.items()}
    row = {
        "id": "a",
        "kind": "enterprise",
        "name": "a",
        "tenant_id": "local",
        "source": "",
        "observed_on": DAY,
        "synthetic": False,
    }
    assert values_of(json.dumps(facts)) == party_of({**row, "facts": facts}).values


@pytest.mark.parametrize("code", FIELDS)
def test_the_fields_that_are_tried_are_declared(code: str):
    assert code in REGISTRY


def test_rows_stay_in_order_and_carry_what_follows_from_the_facts():
    facts = {"revenue_wan": ["200", "税务", "2026-01-01"], "rd_expense_wan": ["10", "税务", "2026-01-01"]}
    rows = laid_out([StoredParty(key, "local", "enterprise", json.dumps(facts)) for key in (7, 3)])
    assert rows.keys.tolist() == [7, 3]
    assert rows.frame["key"].to_list() == [7, 3]
    assert rows.frame["rd_intensity_pct"].to_list() == [5.0, 5.0]
    assert rows.texts == ["", ""]
