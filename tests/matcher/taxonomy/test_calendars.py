"""Working days with 调休, and what is said of years that have no published holidays yet."""

from datetime import date

import pytest

from matcher.taxonomy.calendars import (
    after_working_days,
    is_working_day,
    last_published_year,
    working_days_between,
)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2025, 1, 1), False),  # 元旦
        (date(2025, 1, 26), True),  # 春节前的周日上班
        (date(2025, 1, 28), False),  # 除夕
        (date(2025, 2, 8), True),  # 周六上班
        (date(2025, 10, 6), False),  # 中秋
        (date(2025, 9, 28), True),  # 国庆调休
        (date(2026, 1, 4), True),  # 2026 年元旦调休
        (date(2026, 11, 22), False),  # 普通周日
    ],
)
def test_known_days(day: date, *, working: bool) -> None:
    assert is_working_day(day) is working


def test_days_are_counted_after_the_first_over_a_new_year_with_days_moved() -> None:
    # 2025-12-30 周二；31 日上班，2026-01-01 至 03 放假，04（周日）上班
    assert after_working_days(date(2025, 12, 30), 2).day == date(2026, 1, 4)
    assert after_working_days(date(2025, 12, 31), 15).day == date(2026, 1, 22)
    assert after_working_days(date(2026, 9, 30), 0).day == date(2026, 9, 30)
    assert working_days_between(date(2025, 12, 31), date(2026, 1, 22)) == 15
    assert working_days_between(date(2026, 1, 22), date(2025, 12, 31)) == 0


def test_a_year_without_a_notice_is_counted_by_weekends_and_says_so() -> None:
    eve = date(last_published_year(), 12, 31)
    later = after_working_days(eve, 5)
    assert later.provisional
    assert not after_working_days(date(last_published_year(), 6, 1), 5).provisional
    assert all(not is_working_day(date(2099, 1, day)) for day in (3, 4))


def test_counting_backwards_is_a_mistake_in_the_code() -> None:
    with pytest.raises(ValueError, match="forward"):
        after_working_days(date(2026, 1, 1), -1)
