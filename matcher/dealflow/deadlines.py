"""Deadlines of stages (阶段期限): by when a deal should have left the stage it is in, and which deals are late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from matcher.dealflow.events import day_in_china
from matcher.dealflow.pipeline import Pipeline, Term, TermUnit
from matcher.dealflow.state import DealState
from matcher.policies.schedules import months_after
from matcher.taxonomy.calendars import Deadline, after_working_days


@dataclass(frozen=True, slots=True)
class Due:
    """A deal and the last day of its stage; `days_left` is below 0 where it is late."""

    deal: str
    stage: str
    deadline: Deadline
    days_left: int


def last_day_of(term: Term, begun: date) -> Deadline:
    """The last day of a term that begins on a day, which itself is not counted (民法典第201条).

    Days and months are the calendar's; working days leave out weekends and holidays and count 调休.
    """
    if term.unit is TermUnit.WORKING_DAYS:
        return after_working_days(begun, term.count)
    if term.unit is TermUnit.MONTHS:
        return Deadline(months_after(begun, term.count))
    return Deadline(begun + timedelta(days=term.count))


def stage_deadline(pipeline: Pipeline, state: DealState) -> Deadline | None:
    """The last day of the stage that a deal is in; None where the text sets none."""
    term = pipeline.stages[state.stage].deadline if state.stage else None
    return None if term is None or state.since is None else last_day_of(term, day_in_china(state.since))


def due(pipeline: Pipeline, deals: Iterable[tuple[str, DealState]], today: date, within: int) -> tuple[Due, ...]:
    """The deals whose stage ends within so many days or has ended, the most urgent first."""
    found = [
        Due(deal, state.stage, deadline, (deadline.day - today).days)
        for deal, state in deals
        if (deadline := stage_deadline(pipeline, state)) is not None and (deadline.day - today).days <= within
    ]
    return tuple(sorted(found, key=lambda item: (item.days_left, item.deal)))
