"""What the law lets one ask of an algorithm: how it works, nothing of oneself used, what was inferred, whose words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from api.claims.hall import untraceable
from api.exchange.algorithm import algorithm_document
from api.exchange.documents import match_document, tags_document
from matcher.fields import PartyKind
from matcher.needs import Need, Seeker
from matcher.offers import OfferKind
from matcher.pairing.impersonal import REASON, list_offers
from matcher.pairing.offer_shelf import OfferShelf
from matcher.pairing.pipeline import Wish
from matcher.pairing.scoring import Scoring
from matcher.parties import Fact, Party
from tests.api.exchange.matches import OFFER
from tests.matcher.worlds import offer_shelf

DAY = date(2026, 11, 22)
PARTY = Party(
    "甲",
    PartyKind.ENTERPRISE,
    "苏州某某诊断有限公司",
    {
        "revenue_wan": Fact(Decimal(1000), "税务", DAY),
        "rd_expense_wan": Fact(Decimal(55), "自填", DAY),
        "short_name": Fact("某某诊断", "自填", DAY),
        "contact_phone": Fact("13812345678", "自填", DAY),
    },
    "local",
    "测试",
    DAY,
)


def shelf() -> OfferShelf:
    named = {"丙": date(2025, 1, 1), "甲": date(2026, 1, 1), "乙": date(2026, 1, 1), "丁": None}
    return offer_shelf([replace(OFFER, id=name, name=name, effective_from=day) for name, day in named.items()])


@pytest.mark.parametrize("values", [{}, {"industry": "C2770", "revenue_wan": Decimal(7)}])
def test_the_order_without_a_profile_is_the_same_for_everybody(values: dict[str, object]) -> None:
    seeker = Seeker(PartyKind.ENTERPRISE, values, "体外诊断", Need("贷款", frozenset({OfferKind.LOAN})), "x")  # type: ignore[arg-type]
    matches, considered = list_offers(seeker, shelf(), Wish(10, DAY))
    assert [match.offer.name for match in matches] == ["乙", "甲", "丙", "丁"]
    assert considered == 4
    assert {match.score for match in matches} == {0.0}
    assert matches[0].reasons == (REASON,)
    assert all(item["value"] is None for item in match_document(matches[0])["eligibility"]["criteria"])


def test_the_description_is_made_from_the_weights_in_force() -> None:
    said = algorithm_document(Scoring())
    assert {part["name"]: part["most_points"] for part in said["parts"]} == dict(Scoring().weights)
    assert all(part["meaning"] for part in said["parts"])
    other = algorithm_document(Scoring(weights={**Scoring().weights, "semantic": 29.0, "lexical": 9.0}))
    assert other["version"] != said["version"]
    assert algorithm_document(Scoring(relevant_least=1))["version"] != said["version"]
    assert algorithm_document(Scoring()) == said


def test_what_was_inferred_is_told_with_its_grounds_and_what_was_stated_is_not() -> None:
    tags = {tag["field"]: tag for tag in tags_document(PARTY, DAY)["tags"]}
    assert tags["rd_intensity_pct"]["text"] == "5.5%"
    assert set(tags["rd_intensity_pct"]["derived_from"]) == {"上年研发费用", "上年营业收入"}
    assert not set(tags) & set(PARTY.facts)


def test_the_words_of_a_need_do_not_say_whose_they_are() -> None:
    text = (
        "我们苏州某某诊断有限公司（某某诊断）做体外诊断试剂，联系人欧阳，电话 138 1234 5678，微信 abc_123，"
        "91320583MA1234567X，a@b.cn，http://x.cn/1，想贷款300万，3年"
    )
    shown = untraceable(text, PARTY)
    for secret in ("某某诊断", "欧阳", "1234", "abc_123", "MA12", "a@b", "x.cn"):
        assert secret not in shown
    for kept in ("做体外诊断试剂", "想贷款300万", "3年"):
        assert kept in shown
    plain = "做体外诊断试剂，想贷款300万周转，没有房产抵押"
    assert untraceable(plain, PARTY) == plain
