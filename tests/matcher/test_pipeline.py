"""Matching in a world whose answers are known, and what must hold in any world."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.eligibility.criteria import Operator
from matcher.eligibility.results import EXCLUDING, State
from matcher.fields import PartyKind
from matcher.needs import Need
from matcher.offers import Holding, OfferKind, OfferStatus, Terms, in_force
from matcher.pairing.measures import Measure, portfolio_fit, portfolio_share
from matcher.pairing.pipeline import Wish, match_offers
from matcher.pairing.prospecting import match_seekers
from matcher.pairing.scoring import EITHER, WEIGHTS, Scoring
from tests.matcher.worlds import AT, CITIES, TRADES, checkerboard, leaf, offer, offer_shelf, seeker, seeker_shelf
from tests.thorough import examples

SCORING = Scoring()
EVERYTHING = Wish(limit=50, at=AT, include_unmet=True)


def test_each_seeker_finds_the_offer_of_its_own_trade_and_city():
    offers, seekers = checkerboard()
    shelf = offer_shelf(offers)
    for one in seekers:
        matches, considered = match_offers(one, shelf, Wish(3, AT), SCORING)
        assert matches[0].offer.id == one.id.removesuffix("-企业")
        assert considered == len(TRADES) * len(CITIES)
        assert {match.offer.id.split("-")[1] for match in matches} == {one.id.split("-")[1]}, "others are out of region"


def test_each_offer_finds_the_seeker_of_its_own_trade_and_city():
    offers, seekers = checkerboard()
    shelf = seeker_shelf(seekers)
    for target in offers:
        matches, considered, eligible = match_seekers(target, shelf, Wish(5, AT), SCORING)
        assert matches[0].seeker_id == f"{target.id}-企业"
        assert (considered, eligible, len(matches)) == (9, 3, 3)
        assert match_seekers(target, shelf, Wish(1, AT), SCORING)[0] == matches[:1]


def test_nobody_is_matched_with_an_offer_of_their_own_either_way():
    offers, seekers = checkerboard()
    own = replace(offers[0], provider_id=seekers[0].id)
    matches, _ = match_offers(seekers[0], offer_shelf([own, *offers[1:]]), EVERYTHING, SCORING)
    assert own.id not in {match.offer.id for match in matches}
    shelf = replace(seeker_shelf(seekers, 2), own=1)
    matches, considered, eligible = match_seekers(own, shelf, EVERYTHING, SCORING)
    assert seekers[0].id not in {match.seeker_id for match in matches}
    assert (considered, eligible) == (8, 2)


def test_both_ways_give_one_score():
    offers, seekers = checkerboard()
    one, target = seekers[0], offers[0]
    forward, _ = match_offers(one, offer_shelf([target]), EVERYTHING, SCORING)
    backward, _, _ = match_seekers(target, seeker_shelf([one]), EVERYTHING, SCORING)
    same = {"completeness", "region", "preference", "industry", "amount", "security"}
    assert [part for part in forward[0].contributions if part.name in same] == [
        part for part in backward[0].contributions if part.name in same
    ]
    assert forward[0].eligibility == backward[0].eligibility


def test_the_unmet_is_hidden_unless_asked_for_and_then_says_how_far_off():
    old = seeker("老企业", "诊断 试剂", region="320500", founded_on=date(2018, 11, 22))
    offers, _ = checkerboard()
    shelf = offer_shelf(offers)
    assert match_offers(old, shelf, Wish(50, AT), SCORING)[0] == []
    shown, _ = match_offers(old, shelf, EVERYTHING, SCORING)
    own = next(match for match in shown if match.offer.id == "诊断-苏州")
    assert own.eligibility.state is State.UNMET
    assert own.gaps == ("未满足：成立年限为 8 年，要求不超过 5 年，超出 3 年（测试办法第一条）",)


def test_what_is_missing_is_named_and_excludes_nobody():
    blank = seeker("空白", "诊断 试剂 抗体")
    offers, _ = checkerboard()
    matches, _ = match_offers(blank, offer_shelf(offers), Wish(3, AT), SCORING)
    assert matches[0].offer.id.startswith("诊断")
    assert matches[0].eligibility.state is State.UNKNOWN
    assert matches[0].unknowns == ("region", "age_years")


@pytest.mark.parametrize(
    ("better", "worse", "values"),
    [
        (
            {"terms": Terms(amount_max_wan=Decimal(500))},
            {"terms": Terms(amount_max_wan=Decimal(50))},
            {"need_amount_wan": Decimal(300)},
        ),
        ({"terms": Terms(secured_by=("专利",))}, {"terms": Terms(secured_by=("商标",))}, {"invention_patents": 12}),
        (
            {"terms": Terms(guarantee_modes=("信用",))},
            {"terms": Terms(guarantee_modes=("抵押",))},
            {"has_real_estate_collateral": False},
        ),
        ({"industry_focus": ("C27",)}, {"industry_focus": ("C13",)}, {"industry": "2770"}),
        ({"portfolio": (Holding("2770", 6),)}, {"portfolio": (Holding("0111", 6),)}, {"industry": "2770"}),
        ({"service_regions": ("320500",)}, {"service_regions": ("330100",)}, {"region": "320505"}),
        (
            {"preferences": (leaf("high_tech_enterprise", Operator.EQ, True, "高企"),)},
            {"preferences": (leaf("gazelle", Operator.EQ, True, "瞪羚"),)},
            {"high_tech_enterprise": True},
        ),
        ({"kind": OfferKind.LOAN}, {"kind": OfferKind.FUND}, {}),
        (
            {"criteria": leaf("headcount", Operator.GE, 1)},
            {"criteria": leaf("tech_staff", Operator.GE, 1)},
            {"headcount": 5},
        ),
        ({"focus": "诊断 试剂"}, {"focus": "诊断 物流"}, {}),
    ],
)
def test_each_measure_moves_the_rank_its_own_way(better, worse, values):
    first, second = replace(offer("z", "诊断"), **better), replace(offer("a", "诊断"), **worse)
    one = replace(seeker("企业", "诊断 试剂", **values), need=Need(kinds=frozenset({OfferKind.LOAN})))
    plain = Scoring(repeat_provider=0, repeat_kind=0)
    matches, _ = match_offers(one, offer_shelf([second, first]), Wish(2, AT), plain)
    assert [match.offer.id for match in matches] == ["z", "a"]
    assert matches[0].score > matches[1].score


def test_the_score_is_the_sum_of_what_is_shown_and_the_weights_make_100():
    offers, seekers = checkerboard()
    for match in match_offers(seekers[0], offer_shelf(offers), EVERYTHING, SCORING)[0]:
        assert match.score == pytest.approx(sum(part.points for part in match.contributions), abs=1e-9)
        for part in match.contributions:
            assert not part.points or any(reason.startswith(part.label) for reason in match.reasons)
    assert {sum(WEIGHTS.values()) - sum(WEIGHTS[name] for name in EITHER if name != one) for one in EITHER} == {100}


def test_a_portfolio_is_told_by_its_firms_at_the_level_that_says_most():
    portfolio = (Holding("2770", 4), Holding("2710", 2), Holding("6513", 9))
    fund = offer("基金", "诊断", kind=OfferKind.FUND, portfolio=portfolio)

    assert portfolio_share("2770", portfolio) == (0.8, "2770", 4)
    assert portfolio_share("2740", portfolio) == (pytest.approx(0.6 * 6 / 7), "27", 6)
    assert portfolio_fit({"industry": "2740"}, fund).evidence == "该基金已投 6 家“医药制造业”企业"
    assert portfolio_fit({"industry": "0111"}, fund) == Measure(0.0, "")
    assert portfolio_fit({}, fund) is None
    assert portfolio_fit({"industry": "2740"}, replace(fund, portfolio=())) is None


def test_an_offer_measured_by_security_has_no_portfolio_so_that_no_score_passes_100():
    lender = offer("贷款", "诊断", terms=Terms(guarantee_modes=("信用",)), portfolio=(Holding("2770", 6),))

    assert portfolio_fit({"industry": "2770"}, lender) is None


def test_one_provider_does_not_fill_the_page():
    same = [offer(name, "诊断 试剂", provider="同一银行") for name in "abc"]
    other = offer("d", "诊断 试剂", provider="另一银行")
    matches, _ = match_offers(seeker("企业", "诊断 试剂"), offer_shelf([*same, other]), Wish(4, AT), SCORING)
    assert [match.offer.provider for match in matches][:2] == ["同一银行", "另一银行"]
    moved = [part for match in matches for part in match.contributions if part.name == "diversity"]
    assert [part.points for part in moved] == [-0.5, -3.0, -5.5]


def test_the_best_of_many_offers_is_found_wherever_it_stands():
    many = [offer(f"{place:02}", "物流 运输") for place in range(12)]
    shelf = offer_shelf([*many, offer("最好", "诊断 试剂")])
    matches, considered = match_offers(seeker("企业", "诊断 试剂"), shelf, Wish(1, AT), SCORING)
    assert ([match.offer.id for match in matches], considered) == (["最好"], 13)


def test_what_is_only_of_the_kind_asked_for_does_not_pad_the_list():
    others = [offer(f"{place}", "物流 运输", kind=OfferKind.INSURANCE) for place in range(9)]
    own = offer("z", "诊断 试剂", kind=OfferKind.INSURANCE)
    one = replace(seeker("企业", "诊断 试剂"), need=Need(kinds=frozenset({OfferKind.INSURANCE})))
    matches, considered = match_offers(one, offer_shelf([*others, own]), Wish(10, AT), SCORING)
    assert ([match.offer.id for match in matches], considered) == (["z", "0", "1"], 10)


def test_one_kind_does_not_fill_the_page():
    loans = [offer(name, "诊断 试剂") for name in "abc"]
    fund = offer("d", "诊断 试剂", kind=OfferKind.FUND)
    matches, _ = match_offers(seeker("企业", "诊断 试剂"), offer_shelf([*loans, fund]), Wish(4, AT), SCORING)
    assert [match.offer.id for match in matches] == ["a", "d", "b", "c"]


def test_an_offer_out_of_force_or_for_others_is_not_considered():
    offers = [
        offer("现行", "诊断"),
        offer("已废止", "诊断", status=OfferStatus.SUPERSEDED),
        offer("未生效", "诊断", effective_from=date(2026, 11, 23)),
        offer("已失效", "诊断", effective_to=date(2026, 11, 21)),
        offer("给载体", "诊断", audience=frozenset({PartyKind.CARRIER})),
        offer("自己的", "诊断", provider_id="企业"),
    ]
    matches, considered = match_offers(seeker("企业", "诊断"), offer_shelf(offers), EVERYTHING, SCORING)
    assert ([match.offer.id for match in matches], considered) == (["现行"], 1)
    assert in_force(replace(offers[0], effective_from=AT, effective_to=AT), AT)


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(TRADES.values())),
            st.sampled_from([None, *CITIES.values()]),
            st.sampled_from([None, date(2012, 1, 1), date(2024, 1, 1)]),
        ),
        min_size=1,
        max_size=12,
    ),
    st.integers(1, 15),
    st.integers(1, 4),
)
def test_in_any_world_eligible_first_then_by_score_and_the_head_is_the_best(rows, limit, segments):
    seekers = [
        seeker(
            f"企业{place:02}", words, **({"region": region} if region else {}), **({"founded_on": born} if born else {})
        )
        for place, (words, region, born) in enumerate(rows)
    ]
    target = checkerboard()[0][0]
    shelf = seeker_shelf(seekers, segments)
    everyone, considered, eligible = match_seekers(target, shelf, EVERYTHING, SCORING)
    keys = [(match.eligibility.state in EXCLUDING, -match.score) for match in everyone]
    assert keys == sorted(keys)
    assert (len(everyone), considered) == (len(rows), len(rows))
    head, _, _ = match_seekers(target, shelf, Wish(limit, AT), SCORING)
    best = sorted((match.score for match in everyone if match.eligibility.state not in EXCLUDING), reverse=True)
    assert [match.score for match in head] == best[:limit]
    assert eligible == len(best)


def test_a_question_without_an_account_is_answered_and_a_draft_says_so():
    anonymous = replace(seeker("", "诊断"), id="")
    draft = offer("草案", "诊断", status=OfferStatus.DRAFT)
    matches, considered = match_offers(anonymous, offer_shelf([draft]), Wish(5, AT), SCORING)
    assert considered == 1
    assert matches[0].gaps == ("提示：所依据的文件为征求意见稿，尚未生效",)


def test_a_loan_for_any_trade_does_not_look_for_lenders():
    lender, maker = seeker("放贷公司", "贷款 抵押 担保"), seeker("制造企业", "机床", high_tech_enterprise=True)
    loan = offer("信用贷款", "贷款 抵押 担保", preferences=(leaf("high_tech_enterprise", Operator.EQ, True, "高企"),))
    shelf = seeker_shelf([lender, maker])
    assert match_seekers(loan, shelf, EVERYTHING, SCORING)[0][0].seeker_id == "制造企业"
    for_lenders = replace(loan, industry_focus=("J",))
    assert match_seekers(for_lenders, shelf, EVERYTHING, SCORING)[0][0].seeker_id == "放贷公司"


def test_nobody_to_rank_is_an_empty_list():
    target = offer("给载体", "诊断", audience=frozenset({PartyKind.CARRIER}))
    assert match_seekers(target, seeker_shelf([seeker("企业", "诊断")]), EVERYTHING, SCORING) == ([], 0, 0)
    assert match_offers(seeker("企业", "诊断"), offer_shelf([target]), EVERYTHING, SCORING) == ([], 0)


def test_a_text_without_words_is_near_nothing():
    matches, _ = match_offers(seeker("企业", "……"), offer_shelf([offer("甲", "诊断")]), EVERYTHING, SCORING)
    assert np.isclose(next(part.points for part in matches[0].contributions if part.name == "semantic"), 0)
