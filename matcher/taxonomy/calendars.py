"""Working days in China (工作日): weekends, public holidays and the weekends worked instead (调休).

The days are those of the State Council's yearly notice (国务院办公厅关于部分节假日安排的通知), as the package
`chinesecalendar` holds them. A year whose notice it does not hold yet is counted by its weekends alone, and says so.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

import chinese_calendar
from chinese_calendar.constants import holidays

_SATURDAY = 5
_FIRST_YEAR = 2004


@dataclass(frozen=True, slots=True)
class Deadline:
    """A last day (截止日); `provisional` where a year on the way has no published holidays yet (节假日安排待公布)."""

    day: date
    provisional: bool = False


@cache
def last_published_year() -> int:
    """The last year whose holidays are known."""
    years: set[int] = {day.year for day in holidays}
    return max(years)


def is_working_day(day: date) -> bool:
    """Whether people work on a day; by weekday alone where the year's holidays are not known."""
    if not _published(day):
        return day.weekday() < _SATURDAY
    return bool(chinese_calendar.is_workday(day))


@lru_cache(maxsize=4_096)  # a list of a thousand pairs asks of few days, and each costs the calendar a search
def after_working_days(start: date, days: int) -> Deadline:
    """The last of so many working days, the first being the one after `start` (期间开始之日不计入，民法典第201条).

    Raises `ValueError` for a number below 0: the code is wrong, not the data.
    """
    if days < 0:
        raise ValueError("working days are counted forward")
    day, provisional = start, False
    while days:
        day += timedelta(days=1)
        provisional = provisional or not _published(day)
        days -= is_working_day(day)
    return Deadline(day, provisional)


@lru_cache(maxsize=4_096)
def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start` up to and with `end`; 0 where `end` is not later."""
    span = range(1, (end - start).days + 1)
    return sum(is_working_day(start + timedelta(days=step)) for step in span)


def _published(day: date) -> bool:
    return _FIRST_YEAR <= day.year <= last_published_year()
