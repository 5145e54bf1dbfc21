"""Duties to report (报送义务): what is due from whom to whom by when, as data, with what is due soon or late.

Two kinds of day stand in the texts: 工信厅联企业函〔2019〕92号 asks a zone for its figures within 10 days of the end of
a quarter and a province within 15 working days of it, which weekends, holidays and 调休 move. A last day that falls on
a holiday is not moved on (民法典第203条 would): who keeps to it is in time either way.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files

from matcher.catalogue.entry import Entry, collected
from matcher.catalogue.files import read_file
from matcher.dealflow.deadlines import last_day_of
from matcher.dealflow.parts import BASIS_KEYS, known, read_basis, read_term
from matcher.dealflow.pipeline import Basis, Term
from matcher.policies.schedules import months_after
from matcher.taxonomy.calendars import Deadline

_KEYS = ("id", "label", "who", "to", "materials", "every", "term", "by", "document")
_FIXED = re.compile(r"(0[1-9]|1[0-2])-([0-2][0-9]|3[01])")


class Every(StrEnum):
    """How often something is due (报送周期); once: after something that happens on a day of its own."""

    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    ONCE = "once"


_MONTHS: Mapping[Every, int] = {Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}
_QUARTERS = "一二三四"


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty (报送义务). It is due a `term` after the end of its period, or `by` a month and day of the next year."""

    id: str
    label: str
    who: str
    to: tuple[str, ...]
    materials: tuple[str, ...]
    every: Every
    term: Term | None
    by: tuple[int, int] | None
    document: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Occasion:
    """A duty for one period: when the period ended and the last day to send."""

    duty: Duty
    period: str
    ended: date
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class Reminder:
    """An occasion that is due soon or was not met; `days_left` is below 0 where it is late."""

    occasion: Occasion
    days_left: int


def built_in_duties() -> dict[str, Duty]:
    """The built-in duties by id. Raises `InvalidCatalogue`."""
    return read_duties("duties.yaml", files("matcher.dealflow").joinpath("duties.yaml").read_bytes())


def read_duties(name: str, content: bytes) -> dict[str, Duty]:
    """Read duties from a file's bytes; `name` is for messages. Raises `InvalidCatalogue`."""
    entry = Entry(name, read_file(name, content))
    entry.only("documents", "duties")
    titles = entry.child("documents")
    found = collected(lambda child: _duty(child, titles), entry.children("duties"))
    if len({duty.id for duty in found}) != len(found):
        raise entry.fault("duties 中有重复的 id", "各不相同的 id", "改名或删去一处", "duties")
    return {duty.id: duty for duty in found}


def occasions(duty: Duty, first: date, last: date, happened: date | None = None) -> Iterator[Occasion]:
    """Yield the occasions of a duty whose periods ended from `first` to `last`, in order.

    `happened` is the day that a duty of once follows; without it there is none.
    """
    if duty.every is Every.ONCE:
        if happened is not None and first <= happened <= last:
            yield Occasion(duty, f"{happened:%Y-%m-%d} 起", happened, _deadline(duty, happened))
        return
    months = _MONTHS[duty.every]
    for year in range(first.year, last.year + 1):
        for place in range(12 // months):
            ended = date.fromordinal(months_after(date(year, 1, 1), months * (place + 1)).toordinal() - 1)
            if first <= ended <= last:
                yield Occasion(duty, _period(duty.every, year, place), ended, _deadline(duty, ended))


def reminders(
    duties: Iterable[tuple[Duty, date | None]],
    since: date,
    today: date,
    within: int,
    sent: AbstractSet[tuple[str, str]] = frozenset(),
) -> tuple[Reminder, ...]:
    """What is due within so many days or late, the most urgent first; each duty comes with the day it follows, if any.

    Periods that ended before `since`, or have not ended, are not asked for, nor what was `sent` (duty's id, period).
    """
    due = (item for duty, happened in duties for item in occasions(duty, since, today, happened))
    found = [
        Reminder(item, (item.deadline.day - today).days) for item in due if (item.duty.id, item.period) not in sent
    ]
    soon = (item for item in found if item.days_left <= within)
    return tuple(sorted(soon, key=lambda item: (item.days_left, item.occasion.duty.id, item.occasion.ended)))


def _deadline(duty: Duty, ended: date) -> Deadline:
    if duty.term is not None:
        return last_day_of(duty.term, ended)
    month, day = duty.by or (12, 31)
    return Deadline(date(ended.year + 1, month, day))


def _period(every: Every, year: int, place: int) -> str:
    if every is Every.QUARTER:
        return f"{year}年第{_QUARTERS[place]}季度"
    return f"{year}年{'下' if place else '上'}半年" if every is Every.HALF_YEAR else f"{year}年度"


def _duty(entry: Entry, titles: Entry) -> Duty:
    entry.only(*_KEYS, *BASIS_KEYS)
    entry.require("id", "label", "who", "to", "materials", "every", "document")
    if ("term" in entry.data) == ("by" in entry.data):
        raise entry.fault("term 与 by 都有或都没有", "其中之一", "删去或补上一项")
    basis = read_basis(entry)
    return Duty(
        entry.text("id"),
        entry.text("label"),
        entry.text("who"),
        entry.texts("to"),
        entry.texts("materials"),
        entry.choice("every", Every),
        read_term(entry.child("term"), basis) if "term" in entry.data else None,
        _fixed(entry) if "by" in entry.data else None,
        titles.text(known(entry, "document", titles.data)),
        basis,
    )


def _fixed(entry: Entry) -> tuple[int, int]:
    """A month and day of the year after the period, written 04-30."""
    found = _FIXED.fullmatch(entry.text("by"))
    month, day = (int(found[1]), int(found[2])) if found else (0, 0)
    if entry.choice("every", Every) is not Every.YEAR or not 1 <= day <= (monthrange(2001, month)[1] if month else 0):
        raise entry.fault(f"by 为 {entry.text('by')!r}", "年度报送的月-日，如 04-30", "改正 by，或改用 term", "by")
    return month, day
