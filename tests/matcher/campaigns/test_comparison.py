"""Two runs side by side: who came and left, and why, one cause at a time."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from matcher.campaigns.comparison import Departure, Seen, compared, departure
from matcher.eligibility.criteria import All, Clause, Leaf, Operator
from matcher.fields import PartyKind
from matcher.offers import Offer, OfferKind
from matcher.parties import Values

CLAUSE = Clause("办法", "第一条", "原文")
HIGH_TECH = Leaf("high_tech_enterprise", Operator.EQ, True, "高新技术企业", CLAUSE)
YOUNG = Leaf("age_years", Operator.LE, Decimal(5), "成立不超过5年", CLAUSE)
THEN, NOW = date(2025, 11, 22), date(2026, 11, 22)
HELD: Values = {
    "high_tech_enterprise": True,
    "high_tech_enterprise_valid_to": date(2026, 6, 30),
    "founded_on": date(2022, 1, 1),
}


def offer(*criteria: Leaf) -> Offer:
    return Offer(
        id="loan.a",
        kind=OfferKind.LOAN,
        name="贷",
        provider="银行",
        summary="",
        focus="",
        audience=frozenset({PartyKind.ENTERPRISE}),
        clauses=(CLAUSE,),
        criteria=All(criteria),
    )


def test_who_came_left_and_stayed() -> None:
    found = compared([("a", "x"), ("b", "x"), ("b", "y")], [("b", "y"), ("c", "x")])
    assert (found.came, found.left, found.stayed) == ((("c", "x"),), (("a", "x"), ("b", "x")), (("b", "y"),))


def test_the_sentence_counts_seekers_once_by_their_cause() -> None:
    found = compared([("a", "x"), ("a", "y"), ("b", "x"), ("d", "x")], [("b", "x"), ("c", "x")])
    expired, outranked = Departure.CERTIFICATE_EXPIRED, Departure.OUTRANKED
    said = found.sentence({("a", "x"): expired, ("a", "y"): outranked, ("d", "x"): expired})
    assert said == "新增 1 家，退出 2 家，其中 2 家因证书到期"


def test_each_cause_by_itself() -> None:
    then = Seen(offer(HIGH_TECH), HELD, THEN)
    assert departure(then, None) is Departure.GONE
    assert departure(then, Seen(then.offer, HELD, NOW)) is Departure.CERTIFICATE_EXPIRED
    renewed = {**HELD, "high_tech_enterprise_valid_to": date(2029, 6, 30)}
    assert departure(then, Seen(then.offer, renewed, NOW)) is Departure.OUTRANKED
    assert departure(then, Seen(then.offer, renewed, NOW), filtered=True) is Departure.FILTERED
    assert departure(then, Seen(then.offer, renewed, NOW), refused=True) is Departure.REFUSED
    revoked = {**renewed, "high_tech_enterprise": False}
    lasting = Seen(offer(HIGH_TECH), {**HELD, "high_tech_enterprise_valid_to": date(2030, 1, 1)}, THEN)
    assert departure(lasting, Seen(then.offer, revoked, NOW)) is Departure.FACTS_CHANGED
    older = Seen(offer(YOUNG), {**HELD, "founded_on": date(2021, 1, 1)}, THEN)
    assert departure(older, replace(older, at=NOW)) is Departure.AGED_OUT
    free = Seen(offer(), HELD, THEN)
    stricter = Seen(offer(replace(YOUNG, value=Decimal(1))), HELD, NOW)
    assert departure(free, stricter) is Departure.RULES_CHANGED
