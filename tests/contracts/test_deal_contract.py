"""Deals and funds on both databases: the history in SQL decides, however many act at once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from api.access.viewers import Viewer
from api.errors import StoreDamaged, UnknownDeal, UnknownPipeline
from api.store.deal_rows import Said
from api.store.deal_tables import deal_events
from api.store.deals import DealRecord, FundRecord, NewDeal
from api.store.pipelines import PipelineFile
from api.store.store import Store, open_store
from api.store.tenants import Tenant, Tier
from matcher.dealflow.events import (
    Choice,
    Correction,
    Count,
    Custody,
    DealBody,
    Exit,
    Extension,
    Fee,
    Filing,
    FundBody,
    Move,
    Payment,
    Tranche,
    Vote,
)
from matcher.dealflow.fees import fee_of_year
from matcher.dealflow.state import state_of
from matcher.errors import DealRefused, InvalidValue
from tests.matcher.dealflow.worlds import SEATS, Deal, a_payment, a_plan, an_exit_plan, kunshan, pipelines, wan

VIEWER = Viewer("local")
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def said(role: str = "manager", *, by: str = "", at: datetime = NOW) -> Said:
    return Said(by or f"{role} 经办", role, "按流程办理", at, ("材料-1",))


def a_stored_fund(store: Store) -> FundRecord:
    fund = store.deals.open_fund(VIEWER, kunshan(), "昆山天使（测试）", NOW)
    begun = date(2026, 1, 1)
    for body in (Tranche(begun, wan(5000), wan(5000)), Custody(begun, "某商业银行")):
        fund = store.deals.enter(VIEWER, fund.id, kunshan(), said(), body)
    return fund


def a_stored_deal(store: Store, stage: str, fund: str | None = None, amount: int = 300) -> DealRecord:
    """A deal whose history was walked to a stage in memory and then told to the store, event by event."""
    told = Deal().to(stage, a_plan(amount)).history
    deal = store.deals.open(VIEWER, kunshan(), NewDeal("某体外诊断企业", fund, None, "p-1"), _said(told[0]))
    for event in told[1:]:
        deal = store.deals.append(VIEWER, deal.id, kunshan(), _said(event), event.body)
    assert deal.history == told
    return deal


def _said(event: object) -> Said:
    return Said(event.by, event.role, event.why, event.at, event.evidence)


def test_what_is_read_is_what_was_written(store: Store) -> None:
    fund = a_stored_fund(store)
    deal = a_stored_deal(store, "post", fund.id)
    deal = store.deals.append(VIEWER, deal.id, kunshan(), said(), an_exit_plan())
    assert store.deals.get(VIEWER, deal.id) == deal
    assert (deal.stage, deal.revision, deal.party_id, deal.fund) == ("post", len(deal.history), "p-1", fund.id)
    assert state_of(kunshan(), deal.history).paid_wan == Decimal(100)
    assert {type(event.body).__name__ for event in deal.history} >= {"Move", "Filing", "Assessment", "Payment"}
    assert [type(event.body) for event in store.deals.fund(VIEWER, fund.id).events] == [Tranche, Custody]


def test_a_forbidden_event_leaves_no_trace(store: Store) -> None:
    deal = a_stored_deal(store, "application")
    with pytest.raises(DealRefused, match="未提交“科技部门审核意见”"):
        store.deals.append(VIEWER, deal.id, kunshan(), said(), Move("qualification"))
    with pytest.raises(InvalidValue, match="NUL"):
        store.deals.append(VIEWER, deal.id, kunshan(), said(by="甲\0"), Filing("approval", passed=True))
    assert store.deals.get(VIEWER, deal.id) == deal


def test_the_fund_is_one_for_all_its_deals(store: Store) -> None:
    fund = a_stored_fund(store)
    first = a_stored_deal(store, "implementation", fund.id, 4_700)
    second = a_stored_deal(store, "implementation", fund.id, 400)
    store.deals.append(VIEWER, first.id, kunshan(), said(), a_payment(4_700, date(2026, 3, 1)))
    with pytest.raises(DealRefused, match="可用资金为 -1 万元"):
        store.deals.append(VIEWER, second.id, kunshan(), said(), a_payment(301, date(2026, 3, 1)))
    store.deals.append(VIEWER, second.id, kunshan(), said(), a_payment(300, date(2026, 3, 1)))
    book = store.deals.book(VIEWER, fund.id)
    assert sum(amount for position in book.positions for _, amount in position.payments) == 5000
    terms = kunshan().fund
    assert terms is not None
    assert fee_of_year(terms, book, 2026) == 50


def test_a_corrected_payment_gives_the_money_back(store: Store) -> None:
    fund = a_stored_fund(store)
    deal = a_stored_deal(store, "implementation", fund.id)
    paid = store.deals.append(VIEWER, deal.id, kunshan(), said(), a_payment(300, date(2026, 3, 1)))
    after = store.deals.append(VIEWER, deal.id, kunshan(), said(), Correction(paid.revision))
    assert state_of(kunshan(), after.history).paid_wan == 0
    assert isinstance(after.history[paid.revision - 1].body, Payment)
    assert store.deals.book(VIEWER, fund.id).positions[0].payments == ()


def test_every_kind_of_event_is_kept_exactly(store: Store) -> None:
    fund = a_stored_fund(store)
    later = datetime(2034, 2, 1, tzinfo=UTC)
    more: list[FundBody] = [
        Tranche(date(2026, 5, 1), wan(1000), wan("999.999999")),
        Fee(date(2027, 1, 4), 2026, wan("50")),
        Extension(date(2035, 1, 1)),
        Correction(2),
    ]
    for body in more:
        fund = store.deals.enter(VIEWER, fund.id, kunshan(), said(at=later), body)
    assert [event.body for event in fund.events[2:]] == more
    assert repr(fund.events[2].body) == repr(more[0])
    deal = a_stored_deal(store, "implementation")
    assert repr(store.deals.get(VIEWER, deal.id).history) == repr(Deal().to("implementation").history)


def test_members_who_vote_at_one_moment_each_count_once(store: Store) -> None:
    deal = a_stored_deal(store, "decision")
    plan = store.deals.append(VIEWER, deal.id, kunshan(), said(), a_plan()).revision
    start = Barrier(10)

    def vote(place: int) -> bool:
        start.wait()
        seat = SEATS[place % 5]
        store.deals.append(VIEWER, deal.id, kunshan(), said(seat, by=seat), Vote(plan, Choice.YES))
        return True

    with ThreadPoolExecutor(10) as pool:
        assert all(pool.map(vote, range(10)))
    after = store.deals.get(VIEWER, deal.id)
    committee = kunshan().committee
    assert committee is not None
    ballot = state_of(kunshan(), after.history).ballots[0]
    assert (len(ballot.votes), ballot.yes(committee)) == (10, 5)
    assert [event.at for event in after.history] == sorted(event.at for event in after.history)


def test_only_one_of_two_counts_and_one_of_two_payments_at_a_moment(store: Store) -> None:
    fund = a_stored_fund(store)
    deal = a_stored_deal(store, "implementation", fund.id)
    start = Barrier(4)

    def pay(_: int) -> str:
        start.wait()
        try:
            store.deals.append(VIEWER, deal.id, kunshan(), said(), a_payment(300, date(2026, 3, 1)))
        except DealRefused as refusal:
            return refusal.gate
        return "paid"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(pay, range(4))) == ["paid", "plan", "plan", "plan"]
    assert state_of(kunshan(), store.deals.get(VIEWER, deal.id).history).paid_wan == 300


CHILD = """
import sys, time
from api.store.store import open_store
from tests.contracts.test_deal_contract import NOW, VIEWER, said
from matcher.dealflow.events import Choice, Vote
from tests.matcher.dealflow.worlds import SEATS, kunshan

url, deal, plan, place = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
store, pipeline = open_store(url), kunshan()
print("ready", flush=True)
sys.stdin.readline()
for choice in (Choice.NO, Choice.YES):
    store.deals.append(VIEWER, deal, pipeline, said(SEATS[place]), Vote(plan, choice))
store.close()
"""


def test_two_members_vote_from_two_processes_and_there_is_one_result(database_url: str) -> None:
    store = open_store(database_url)
    deal = a_stored_deal(store, "decision")
    plan = store.deals.append(VIEWER, deal.id, kunshan(), said(), a_plan()).revision
    for seat in SEATS[:2]:
        store.deals.append(VIEWER, deal.id, kunshan(), said(seat), Vote(plan, Choice.YES))
    root = Path(__file__).parents[2]
    given = [[sys.executable, "-c", CHILD, database_url, deal.id, str(plan), str(place)] for place in (2, 3)]
    members = [
        subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for command in given
    ]
    for member in members:
        assert member.stdout is not None
        assert member.stdout.readline() == "ready\n"
    for member in members:
        assert member.stdin is not None
        member.stdin.write("go\n")
        member.stdin.flush()
    for member in members:
        member.communicate(timeout=60)
    assert [member.returncode for member in members] == [0, 0]
    store.deals.append(VIEWER, deal.id, kunshan(), said(), Count(plan))
    after = store.deals.append(VIEWER, deal.id, kunshan(), said(), Move("implementation"))
    committee = kunshan().committee
    assert committee is not None
    ballot = state_of(kunshan(), after.history).ballots[0]
    assert (len(ballot.votes), ballot.yes(committee), ballot.passed(committee)) == (6, 4, True)
    store.close()


def test_the_database_itself_refuses_a_number_twice_and_damage_is_told(store: Store) -> None:
    deal = a_stored_deal(store, "application")
    row = {"deal_id": deal.id, "number": 1, "kind": "move", "at": NOW, "by": "甲", "role": "manager", "why": "重复"}
    with pytest.raises(IntegrityError), store.deals._database.writing() as connection:
        connection.execute(insert(deal_events).values(**row, evidence=[], body={"stage": "closed"}))
    for broken in ({"kind": "nothing"}, {"kind": "move", "body": {"place": 1}}):
        with store.deals._database.writing() as connection:
            connection.execute(update(deal_events).values(**broken))
        with pytest.raises(StoreDamaged):
            store.deals.get(VIEWER, deal.id)


def test_lists_are_a_platforms_own(store: Store) -> None:
    fund = a_stored_fund(store)
    early = a_stored_deal(store, "research", fund.id)
    late = a_stored_deal(store, "application")
    found = store.deals.list(VIEWER, kunshan().id)
    assert [item.id for item in found] == [late.id, early.id]
    assert [item.history for item in found] == [(), ()]
    assert [item.id for item in store.deals.list(VIEWER, kunshan().id, stage="research", fund=fund.id)] == [early.id]
    assert [item.id for item in store.deals.list(VIEWER, kunshan().id, offset=1, limit=1)] == [early.id]
    store.tenants.ensure(Tenant("other", "别处", Tier.LOCAL))
    for asker, key in ((VIEWER, "none"), (VIEWER, "a\x00"), (Viewer("other"), early.id), (Viewer("other"), fund.id)):
        for ask in (store.deals.get, store.deals.fund, store.deals.book):
            with pytest.raises(UnknownDeal):
                ask(asker, key)
    assert store.deals.list(Viewer("other"), kunshan().id) == ()


def test_a_deal_is_decided_by_its_own_pipeline(store: Store) -> None:
    deal = a_stored_deal(store, "application")
    other = next(item for item in pipelines().values() if item.id != kunshan().id)
    bodies: list[DealBody] = [Move("closed"), Exit(date(2026, 1, 5), wan(1), wan(1))]
    for body in bodies:
        with pytest.raises(ValueError, match=r"decides, not pipeline"):
            store.deals.append(VIEWER, deal.id, other, said(at=NOW + timedelta(days=1)), body)


def test_a_deal_is_decided_by_the_version_that_it_was_begun_under(store: Store) -> None:
    deal = a_stored_deal(store, "application")
    assert deal.version == kunshan().version
    later = replace(kunshan(), version="another")
    with pytest.raises(ValueError, match=r"decides, not pipeline"):
        store.deals.append(VIEWER, deal.id, later, said(), Move("closed"))


def test_a_version_of_a_pipeline_is_kept_once_and_never_changed(store: Store) -> None:
    first = PipelineFile("p", "v1", "p.yaml", "id: p", NOW)
    store.pipelines.keep(VIEWER, first)
    store.pipelines.keep(VIEWER, replace(first, content="id: other", kept=NOW + timedelta(days=1)))
    store.pipelines.keep(VIEWER, PipelineFile("p", "v2", "p.yaml", "id: p # 2", NOW + timedelta(days=2)))

    assert store.pipelines.get(VIEWER, "p", "v1") == first
    assert [item.version for item in store.pipelines.versions(VIEWER, "p")] == ["v2", "v1"]
    assert store.pipelines.versions(Viewer("elsewhere")) == ()
    with pytest.raises(UnknownPipeline):
        store.pipelines.get(VIEWER, "p", "v3")
