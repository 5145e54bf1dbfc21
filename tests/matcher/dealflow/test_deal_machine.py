"""Random moves, papers, votes, payments, exits and corrections in the deals of one fund: nothing forbidden comes about.

The long form is `RONGTONG_DEAL_EXAMPLES=2000` (2,000 runs of 50 steps, minutes); the suite runs a short one.
"""

import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from matcher.dealflow.checking import assessed
from matcher.dealflow.events import (
    Choice,
    Contribution,
    Correction,
    Count,
    DealBody,
    Exit,
    Extension,
    Fee,
    Filing,
    FundBody,
    Move,
    Payment,
    Submission,
    Tranche,
    Vote,
)
from matcher.dealflow.funding import entered
from matcher.dealflow.funds import Book, position_of
from matcher.dealflow.pipeline import Method, Subject
from matcher.errors import DealRefused, InvalidDeal
from tests.matcher.dealflow.oracle import (
    LAST_DAY_OF_INVESTING,
    cash_by_day,
    check_move,
    check_payment,
    check_votes,
    cost,
    fen,
    paid,
    upheld,
)
from tests.matcher.dealflow.worlds import (
    FIT,
    OBSERVERS,
    SEATS,
    STAGES,
    Deal,
    a_fund,
    a_plan,
    fund_event,
    kunshan,
)

EXAMPLES = int(os.environ.get("RONGTONG_DEAL_EXAMPLES", "25"))
DEALS = st.integers(0, 2)
AMOUNTS = st.sampled_from(
    [Decimal(text) for text in ("0", "0.000001", "33.333333", "100", "300", "300.000001", "500", "500.000001", "2400")]
)
SHARES = st.sampled_from([None, *map(Decimal, ("5", "19.99", "20", "20.01", "60"))])
ROLES = st.sampled_from([*SEATS, *OBSERVERS, "manager", "applicant", "sasac_committee", "nobody"])
DAYS = st.integers(0, 1200)
REACHED: Counter[str] = Counter()


class Fund(RuleBasedStateMachine):
    """Three deals of a fund of 5,000万 that began on 2026-01-01; whoever may not still tries."""

    @initialize()
    def begin(self) -> None:
        self.deals = [Deal(name=f"d-{place}") for place in range(3)]
        self.fund = a_fund().events
        self.ledger = [[0, 0] for _ in range(3)]
        self.now = datetime(2026, 1, 5, 1, tzinfo=UTC)

    def book(self) -> Book:
        positions = (
            position_of(deal.name, ((number, event.body) for number, event in enumerate(deal.history, 1)))
            for deal in self.deals
        )
        return Book(self.fund, tuple(positions))

    def tried(self, place: int, role: str, body: DealBody, by: str = "") -> bool:
        """Try an event; where it is allowed, hold it to the oracle."""
        deal = self.deals[place]
        before, deal.book = deal.history, self.book()
        try:
            deal.add(role, body, by=by, on=self.now)
        except (DealRefused, InvalidDeal):
            REACHED[f"no {type(body).__name__}"] += 1
            return False
        REACHED[f"{type(body).__name__} {body.stage}" if isinstance(body, Move) else type(body).__name__] += 1
        self.hold(place, before, body)
        return True

    def hold(self, place: int, before: Any, body: DealBody) -> None:
        if isinstance(body, Move):
            check_move(before, body.stage)
        elif isinstance(body, Payment):
            check_payment(before, body)
            self.ledger[place][0] += fen(body.amount_wan)
        elif isinstance(body, Exit):
            self.ledger[place][1] += fen(body.cost_wan)
        elif isinstance(body, Correction):
            wrong = before[body.number - 1].body
            self.ledger[place][0] -= fen(wrong.amount_wan) if isinstance(wrong, Payment) else 0
            self.ledger[place][1] -= fen(wrong.cost_wan) if isinstance(wrong, Exit) else 0

    @rule(place=DEALS, steps=st.integers(1, 11), amount=AMOUNTS, consent=st.booleans())
    def walk(self, place: int, steps: int, amount: Decimal, *, consent: bool) -> None:
        """Do what the next stages ask for, as a manager would who wants to get on."""
        deal = self.deals[place]
        for _ in range(steps):
            here = deal.state.stage
            if here and (here not in STAGES or here == STAGES[-1]):
                return
            target = STAGES[STAGES.index(here) + 1] if here else STAGES[0]
            for role, body in self.asked(deal, target, amount):
                self.tried(place, role, body)
            if target == "implementation":
                if consent:
                    self.tried(place, "sasac_committee", Filing("sasac_consent", passed=True))
                self.tried(place, "manager", Filing("agreement"))
            elif target == "post":
                self.pay_in_step(place, amount)
            elif target == "exited":
                self.tried(place, "manager", Exit(self.now.date(), amount, deal.state.cost_wan))
            self.tried(place, "manager", Move(target))

    def asked(self, deal: Deal, target: str, amount: Decimal) -> list[tuple[str, DealBody]]:
        kinds = deal.pipeline.documents
        papers = [gate.name for gate in deal.pipeline.stages[target].gates if gate.name in kinds]
        found: list[tuple[str, DealBody]] = [
            (sorted(kinds[name].by)[0], Filing(name, True if kinds[name].judged else None)) for name in papers
        ]
        if target == "library":
            found.append(("manager", assessed(deal.pipeline.checks["qualification"], FIT, date(2026, 1, 5))))
        if target in ("implementation", "exit"):
            plan = (
                a_plan(str(amount))
                if target == "implementation"
                else Submission(Subject.EXIT, Method.MEETING, trigger="agreed")
            )
            number = len(deal.history) + 1
            found.append(("manager", plan))
            found += [(seat, Vote(number, Choice.YES)) for seat in SEATS[1:]]
            found.append(("manager", Count(number)))
        return found

    @rule(place=DEALS, stage=st.sampled_from([*STAGES, "closed", "watching", "nowhere"]), role=ROLES)
    def move(self, place: int, stage: str, role: str) -> None:
        self.tried(place, role if role != "nobody" else "manager", Move(stage))

    @rule(place=DEALS)
    def close(self, place: int) -> None:
        self.tried(place, "manager", Move("closed"))

    @rule(place=DEALS, data=st.data(), passed=st.sampled_from([None, True, True, False]))
    def file(self, place: int, data: st.DataObject, *, passed: bool | None) -> None:
        kind = data.draw(st.sampled_from(list(kunshan().documents.values())))
        self.tried(place, sorted(kind.by)[-1], Filing(kind.id, passed if kind.judged else None))

    @rule(place=DEALS, field=st.sampled_from([None, *FIT]))
    def assess(self, place: int, field: str | None) -> None:
        values = {name: value for name, value in FIT.items() if name != field}
        self.tried(place, "manager", assessed(kunshan().checks["qualification"], values, self.now.date()))

    @rule(place=DEALS, amount=AMOUNTS, share=SHARES, other=SHARES, circulated=st.booleans())
    def submit(
        self, place: int, amount: Decimal, share: Decimal | None, other: Decimal | None, *, circulated: bool
    ) -> None:
        method = Method.CIRCULATION if circulated else Method.MEETING
        plan = a_plan(str(amount), share_pct=share, largest_other_pct=other, method=method)
        self.tried(place, "manager", plan)

    @rule(place=DEALS, trigger=st.sampled_from(["moved_out", "agreed", "nothing"]))
    def leave(self, place: int, trigger: str) -> None:
        self.tried(place, "manager", Submission(Subject.EXIT, Method.MEETING, trigger=trigger))

    @rule(
        place=DEALS,
        role=ROLES,
        by=st.sampled_from(["", "甲", "乙"]),
        back=st.integers(0, 8),
        choice=st.sampled_from(Choice),
    )
    def vote(self, place: int, role: str, by: str, back: int, choice: Choice) -> None:
        plans = [n for n, event in enumerate(self.deals[place].history, 1) if isinstance(event.body, Submission)]
        plan = plans[-1] if plans and back else len(self.deals[place].history) - back
        self.tried(place, role, Vote(plan, choice), by)

    @rule(place=DEALS, yes=st.integers(0, 5), no=st.integers(0, 2))
    def decide(self, place: int, yes: int, no: int) -> None:
        """Members vote, some twice; then the votes are counted."""
        plans = [n for n, event in enumerate(self.deals[place].history, 1) if isinstance(event.body, Submission)]
        plan = plans[-1] if plans else 1
        for seat in SEATS[:yes]:
            self.tried(place, seat, Vote(plan, Choice.YES))
        for seat in SEATS[5 - no :]:
            self.tried(place, seat, Vote(plan, Choice.NO))
        self.tried(place, "manager", Count(plan))

    @rule(place=DEALS, amount=AMOUNTS, ago=DAYS, others=AMOUNTS, share=SHARES)
    def pay(self, place: int, amount: Decimal, ago: int, others: Decimal, share: Decimal | None) -> None:
        on = max(date(2025, 12, 30), self.now.date() - timedelta(days=ago // 30))
        shares = (share, Decimal(60)) if share else (Decimal(10), Decimal(40))
        self.tried(place, "manager", Payment(on, amount, Decimal(300), min(others, Decimal(300)), *shares))

    @rule(place=DEALS, amount=AMOUNTS)
    def pay_step(self, place: int, amount: Decimal) -> None:
        self.pay_in_step(place, amount)

    def pay_in_step(self, place: int, amount: Decimal) -> None:
        paid_up = Payment(self.now.date(), amount, Decimal(1), Decimal(1), Decimal(12), Decimal(50))
        self.tried(place, "manager", paid_up)

    @rule(place=DEALS, proceeds=AMOUNTS, part=st.sampled_from(["1", "0.5", "0.333333", "1.000001"]), ago=DAYS)
    def give_back(self, place: int, proceeds: Decimal, part: str, ago: int) -> None:
        given = (self.deals[place].state.cost_wan * Decimal(part)).quantize(Decimal("0.000001"))
        self.tried(place, "manager", Exit(self.now.date() - timedelta(days=ago // 60), proceeds, given))

    @rule(place=DEALS, back=st.integers(0, 12), own=st.sampled_from([True, True, True, False]), money=st.booleans())
    def correct(self, place: int, back: int, *, own: bool, money: bool) -> None:
        """Take back an entry: any of the last ones, or the last money that moved."""
        history = self.deals[place].history
        moved = [n for n, event in enumerate(history, 1) if isinstance(event.body, Payment | Exit | Filing)]
        number = moved[-1 - back % 3] if money and len(moved) > 2 else len(history) - back
        role = history[number - 1].role if own and 1 <= number <= len(history) else "manager"
        self.tried(place, role, Correction(number))

    @rule(amount=AMOUNTS, kind=st.integers(0, 4), ago=DAYS)
    def account(self, amount: Decimal, kind: int, ago: int) -> None:
        on, year = self.now.date() - timedelta(days=ago // 40), self.now.year
        bodies: list[FundBody] = [
            Tranche(on, amount * 10, amount),
            Contribution(on, amount),
            Fee(on, year - 1, min(amount, Decimal(50))),
            Extension(date(2036, 1, 1)),
            Correction(max(1, len(self.fund) - ago % 5)),
        ]
        try:
            self.fund = entered(kunshan(), self.book(), fund_event(bodies[kind])).events
        except (DealRefused, InvalidDeal):
            REACHED[f"no fund {type(bodies[kind]).__name__}"] += 1
            return
        REACHED[f"fund {type(bodies[kind]).__name__}"] += 1

    @rule(days=st.sampled_from([1, 30, 200, 400]))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    @invariant()
    def nothing_forbidden(self) -> None:
        for place, deal in enumerate(self.deals):
            events = upheld(deal.history)
            check_votes(deal.history)
            state = deal.state
            out, back = self.ledger[place]
            assert (fen(state.paid_wan), fen(state.cost_wan)) == (paid(events), cost(events)) == (out, out - back)
            assert out >= back >= 0
            for _, event in events:
                assert not isinstance(event.body, Payment) or event.body.on <= LAST_DAY_OF_INVESTING

    @invariant()
    def no_day_below_zero(self) -> None:
        assert all(cash >= 0 for _, cash in cash_by_day(self.fund, [deal.history for deal in self.deals]))


def test_nothing_forbidden_ever_comes_about() -> None:
    REACHED.clear()
    run_state_machine_as_test(
        Fund,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=50,
            deadline=None,
            derandomize=EXAMPLES < 100,
            suppress_health_check=list(HealthCheck),
        ),
    )
    wanted = {"Payment", "Exit", "Correction", "Count", "Vote", "Move exit", "Move closed", "Move implementation"}
    refused = {"no Payment", "no Vote", "no Move", "no Correction", "no Submission", "no Exit"}
    assert wanted | refused <= set(REACHED), "the run has not come far enough to mean anything"
    if EXAMPLES >= 100:
        print(dict(sorted(REACHED.items())))
