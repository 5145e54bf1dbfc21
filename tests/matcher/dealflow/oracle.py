"""What may never happen, said again without the rules: plain loops over histories, money in whole 分."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from matcher.dealflow.events import (
    Assessment,
    Choice,
    Contribution,
    Correction,
    Count,
    DealEvent,
    Exit,
    Fee,
    Filing,
    FundEvent,
    Move,
    Payment,
    Submission,
    Tranche,
    Vote,
)
from matcher.dealflow.pipeline import Subject
from matcher.eligibility.results import State
from tests.matcher.dealflow.worlds import SEATS

NEXT = {
    "application": {"qualification", "closed"},
    "qualification": {"library", "closed"},
    "library": {"research", "closed"},
    "research": {"initiation", "watching", "closed"},
    "watching": {"research", "closed"},
    "initiation": {"diligence", "closed"},
    "diligence": {"decision", "closed"},
    "decision": {"implementation", "closed"},
    "implementation": {"post", "closed"},
    "post": {"exit"},
    "exit": {"exited"},
    "exited": set(),
    "closed": set(),
}
NEEDS = {
    "qualification": {"application": False, "local_review": True},
    "initiation": {"research": True},
    "diligence": {"partner_advice": False, "approval": True},
    "decision": dict.fromkeys(("dd_business", "dd_legal", "dd_finance", "expert_review"), False),
}
"""The papers of a stage, and whether they must say 通过."""
LAST_DAY_OF_INVESTING = date(2028, 12, 31)
"""Of a fund that begins on 2026-01-01."""

Numbered = list[tuple[int, DealEvent]]


def fen(amount: Decimal | None) -> int:
    """万元 as whole 分; a rest is a failure."""
    cents = (amount or Decimal(0)) * 1_000_000
    assert cents == int(cents)
    return int(cents)


def upheld(history: Sequence[DealEvent]) -> Numbered:
    gone = {event.body.number for event in history if isinstance(event.body, Correction)}
    return [(number, event) for number, event in enumerate(history, 1) if number not in gone]


def path_of(history: Sequence[DealEvent]) -> list[str]:
    path: list[str] = []
    for event in history:
        if isinstance(event.body, Move):
            stage = event.body.stage
            path = path[: path.index(stage) + 1] if stage in path else [*path, stage]
    return path


def paid(events: Numbered) -> int:
    return sum(fen(event.body.amount_wan) for _, event in events if isinstance(event.body, Payment))


def cost(events: Numbered) -> int:
    return paid(events) - sum(fen(event.body.cost_wan) for _, event in events if isinstance(event.body, Exit))


def plan_in_force(events: Numbered, subject: Subject) -> tuple[int, Submission] | None:
    """The last plan since the deal last came to the stage of its vote, if four seats said yes before the count."""
    stage = "decision" if subject is Subject.INVESTMENT else "post"
    came = max((number for number, e in events if isinstance(e.body, Move) and e.body.stage == stage), default=0)
    plans = [(n, e.body) for n, e in events if isinstance(e.body, Submission) and e.body.subject is subject]
    if not plans or plans[-1][0] < came:
        return None
    number, plan = plans[-1]
    counted = [n for n, e in events if isinstance(e.body, Count) and e.body.plan == number]
    said: dict[str, Choice] = {}
    for n, event in events:
        if isinstance(event.body, Vote) and event.body.plan == number and counted and n < counted[0]:
            said[event.role] = event.body.choice
    yes = sum(said.get(seat) is Choice.YES for seat in SEATS)
    assert set(said) <= set(SEATS)
    assert len(counted) <= 1
    return (number, plan) if counted and yes >= 4 else None


def check_move(before: Sequence[DealEvent], stage: str) -> None:
    """A stage is only come to through its gates, or back to."""
    path, events = path_of(before), upheld(before)
    if not path:
        assert stage == "application"
        return
    if stage in path:
        early = cost(events) and "decision" in path and path.index(stage) < path.index("decision")
        assert not early, "money is out and the decision is undone"
        return
    assert stage in NEXT[path[-1]], (path, stage)
    filed = {e.body.document: e.body.passed for _, e in events if isinstance(e.body, Filing)}
    for document, judged in NEEDS.get(stage, {}).items():
        assert document in filed
        assert filed[document] is True or not judged
    _CHECKS.get(stage, lambda _: None)(events)


def _library(events: Numbered) -> None:
    last = [e.body for _, e in events if isinstance(e.body, Assessment)][-1]
    assert len(last.conditions) == 11
    assert all(item.state is State.MET for item in last.conditions)


def _implementation(events: Numbered) -> None:
    found = plan_in_force(events, Subject.INVESTMENT)
    assert found is not None
    number, plan = found
    if paid(events) + fen(plan.amount_wan) > 500 * 1_000_000:
        assert consented(events, number)


def consented(events: Numbered, number: int) -> bool:
    given = [(n, e.body.passed) for n, e in events if isinstance(e.body, Filing) and e.body.document == "sasac_consent"]
    return bool(given) and given[-1][0] > number and given[-1][1] is True


def _post(events: Numbered) -> None:
    assert paid(events) > 0


def _exit(events: Numbered) -> None:
    assert plan_in_force(events, Subject.EXIT) is not None
    assert cost(events) > 0


def _over(events: Numbered) -> None:
    assert cost(events) == 0


_CHECKS = {
    "library": _library,
    "implementation": _implementation,
    "post": _post,
    "exit": _exit,
    "exited": _over,
    "closed": _over,
}


def check_payment(before: Sequence[DealEvent], payment: Payment) -> None:
    """Money goes out only on a decided plan, with the agreement, within plan, project, share, and in step."""
    events = upheld(before)
    found = plan_in_force(events, Subject.INVESTMENT)
    assert found is not None
    number, plan = found
    assert path_of(before)[-1] in ("implementation", "post")
    assert any(isinstance(e.body, Filing) and e.body.document == "agreement" for _, e in events)
    amount, whole = fen(payment.amount_wan), fen(plan.amount_wan)
    under = sum(fen(e.body.amount_wan) for n, e in events if isinstance(e.body, Payment) and n > number) + amount
    assert 0 < under <= whole
    if paid(events) + amount > 500 * 1_000_000:
        assert consented(events, number)
    assert payment.share_pct is not None
    assert payment.largest_other_pct is not None
    assert payment.share_pct <= 20
    assert payment.share_pct < payment.largest_other_pct
    assert under * fen(payment.others_subscribed_wan) <= whole * fen(payment.others_paid_wan)
    assert date(2026, 1, 1) <= payment.on <= LAST_DAY_OF_INVESTING


def check_votes(history: Sequence[DealEvent]) -> None:
    """No person on two seats, no seat with two persons, nobody without a seat, in any one vote."""
    pairs = {(e.body.plan, e.role, e.by) for _, e in upheld(history) if isinstance(e.body, Vote)}
    assert len({(plan, seat) for plan, seat, _ in pairs}) == len(pairs)
    assert len({(plan, by) for plan, _, by in pairs}) == len(pairs)
    assert {seat for _, seat, _ in pairs} <= set(SEATS)


def cash_by_day(fund: Sequence[FundEvent], deals: Sequence[Sequence[DealEvent]]) -> Iterator[tuple[date, int]]:
    """Yield each day on which money moved, and what the fund has at its end (分)."""
    gone = {event.body.number for event in fund if isinstance(event.body, Correction)}
    moves: list[tuple[date, int]] = []
    for number, event in enumerate(fund, 1):
        if number not in gone and isinstance(event.body, Tranche | Contribution | Fee):
            sign = -1 if isinstance(event.body, Fee) else 1
            amount = event.body.paid_wan if isinstance(event.body, Tranche) else event.body.amount_wan
            moves.append((event.body.on, sign * fen(amount)))
    for history in deals:
        for _, event in upheld(history):
            if isinstance(event.body, Payment):
                moves.append((event.body.on, -fen(event.body.amount_wan)))
            elif isinstance(event.body, Exit):
                moves.append((event.body.on, fen(event.body.proceeds_wan)))
    for day in sorted({on for on, _ in moves}):
        yield day, sum(amount for on, amount in moves if on <= day)
