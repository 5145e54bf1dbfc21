"""Numbers as pages show them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from api.console import numbers


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (numbers.count(1234567), "1,234,567"),
        (numbers.count(12, "家"), "12 家"),
        (numbers.count(None, "家"), "—"),
        (numbers.count(0), "0"),
        (numbers.amount(Decimal("1234.50")), "1,234.5 万元"),
        (numbers.amount(Decimal("300")), "300 万元"),
        (numbers.amount(100, ""), "100"),
        (numbers.amount(None), "—"),
        (numbers.percent(Decimal("3.456"), places=2), "3.46%"),
        (numbers.share(1, 8), "12.5%"),
        (numbers.share(0, 0), "—"),
        (numbers.points(17.76), "+17.76"),
        (numbers.points(-4.0), "-4"),
        (numbers.points(10), "+10"),
        (numbers.day(date(2026, 11, 22)), "2026-11-22"),
        (numbers.day("2026-11-22T00:00:00"), "2026-11-22"),
        (numbers.day(datetime(2026, 11, 22, 20, 0, tzinfo=UTC)), "2026-11-23"),
        (numbers.moment(datetime(2026, 11, 22, 1, 30, tzinfo=UTC)), "2026-11-22 09:30"),
        (numbers.moment(None), "—"),
    ],
)
def test_a_number_has_its_separators_and_its_unit(shown: str, expected: str) -> None:
    assert shown == expected
