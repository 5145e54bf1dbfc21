"""Numbers in characters, held to an independent reader, and what makes a figure a bound."""

from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.reading.numerals import Exactness, exactness, number, whole


@given(st.integers(min_value=1, max_value=9_999))
def test_reads_every_number_in_characters_as_cn2an_does(value: int) -> None:
    assert number(cn2an.an2cn(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三百五", 350),
        ("一千二", 1200),
        ("两千", 2000),
        ("十", 10),
        ("1,200.5", Decimal("1200.5")),
        ("0.5", Decimal("0.5")),
    ],
)
def test_reads_spoken_and_written_numbers(text: str, value: Decimal) -> None:
    assert number(text) == value


@pytest.mark.parametrize("text", ["三五", "两三", "二零一八", "百", "十十", "二十百", "零"])
def test_ranges_years_and_nonsense_are_no_number(text: str) -> None:
    assert number(text) is None


def test_a_part_is_no_whole_number() -> None:
    assert (whole("12"), whole("1.5"), whole("十二")) == (12, None, 12)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("员工", "人", Exactness.EXACT),
        ("员工约", "人左右", Exactness.EXACT),
        ("员工超过", "人", Exactness.BOUND),
        ("员工", "多人", Exactness.BOUND),
        ("员工人数", "人", Exactness.EXACT),
        ("近", "人", Exactness.BOUND),
        ("", "人以上", Exactness.EXACT),
        ("", "以上", Exactness.BOUND),
    ],
)
def test_a_bound_is_no_value(before: str, after: str, expected: Exactness) -> None:
    assert exactness(before, after) is expected
