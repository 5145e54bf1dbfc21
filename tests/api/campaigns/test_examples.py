"""Plans to begin from: every example reads, begins today, and a value that is changed is read back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.campaigns.examples import examples, with_values
from api.campaigns.planning import plan_of

DAY = date(2026, 11, 22)
FIRST = next(item for item in examples(DAY) if item.id == "first-loans")


def test_every_example_is_a_plan_that_begins_today() -> None:
    found = examples(DAY)
    assert len(found) >= 6
    for item in found:
        assert item.plan.starts == DAY < item.plan.ends
        assert item.about
        assert plan_of(item.text) == item.plan


@given(name=st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40), quota=st.integers(1, 99))
def test_a_changed_value_is_read_back_and_the_rest_stays(name: str, quota: int) -> None:
    text = with_values(FIRST.text, {"name": name, "quota": str(quota)})
    plan = plan_of(text)
    assert (plan.name, plan.quota) == (name, quota)
    assert (plan.filter, plan.floors, plan.basis) == (FIRST.plan.filter, FIRST.plan.floors, FIRST.plan.basis)
    assert text.startswith("# 首贷扩面")


def test_a_value_that_was_left_out_is_added() -> None:
    without = "\n".join(line for line in FIRST.text.split("\n") if not line.startswith("limit:"))
    assert plan_of(with_values(without, {"limit": "7"})).limit == 7


def test_only_plain_values_are_changed() -> None:
    with pytest.raises(ValueError, match="seekers"):
        with_values(FIRST.text, {"seekers": "x"})


def test_what_is_no_number_is_refused() -> None:
    for value in ("", "x", "1\nlimit: 9"):
        with pytest.raises(ValueError, match="quota"):
            with_values(FIRST.text, {"quota": value})
