"""The paragraph that an officer would write: what is met, unmet and by how much, to be filled, to be checked."""

from datetime import date
from decimal import Decimal

import pytest

from matcher.derivation import at_date, derive
from matcher.eligibility.criteria import All, AnyOf, Band, Clause, Criterion, Leaf, Not, Operator, Scored, Table
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.gaps import distance_of, gap_of, requirement
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State
from matcher.eligibility.wording import Origin, citation, origins_of
from matcher.fields import Value
from matcher.offers import OfferStatus
from matcher.pairing.explaining import explanation
from matcher.parties import Fact
from tests.matcher.worlds import AT, CLAUSE, leaf, offer

RULES = Clause("优质中小企业梯度培育管理暂行办法（工信部企业〔2022〕63号）", "附件二", "研发费用占比不低于3%")
HIGH_TECH = leaf("high_tech_enterprise", Operator.EQ, True, "高新技术企业")
INTENSITY = Leaf("rd_intensity_pct", Operator.GE, Decimal(3), "研发费用占比不低于3%", RULES)
EQUITY = leaf("equity_raised_two_years_wan", Operator.GE, Decimal(2000), "近两年股权融资不低于2000万元")
BY_HAND = leaf("name", Operator.MANUAL, None, "信用良好")
OLD = leaf("age_years", Operator.GE, Decimal(3), "成立满3年")
KNOWN: dict[str, Value] = {
    "high_tech_enterprise": True,
    "high_tech_enterprise_valid_to": date(2027, 11, 30),
    "rd_intensity_pct": Decimal("2.4"),
    "founded_on": date(2024, 5, 20),
}


def said(criterion: Criterion | None, values: dict[str, Value], **more: object) -> str:
    known = at_date(derive(values), AT)
    return explanation(evaluate(criterion, known), values=known, at=AT, **more)  # type: ignore[arg-type]


def test_it_reads_like_an_officer_wrote_it():
    assert said(All((HIGH_TECH, INTENSITY, EQUITY, BY_HAND)), KNOWN) == (
        "已满足：高新技术企业（证书有效期至2027-11-30）。"
        "未满足：研发费用占营收比 2.4%，要求不低于 3%（工信部企业〔2022〕63号附件二），差 0.6 个百分点。"
        "待补充：近两年股权融资额。"
        "需人工核验：信用良好（测试办法第一条）。"
    )


@pytest.mark.parametrize(
    ("criterion", "values", "wanted"),
    [
        (None, {}, "所依据的文件未列明对申请方的条件。"),
        (
            OLD,
            {"founded_on": date(2024, 5, 20)},
            "未满足：成立年限 2.51 年，要求不低于 3 年（测试办法第一条），差 0.49 年，2027-05-20 起自动满足。",
        ),
        (
            HIGH_TECH,
            {"high_tech_enterprise": True, "high_tech_enterprise_valid_to": date(2026, 6, 30)},
            "未满足：高新技术企业证书已于 2026-06-30 到期，要求“高新技术企业”（测试办法第一条）。",
        ),
        (
            HIGH_TECH,
            {"high_tech_enterprise": False},
            "未满足：高新技术企业尚未取得，要求“高新技术企业”（测试办法第一条）。",
        ),
        (
            leaf("has_overdue_loan", Operator.EQ, False, "贷款未逾期"),
            {"has_overdue_loan": True},
            "未满足：有逾期或欠息贷款为“是”，要求“贷款未逾期”（测试办法第一条）。",
        ),
        (
            Not(leaf("debt_ratio_pct", Operator.GT, Decimal(70), "资产负债率高于70%"), "负债过高"),
            {"debt_ratio_pct": Decimal(80)},
            "未满足：资产负债率 80%，不得存在“资产负债率高于70%”（测试办法第一条）。",
        ),
        (
            AnyOf((HIGH_TECH, EQUITY), "两项之一"),
            {"high_tech_enterprise": False, "equity_raised_two_years_wan": Decimal(0)},
            "未满足：“两项之一”不满足（测试办法第一条），未满足的有：高新技术企业、近两年股权融资不低于2000万元。",
        ),
        (AnyOf((HIGH_TECH, EQUITY), "两项之一"), {}, "待补充：两项之一（高新技术企业、近两年股权融资额）。"),
        (
            leaf("region", Operator.UNDER, ("320505",)),
            {"region": "320500"},
            "待补充：所在地区（现只知 江苏省苏州市）。",
        ),
        (
            leaf("size_class", Operator.NE, "大型"),
            {"size_class": NOT_APPLICABLE_VALUE},
            "不适用：企业规模不适用于本主体。",
        ),
        (
            Scored((Table("研发投入", (Band(Decimal(20), INTENSITY),)),), Decimal(15), "得分达到15分", CLAUSE),
            {"rd_intensity_pct": Decimal(2)},
            "未满足：评价得分 0 分，要求不低于 15 分，差 15 分（研发投入 0/20）（测试办法第一条）。",
        ),
    ],
)
def test_each_kind_of_finding(criterion: Criterion | None, values: dict[str, Value], wanted: str):
    assert said(criterion, values) == wanted


def test_values_carry_their_source_and_day_and_a_draft_says_so():
    facts = {
        "rd_expense_wan": Fact(Decimal(24), "审计报告", date(2026, 4, 30)),
        "revenue_wan": Fact(Decimal(1000), "纳税申报", date(2026, 3, 31)),
    }
    origins = origins_of(facts)
    assert origins["rd_expense_wan"] == Origin("审计报告", date(2026, 4, 30))
    assert origins["rd_intensity_pct"] == Origin("推算自上年研发费用、上年营业收入", date(2026, 3, 31))
    draft = offer("征求意见", "", INTENSITY, status=OfferStatus.DRAFT)
    values = {code: fact.value for code, fact in facts.items()}
    assert said(INTENSITY, values, offer=draft, origins=origins) == (
        "未满足：研发费用占营收比 2.4%（推算自上年研发费用、上年营业收入，2026-03-31），要求不低于 3%"
        "（工信部企业〔2022〕63号附件二），差 0.6 个百分点。提示：所依据的文件为征求意见稿，尚未生效。"
    )


def test_a_document_without_a_number_is_cited_by_its_title():
    assert citation(Clause("某产品说明", "第2条", "")) == "某产品说明第2条"
    assert citation(Clause("昆山办法（昆政办发〔2021〕128号）", "", "")) == "昆政办发〔2021〕128号"


@pytest.mark.parametrize(
    ("condition", "value", "distance"),
    [
        (leaf("founded_on", Operator.GE, date(2020, 1, 1)), date(2019, 12, 31), "早了 1 天"),
        (leaf("founded_on", Operator.LE, date(2020, 1, 1)), date(2020, 3, 1), "晚了 60 天"),
        (leaf("founded_on", Operator.LT, date(2020, 1, 1)), date(2020, 1, 1), "恰在界限上（不含）"),
        (leaf("founded_on", Operator.EQ, date(2020, 1, 1)), date(2020, 1, 3), "晚了 2 天"),
        (leaf("headcount", Operator.EQ, 10), 12, "超出 2 人"),
        (leaf("headcount", Operator.NE, 10), 10, ""),
        (leaf("revenue_wan", Operator.GE, Decimal("0.005")), Decimal(0), "差 0.005 万元"),
        (leaf("net_profit_wan", Operator.GT, Decimal(0)), Decimal("-12.5"), "差 12.5 万元"),
        (leaf("collateral", Operator.HAS_ALL, ("专利", "商标")), ("商标",), "还缺 专利"),
        (leaf("collateral", Operator.HAS_ANY, ("专利", "商标")), ("设备",), "一项也没有"),
        (leaf("tax_credit_grade", Operator.IN, ("A", "B")), "C", ""),
        (leaf("high_tech_enterprise", Operator.EQ, True), False, ""),
        (leaf("region", Operator.UNDER, ("320500",)), "330100", ""),
    ],
)
def test_every_operator_and_type_has_its_distance(condition: Leaf, value: Value, distance: str):
    assert distance_of(condition, value) == distance
    gap = gap_of(condition, State.UNMET, value)
    assert gap.endswith(distance)
    assert requirement(condition) in gap


def test_days_are_not_low_or_high():
    assert requirement(leaf("founded_on", Operator.GE, date(2020, 1, 1))) == "不早于 2020-01-01"
    assert requirement(leaf("founded_on", Operator.LT, date(2020, 1, 1))) == "早于 2020-01-01"
    assert requirement(leaf("founded_on", Operator.NE, date(2020, 1, 1))) == "不为 2020-01-01"
