"""昆山市天使投资基金管理办法 beside the software, article by article; docs/dealflow.md names the test of each."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from matcher.catalogue.loader import load_catalogue
from matcher.dealflow import reading
from matcher.dealflow.checking import assessed, shown
from matcher.dealflow.duties import built_in_duties, occasions
from matcher.dealflow.events import Choice, Count, Custody, Exit, Filing, Move, Payment, Tranche, Vote
from matcher.dealflow.fees import fee_of_year
from matcher.dealflow.funds import Book, Position, lowest_cash
from matcher.dealflow.pipeline import FeeBase, Method, Phase
from matcher.eligibility.results import State
from matcher.errors import DealRefused, InvalidDeal
from tests.matcher.dealflow.worlds import (
    FIT,
    OBSERVERS,
    SEATS,
    Deal,
    a_fund,
    a_payment,
    a_plan,
    an_exit_plan,
    booked,
    kunshan,
    wan,
)

HERE = Path(__file__).parent
FILE = Path(reading.__file__).parent / "pipelines" / "kunshan-angel.yaml"


def plain(text: str) -> str:
    return re.sub(r"[\s“”\"]", "", unicodedata.normalize("NFKC", text))


def articles() -> dict[str, str]:
    """The measure's text by article, as published (the copy is cut nowhere: it ends with 第二十四条)."""
    text = plain((HERE / "kunshan.txt").read_text(encoding="utf-8"))
    parts = re.split(r"(第[一二三四五六七八九十]+条)(?!规定)", text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def quoted(part: object) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        if "quote" in part:
            yield part["article"], part["quote"]
        for child in part.values():
            yield from quoted(child)
    elif isinstance(part, list):
        for child in part:
            yield from quoted(child)


def test_every_quote_stands_in_the_article_that_it_names() -> None:
    found, text = list(quoted(yaml.safe_load(FILE.read_text(encoding="utf-8")))), articles()
    assert len(text) == 24
    assert len(found) > 60
    for article, quote in found:
        named = re.findall(r"第[一二三四五六七八九十]+条", article)
        assert any(plain(quote) in text[name] for name in named), (article, quote)


def test_article_3_size_and_first_tranche() -> None:
    terms = kunshan().fund
    assert terms is not None
    assert (terms.size_wan, terms.first_tranche_wan) == (30_000, 5_000)
    for subscribed, paid in ((4_000, 4_000), (5_000, 3_000)):
        with pytest.raises(DealRefused, match="第三条"):
            booked(Book(), Tranche(date(2026, 1, 1), wan(subscribed), wan(paid)))
    book = booked(a_fund(), Tranche(date(2026, 1, 2), wan(25_000), wan(0)))
    with pytest.raises(DealRefused, match="总规模 30000"):
        booked(book, Tranche(date(2026, 1, 3), wan("0.000001"), wan(0)))


def test_article_5_three_years_of_investing_then_five_of_leaving() -> None:
    terms = kunshan().fund
    assert terms is not None
    assert [(item.phase, item.months, item.rolling) for item in terms.phases] == [
        (Phase.INVESTMENT, 36, True),
        (Phase.EXIT, 60, False),
        (Phase.EXTENSION, None, False),
        (Phase.LIQUIDATION, None, False),
    ]


def test_article_7_fees_by_phase() -> None:
    terms = kunshan().fund
    assert terms is not None
    assert [(item.fee_pct, item.fee_base) for item in terms.phases] == [
        (1, FeeBase.SUBSCRIBED),
        (1, FeeBase.UNEXITED_COST),
        (0, FeeBase.NONE),
        (0, FeeBase.NONE),
    ]
    assert fee_of_year(terms, a_fund(), 2026) == 50


def test_article_8_and_20_only_direct_equity_and_no_prohibited_business() -> None:
    deal = Deal().to("decision")
    with pytest.raises(DealRefused, match="直接股权投资"):
        deal.add("manager", a_plan(instrument="loan"))
    terms = kunshan().fund
    assert terms is not None
    assert len(terms.prohibitions) == 7
    for item in terms.prohibitions:
        with pytest.raises(DealRefused, match=re.escape(item.label)):
            deal.add("manager", a_plan(concerns=(item.id,)))


def test_article_10_five_hundred_and_the_consent_that_lifts_it() -> None:
    deal = Deal().to("decision")
    deal.file("sasac_consent")  # given before this plan: it says nothing of it
    deal.decide(a_plan("500.000001"))
    with pytest.raises(DealRefused, match=r"500.000001 万元，超过 500 万元.*市国资委投资决策委员会同意.*第十条"):
        deal.add("manager", Move("implementation"))
    deal.file("sasac_consent", passed=False)
    with pytest.raises(DealRefused, match="超过 500 万元"):
        deal.add("manager", Move("implementation"))
    deal.file("sasac_consent")
    deal.add("manager", Move("implementation"))
    at_the_limit = Deal().to("implementation", a_plan(500))
    assert at_the_limit.state.stage == "implementation"


def test_article_10_twenty_per_cent_and_never_the_largest() -> None:
    deal = Deal().to("decision")
    with pytest.raises(DealRefused, match="不超过 20%（第十条）"):
        deal.add("manager", a_plan(share_pct=Decimal("20.01")))
    for other in (Decimal(20), Decimal(15)):
        with pytest.raises(DealRefused, match="不为第一大股东（第十条）"):
            deal.add("manager", a_plan(share_pct=Decimal(20), largest_other_pct=other))
    deal.to("implementation", a_plan(share_pct=Decimal(20), largest_other_pct=Decimal("20.01")))
    deal.now = datetime(2026, 2, 2, tzinfo=UTC)
    for changed in ({"share_pct": Decimal(21)}, {"share_pct": None}, {"largest_other_pct": None}):
        with pytest.raises(DealRefused):
            deal.add("manager", a_payment(100, **changed))
    with pytest.raises(DealRefused, match="其他股东最大占股 9%，基金占股 10%"):
        deal.add("manager", a_payment(100, largest_other_pct=Decimal(9)))


def test_article_11_in_step_with_the_other_shareholders() -> None:
    deal = Deal().to("implementation")
    deal.now = datetime(2026, 2, 2, tzinfo=UTC)
    a_third = {"others_subscribed_wan": wan(900), "others_paid_wan": wan(300)}
    with pytest.raises(DealRefused, match="第十一条"):
        deal.add("manager", a_payment("100.000001", **a_third))
    deal.add("manager", a_payment(100, **a_third))
    with pytest.raises(DealRefused, match="同步到位"):
        deal.add("manager", a_payment(1, **a_third))
    with pytest.raises(DealRefused, match="没有写其他股东"):
        deal.add("manager", a_payment(1, others_paid_wan=None))
    deal.add("manager", a_payment(200))
    assert deal.state.paid_wan == 300


CONDITIONS = [
    ("region", "320505"),
    ("is_independent_legal_person", False),
    ("is_local_leading_industry", False),
    ("headcount", 200),
    ("tech_staff_pct", Decimal("9.99")),
    ("has_clear_equity", False),
    ("is_group_subsidiary", True),
    ("rd_expense_wan", Decimal(0)),
    ("founded_on", date(2019, 1, 1)),
]


@pytest.mark.parametrize(("field", "value"), CONDITIONS)
def test_article_13_each_condition_shuts_the_library(field: str, value: object) -> None:
    for values in ({**FIT, field: value}, {name: held for name, held in FIT.items() if name != field}):
        deal = Deal().to("qualification")
        deal.add("manager", assessed(deal.pipeline.checks["qualification"], values, deal.now.date()))
        with pytest.raises(DealRefused, match="第十三条") as caught:
            deal.add("manager", Move("library"))
        assert len(caught.value.missing) == 1


def test_article_13_alternatives_and_what_a_person_confirms() -> None:
    check = kunshan().checks["qualification"]
    assert check.offer == "fund.kunshan-angel"
    one_suffices = {**FIT, "revenue_wan": Decimal(5000), "net_assets_wan": Decimal(100)}
    assert {item.state for item in assessed(check, one_suffices, date(2026, 1, 5)).conditions} == {State.MET}
    without_ip = {name: held for name, held in FIT.items() if name not in ("invention_patents", "has_own_ip")}
    without_ip |= {"has_own_ip": False, "main_business": "供应链管理服务"}
    deal = Deal().to("qualification")
    deal.add("manager", assessed(check, without_ip, deal.now.date()))
    with pytest.raises(DealRefused, match="拥有自主知识产权（需人工核验）"):
        deal.add("manager", Move("library"))
    deal.add("manager", assessed(check, without_ip, deal.now.date(), ["拥有自主知识产权"]))
    deal.add("manager", Move("library"))
    unmet = assessed(
        check,
        {**FIT, "headcount": 300},
        deal.now.date(),
        [item.label for item in assessed(check, FIT, deal.now.date()).conditions],
    )
    assert not any(item.confirmed for item in unmet.conditions)
    forged = replace(unmet, conditions=tuple(replace(item, confirmed=True) for item in unmet.conditions))
    with pytest.raises(InvalidDeal, match="人工核验"):
        deal.add("manager", forged)
    with pytest.raises(InvalidDeal, match="审查了 1 项"):
        deal.add("manager", replace(unmet, conditions=unmet.conditions[:1]))


def test_article_14_five_seats_four_votes() -> None:
    committee = kunshan().committee
    assert committee is not None
    assert tuple(seat.id for seat in committee.seats) == SEATS
    assert tuple(item.id for item in committee.observers) == OBSERVERS
    assert committee.needed == 4
    for yes, no, passes in ((4, 0, True), (4, 1, True), (3, 2, False)):
        deal = Deal().to("decision")
        deal.decide(a_plan(), yes, no)
        if passes:
            deal.add("manager", Move("implementation"))
        else:
            with pytest.raises(DealRefused, match="同意 3 票，需 4 票"):
                deal.add("manager", Move("implementation"))


def test_article_14_observers_attend_and_do_not_vote() -> None:
    deal = Deal().to("decision")
    plan = deal.add("manager", a_plan())
    for role in (*OBSERVERS, "manager", "sasac_committee", "nobody"):
        with pytest.raises(DealRefused):
            deal.add(role, Vote(plan, Choice.YES))
    deal.vote(plan, yes=3)
    with pytest.raises(DealRefused, match="尚有 2 席未表决"):
        deal.add("manager", Count(plan))


def test_article_14_one_person_one_vote_and_the_last_before_the_count() -> None:
    deal = Deal().to("decision")
    plan = deal.add("manager", a_plan())
    deal.add(SEATS[3], Vote(plan, Choice.YES), by="甲")
    with pytest.raises(DealRefused, match="一人一席一票"):
        deal.add(SEATS[4], Vote(plan, Choice.YES), by="甲")
    with pytest.raises(DealRefused, match="一人一席一票"):
        deal.add(SEATS[3], Vote(plan, Choice.YES), by="乙")
    for seat in SEATS[:3]:
        for _ in range(3):
            deal.add(seat, Vote(plan, Choice.YES))
    committee = deal.pipeline.committee
    assert committee is not None
    assert deal.state.ballots[0].yes(committee) == 4
    deal.add(SEATS[3], Vote(plan, Choice.NO), by="甲")
    assert deal.state.ballots[0].yes(committee) == 3
    deal.add(SEATS[4], Vote(plan, Choice.YES), by="乙")
    deal.add("manager", Count(plan))
    with pytest.raises(DealRefused, match="不在表决中"):
        deal.add(SEATS[3], Vote(plan, Choice.YES), by="甲")
    deal.add("manager", Move("implementation"))


GATES = [
    ("qualification", "application", "项目基本情况和融资需求"),
    ("qualification", "local_review", "科技部门审核意见"),
    ("initiation", "research", "项目调研结论"),
    ("diligence", "partner_advice", "合作机构的建议"),
    ("diligence", "approval", "立项决定"),
    ("decision", "dd_business", "商业尽职调查报告"),
    ("decision", "dd_legal", "法律尽职调查报告"),
    ("decision", "dd_finance", "财务尽职调查报告"),
    ("decision", "expert_review", "专家评审意见"),
]


@pytest.mark.parametrize(("stage", "document", "label"), GATES)
def test_article_15_no_stage_without_its_papers(stage: str, document: str, label: str) -> None:
    before = list(kunshan().stages)[list(kunshan().stages).index(stage) - 1]
    deal = Deal().to("research" if before == "watching" else before)
    needed = [gate.name for gate in kunshan().stages[stage].gates]
    for other in needed:
        if other != document:
            deal.file(other)
    with pytest.raises(DealRefused, match=label) as caught:
        deal.add("manager", Move(stage))
    assert caught.value.gate == document
    if kunshan().documents[document].judged:
        deal.file(document, passed=False)
        with pytest.raises(DealRefused, match="结论为不通过"):
            deal.add("manager", Move(stage))
    deal.file(document)
    deal.add("manager", Move(stage))
    assert deal.state.stage == stage


def test_article_15_eight_stages_in_order_and_what_is_kept_in_view() -> None:
    eight = (
        "application",
        "qualification",
        "research",
        "initiation",
        "diligence",
        "decision",
        "implementation",
        "post",
    )
    stages = kunshan().stages
    assert [stages[name].label for name in eight] == [
        "申请投资", "资格审查", "项目调研", "项目立项", "尽职调查", "投资决策", "投资实施", "投后管理",
    ]  # fmt: skip
    deal = Deal().to("research")
    deal.add("manager", Move("watching"))
    with pytest.raises(DealRefused, match="项目调研、终止"):
        deal.add("manager", Move("initiation"))
    deal.add("manager", Move("research"))
    deal.to("initiation")


def test_article_15_six_circulated_to_three_hundred_then_a_meeting() -> None:
    deal = Deal().to("decision")
    with pytest.raises(DealRefused, match=r"300 万元的以现场会议方式表决（第十五条（六））"):
        deal.add("manager", a_plan("300.000001", method=Method.CIRCULATION))
    deal.add("manager", a_plan(300, method=Method.CIRCULATION))
    Deal().to("decision").add("manager", a_plan(300, method=Method.MEETING))


def test_article_15_seven_only_what_was_decided_is_paid() -> None:
    deal = Deal().to("decision")
    with pytest.raises(DealRefused, match="在“投资决策”注资"):
        deal.add("manager", a_payment(1, date(2026, 1, 5)))
    deal.to("implementation", a_plan(200))
    deal.now = datetime(2026, 2, 2, tzinfo=UTC)
    with pytest.raises(DealRefused, match="不超过方案通过的 200 万元"):
        deal.add("manager", a_payment("200.000001"))
    with pytest.raises(DealRefused, match="早于计票日"):
        deal.add("manager", a_payment(1, date(2026, 1, 4)))
    with pytest.raises(DealRefused, match="尚未注资"):
        deal.add("manager", Move("post"))
    deal.add("manager", a_payment(200))
    deal.add("manager", Move("post"))


def test_article_16_seven_triggers_each_through_the_committee() -> None:
    named = [item for item in kunshan().triggers.values() if item.basis.article.startswith("第十六条")]
    assert len(named) == 7
    for trigger in kunshan().triggers:
        deal = Deal().to("post")
        with pytest.raises(DealRefused, match="退出方案”尚未提交表决"):
            deal.add("manager", Move("exit"))
        deal.decide(an_exit_plan(trigger), yes=3, no=2)
        with pytest.raises(DealRefused, match="表决未通过"):
            deal.add("manager", Move("exit"))
        deal.decide(an_exit_plan(trigger), yes=4, no=1)
        deal.add("manager", Move("exit"))
    with pytest.raises(InvalidDeal, match="退出条件"):
        Deal().to("post").add("manager", an_exit_plan("boredom"))


def test_article_16_five_moving_out_of_kunshan_shows_in_the_data() -> None:
    triggers = kunshan().triggers.values()
    assert [item.id for item in shown(triggers, {"region": "320505"}, date(2026, 1, 5))] == ["moved_out"]
    assert shown(triggers, {"region": "320583"}, date(2026, 1, 5)) == ()
    assert shown(triggers, {}, date(2026, 1, 5)) == ()  # where it is, is not known


def test_article_16_an_exit_gives_back_what_it_cost_and_no_more() -> None:
    deal = Deal().to("exit")
    with pytest.raises(DealRefused, match="大于 0，不超过 100"):
        deal.add("manager", Exit(date(2026, 2, 1), wan(1), wan("100.000001")))
    deal.add("manager", Exit(date(2026, 2, 1), wan(70), wan(40)))
    with pytest.raises(DealRefused, match="60 万元未退出"):
        deal.add("manager", Move("exited"))
    deal.add("manager", Exit(date(2026, 2, 1), wan(0), wan(60)))  # 核销
    deal.add("manager", Move("exited"))
    assert deal.state.cost_wan == 0


def test_article_18_no_payment_before_a_bank_keeps_the_money() -> None:
    book = booked(Book(), Tranche(date(2026, 1, 1), wan(5000), wan(5000)))
    deal = Deal(book=book).to("implementation")
    deal.now = datetime(2026, 2, 2, tzinfo=UTC)
    with pytest.raises(DealRefused, match="第十八条"):
        deal.add("manager", a_payment(1))
    deal.book = booked(book, Custody(date(2026, 2, 1), "某商业银行"))
    deal.add("manager", a_payment(1))


def test_article_21_no_payment_before_the_agreement() -> None:
    deal = Deal().to("decision")
    deal.decide(a_plan())
    deal.add("manager", Move("implementation"))
    deal.now = datetime(2026, 2, 2, tzinfo=UTC)
    with pytest.raises(DealRefused, match="第二十一条"):
        deal.add("manager", a_payment(1))
    deal.add("manager", Filing("agreement"))
    deal.add("manager", a_payment(1))


def test_articles_5_and_10_the_fund_pays_only_in_its_investment_period_and_what_it_has() -> None:
    deal = Deal().to("implementation", a_plan(500, method=Method.MEETING))
    deal.now = datetime(2029, 1, 2, tzinfo=UTC)
    with pytest.raises(DealRefused, match="基金处于退出期"):
        deal.add("manager", a_payment(1, date(2029, 1, 1)))
    deal.add("manager", a_payment(1, date(2028, 12, 31)))
    assert isinstance(deal.history[-1].body, Payment)


def test_articles_1_2_and_24_name_the_text_and_since_when_it_holds() -> None:
    assert kunshan().document == "昆山市天使投资基金管理办法（昆政办发〔2021〕128号）"
    assert "自发布之日起实施" in articles()["第二十四条"]
    offer = load_catalogue().offers[kunshan().offer]
    assert offer.effective_from == date(2021, 11, 15)
    assert offer.source == kunshan().document


def test_article_4_earnings_are_money_of_the_fund() -> None:
    back = Position("d", ((date(2026, 1, 5), wan(100)),), ((date(2026, 2, 1), wan(350), wan(100)),))
    book = Book(a_fund().events, (back,))
    terms = kunshan().fund
    assert terms is not None
    assert lowest_cash(terms, book, investable=True) == (date(2026, 1, 5), Decimal(4900))
    assert sum(amount for _, amount in book.cash_moves()) == 5250


def test_article_6_what_the_manager_does_and_nobody_else() -> None:
    pipeline = kunshan()
    assert pipeline.fund is not None
    assert pipeline.committee is not None
    own = [name for name, stage in pipeline.stages.items() if stage.by == {"manager"}]
    assert set(pipeline.stages) - set(own) == {"application"}
    assert pipeline.checks["qualification"].by == {"manager"}
    assert pipeline.fund.paid_by == pipeline.committee.counted_by == {"manager"}


def test_article_9_the_target_is_a_preference_and_shuts_nobody_out() -> None:
    offer = load_catalogue().offers[kunshan().offer]
    assert [leaf.field for leaf in offer.preferences] == ["life_stage", "has_talent_programme"]
    late = {**FIT, "life_stage": "成长期", "has_talent_programme": False}
    found = assessed(kunshan().checks["qualification"], late, date(2026, 1, 5))
    assert {item.state for item in found.conditions} == {State.MET}


def test_articles_12_and_17_a_loss_is_shared_and_ends_at_what_was_paid() -> None:
    deal = Deal().to("exit")
    deal.add("manager", Exit(date(2026, 2, 1), wan(0), wan(100)))
    assert (deal.state.cost_wan, deal.state.paid_wan) == (0, 100)
    with pytest.raises(DealRefused, match="不超过 0"):
        deal.add("manager", Exit(date(2026, 2, 1), wan(0), wan(1)))
    with pytest.raises(DealRefused, match="注资"):
        deal.add("manager", a_payment(1))


def test_article_19_half_year_in_thirty_days_annual_by_the_end_of_april() -> None:
    duties = built_in_duties()
    half = occasions(duties["fund.half_year"], date(2025, 1, 1), date(2025, 12, 31))
    assert [item.deadline.day for item in half] == [date(2025, 7, 30), date(2026, 1, 30)]
    year = occasions(duties["fund.annual"], date(2025, 1, 1), date(2025, 12, 31))
    assert [item.deadline.day for item in year] == [date(2026, 4, 30)]
    assert duties["fund.annual"].to == ("市科创办", "市科技局", "市财政局", "市金融办", "基金出资人")


def test_article_21_wrongdoing_is_a_ground_to_leave() -> None:
    deal = Deal().to("post")
    deal.decide(an_exit_plan("supervision"))
    deal.add("manager", Move("exit"))
    assert kunshan().triggers["supervision"].basis.article == "第二十一条"


def test_the_manual_names_a_test_for_every_article() -> None:
    root = Path(__file__).parents[3]
    manual = (root / "docs" / "dealflow.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in manual.splitlines() if re.match(r"\| 第[一二三四五六七八九十]+条", line)]
    assert [row[1].split()[0] for row in rows] == list(articles())
    folder = root / "tests"
    modules = [*HERE.glob("test_*.py"), folder / "contracts" / "test_deal_contract.py"]
    written = set(re.findall(r"^def (test_\w+)", "\n".join(path.read_text(encoding="utf-8") for path in modules), re.M))
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row[-2])
        assert named, row[1]
        assert set(named) <= written, set(named) - written
    for path in re.findall(r"`((?:matcher|api|tests)/[\w/.-]+)`", manual):
        assert (root / path).exists(), path
