"""The smallest set of changes: what it finds is met, and by trying everything nothing smaller is."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.derivation import at_date, derive
from matcher.eligibility.changes import Change, ChangeKind, apply_changes, obstacles, smallest_changes
from matcher.eligibility.criteria import All, AnyOf, Band, Criterion, Leaf, Not, Operator, Scored, Table, leaves
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.movable import magnitude
from matcher.eligibility.results import State
from matcher.fields import Value
from matcher.parties import Values
from tests.matcher.worlds import AT, CLAUSE, leaf
from tests.thorough import examples

FOUNDED = date(2023, 5, 20)
ORDER = (Operator.GE, Operator.GT, Operator.LE, Operator.LT)
GRADES = ("A", "B", "M")
ITEMS = ("专利", "设备")
COUNTS = tuple(range(5))
MONEY = tuple(Decimal(number) for number in (10, 20, 30, 40, 100, 200))
AGES = (2, 4, 5)
PERCENTS = (Decimal(10), Decimal(20))

LEAVES = st.one_of(
    st.builds(leaf, st.just("headcount"), st.sampled_from((*ORDER, Operator.EQ, Operator.NE)), st.integers(1, 3)),
    st.builds(leaf, st.just("rd_expense_wan"), st.sampled_from(ORDER), st.sampled_from(MONEY[:4])),
    st.builds(leaf, st.just("revenue_wan"), st.sampled_from(ORDER[:1]), st.sampled_from(MONEY[3:])),
    st.builds(leaf, st.just("rd_intensity_pct"), st.sampled_from(ORDER[:1]), st.sampled_from(PERCENTS)),
    st.builds(leaf, st.just("age_years"), st.sampled_from(ORDER), st.sampled_from(AGES).map(Decimal)),
    st.builds(
        leaf,
        st.just("tax_credit_grade"),
        st.sampled_from((Operator.IN, Operator.NOT_IN)),
        st.lists(st.sampled_from(GRADES), min_size=1, max_size=2, unique=True).map(tuple),
    ),
    *(
        st.builds(leaf, st.just(code), st.just(Operator.EQ), st.booleans())
        for code in ("has_overdue_loan", "high_tech_enterprise", "has_ever_borrowed")
    ),
    st.builds(
        leaf,
        st.just("collateral"),
        st.sampled_from((Operator.HAS_ANY, Operator.HAS_ALL)),
        st.lists(st.sampled_from(ITEMS), min_size=1, max_size=2, unique=True).map(tuple),
    ),
    st.builds(leaf, st.just("region"), st.just(Operator.UNDER), st.sampled_from((("320500",), ("320505",), ("33",)))),
    st.builds(leaf, st.just("name"), st.just(Operator.MANUAL), st.none()),
)
BANDS = st.builds(Band, st.sampled_from((Decimal(10), Decimal(20))), LEAVES)
TABLES = st.builds(Table, st.just("指标"), st.lists(BANDS, min_size=1, max_size=2).map(tuple))
SCORES = st.builds(
    Scored,
    st.lists(TABLES, min_size=1, max_size=2).map(tuple),
    st.sampled_from((Decimal(10), Decimal(20), Decimal(30))),
    st.just("得分"),
    st.just(CLAUSE),
)
CRITERIA: st.SearchStrategy[Criterion] = st.recursive(
    LEAVES | SCORES,
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple), least=st.integers(1, 2)),
        st.builds(Not, inner),
    ),
    max_leaves=4,
)
GRID: dict[str, tuple[Value, ...]] = {
    "headcount": COUNTS,
    "rd_expense_wan": MONEY[:4],
    "revenue_wan": MONEY[3:],
    "tax_credit_grade": ("A", "B", "M", "C", "D"),
    "has_overdue_loan": (True, False),
    "has_ever_borrowed": (True, False),
    "high_tech_enterprise": (True, False),
    "collateral": (("专利",), ("设备",), ("专利", "设备"), ("存货",)),
    "region": ("320505", "320583", "330100"),
    "founded_on": tuple(date(AT.year - age, month, 1) for age in (0, *AGES) for month in (5, 12)),
}
PROFILES = st.fixed_dictionaries(
    {"rd_expense_wan": st.sampled_from(MONEY[:4]), "revenue_wan": st.sampled_from(MONEY[3:])},
    optional={
        "headcount": st.sampled_from(COUNTS),
        "tax_credit_grade": st.sampled_from(GRADES),
        "has_overdue_loan": st.booleans(),
        "has_ever_borrowed": st.booleans(),
        "high_tech_enterprise": st.booleans(),
        "high_tech_enterprise_valid_to": st.sampled_from((date(2025, 6, 30), date(2027, 6, 30))),
        "collateral": st.sampled_from(GRID["collateral"]),
        "region": st.sampled_from(("320500", "320505", "330100")),
        "founded_on": st.just(FOUNDED),
    },
)


def is_met(criterion: Criterion, values: Values, day: date) -> bool:
    return evaluate(criterion, at_date(derive(values), day)).state is State.MET


def tried(criterion: Criterion, values: Values, count: int) -> Iterator[tuple[dict[str, Value], dict[str, Value]]]:
    """Every way to give `count` fields a value, by a plain reading of what may be changed: changes, and all values."""
    compared = {condition.field for condition in leaves(criterion)}
    fixed = {"founded_on", "region"} | {"revenue_wan"} - compared
    free = [code for code in GRID if code not in values or code not in fixed]
    for codes in combinations(free, count):
        for chosen in product(*(GRID[code] for code in codes)):
            changes = dict(zip(codes, chosen, strict=True))
            if changes.get("has_ever_borrowed") is False and values.get("has_ever_borrowed") is True:
                continue
            held = {**values, **changes}
            if changes.get("high_tech_enterprise") is True:
                held.pop("high_tech_enterprise_valid_to", None)
            elif changes.get("high_tech_enterprise") is False and values.get("high_tech_enterprise") is True:
                continue
            yield changes, held


def days(values: Values) -> list[date]:
    """Every day on which something turns by itself: anniversaries, the days after them, the days after an end."""
    later = [date(FOUNDED.year + age, FOUNDED.month, FOUNDED.day) for age in AGES] if "founded_on" in values else []
    later += [day + timedelta(days=1) for day in later]
    ends = values.get("high_tech_enterprise_valid_to")
    later += [ends + timedelta(days=1)] if isinstance(ends, date) else []
    return sorted(day for day in later if day > AT)


@settings(max_examples=examples(120), deadline=None)
@given(CRITERIA, PROFILES)
def test_a_plan_is_met_and_nothing_smaller_is(criterion: Criterion, values):
    plan = smallest_changes(criterion, values, AT)
    met_now = is_met(criterion, values, AT)
    assert (plan == ()) == met_now
    if plan is not None:
        changed, day = apply_changes(values, plan, AT)
        assert is_met(criterion, changed, day)
        assert {step.field for step in plan if step.kind is not ChangeKind.WAIT} >= {
            code for code in changed if changed[code] != values.get(code)
        }
        assert obstacles(criterion, values, AT) == ()
    else:
        assert obstacles(criterion, values, AT)
    most = 2 if plan is None else min(len(plan) - 1, 2)
    for count in range(most + 1):
        assert not any(is_met(criterion, held, AT) for _, held in tried(criterion, values, count))
        for day in days(values) if count else ():
            assert not any(is_met(criterion, held, day) for _, held in tried(criterion, values, count - 1))


@settings(max_examples=examples(100), deadline=None)
@given(CRITERIA, PROFILES.map(lambda values: {key: item for key, item in values.items() if key != "founded_on"}))
def test_of_plans_with_one_change_the_least_is_taken(criterion: Criterion, values):
    plan = smallest_changes(criterion, values, AT)
    if plan is None or len(plan) != 1 or plan[0].kind is ChangeKind.WAIT:
        return
    (step,) = plan
    known = at_date(derive(values), AT)
    size = 0 if step.kind is ChangeKind.FILL else magnitude(step.field, known.get(step.field), step.after)
    for changes, held in tried(criterion, values, 1):
        ((code, value),) = changes.items()
        if is_met(criterion, held, AT):
            coarse = code == "region" and values.get("region") == "320500"
            assert size <= magnitude(code, None if coarse else known.get(code), value)


def all_of(*children: Criterion) -> All:
    return All(children)


KNOWN: dict[str, Value] = {
    "region": "320505",
    "founded_on": date(2024, 2, 29),
    "revenue_wan": Decimal(1000),
    "rd_expense_wan": Decimal(24),
    "headcount": 60,
    "tech_staff": 5,
    "high_tech_enterprise": True,
    "high_tech_enterprise_valid_to": date(2025, 6, 30),
    "collateral": ("设备",),
    "debt_ratio_pct": Decimal(80),
    "tax_credit_grade": "C",
}


@pytest.mark.parametrize(
    ("criterion", "texts"),
    [
        (leaf("rd_intensity_pct", Operator.GE, Decimal(3)), ["上年研发费用由 24 万元增至 30 万元（增加 6 万元）"]),
        (
            all_of(
                leaf("rd_expense_wan", Operator.GE, Decimal(20)),
                leaf("revenue_wan", Operator.GE, Decimal(2000)),
                leaf("rd_intensity_pct", Operator.GE, Decimal(3)),
            ),
            [
                "上年营业收入由 1,000 万元增至 2,000 万元（增加 1,000 万元）",
                "上年研发费用由 24 万元增至 60 万元（增加 36 万元）",
            ],
        ),
        (leaf("tech_staff_pct", Operator.GE, Decimal(10)), ["科技人员由 5 人增至 6 人（增加 1 人）"]),
        (leaf("debt_ratio_pct", Operator.LT, Decimal(70)), ["资产负债率由 80%减至 69.99%（减少 10.01 个百分点）"]),
        (leaf("age_years", Operator.GE, Decimal(3)), ["等到 2027-03-01，届时成立年限不低于 3 年"]),
        (leaf("high_tech_enterprise", Operator.EQ, True), ["取得或续展高新技术企业"]),
        (leaf("collateral", Operator.HAS_ALL, ("专利", "设备")), ["可提供的担保物增加 专利"]),
        (leaf("has_real_estate_collateral", Operator.EQ, True), ["补充“有房产或土地抵押”，须为“是”"]),
        (leaf("tax_credit_grade", Operator.IN, ("A", "B")), ["纳税信用等级由 C 变为 B"]),
        (leaf("net_profit_wan", Operator.GT, Decimal(0)), ["补充上年净利润，须高于 0 万元"]),
        (leaf("region", Operator.UNDER, ("320500",)), []),
        (
            AnyOf((leaf("headcount", Operator.GE, 100), leaf("age_years", Operator.GE, Decimal(3))), "任一"),
            ["等到 2027-03-01，届时成立年限不低于 3 年"],
        ),
    ],
)
def test_a_plan_reads_like_advice(criterion: Criterion, texts: list[str]):
    plan = smallest_changes(criterion, KNOWN, AT)
    assert plan is not None
    assert sorted(step.text for step in plan) == sorted(texts)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (
            leaf("region", Operator.UNDER, ("330100",), "在杭州市"),
            "所在地区为 江苏省苏州市虎丘区，注册地不能为一项资源而改变",
        ),
        (
            leaf("age_years", Operator.LE, Decimal(2), "成立不超过2年"),
            "成立年限为 2.73 年，成立时间不能改变",
        ),
        (leaf("name", Operator.MANUAL, None, "信用良好"), "由工作人员核验，不能靠补充或改变数据满足"),
    ],
)
def test_what_cannot_be_met_says_why(condition: Leaf, reason: str):
    assert smallest_changes(condition, KNOWN, AT) is None
    (found,) = obstacles(condition, KNOWN, AT)
    assert found.label == condition.label
    assert found.reason == reason


def test_a_coarse_place_is_to_be_filled_not_moved():
    (step,) = smallest_changes(leaf("region", Operator.UNDER, ("320505",)), {"region": "320500"}, AT) or ()
    assert (step.kind, step.after) == (ChangeKind.FILL, "320505")
    assert step.text == "补充所在地区（现只知 江苏省苏州市），须属于 江苏省苏州市虎丘区"


def test_a_wait_ends_with_the_offer():
    condition = leaf("age_years", Operator.GE, Decimal(3))
    assert smallest_changes(condition, KNOWN, AT, until=date(2027, 2, 28)) is None
    (step,) = smallest_changes(condition, KNOWN, AT, until=date(2027, 3, 1)) or ()
    assert step == Change("age_years", ChangeKind.WAIT, step.before, date(2027, 3, 1), step.text)


def test_waiting_is_weighed_against_what_it_spoils():
    grown = leaf("age_years", Operator.GE, Decimal(3), "成立满3年")
    certified = leaf("high_tech_enterprise", Operator.EQ, True, "高新技术企业")
    values = {**KNOWN, "high_tech_enterprise_valid_to": date(2026, 12, 31)}
    plan = smallest_changes(All((grown, certified)), values, AT)
    assert plan is not None
    assert [step.kind for step in plan] == [ChangeKind.WAIT, ChangeKind.ALTER]
    longer = {**values, "high_tech_enterprise_valid_to": date(2027, 3, 1)}
    plan = smallest_changes(All((grown, certified)), longer, AT)
    assert plan is not None
    assert [step.kind for step in plan] == [ChangeKind.WAIT]


def test_a_score_is_reached_by_the_fewest_indicators():
    def band(points: int, condition: Leaf) -> Band:
        return Band(Decimal(points), condition)

    staff = Table(
        "科技人员", tuple(band(4 * part, leaf("tech_staff_pct", Operator.GE, Decimal(10 * part))) for part in (1, 3, 5))
    )
    spent = Table(
        "研发投入", tuple(band(10 * part, leaf("rd_intensity_pct", Operator.GE, Decimal(part))) for part in (2, 4, 5))
    )
    results = Table(
        "科技成果",
        (band(30, leaf("invention_patents", Operator.GE, 1)), band(24, leaf("software_copyrights", Operator.GE, 3))),
    )
    score = Scored((staff, spent, results), Decimal(60), "得分不低于60分", CLAUSE)
    values: dict[str, Value] = {**KNOWN, "tech_staff": 6, "invention_patents": 0, "software_copyrights": 0}
    plan = smallest_changes(score, values, AT)
    assert plan is not None
    assert {step.field: step.after for step in plan} == {"rd_expense_wan": Decimal(50), "tech_staff": 18}, (
        "50 + 12 points for 26/50 + 12/18 of change, less than the 16/40 + 24/30 for 40 + 20 points"
    )
    without_staff = smallest_changes(score, {**values, "tech_staff_pct": Decimal(50)}, AT)
    assert without_staff is not None
    assert {step.field: step.after for step in without_staff} == {"rd_expense_wan": Decimal(40)}


def test_a_certificate_that_must_not_be_held_runs_out():
    values = {"high_tech_enterprise": True, "high_tech_enterprise_valid_to": date(2027, 6, 30)}
    plan = smallest_changes(Not(leaf("high_tech_enterprise", Operator.EQ, True), "未认定"), values, AT)
    assert plan is not None
    assert [(step.kind, step.after) for step in plan] == [(ChangeKind.WAIT, date(2027, 7, 1))]
    assert (
        smallest_changes(leaf("high_tech_enterprise", Operator.EQ, False), {"high_tech_enterprise": True}, AT) is None
    )
