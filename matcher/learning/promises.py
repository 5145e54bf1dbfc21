"""The 135 promise (1 日受理、3 日对接、5 日内决定): what is due when, and what is late.

浙江“贷款码”: 1日内受理、3日内对接、符合条件原则上5日内放款. All three are counted in working days from the day of the
push, which its text leaves open: an assumption that a campaign may set otherwise by its own days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from matcher.learning.outcomes import Event, OutcomeState, current, reached
from matcher.taxonomy.calendars import Deadline, after_working_days, working_days_between

_BEIJING = ZoneInfo("Asia/Shanghai")
_DECIDED = frozenset(
    {
        OutcomeState.APPROVED,
        OutcomeState.FUNDED,
        OutcomeState.MOVED_IN,
        OutcomeState.INVESTED,
        OutcomeState.REFUSED,
        OutcomeState.WITHDRAWN,
    }
)


@dataclass(frozen=True, slots=True)
class Promise:
    """Working days after the push until a match is accepted, contacted and decided (工作日)."""

    accept_days: int = 1
    contact_days: int = 3
    decide_days: int = 5

    def steps(self) -> tuple[tuple[OutcomeState, int], ...]:
        """The states that are promised, and the days of each."""
        return (
            (OutcomeState.ACCEPTED, self.accept_days),
            (OutcomeState.CONTACTED, self.contact_days),
            (OutcomeState.APPROVED, self.decide_days),
        )


@dataclass(frozen=True, slots=True)
class Reminder:
    """A promise that lapsed (逾期提醒): the state that is due, its last day, and how many working days it is late."""

    due: OutcomeState
    deadline: Deadline
    late_days: int


def reminders(history: Sequence[Event], promise: Promise, today: date) -> tuple[Reminder, ...]:
    """What is late on a day (in Beijing); nothing once a match is decided, and nothing before it is pushed."""
    if not history or current(history).state in _DECIDED:
        return ()
    pushed = history[0].at.astimezone(_BEIJING).date()
    late = []
    for state, days in promise.steps():
        deadline = after_working_days(pushed, days)
        if reached(history, state) is None and today > deadline.day:
            late.append(Reminder(state, deadline, working_days_between(deadline.day, today)))
    return tuple(late)


def kept(history: Sequence[Event], promise: Promise) -> dict[OutcomeState, bool | None]:
    """Whether each promise was kept; None where the match has not come so far. A refusal in time decides in time."""
    pushed = history[0].at.astimezone(_BEIJING).date()
    found: dict[OutcomeState, bool | None] = {}
    for state, days in promise.steps():
        when = reached(history, state)
        if when is None and current(history).state is OutcomeState.REFUSED:
            when = current(history).at
        deadline = after_working_days(pushed, days).day
        found[state] = None if when is None else when.astimezone(_BEIJING).date() <= deadline
    return found
