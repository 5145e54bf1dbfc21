"""Rules of every pipeline: going back, corrections, who acts, what is on record, carriers and the generic fund."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from matcher.dealflow.checking import assessed
from matcher.dealflow.deadlines import stage_deadline
from matcher.dealflow.deciding import admitted
from matcher.dealflow.events import (
    Choice,
    Correction,
    Count,
    DealBody,
    Event,
    Exit,
    Filing,
    Move,
    Payment,
    Submission,
    Tranche,
    Vote,
)
from matcher.dealflow.exemption import premises
from matcher.dealflow.funds import Book
from matcher.dealflow.moving import onward
from matcher.dealflow.pipeline import Method, Subject
from matcher.eligibility.results import State
from matcher.errors import DealRefused, InvalidDeal
from tests.matcher.dealflow.worlds import (
    FIT,
    MORNING,
    SEATS,
    Deal,
    a_payment,
    a_plan,
    an_exit_plan,
    booked,
    kunshan,
    pipelines,
    wan,
)

FEBRUARY = datetime(2026, 2, 2, tzinfo=UTC)


def a_paid_deal(amount: int = 100) -> Deal:
    deal = Deal().to("implementation")
    deal.add("manager", a_payment(amount), on=FEBRUARY)
    return deal


def test_a_move_is_undone_by_a_move_and_nothing_is_lost() -> None:
    deal = Deal().to("research")
    before = deal.history
    deal.add("manager", Move("qualification"), why="误操作，退回")
    assert deal.state.path == ("application", "qualification")
    assert deal.history[: len(before)] == before
    deal.add("manager", Move("library"))  # what was checked stays checked
    assert deal.state.stage == "library"
    assert [item.id for item in onward(deal.pipeline, deal.state)] == [
        "research", "closed", "qualification", "application",
    ]  # fmt: skip


def test_a_deal_begins_at_the_beginning_and_a_closed_one_may_be_taken_up_again() -> None:
    deal = Deal()
    assert [item.id for item in onward(deal.pipeline, deal.state)] == ["application"]
    for body in (Move("library"), Filing("application")):
        with pytest.raises(DealRefused):
            deal.add("manager", body)
    deal.to("decision")
    plan = deal.add("manager", a_plan())
    deal.add("manager", Move("closed"))
    with pytest.raises(DealRefused, match="不在表决中"):
        deal.add(SEATS[0], Vote(plan, Choice.YES))
    with pytest.raises(DealRefused, match="在“终止”提交表决"):
        deal.add("manager", a_plan())
    deal.add("manager", Move("decision"), why="重新启动")
    with pytest.raises(DealRefused, match="不在表决中"):  # the plan lapsed: it is submitted anew
        deal.add(SEATS[0], Vote(plan, Choice.YES))
    deal.to("implementation")


def test_going_back_lets_a_decision_lapse_and_money_holds_the_way_shut() -> None:
    deal = a_paid_deal()
    with pytest.raises(DealRefused, match="已注资 100 万元而退回“尽职调查”"):
        deal.add("manager", Move("diligence"))
    deal.add("manager", Move("decision"), why="调整方案")
    with pytest.raises(DealRefused, match="“投资方案”尚未提交表决"):
        deal.add("manager", Move("implementation"))
    deal.decide(a_plan(400, method=Method.MEETING))  # 100 paid before, 400 more: 500 in all
    deal.add("manager", Move("implementation"))
    deal.add("manager", a_payment(400, date(2026, 2, 2)))
    deal.add("manager", Move("decision"))
    deal.decide(a_plan("0.000001"))
    with pytest.raises(DealRefused, match=r"项目投资合计 500.000001 万元"):
        deal.add("manager", Move("implementation"))


def test_what_was_paid_once_counts_even_when_it_came_back() -> None:
    deal = a_paid_deal(300)
    deal.add("manager", Move("post"))
    deal.decide(an_exit_plan("shareholder_buys"))
    deal.add("manager", Move("exit"))
    deal.add("manager", Exit(date(2026, 2, 2), wan(600), wan(200)))
    deal.add("manager", Move("decision"), why="追加投资")
    deal.decide(a_plan("200.000001"))
    with pytest.raises(DealRefused, match="超过 500 万元"):
        deal.add("manager", Move("implementation"))


def test_a_deal_with_money_out_is_not_closed_over() -> None:
    deal = a_paid_deal()
    with pytest.raises(DealRefused, match="100 万元未退出"):
        deal.add("manager", Move("closed"))
    deal.add("manager", Correction(len(deal.history)))
    deal.add("manager", Move("closed"))


def test_one_plan_at_a_time_and_a_count_only_when_it_is_settled() -> None:
    deal = Deal().to("decision")
    plan = deal.add("manager", a_plan())
    with pytest.raises(DealRefused, match="上一份方案尚未计票"):
        deal.add("manager", a_plan())
    deal.vote(plan, yes=0, no=1)
    with pytest.raises(DealRefused, match="尚有 4 席未表决"):
        deal.add("manager", Count(plan))
    deal.vote(plan, yes=0, no=2)
    deal.add("manager", Count(plan))  # two against: four can no longer agree
    second = deal.add("manager", a_plan())
    for wrong in (plan, 1, 999):
        with pytest.raises(DealRefused, match=f"正在表决的方案 {second}"):
            deal.add(SEATS[0], Vote(wrong, Choice.YES))
    with pytest.raises(DealRefused, match="在“投资决策”提交表决"):
        deal.add("manager", an_exit_plan())


CORRECTIONS: list[tuple[type[object], str]] = [
    (Move, "以新的记录恢复"),
    (Submission, "计票前更正"),
    (Vote, "计票前更正"),
    (Count, "缺少投资方案表决通过"),
    (Filing, "缺少"),
]


@pytest.mark.parametrize(("kind", "said"), CORRECTIONS)
def test_what_something_rests_on_is_not_corrected_away(kind: type[object], said: str) -> None:
    deal = a_paid_deal()
    numbers = [number for number, event in enumerate(deal.history, 1) if isinstance(event.body, kind)]
    for number in numbers:
        with pytest.raises(DealRefused, match=said):
            deal.add(deal.history[number - 1].role, Correction(number))
    assert numbers


def test_corrections_are_their_authors_and_are_made_once() -> None:
    deal = Deal().to("decision")
    plan = deal.add("manager", a_plan())
    vote = deal.add(SEATS[0], Vote(plan, Choice.NO))
    with pytest.raises(DealRefused, match="由市科创办（人才办）委员办理"):
        deal.add("manager", Correction(vote))
    correction = deal.add(SEATS[0], Correction(vote))
    assert deal.state.ballots[0].votes == ()
    for number in (vote, correction, 0, 99):
        with pytest.raises(DealRefused):
            deal.add(SEATS[0], Correction(number))
    deal.add("manager", Correction(plan))
    assert deal.state.ballots == ()
    assert len(deal.history) == correction + 1


def test_a_count_taken_back_opens_the_vote_again() -> None:
    deal = Deal().to("decision")
    plan = deal.add("manager", a_plan())
    deal.vote(plan, yes=3, no=2)
    count = deal.add("manager", Count(plan))
    deal.add("manager", Correction(count), why="漏登一票")
    deal.add(SEATS[3], Vote(plan, Choice.YES))
    deal.add("manager", Count(plan))
    deal.add("manager", Move("implementation"))
    failed = Deal().to("decision")
    first = failed.decide(a_plan(), yes=3, no=2)
    failed.add("manager", a_plan())
    with pytest.raises(DealRefused, match="两份方案同时在表决"):
        failed.add("manager", Correction(first + 6))


def test_an_exit_is_not_left_without_its_payment() -> None:
    deal = a_paid_deal(100)
    first = len(deal.history)
    deal.add("manager", Move("post"))
    deal.decide(an_exit_plan())
    deal.add("manager", Move("exit"))
    deal.add("manager", Exit(date(2026, 2, 2), wan(50), wan(100)))
    with pytest.raises(DealRefused, match="更正后"):
        deal.add("manager", Correction(first))


def test_on_no_day_is_more_given_up_than_was_paid() -> None:
    deal = a_paid_deal(100)
    second = deal.add("manager", a_payment(100, date(2026, 2, 2)))
    deal.add("manager", Move("post"))
    deal.decide(an_exit_plan())
    deal.add("manager", Move("exit"))
    deal.add("manager", Exit(date(2026, 2, 2), wan(50), wan(150)))
    with pytest.raises(DealRefused, match="退出的成本多于注资"):
        deal.add("manager", Correction(second))


def test_a_result_under_which_money_went_out_stays_even_when_its_plan_lapsed() -> None:
    deal = a_paid_deal()
    count = next(number for number, event in enumerate(deal.history, 1) if isinstance(event.body, Count))
    deal.add("manager", Move("decision"), why="调整方案")
    with pytest.raises(DealRefused, match="已有的注资没有通过的方案"):
        deal.add("manager", Correction(count))


def test_a_consent_under_which_money_went_out_stays() -> None:
    deal = Deal().to("implementation", a_plan(600))
    deal.add("manager", a_payment(600), on=FEBRUARY)
    deal.add("manager", Move("decision"), why="退回")
    consent = next(n for n, e in enumerate(deal.history, 1) if e.body == Filing("sasac_consent", passed=True))
    with pytest.raises(DealRefused, match="例外同意"):
        deal.add(deal.history[consent - 1].role, Correction(consent))


MALFORMED: list[tuple[DealBody, str]] = [
    (Filing("nothing"), "材料 'nothing'"),
    (Filing("application", passed=True), "不带结论"),
    (Filing("local_review"), "由项目所在地或拟引进地科技部门办理"),
    (Payment(date(2026, 1, 5), Decimal(-1)), "金额（万元）为 -1"),
    (Payment(date(2026, 1, 5), Decimal("NaN")), "金额（万元）为 NaN"),
    (Payment(date(2026, 1, 5), Decimal(1), share_pct=Decimal(101)), "基金占股（%）为 101"),
    (Payment(date(2026, 1, 7), Decimal(1)), "晚于记录日"),
    (Submission(Subject.INVESTMENT, Method.MEETING, Decimal("1e-7")), "六位小数"),
]


@pytest.mark.parametrize(("body", "said"), MALFORMED)
def test_what_cannot_be_read_as_an_event(body: DealBody, said: str) -> None:
    deal = Deal().to("application")
    with pytest.raises((InvalidDeal, DealRefused), match=said.replace("（", "[（]").replace("）", "[）]")):
        deal.add("applicant", body)


def test_who_when_why_and_evidence_are_always_there() -> None:
    deal = Deal().to("application")
    good = Event(deal.now, "甲", "applicant", "申请", Filing("application"), ("材料-1",))
    assert len(admitted(deal.pipeline, deal.history, good)) == 2
    for lacking in ({"by": " "}, {"role": ""}, {"why": ""}, {"evidence": ()}, {"evidence": (" ",)}):
        with pytest.raises(InvalidDeal, match="没有"):
            admitted(deal.pipeline, deal.history, replace(good, **lacking))
    with pytest.raises(DealRefused, match="早于上一条"):
        admitted(deal.pipeline, deal.history, replace(good, at=MORNING - timedelta(days=1)))
    with pytest.raises(ValueError, match="naive"):
        admitted(deal.pipeline, deal.history, replace(good, at=datetime(2026, 1, 9)))  # noqa: DTZ001


def test_only_who_is_in_charge_moves_a_deal() -> None:
    deal = Deal().to("application")
    deal.file("application")
    deal.file("local_review")
    for role in ("applicant", "local_science", SEATS[0], "nobody"):
        with pytest.raises(DealRefused, match="由基金管理机构办理"):
            deal.add(role, Move("qualification"))


def test_article_22_what_the_trail_proves_and_what_people_must_establish() -> None:
    early = premises(kunshan(), Deal().to("decision").history)
    assert [item.state for item in early[:2]] == [State.UNKNOWN, State.UNKNOWN]
    assert early[0].missing == ("尚未到投资实施阶段",)
    deal = a_paid_deal()
    found = premises(deal.pipeline, deal.history)
    assert [(item.label, item.state) for item in found] == [
        ("尽职调查到位", State.MET),
        ("决策程序合规", State.MET),
        ("未谋取个人利益", State.MANUAL_REVIEW),
        ("不存在重大失职行为", State.MANUAL_REVIEW),
    ]
    kinds = {type(deal.history[number - 1].body).__name__ for item in found for number in item.events}
    assert kinds == {"Filing", "Assessment", "Submission", "Vote", "Count"}
    deal.file("local_review", passed=False)  # after the payment: it proves nothing about what was known then
    assert premises(deal.pipeline, deal.history) == found


def test_the_generic_fund_lets_a_seat_vote_once_and_for_all() -> None:
    generic = pipelines()["pipeline.generic-fund"]
    book = booked(Book(), Tranche(date(2026, 1, 1), wan(9000), wan(9000)), pipeline=generic)
    deal = Deal(generic, book)
    for stage in ("application", "screening", "diligence", "decision"):
        for gate in generic.stages[stage].gates:
            deal.file(gate.name)
        deal.add("manager", Move(stage))
    plan = deal.add("manager", a_plan(2000, method=Method.CIRCULATION, share_pct=Decimal(30)))
    deal.add("seat_1", Vote(plan, Choice.NO))
    with pytest.raises(DealRefused, match="表决后不改"):
        deal.add("seat_1", Vote(plan, Choice.YES))
    deal.add("seat_2", Vote(plan, Choice.YES))
    deal.add("seat_3", Vote(plan, Choice.YES))
    deal.add("manager", Count(plan))
    deal.add("manager", Move("implementation"))
    deal.file("agreement")
    free = Payment(date(2026, 1, 5), wan(2000), None, None, Decimal(30), None)
    deal.add("manager", free)  # neither in step nor below the largest: this fund has no such limit
    assert deal.state.paid_wan == 2000


def test_a_carrier_takes_in_incubates_and_lets_go() -> None:
    carrier = pipelines()["pipeline.carrier-admission"]
    deal = Deal(carrier)
    deal.add("applicant", Move("application"))
    deal.file("application")
    deal.add("carrier", Move("review"))
    assert stage_deadline(carrier, deal.state) is not None
    with pytest.raises(DealRefused, match="未作“入驻条件审查”；未提交“入驻评审意见”") as caught:
        deal.add("carrier", Move("incubating"))
    assert len(caught.value.missing) == 4
    for document in ("admission_review", "incubation_agreement", "premises"):
        deal.file(document)
    old = {**FIT, "tech_sme": True, "founded_on": date(2023, 12, 1)}
    deal.add("carrier", assessed(carrier.checks["admission"], old, date(2026, 1, 5)))
    with pytest.raises(DealRefused, match="入驻时成立不超过24个月（未满足）"):
        deal.add("carrier", Move("incubating"))
    deal.add("carrier", assessed(carrier.checks["admission"], {**FIT, "tech_sme": True}, date(2026, 1, 5)))
    deal.add("carrier", Move("incubating"))
    deadline = stage_deadline(carrier, deal.state)
    assert deadline is not None
    assert deadline.day == date(2030, 1, 5)
    for body in (a_plan(), a_payment(1, date(2026, 1, 5))):
        with pytest.raises(DealRefused):
            deal.add("carrier", body)
    deal.add("carrier", assessed(carrier.checks["graduation"], {"high_tech_enterprise": True}, date(2026, 1, 5)))
    deal.add("carrier", Move("graduated"))
    assert deal.pipeline.stages[deal.state.stage].final
