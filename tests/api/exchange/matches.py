"""A match with every part filled, for the tests of export."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from matcher.eligibility.criteria import All, AnyOf, Clause, Leaf, Not, Operator
from matcher.eligibility.evaluation import evaluate
from matcher.fields import PartyKind
from matcher.offers import Offer, OfferKind, Terms
from matcher.pairing.matches import Contribution, Match

CLAUSE = Clause("示例管理办法", "第三条", "成立不超过5年，职工不超过200人")
YOUNG = Leaf("age_years", Operator.LE, Decimal(5), "成立不超过5年", CLAUSE)
SMALL = Leaf("headcount", Operator.LT, 200, "职工少于200人", CLAUSE, assumption="按从业人员理解")
REVENUE = Leaf("revenue_wan", Operator.LT, Decimal(2000), "营业收入低于2000万元", CLAUSE)
ASSETS = Leaf("net_assets_wan", Operator.LT, Decimal(2000), "净资产低于2000万元", CLAUSE)
DISHONEST = Leaf("is_dishonest_debtor", Operator.EQ, True, "失信被执行人", CLAUSE)
CRITERIA = All((YOUNG, SMALL, AnyOf((REVENUE, ASSETS), "营收或净资产", 1), Not(DISHONEST, "不得失信")), "全部条件")

OFFER = Offer(
    id="loan.example",
    kind=OfferKind.LOAN,
    name="示例贷",
    provider="示例银行",
    summary="示例",
    focus="生物医药",
    audience=frozenset({PartyKind.TEAM, PartyKind.ENTERPRISE}),
    clauses=(CLAUSE,),
    criteria=CRITERIA,
    preferences=(replace(SMALL, label="优先小微"),),
    terms=Terms(amount_max_wan=Decimal("300.50"), term_months_max=12, guarantee_modes=("信用", "知识产权质押")),
    service_regions=("320500",),
    effective_from=date(2021, 10, 22),
)
VALUES = {"age_years": Decimal(8), "headcount": 45, "revenue_wan": Decimal("1234.50"), "is_dishonest_debtor": False}


def a_match(name: str = "示例诊断有限公司", *, synthetic: bool = False) -> Match:
    eligibility = evaluate(CRITERIA, VALUES)
    return Match(
        seeker_id="name-1",
        seeker_name=name,
        seeker_synthetic=synthetic,
        offer=OFFER,
        score=61.25,
        contributions=(
            Contribution("semantic", "业务方向相近", 41.25, "体外诊断"),
            Contribution("industry", "行业契合", 20.0),
        ),
        eligibility=eligibility,
        reasons=("业务方向相近：体外诊断（+41.25）",),
        gaps=("未满足：成立年限为 8 年",),
        unknowns=("net_assets_wan",),
    )
