"""The whole answer: caps and exclusions hold for any loans, more never gives less, and what is chosen is the best."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.eligibility.results import State
from matcher.policies.advice import CEILING_NOTE, advise
from matcher.policies.benefit_files import built_in_benefits
from matcher.policies.benefits import Beneficiary, BenefitKind
from matcher.policies.loans import GUARANTEE_INSURANCE, INSURANCE_KINDS
from tests.matcher.policies.worlds import AT, loan, party

CAPS_WAN = {
    "benefit.ningxia-lixi-zhongxiaowei": 50,
    "benefit.ningxia-lixi-qita": 50,
    "benefit.ningxia-lixi-zhiya": 50,
    "benefit.ningxia-lixi-zhuanhua": 100,
    "benefit.ningxia-danbaofei": 50,
    "benefit.ningxia-pinggufei": 50,
    "benefit.ningxia-baofei": 20,
    "benefit.ningxia-chengbao": 20,
}
"""The yearly caps as the interpretation of the measure states them, written out here a second time."""


def maybe(strategy):
    return st.none() | strategy


MONEY = st.integers(0, 2_000_000).map(Decimal)
LOANS = st.builds(
    loan,
    principal_wan=st.integers(1, 5000).map(Decimal),
    rate_pct=maybe(st.integers(0, 1500).map(lambda value: Decimal(value) / 100)),
    term_months=maybe(st.integers(1, 60)),
    lpr_1y_pct_at_drawing=maybe(st.integers(200, 500).map(lambda value: Decimal(value) / 100)),
    secured_by=st.sampled_from([None, ("信用",), ("专利",), ("应收账款", "房产"), ("房产",)]),
    guarantee_fee_yuan=maybe(MONEY),
    valuation_fee_yuan=maybe(MONEY),
    premium_yuan=maybe(MONEY),
    insured_sum_wan=maybe(st.integers(0, 10_000).map(Decimal)),
    insurance_kind=st.sampled_from([None, *INSURANCE_KINDS]),
    is_conversion_project=st.sampled_from([None, True, False]),
    is_overdue=st.sampled_from([None, False, True]),
)
PARTIES = st.builds(
    party,
    headcount=maybe(st.sampled_from([10, 500, 501])),
    revenue_wan=maybe(st.sampled_from([Decimal(20_000), Decimal(20_001)])),
)


@given(PARTIES, st.lists(LOANS, min_size=1, max_size=3))
def test_no_cap_is_exceeded_and_nothing_excluded_is_combined(firm, loans):
    advice = advise(built_in_benefits(), firm, loans, AT)
    for claim in advice.claims:
        cap = CAPS_WAN.get(claim.benefit.id)
        if cap is not None:
            assert claim.amount.high is not None
            assert claim.amount.high <= cap * 10_000
        assert claim.amount.low >= 0
        assert (claim.amount.value is None) == bool(claim.lacking)
    for item in (*advice.combinations, *advice.hopeful):
        check_lawful(item, loans)
        assert item.total_yuan == sum(grant.amount_yuan for grant in item.grants)


def check_lawful(item, loans):
    if item.scheme.id == "ningxia-keji-jinrong":
        assert item.total_yuan <= 1_000_000
    paid = defaultdict(Decimal)
    kinds = defaultdict(list)
    for grant in item.grants:
        assert grant.amount_yuan <= grant.claim.amount.value
        assert grant.claim.benefit.beneficiary is Beneficiary.ENTERPRISE
        paid[grant.claim.benefit.id] += grant.amount_yuan
        kinds[grant.claim.loan].append(grant.claim.benefit.kind)
    assert all(amount <= CAPS_WAN.get(name, 10**9) * 10_000 for name, amount in paid.items())
    for place, granted in kinds.items():
        assert granted.count(BenefitKind.INTEREST) <= 1
        assert not {BenefitKind.INTEREST, BenefitKind.GUARANTEE_FEE} <= set(granted)
        if loans[place].insurance_kind in (None, GUARANTEE_INSURANCE):
            assert not {BenefitKind.INTEREST, BenefitKind.PREMIUM} <= set(granted)


@given(
    PARTIES,
    LOANS,
    st.sampled_from(["guarantee_fee_yuan", "valuation_fee_yuan", "premium_yuan", "rate_pct", "lpr_1y_pct_at_drawing"]),
    st.integers(1, 1000),
)
def test_more_paid_never_gives_less(firm, one, field, more):
    """Monotone: each benefit, and the best combination, in each amount that was paid."""
    if getattr(one, field) is None:
        return
    dearer = replace(one, **{field: getattr(one, field) + Decimal(more) / (100 if field.endswith("_pct") else 1)})
    before, after = (advise(built_in_benefits(), firm, [given_loan], AT) for given_loan in (one, dearer))
    for first, second in zip(before.claims, after.claims, strict=True):
        assert second.amount.low >= first.amount.low
        assert first.state is second.state
    assert total(after) >= total(before)


def total(advice):
    return sum((item.total_yuan for item in advice.combinations), Decimal(0))


@given(PARTIES, st.lists(LOANS, min_size=1, max_size=2))
def test_the_combination_is_the_best_of_all_lawful_ones(firm, loans):
    """Brute force over every subset of what may be claimed, by the rules written out here a second time."""
    advice = advise(built_in_benefits(), firm, loans, AT)
    claims = [
        claim
        for claim in advice.claims
        if claim.benefit.scheme == "ningxia-keji-jinrong"
        and claim.benefit.beneficiary is Beneficiary.ENTERPRISE
        and claim.state is State.MET
        and claim.amount.value
    ]
    best = max(
        worth(chosen)
        for chosen in chain.from_iterable(combinations(claims, size) for size in range(len(claims) + 1))
        if all(compatible(one, other, loans) for one, other in combinations(chosen, 2))
    )
    assert total(advice) == best


def worth(chosen):
    items = defaultdict(Decimal)
    for claim in chosen:
        items[claim.benefit.id] += claim.amount.value
    return min(
        Decimal(1_000_000), sum((min(CAPS_WAN[name] * 10_000, paid) for name, paid in items.items()), Decimal(0))
    )


def compatible(one, other, loans):
    if one.loan != other.loan:
        return True
    kinds = {one.benefit.kind, other.benefit.kind}
    if kinds in ({BenefitKind.INTEREST}, {BenefitKind.INTEREST, BenefitKind.GUARANTEE_FEE}):
        return False
    insured = loans[one.loan].insurance_kind == GUARANTEE_INSURANCE
    return not (insured and kinds == {BenefitKind.INTEREST, BenefitKind.PREMIUM})


def test_the_insurer_is_outside_the_hundred_wan_of_the_enterprise():
    one = loan(
        principal_wan=Decimal(3000), is_conversion_project=True, insurance_kind="科技保险",
        premium_yuan=Decimal(400_000), insured_sum_wan=Decimal(4000),
    )  # fmt: skip
    advice = advise(built_in_benefits(), party(), [one], AT)
    (item,) = advice.combinations
    assert (item.total_yuan, item.total_cap_applied) == (Decimal(1_000_000), False)
    assert [grant.claim.benefit.id for grant in item.grants] == ["benefit.ningxia-lixi-zhuanhua"]
    assert any("年度上限已用尽" in given_up.why for given_up in item.given_up)
    insurer = next(claim for claim in advice.claims if claim.benefit.id == "benefit.ningxia-chengbao")
    assert (insurer.state, insurer.amount.value) == (State.MET, Decimal(200_000))


def test_what_is_given_up_says_why_and_how_much_less_it_would_be():
    one = loan(secured_by=("专利",), guarantee_fee_yuan=Decimal(50_000), valuation_fee_yuan=Decimal(20_000))
    (item,) = advise(built_in_benefits(), party(), [one], AT).combinations
    assert {grant.claim.benefit.kind for grant in item.grants} == {BenefitKind.INTEREST, BenefitKind.VALUATION_FEE}
    assert item.total_yuan == Decimal("203000.00")
    given_up = {gone.claim.benefit.id: gone for gone in item.given_up}
    guarantee = given_up["benefit.ningxia-danbaofei"]
    assert "同一笔贷款不得同时享受担保费补助和利息补助" in guarantee.why
    assert guarantee.total_with_it_yuan == Decimal("58000.00")


def test_the_guarantee_fee_is_taken_where_it_is_more():
    one = loan(guarantee_fee_yuan=Decimal(200_000))
    (item,) = advise(built_in_benefits(), party(), [one], AT).combinations
    assert [grant.claim.benefit.id for grant in item.grants] == ["benefit.ningxia-danbaofei"]
    assert item.total_yuan == Decimal(160_000)


@pytest.mark.parametrize(
    ("kind", "premium", "granted", "relief"),
    [
        (GUARANTEE_INSURANCE, 300_000, {"benefit.ningxia-baofei"}, 150_000),
        (GUARANTEE_INSURANCE, 100_000, {"benefit.ningxia-lixi-zhongxiaowei"}, 108_750),
        ("科技保险", 300_000, {"benefit.ningxia-lixi-zhongxiaowei", "benefit.ningxia-baofei"}, 108_750),
    ],
)
def test_insurance_of_the_loan_excludes_interest_and_other_insurance_does_not(kind, premium, granted, relief):
    one = loan(insurance_kind=kind, premium_yuan=Decimal(premium))
    advice = advise(built_in_benefits(), party(), [one], AT)
    assert {grant.claim.benefit.id for grant in advice.combinations[0].grants} == granted
    assert advice.costs[0].relief_yuan == relief
    assert (CEILING_NOTE in advice.costs[0].assumptions) is ("benefit.ningxia-lixi-zhongxiaowei" in granted)


def test_open_conditions_give_hope_and_no_certainty():
    one = loan(is_overdue=None)
    advice = advise(built_in_benefits(), party(), [one], AT)
    assert advice.combinations == ()
    assert advice.costs[0].relief_yuan == 0
    (hope,) = advice.hopeful
    assert not hope.certain
    assert [check.field for check in hope.grants[0].claim.open_checks] == ["is_overdue"]
    assert advice.hopeful_costs[0].relief_yuan == Decimal("108750.00")
    assert advice.hopeful_costs[0].net_pct == Decimal("2.1750")


def test_an_unknown_amount_is_reported_and_not_counted():
    advice = advise(built_in_benefits(), party(), [loan(guarantee_fee_yuan=None)], AT)
    assert [claim.benefit.id for claim in advice.undetermined] == ["benefit.ningxia-danbaofei"]
    assert advice.costs[0].complete is False
