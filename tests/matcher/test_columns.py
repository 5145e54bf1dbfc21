"""One rule, two speeds: the column of states and the column of points equal the pair-by-pair answers."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.declarations.enterprise import COLLATERAL, SIZE_CLASSES
from matcher.derivation import at_date, derive
from matcher.eligibility.codes import STATES
from matcher.eligibility.columns import Row, column_frame
from matcher.eligibility.criteria import All, AnyOf, Band, Criterion, Group, Leaf, Not, Operator, Scored, Table
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.filtering import assess, state_codes
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State
from matcher.eligibility.stretches import Store
from matcher.fields import PartyKind, Value
from matcher.offers import Holding, Terms
from matcher.pairing.assembling import Nearness, assemble
from matcher.pairing.columns import points
from matcher.pairing.pipeline import dated
from matcher.pairing.recall import Recalled
from matcher.pairing.scoring import Scoring
from tests.matcher.worlds import AT, CLAUSE, leaf, offer, seeker
from tests.thorough import examples

REGIONS = ("320000", "320500", "320505", "320583", "330100", "110105")
INDUSTRIES = ("C", "27", "2770", "35", "6513", "J")
ORDERED = (Operator.GE, Operator.GT, Operator.LE, Operator.LT, Operator.EQ, Operator.NE)
WHOLE = st.integers(0, 12)
TENTHS = st.integers(0, 120).map(lambda tenth: Decimal(tenth) / 10)
DATES = st.dates(date(2015, 1, 1), date(2027, 12, 31))
GRADES = ("A", "B", "M", "C", "D")


def subsets(choices: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(choices), min_size=1, max_size=3, unique=True).map(tuple)


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "headcount": WHOLE,
    "age_years": TENTHS,
    "revenue_wan": TENTHS,
    "rd_expense_wan": TENTHS,
    "founded_on": DATES,
    "has_overdue_loan": st.booleans(),
    "high_tech_enterprise": st.booleans(),
    "high_tech_enterprise_valid_to": DATES,
    "tax_credit_grade": st.sampled_from(GRADES),
    "size_class": st.sampled_from((*SIZE_CLASSES, NOT_APPLICABLE_VALUE)),
    "collateral": subsets(COLLATERAL[:5]),
    "region": st.sampled_from(REGIONS[1:]),
    "industry": st.sampled_from(INDUSTRIES),
    "zone": st.sampled_from(("苏州工业园区", "昆山高新区")),
    "invention_patents": st.integers(0, 2),
    "need_amount_wan": TENTHS,
    "has_real_estate_collateral": st.booleans(),
}
LEAVES = st.one_of(
    *(st.builds(leaf, st.just(code), st.sampled_from(ORDERED), VALUES[code]) for code in ("headcount", "age_years")),
    *(
        st.builds(leaf, st.just(code), st.sampled_from(ORDERED[:4]), TENTHS)
        for code in ("revenue_wan", "rd_intensity_pct")
    ),
    st.builds(leaf, st.just("founded_on"), st.sampled_from(ORDERED), DATES),
    *(
        st.builds(leaf, st.just(code), st.just(Operator.EQ), st.booleans())
        for code in ("has_overdue_loan", "high_tech_enterprise")
    ),
    *(
        st.builds(leaf, st.just(code), st.sampled_from((Operator.IN, Operator.NOT_IN)), subsets(choices))
        for code, choices in (
            ("tax_credit_grade", GRADES),
            ("size_class", SIZE_CLASSES),
            ("zone", ("苏州工业园区", "张江")),
        )
    ),
    st.builds(
        leaf, st.just("collateral"), st.sampled_from((Operator.HAS_ANY, Operator.HAS_ALL)), subsets(COLLATERAL[:5])
    ),
    st.builds(leaf, st.just("region"), st.just(Operator.UNDER), subsets(REGIONS)),
    st.builds(leaf, st.just("industry"), st.just(Operator.UNDER), subsets(("C", "C27", "2770", "I", "J"))),
    st.builds(leaf, st.just("headcount"), st.just(Operator.MANUAL), st.none()),
)
HALVES = st.integers(0, 12).map(lambda half: Decimal(half) / 2)


LADDERS = st.tuples(
    st.sampled_from(("headcount", "age_years", "revenue_wan")),
    st.sampled_from(ORDERED[:4]),
    st.lists(st.tuples(WHOLE, HALVES), min_size=1, max_size=3),
)


def ladder(drawn: tuple[str, Operator, list[tuple[int, Decimal]]]) -> tuple[Band, ...]:
    code, operator, steps = drawn
    return tuple(
        Band(points, leaf(code, operator, limit if code == "headcount" else Decimal(limit))) for limit, points in steps
    )


def scores(inner: st.SearchStrategy[Criterion]) -> st.SearchStrategy[Criterion]:
    bands = st.lists(st.builds(Band, HALVES, inner), min_size=1, max_size=3).map(tuple)
    tables = st.builds(Table, st.just("指标"), bands | st.builds(ladder, LADDERS), st.sampled_from(("", "甲", "乙")))
    groups = st.tuples(
        st.builds(Group, st.just("甲"), st.none() | HALVES), st.builds(Group, st.just("乙"), most=HALVES)
    )
    return st.builds(
        Scored,
        st.lists(tables, min_size=1, max_size=3).map(tuple),
        HALVES,
        st.just("得分"),
        st.just(CLAUSE),
        groups,
        st.booleans(),
    )


CRITERIA: st.SearchStrategy[Criterion] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        scores(inner),
        st.builds(All, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple), least=st.integers(1, 3)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)
PROFILES = st.fixed_dictionaries({}, optional=VALUES)


def laid_out(profiles: list[dict[str, Value]]) -> pl.DataFrame:
    return column_frame(
        Row(key, "local", PartyKind.ENTERPRISE, derive(values)) for key, values in enumerate(profiles, 1)
    )


SECURED = Terms(amount_max_wan=Decimal(6), guarantee_modes=("信用",), secured_by=("专利", "设备"))


@settings(max_examples=examples(300), deadline=None)
@given(CRITERIA, st.lists(PROFILES, min_size=1, max_size=5), DATES)
def test_states_of_a_column_equal_the_states_of_its_rows(criterion: Criterion, profiles, at: date):
    codes = state_codes(laid_out(profiles), criterion, at).tolist()
    by_row = [evaluate(criterion, at_date(derive(values), at)).state for values in profiles]
    assert [STATES[code] for code in codes] == by_row


@settings(max_examples=examples(200), deadline=None)
@given(LEAVES)
def test_an_unknown_value_is_never_met_or_unmet(condition: Leaf):
    assert evaluate(condition, {}).state in (State.UNKNOWN, State.MANUAL_REVIEW)


@settings(max_examples=examples(150), deadline=None)
@given(
    CRITERIA,
    st.lists(LEAVES, max_size=3).map(tuple),
    st.lists(PROFILES, min_size=1, max_size=5),
    st.lists(st.floats(-1, 1, width=32), min_size=5, max_size=5),
    st.sampled_from((SECURED, Terms(amount_max_wan=Decimal(6)))),
)
def test_points_of_a_column_equal_the_scores_of_its_pairs(criterion, preferences, profiles, similarities, terms):
    scoring = Scoring()
    target = offer(
        "资源",
        "诊断",
        criterion,
        preferences=preferences,
        terms=terms,
        portfolio=(Holding("C277", 2), Holding("2710", 1), Holding("C", 4)),
        service_regions=("320500",),
        industry_focus=("C27",),
    )
    count = len(profiles)
    near = np.array(similarities[:count], dtype=np.float32)
    recalled = Recalled(np.arange(count), near, np.abs(near))
    store = Store(laid_out(profiles))
    column = points(store, recalled, assess(store, criterion, preferences, AT), target, scoring)
    nearness = zip(scoring.semantic(near), scoring.lexical(np.abs(near)), strict=True)
    scores = [
        assemble(
            dated(seeker(str(key), "", **values), AT), target, Nearness(float(meaning), float(words)), scoring
        ).score
        for key, (values, (meaning, words)) in enumerate(zip(profiles, nearness, strict=True))
    ]
    assert (column / 100).tolist() == scores


def test_a_score_that_only_a_person_gives_needs_no_column():
    person = leaf("main_business", Operator.MANUAL, None)
    scored = Scored((Table("评定", (Band(Decimal(9), person),)),), Decimal(5), "得分", CLAUSE)
    staffed = leaf("headcount", Operator.GE, 1)
    frame = laid_out([{"headcount": 0}, {"headcount": 1}, {}]).select("headcount")
    codes = state_codes(frame, All((staffed, scored)), AT).tolist()
    assert [STATES[code] for code in codes] == [State.UNMET, State.MANUAL_REVIEW, State.UNKNOWN]
