"""Plans: what a file may say, and every slip named."""

from datetime import date

import pytest

from matcher.campaigns.plan import Objective, Plan, read_plan
from matcher.catalogue.files import read_file
from matcher.eligibility.criteria import Leaf, leaves
from matcher.eligibility.results import State
from matcher.errors import InvalidCampaign
from matcher.fields import PartyKind
from matcher.learning.promises import Promise
from matcher.offers import OfferKind
from matcher.pairing.scoring import WEIGHTS

FIRST_LOANS = """
name: 首贷扩面 2026
purpose: 向没有贷款记录的科技型小微企业推荐首贷产品
documents: {plan: 首贷扩面专项行动方案}
basis: {document: plan, article: 第三条, quote: 向银行机构推介无贷科技型小微企业}
starts: 2026-11-23
ends: 2026-12-31
approver: 金融科科长
seekers:
  kind: enterprise
  filter:
    all:
      - {field: region, operator: under, value: ["320500"], label: 在苏州市, quote: 本市范围内的企业, document: plan}
      - {field: headcount, operator: lt, value: 300, label: 从业人数少于300人}
offers: {kinds: [loan]}
quota: 50
quotas: {loan.kepu-yidai: 80}
limit: 2
least_match: 40.5
states: [met, unknown]
floors:
  - name: 初创企业
    least: 10
    scope: each_offer
    filter: {field: age_years, operator: le, value: 3, label: 成立不超过3年}
"""


def plan_of(text: str) -> Plan:
    return read_plan("方案.yaml", read_file("方案.yaml", text.encode()))


def test_a_plan_says_everything_that_a_run_needs() -> None:
    plan = plan_of(FIRST_LOANS)
    assert (plan.name, plan.approver, plan.seekers) == ("首贷扩面 2026", "金融科科长", PartyKind.ENTERPRISE)
    assert plan.basis.document == "首贷扩面专项行动方案"
    assert (plan.starts, plan.ends) == (date(2026, 11, 23), date(2026, 12, 31))
    assert (plan.quota, dict(plan.quotas), plan.limit, plan.least_points) == (50, {"loan.kepu-yidai": 80}, 2, 4_050)
    assert plan.states == {State.MET, State.UNKNOWN}
    assert plan.offers.kinds == {OfferKind.LOAN}
    assert plan.objective is Objective.TOTAL
    assert dict(plan.weights) == dict(WEIGHTS)
    assert plan.filter is not None
    assert [leaf.field for leaf in leaves(plan.filter)] == ["region", "headcount"]
    (floor,) = plan.floors
    assert (floor.name, floor.least, floor.each_offer) == ("初创企业", 10, True)
    assert isinstance(floor.criterion, Leaf)


PROMISE = """promise:
  accept: 2
  decide: 10
  basis: {document: plan, article: 第九条, quote: 两个工作日内受理}
"""


def test_the_days_of_the_promise_are_the_plans_own_with_their_basis() -> None:
    usual = plan_of(FIRST_LOANS)
    assert (usual.promise, usual.promise_basis) == (Promise(1, 3, 5), None)
    own = plan_of(FIRST_LOANS + PROMISE)
    assert own.promise == Promise(2, 3, 10)
    assert own.promise_basis is not None
    assert (own.promise_basis.document, own.promise_basis.article) == ("首贷扩面专项行动方案", "第九条")


def test_an_offer_has_a_portfolio_or_security_so_that_one_of_the_two_counts() -> None:
    plan = plan_of(FIRST_LOANS.replace("limit: 2", "limit: 2\nweights: {portfolio: 4}"))
    assert (plan.weights["portfolio"], plan.weights["security"]) == (4, 8)


def test_days_may_stand_in_quotes_as_json_has_them() -> None:
    assert plan_of(FIRST_LOANS.replace("starts: 2026-11-23", 'starts: "2026-11-23"')) == plan_of(FIRST_LOANS)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (", quote: 本市范围内的企业, document: plan", "", "没有引用依据"),
        ("ends: 2026-12-31", "ends: 2026-11-01", "止日"),
        ("ends: 2026-12-31", 'ends: "2026-02-30"', "存在的日期"),
        ("quota: 50", "quota: -1", "quota"),
        ("quota: 50", "quota: 1.5", "不小于 0 的整数"),
        ("least_match: 40.5", "least_match: 140", "0 到 100"),
        ("states: [met, unknown]", "states: [unmet]", "states"),
        ("limit: 2", "limitt: 2", "limitt"),
        ("offers: {kinds: [loan]}", "offers: {}", "offers"),
        ("offers: {kinds: [loan]}", "offers: {kinds: [lone]}", "lone"),
        ("approver: 金融科科长", "", "approver"),
        ("limit: 2", "limit: 2\nobjective: stable", "稳定匹配"),
        ("limit: 2", "limit: 2\nweights: {semantic: 90}", "合计 160"),
        ("limit: 2", "limit: 2\npromise: {accept: 2}", "basis"),
        ("limit: 2", "limit: 2\npromise: {accept: 9, basis: {document: plan, quote: 九日}}", "9、3、5 个工作日"),
        ("limit: 2", "limit: 2\npromise: {accept: 0.5, basis: {document: plan, quote: 半日}}", "accept"),
        ("scope: each_offer", "scope: some", "scope"),
        ("field: headcount", "field: headcoun", "headcoun"),
    ],
)
def test_each_slip_is_named(before: str, after: str, said: str) -> None:
    assert before in FIRST_LOANS
    with pytest.raises(InvalidCampaign) as refused:
        plan_of(FIRST_LOANS.replace(before, after))
    assert said in str(refused.value)
