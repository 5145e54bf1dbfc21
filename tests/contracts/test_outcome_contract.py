"""Outcomes on each database: judged by what is stored, only ever added to, never forked."""

from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from api.delivery.delivering import deliver
from api.delivery.tracking import Group, followed, late
from api.errors import WrongCampaignState
from api.store.campaign_rows import AssignmentStatus, Campaign, RunState
from api.store.campaign_tables import outcome_events
from api.store.outcome_rows import OutcomeReport, ReportState
from api.store.store import Store
from matcher.learning.funnel import by_group, funnel
from matcher.learning.outcomes import Event, OutcomeState
from matcher.offers import OfferKind
from tests.api.delivery.worlds import BANKS, LATER, PUSHED, VIEWER, a_campaign, delivered

HOUR = timedelta(hours=1)


def keys_of(store: Store, campaign: Campaign) -> list[str]:
    return [row.id for row in store.outcomes.rows(store.campaigns.run(VIEWER, campaign.id, 1))]


def said(key: str, state: OutcomeState, *, hours: int = 1, reason: str = "", wan: str | None = None) -> OutcomeReport:
    amount = None if wan is None else Decimal(wan)
    return OutcomeReport(key, Event(state, PUSHED + hours * HOUR, "示例银行", reason, amount))


def add(store: Store, campaign: Campaign, *reports: OutcomeReport, whole: bool = False) -> list[str]:
    return [result.state.value for result in store.outcomes.add(VIEWER, campaign.id, reports, LATER, whole=whole)]


def test_delivery_pushes_each_pair_once(store: Store) -> None:
    campaign, run = a_campaign(store)
    draft = store.campaigns.new_run(VIEWER, campaign.id, PUSHED)
    with pytest.raises(WrongCampaignState):
        deliver(store, VIEWER, campaign.id, draft.number, "科长", PUSHED)
    done, pushed = deliver(store, VIEWER, campaign.id, run.number, "科长", PUSHED)
    assert (done.state, pushed) == (RunState.DELIVERED, 6)
    assert deliver(store, VIEWER, campaign.id, run.number, "别人", LATER)[1] == 0
    histories = store.outcomes.histories(VIEWER, campaign.id)
    assert list(histories.values()) == [(Event(OutcomeState.PUSHED, PUSHED, "科长"),)] * 6
    assert store.outcomes.histories(VIEWER, campaign.id, draft) == {}


def test_reports_are_judged_in_order_and_each_has_its_result(store: Store) -> None:
    campaign, _ = delivered(store)
    first, second, third = keys_of(store, campaign)[:3]
    S = OutcomeState
    reports = (
        said(first, S.ACCEPTED, hours=1),
        said(first, S.APPROVED, hours=2, wan="300.50"),
        said(second, S.REFUSED),
        said(second, S.REFUSED, reason="超出范围"),
        said("none", S.ACCEPTED),
        said("\x00", S.ACCEPTED),
        said(third, S.MOVED_IN),
        said(third, S.ACCEPTED, hours=10_000),
        said(third, S.REFUSED, reason="\x00"),
    )
    expected = ["added", "added", "refused", "added", "refused", "refused", "refused", "refused", "refused"]
    assert [item.state.value for item in store.outcomes.judged(VIEWER, campaign.id, reports, LATER)] == expected
    assert len(store.outcomes.history(VIEWER, first)) == 1
    assert add(store, campaign, *reports) == expected
    again = ["same", "same", "refused", "same", *["refused"] * 5]
    assert add(store, campaign, *reports) == again
    history = store.outcomes.history(VIEWER, first)
    assert [event.state for event in history] == [S.PUSHED, S.ACCEPTED, S.APPROVED]
    assert history[-1].amount_wan == Decimal("300.50")
    assert history[-1].at == PUSHED + 2 * HOUR
    assert store.campaigns.refused(store.campaigns.run(VIEWER, campaign.id, 1)) == {second}


def test_a_whole_batch_is_written_or_nothing_of_it(store: Store) -> None:
    campaign, _ = delivered(store)
    first, second = keys_of(store, campaign)[:2]
    bad = (said(first, OutcomeState.ACCEPTED), said(second, OutcomeState.REFUSED))
    assert add(store, campaign, *bad, whole=True) == ["added", "refused"]
    assert len(store.outcomes.history(VIEWER, first)) == 1
    assert add(store, campaign, bad[0], whole=True) == ["added"]
    assert len(store.outcomes.history(VIEWER, first)) == 2


def test_a_pair_of_another_campaign_and_a_replaced_one_are_refused(store: Store) -> None:
    campaign, run = delivered(store)
    other, _ = delivered(store)
    key = keys_of(store, campaign)[0]
    assert add(store, other, said(key, OutcomeState.ACCEPTED)) == ["refused"]
    store.campaigns.replaced(run, [key], [], {})
    assert add(store, campaign, said(key, OutcomeState.ACCEPTED)) == ["refused"]
    assert key not in keys_of(store, campaign)
    statuses = {pair.status for pair in store.outcomes.pairs(VIEWER, campaign.id)}
    assert statuses == {AssignmentStatus.ACTIVE, AssignmentStatus.REPLACED}


def test_writers_at_once_do_not_fork_a_history(store: Store) -> None:
    campaign, _ = delivered(store)
    key = keys_of(store, campaign)[0]
    barrier = Barrier(6)
    results: list[str] = []

    def write(number: int) -> None:
        state = (OutcomeState.ACCEPTED, OutcomeState.REFUSED)[number % 2]
        report = said(key, state, hours=1, reason="超出范围" if number % 2 else "")
        barrier.wait()
        results.extend(add(store, campaign, report))

    threads = [Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store._database.reading() as connection:
        rows = connection.execute(
            select(outcome_events.c.number, outcome_events.c.state)
            .where(outcome_events.c.assignment_id == key)
            .order_by(outcome_events.c.number)
        ).all()
    states = [row.state for row in rows]
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert states in (["pushed", "accepted", "refused"], ["pushed", "refused"])
    assert results.count(ReportState.ADDED.value) == len(rows) - 1


def test_pairs_are_counted_by_what_their_run_knew(store: Store) -> None:
    campaign, _ = delivered(store)
    key = keys_of(store, campaign)[0]
    add(store, campaign, said(key, OutcomeState.ACCEPTED))
    pairs = followed(store, VIEWER, campaign.id)
    assert {item.pair.kind for item in pairs} == {OfferKind.LOAN}
    assert all(item.pair.synthetic for item in pairs)
    tracked = [item.tracked for item in pairs]
    assert funnel(tracked).steps[OutcomeState.ACCEPTED] == 1
    assert set(by_group(tracked, Group.INSTITUTION.value)) == set(BANKS)
    by_place = by_group(tracked, Group.DISTRICT.value)
    assert {value: item.steps[OutcomeState.PUSHED] for value, item in by_place.items()} == {
        "": 2,
        "江苏省苏州市昆山市": 2,
        "江苏省苏州市虎丘区": 2,
    }
    assert "制造业" in by_group(tracked, Group.INDUSTRY.value)
    found = list(late(pairs, PUSHED.date() + timedelta(days=4)))
    assert {item.pair.id for item in found if item.reminder.due is OutcomeState.ACCEPTED} == {
        item.pair.id for item in pairs
    } - {key}
    assert [item.reminder.late_days for item in found] == sorted(
        (item.reminder.late_days for item in found), reverse=True
    )
