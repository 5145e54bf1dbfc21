"""Investments become a portfolio; carriers beside funds; demands of lead firms by chain position. Worked cases."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.eligibility.columns import Row, column_frame
from matcher.eligibility.filtering import assess
from matcher.eligibility.stretches import Store
from matcher.fields import PartyKind
from matcher.investments import Investment, portfolio_of
from matcher.needs import Need, Seeker
from matcher.offers import Holding, Offer, OfferKind, Terms
from matcher.pairing.chains import ChainPosition, area_of, position_of
from matcher.pairing.columns import points
from matcher.pairing.measures import chain_fit, industry_fit, joint_fit, portfolio_fit
from matcher.pairing.pipeline import Wish, match_offers
from matcher.pairing.prospecting import match_seekers
from matcher.pairing.recall import Recalled
from matcher.pairing.scoring import EITHER, Scoring
from tests.matcher.worlds import AT, offer, offer_shelf, seeker, seeker_shelf
from tests.thorough import examples

SCORING = Scoring()
IVD, DRUGS, PLASTIC = "2770", "2710", "2929"


def test_a_firm_counts_once_however_many_rounds_it_had_and_says_what_it_does_itself() -> None:
    made = [
        Investment("甲基金", "乙诊断 有限公司", on=date(2024, 1, 1), round="A轮"),
        Investment("甲基金", "乙诊断有限公司", party_id="p-1", on=date(2025, 1, 1), round="B轮"),
        Investment("甲基金", "丙药业", industry=DRUGS, business="小分子药"),
        Investment("甲基金", "丁公司"),
    ]
    known = {"p-1": {"industry": IVD, "products": "体外诊断试剂", "need_text": "想贷款300万"}}
    assert portfolio_of(made, known) == (
        Holding("", 1, "丁公司", "丁公司"),
        Holding(DRUGS, 1, "小分子药", "丙药业"),
        Holding(IVD, 1, "体外诊断试剂", "乙诊断有限公司", "p-1"),
    )


def fund(**more: object) -> Offer:
    audience = frozenset({PartyKind.ENTERPRISE, PartyKind.CARRIER})
    return offer("基金", "诊断", kind=OfferKind.FUND, audience=audience, **more)


CARRIER = {
    "carrier_kind": "专业资本集聚型特色载体",
    "incubated_firms": 25,
    "incubation_fund_wan": Decimal("500.0"),
    "industry": IVD,
}


def test_a_carrier_beside_a_fund_is_told_by_what_it_brings_and_what_the_fund_holds() -> None:
    holding = fund(portfolio=(Holding(IVD, 6),))
    fit = joint_fit(CARRIER, holding)
    assert fit is not None
    assert fit.value == pytest.approx(0.4 + 0.2 + 0.2 + 0.2 * 6 / 7)
    assert fit.evidence == (
        "专业资本集聚型特色载体，可议项目选投、子基金合作；有在孵企业 25 家可供选投；有孵化资金 500 万元；"
        "该基金已投 6 家“卫生材料及医药用品制造”企业"
    )
    assert portfolio_fit(CARRIER, holding) is None
    assert portfolio_fit({"industry": IVD}, holding) is not None
    bare = joint_fit({"carrier_kind": "孵化器"}, holding)
    assert bare is not None
    assert (bare.value, bare.evidence) == (0.0, "")
    assert joint_fit({"industry": IVD}, holding) is None
    assert joint_fit(CARRIER, replace(holding, audience=frozenset({PartyKind.ENTERPRISE}))) is None
    assert joint_fit(CARRIER, replace(holding, terms=Terms(guarantee_modes=("信用",)))) is None


def test_carriers_of_capital_come_first_both_ways() -> None:
    brings = Seeker(PartyKind.CARRIER, CARRIER, "诊断 孵化", id="资本", name="资本")
    plain = Seeker(PartyKind.CARRIER, {"carrier_kind": "产业园区"}, "诊断 孵化", id="园区", name="园区")
    found, considered, _ = match_seekers(fund(), seeker_shelf([plain, brings]), Wish(5, AT), SCORING)
    assert ([match.seeker_id for match in found], considered) == (["资本", "园区"], 2)
    assert any(reason.startswith("可合作选投：专业资本集聚型特色载体") for reason in found[0].reasons)

    closed = replace(fund(), id="只投企业", audience=frozenset({PartyKind.ENTERPRISE}))
    offers, considered = match_offers(brings, offer_shelf([closed, fund()]), Wish(5, AT), SCORING)
    assert ([match.offer.id for match in offers], considered) == (["基金"], 1)


def demand(name: str, **more: object) -> Offer:
    given: dict[str, object] = {"industry_focus": (PLASTIC,), "made": (IVD,), **more}
    return offer(name, "诊断 耗材", kind=OfferKind.PROCUREMENT, **given)


@pytest.mark.parametrize(
    ("code", "position", "shared"),
    [
        (PLASTIC, ChainPosition.UPSTREAM, PLASTIC),
        ("2770", ChainPosition.SUBSTITUTE, "277"),
        ("2710", ChainPosition.COMPLEMENT, "27"),
        ("2921", ChainPosition.COMPLEMENT, "29"),
        ("27", None, None),
        ("6513", None, None),
    ],
)
def test_a_position_is_told_from_what_is_asked_for_and_what_the_lead_firm_makes(code, position, shared) -> None:
    found = position_of(code, ("物资采购", (PLASTIC,), (IVD,)))
    assert found == (None if position is None else (position, shared))


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("某集团·物资采购", [PLASTIC, "2770", "2710"]),
        ("某集团·市场营销", ["2710", PLASTIC, "2770"]),
        ("某集团·研发设计", ["2710", PLASTIC, "2770"]),
    ],
)
def test_what_a_position_is_worth_depends_on_the_field_of_cooperation(name: str, order: list[str]) -> None:
    fits = {code: chain_fit({"industry": code}, demand(name)) for code in (PLASTIC, "2770", "2710")}
    assert sorted(fits, key=lambda code: -fits[code].value) == order
    assert chain_fit({"industry": PLASTIC}, demand("某集团·物资采购")).evidence == (
        "物资采购需求的上游配套：行业属于所需的“塑料零件及其他塑料制品制造”（按行业推断）"
    )
    assert chain_fit({"industry": "2770"}, demand("某集团·物资采购")).evidence == (
        "物资采购需求的同类替代：与该龙头企业的产品同属“卫生材料及医药用品制造”（按行业推断）"
    )
    assert chain_fit({"industry": PLASTIC}, replace(demand(name), kind=OfferKind.FUND)) is None
    assert chain_fit({}, demand(name)) is None


def test_the_field_is_read_from_the_words_of_the_demand() -> None:
    assert area_of(demand("某集团·中试生产")) == "中试生产"
    assert area_of(replace(demand("某集团需求"), summary="寻找样件试制与快速打样企业")) == "模型加工"
    assert area_of(replace(demand("某集团需求"), focus="")) == ""


def test_suppliers_come_first_for_a_purchase_and_partners_for_a_market() -> None:
    firms = [seeker(code, "诊断 耗材", industry=code) for code in ("2710", "6513", PLASTIC)]
    for name, first in (("某集团·物资采购", PLASTIC), ("某集团·市场营销", "2710")):
        found, _, _ = match_seekers(demand(name, industry_focus=(PLASTIC,)), seeker_shelf(firms), Wish(3, AT), SCORING)
        chain = {
            match.seeker_id: part.points for match in found for part in match.contributions if part.name == "chain"
        }
        assert max(chain, key=lambda code: chain[code]) == first
        assert chain["6513"] == 0


CODES = st.sampled_from((IVD, DRUGS, PLASTIC, "277", "27", "C", "2921", "6513"))
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "industry": CODES,
        "carrier_kind": st.sampled_from(("专业资本集聚型特色载体", "大中小企业融通型特色载体", "孵化器")),
        "incubated_firms": st.integers(0, 3),
        "incubation_fund_wan": st.sampled_from((Decimal(0), Decimal("0.5"), Decimal(500))),
    },
)
HELD = st.lists(st.builds(Holding, CODES, st.integers(1, 5)), max_size=3).map(tuple)
ASKED = st.lists(CODES, max_size=2).map(tuple)
NAMES = st.sampled_from(("物资采购", "市场营销", "需求"))
OFFERS = st.builds(fund, portfolio=HELD) | st.builds(demand, NAMES, industry_focus=ASKED, made=ASKED)
MEASURES = {"portfolio": portfolio_fit, "chain": chain_fit, "joint": joint_fit, "industry": industry_fit}


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(OFFERS, min_size=1, max_size=4), st.lists(VALUES, min_size=1, max_size=4))
def test_columns_shelves_and_pairs_agree_and_none_has_more_than_one_of_the_slot(offers, profiles) -> None:
    shelf = offer_shelf(offers)
    frame = column_frame([Row(key, "local", PartyKind.CARRIER, values) for key, values in enumerate(profiles)])
    store, none = Store(frame), np.zeros(len(profiles), dtype=np.float32)
    recalled = Recalled(np.arange(len(profiles)), none, none)
    for place, target in enumerate(offers):
        column = points(store, recalled, assess(store, None, (), AT), target, SCORING).tolist()
        for key, values in enumerate(profiles):
            fits = {name: fit(values, target) for name, fit in MEASURES.items()}
            known = {name: fit.value for name, fit in fits.items() if fit is not None}
            shelved = {
                name: shelf.alike[name].fitting.fits(values)[shelf.alike[name].group_of[place]] for name in MEASURES
            }
            assert len(known.keys() & set(EITHER)) <= 1
            assert shelved == {name: known.get(name, 0.0) for name in MEASURES}
            assert column[key] == sum(SCORING.hundredths(name, np.array([fit]))[0] for name, fit in known.items())


def test_a_question_in_words_finds_the_fund_whose_firms_are_alike() -> None:
    held = (Holding(IVD, 1, "诊断 试剂", "乙诊断"),)
    asks = replace(seeker("企业", "诊断 试剂", industry=IVD), need=Need())
    offers = [fund(), replace(fund(portfolio=held), id="已投")]
    found, _ = match_offers(asks, offer_shelf(offers), Wish(2, AT), SCORING)
    assert [match.offer.id for match in found] == ["已投", "基金"]
