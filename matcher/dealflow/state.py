"""Where a deal stands (项目状态): a fold over its history, which says nothing that the history does not.

What was corrected does not count; the last document of a kind and the last assessment of a check do. Going back to
the stage of a vote, or before it, lets its plan lapse: the committee decided on what was then before it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from matcher.dealflow.events import (
    Assessment,
    Choice,
    Correction,
    Count,
    DealEvent,
    Exit,
    Filing,
    FundEvent,
    Move,
    Payment,
    Submission,
    Vote,
)
from matcher.dealflow.pipeline import Committee, Pipeline, Revote, Subject

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cast:
    """A vote as it was cast: the number of its event, the seat, the person who sat there."""

    number: int
    seat: str
    by: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class Ballot:
    """A plan before the committee and the votes on it; `counted` is the event that closed it, None while it is open."""

    number: int
    plan: Submission
    votes: tuple[Cast, ...] = ()
    counted: int | None = None
    counted_on: date | None = None
    lapsed: bool = False

    def standing(self, revote: Revote) -> dict[str, Cast]:
        """The one vote of each seat that counts."""
        ordered = self.votes if revote is Revote.LAST else tuple(reversed(self.votes))
        return {vote.seat: vote for vote in ordered}

    def yes(self, committee: Committee) -> int:
        """How many seats agree."""
        return sum(vote.choice is Choice.YES for vote in self.standing(committee.revote).values())

    def passed(self, committee: Committee) -> bool:
        """Whether the votes are counted and enough of them agree."""
        return self.counted is not None and self.yes(committee) >= committee.needed


@dataclass(frozen=True, slots=True)
class Placed:
    """A payment and under which plan it was made."""

    number: int
    plan: int
    payment: Payment


@dataclass(frozen=True, slots=True)
class DealState:
    """A deal after its history; `path` are the stages on the way to the present one, those undone left out."""

    stage: str = ""
    since: datetime | None = None
    path: tuple[str, ...] = ()
    filings: Mapping[str, tuple[int, Filing]] = field(default_factory=dict)
    checks: Mapping[str, tuple[int, Assessment]] = field(default_factory=dict)
    ballots: tuple[Ballot, ...] = ()
    payments: tuple[Placed, ...] = ()
    exits: tuple[tuple[int, Exit], ...] = ()

    @property
    def paid_wan(self) -> Decimal:
        """All that was ever paid into the project (万元)."""
        return sum((item.payment.amount_wan for item in self.payments), ZERO)

    @property
    def cost_wan(self) -> Decimal:
        """What the shares still held had cost (未退出投资成本，万元)."""
        return self.paid_wan - sum((exit_.cost_wan for _, exit_ in self.exits), ZERO)

    def paid_under(self, plan: int) -> Decimal:
        """What was paid under one plan (万元)."""
        return sum((item.payment.amount_wan for item in self.payments if item.plan == plan), ZERO)

    def current(self, subject: Subject) -> Ballot | None:
        """The last plan on a subject that has not lapsed."""
        fitting = (ballot for ballot in reversed(self.ballots) if ballot.plan.subject is subject)
        return next((ballot for ballot in fitting if not ballot.lapsed), None)

    @property
    def open_ballots(self) -> tuple[Ballot, ...]:
        """The plan that is being voted on, if any; never more than one."""
        return tuple(ballot for ballot in self.ballots if ballot.counted is None and not ballot.lapsed)


def corrected(history: Sequence[DealEvent] | Sequence[FundEvent]) -> frozenset[int]:
    """The numbers of the events that were corrected and count no more."""
    return frozenset(event.body.number for event in history if isinstance(event.body, Correction))


def state_of(pipeline: Pipeline, history: Sequence[DealEvent]) -> DealState:
    """Fold a history, in its order, into what it comes to. The history is taken as it is: see `deciding.admitted`."""
    gone, state = corrected(history), DealState()
    for number, event in enumerate(history, 1):
        if number not in gone and type(event.body) in _FOLDS:
            state = _FOLDS[type(event.body)](_Step(pipeline, state, number, event), event.body)
    return state


@dataclass(frozen=True, slots=True)
class _Step:
    """An event on its way into the state."""

    pipeline: Pipeline
    state: DealState
    number: int
    event: DealEvent


def _moved(step: _Step, body: Move) -> DealState:
    state = step.state
    if body.stage not in state.path:
        return replace(state, stage=body.stage, since=step.event.at, path=(*state.path, body.stage))
    path = state.path[: state.path.index(body.stage) + 1]
    ballots = tuple(replace(item, lapsed=item.lapsed or _undone(step, path, item)) for item in state.ballots)
    return replace(state, stage=body.stage, since=step.event.at, path=path, ballots=ballots)


def _undone(step: _Step, path: tuple[str, ...], ballot: Ballot) -> bool:
    stages = step.pipeline.committee.stages if step.pipeline.committee else {}
    return stages.get(ballot.plan.subject) not in path[:-1]


def _filed(step: _Step, body: Filing) -> DealState:
    return replace(step.state, filings={**step.state.filings, body.document: (step.number, body)})


def _assessed(step: _Step, body: Assessment) -> DealState:
    return replace(step.state, checks={**step.state.checks, body.check: (step.number, body)})


def _submitted(step: _Step, body: Submission) -> DealState:
    return replace(step.state, ballots=(*step.state.ballots, Ballot(step.number, body)))


def _voted(step: _Step, body: Vote) -> DealState:
    cast = Cast(step.number, step.event.role, step.event.by, body.choice)
    return _with_ballot(step.state, body.plan, lambda item: replace(item, votes=(*item.votes, cast)))


def _counted(step: _Step, body: Count) -> DealState:
    number, day = step.number, step.event.day
    return _with_ballot(step.state, body.plan, lambda item: replace(item, counted=number, counted_on=day))


def _with_ballot(state: DealState, plan: int, change: Callable[[Ballot], Ballot]) -> DealState:
    return replace(state, ballots=tuple(change(item) if item.number == plan else item for item in state.ballots))


def _paid(step: _Step, body: Payment) -> DealState:
    plan = step.state.current(Subject.INVESTMENT)
    placed = Placed(step.number, plan.number if plan else 0, body)
    return replace(step.state, payments=(*step.state.payments, placed))


def _exited(step: _Step, body: Exit) -> DealState:
    return replace(step.state, exits=(*step.state.exits, (step.number, body)))


_FOLDS: Mapping[type, Callable[[_Step, Any], DealState]] = {
    Move: _moved,
    Filing: _filed,
    Assessment: _assessed,
    Submission: _submitted,
    Vote: _voted,
    Count: _counted,
    Payment: _paid,
    Exit: _exited,
}
