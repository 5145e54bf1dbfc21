"""Outcomes: only steps that can follow, promises by working days, funnels that count what happened."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidOutcome
from matcher.learning.funnel import Tracked, by_group, funnel
from matcher.learning.outcomes import FINAL, Event, OutcomeState, added, current, reached, success_of
from matcher.learning.promises import Promise, kept, reminders
from matcher.offers import OfferKind

S = OutcomeState
START = datetime(2026, 9, 28, 2, tzinfo=UTC)  # 周一上午十点（北京）


def event(state: OutcomeState, days: float = 0, **more: object) -> Event:
    return Event(state, START + timedelta(days=days), "银行", **more)  # type: ignore[arg-type]


def history(*events: Event, kind: OfferKind = OfferKind.LOAN) -> tuple[Event, ...]:
    made: tuple[Event, ...] = ()
    for item in events:
        made = added(made, item, kind)
    return made


def test_a_loan_from_push_to_funds() -> None:
    steps = history(
        event(S.PUSHED),
        event(S.ACCEPTED, 1),
        event(S.APPROVED, 2, amount_wan=Decimal(300), rate_pct=Decimal("3.65")),
        event(S.FUNDED, 3, amount_wan=Decimal(200)),
    )
    assert current(steps).state is S.FUNDED
    assert reached(steps, S.CONTACTED) == steps[2].at
    assert reached(steps, S.REFUSED) is None
    assert added(steps, steps[-1], OfferKind.LOAN) == steps


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([event(S.ACCEPTED)], "尚未推送"),
        ([event(S.PUSHED), event(S.ACCEPTED, 2), event(S.VIEWED, 3)], "之后反馈"),
        ([event(S.PUSHED), event(S.REFUSED, 1, reason="超出授信范围"), event(S.ACCEPTED, 2)], "不再反馈"),
        ([event(S.PUSHED), event(S.REFUSED, 1)], "没有写原因"),
        ([event(S.PUSHED), event(S.APPROVED, 1), event(S.MOVED_IN, 2)], "已放款"),
        ([event(S.PUSHED), event(S.FUNDED, 1)], "之后反馈"),
        ([event(S.PUSHED, 3), event(S.VIEWED, 1)], "早于"),
        ([event(S.PUSHED), event(S.VIEWED, 1, amount_wan=Decimal(3))], "带有金额"),
        ([event(S.PUSHED), event(S.APPROVED, 1, rate_pct=Decimal(-1))], "利率"),
        ([event(S.PUSHED), event(S.APPROVED, 1, amount_wan=Decimal("NaN"))], "金额"),
    ],
)
def test_what_cannot_be_is_refused(events: list[Event], said: str) -> None:
    with pytest.raises(InvalidOutcome, match=said):
        history(*events)


@given(st.lists(st.sampled_from(list(S)), max_size=12), st.sampled_from(list(OfferKind)))
def test_a_history_never_steps_back_and_ends_once(states: list[OutcomeState], kind: OfferKind) -> None:
    made: tuple[Event, ...] = ()
    for place, state in enumerate(states):
        try:
            made = added(made, event(state, place, reason="原因" if state is S.REFUSED else ""), kind)
        except InvalidOutcome:
            continue
    seen = [item.state for item in made]
    assert len(seen) == len(set(seen))
    assert all(item not in FINAL for item in seen[:-1])
    order = [list(S).index(item) for item in seen]
    assert order == sorted(order)
    assert not {S.FUNDED, S.MOVED_IN, S.INVESTED} & set(seen) - {success_of(kind)}


def test_promises_count_working_days_over_a_holiday() -> None:
    pushed = history(event(S.PUSHED))  # 9 月 28 日；10 月 1 至 7 日放假，10 月 10 日（周六）上班
    assert reminders(pushed, Promise(), date(2026, 9, 29)) == ()
    late = reminders(pushed, Promise(), date(2026, 10, 9))
    assert [(item.due, item.deadline.day, item.late_days) for item in late] == [
        (S.ACCEPTED, date(2026, 9, 29), 3),
        (S.CONTACTED, date(2026, 10, 8), 1),
    ]
    assert len(reminders(pushed, Promise(), date(2026, 10, 12))) == 3
    refused = added(pushed, event(S.REFUSED, 1, reason="不符合"), OfferKind.LOAN)
    assert reminders(refused, Promise(), date(2026, 12, 1)) == ()
    assert kept(refused, Promise()) == {S.ACCEPTED: True, S.CONTACTED: True, S.APPROVED: True}
    slow = added(pushed, event(S.APPROVED, 30), OfferKind.LOAN)
    assert kept(slow, Promise()) == {S.ACCEPTED: False, S.CONTACTED: False, S.APPROVED: False}


def test_a_push_late_in_the_day_belongs_to_the_day_in_beijing() -> None:
    evening = datetime(2026, 9, 28, 17, tzinfo=UTC)  # 北京已是 29 日凌晨一点
    pushed = (Event(S.PUSHED, evening, "平台"),)
    assert reminders(pushed, Promise(), date(2026, 9, 30)) == ()
    assert len(reminders(pushed, Promise(), date(2026, 10, 8))) == 1


def test_a_funnel_counts_what_happened() -> None:
    funded = history(
        event(S.PUSHED),
        event(S.APPROVED, 1, amount_wan=Decimal(300), rate_pct=Decimal(4)),
        event(S.FUNDED, 2, amount_wan=Decimal(300), rate_pct=Decimal(4)),
    )
    cheap = history(
        event(S.PUSHED),
        event(S.APPROVED, 1),
        event(S.FUNDED, 2, amount_wan=Decimal(100), rate_pct=Decimal(3)),
    )
    refused = history(event(S.PUSHED), event(S.VIEWED, 1), event(S.REFUSED, 2, reason="行业不符"))
    waiting = history(event(S.PUSHED))
    loans = [
        Tracked(funded, S.FUNDED, {"institution": "甲"}),
        Tracked(cheap, S.FUNDED, {"institution": "乙"}),
        Tracked(refused, S.FUNDED, {"institution": "甲"}),
        Tracked(waiting, S.FUNDED, {"institution": "甲"}),
        Tracked((), S.FUNDED),
    ]
    counted = funnel(loans)
    assert dict(counted.steps) == {S.PUSHED: 4, S.VIEWED: 3, S.ACCEPTED: 2, S.CONTACTED: 2, S.APPROVED: 2}
    assert (counted.succeeded, counted.refused, counted.withdrawn) == (2, 1, 0)
    assert (counted.amount_wan, counted.amounts_known, counted.rate_pct) == (Decimal(400), 2, Decimal("3.75"))
    assert counted.refusal_reasons == {"行业不符": 1}
    assert counted.days_to_decide == 1
    assert counted.share(S.APPROVED) == 0.5
    assert counted.promises_kept[S.APPROVED] == (3, 3)
    assert [(name, part.steps[S.PUSHED]) for name, part in by_group(loans, "institution").items()] == [
        ("甲", 3),
        ("乙", 1),
    ]


def test_nothing_pushed_says_nothing() -> None:
    empty = funnel([])
    assert (empty.amount_wan, empty.rate_pct, empty.days_to_decide) == (None, None, None)
    assert empty.share(S.VIEWED) is None
