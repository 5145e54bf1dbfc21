"""Five states, one seeker at a time: values, gaps and Kleene logic."""

from datetime import date
from decimal import Decimal

import pytest

from matcher.eligibility.criteria import All, AnyOf, Leaf, Not, Operator
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State, at_least, conjunction, negation
from tests.matcher.worlds import leaf

YOUNG = leaf("age_years", Operator.LE, Decimal(5), "成立不超过5年")
PATENTED = leaf("invention_patents", Operator.GE, 1, "有发明专利")
DEBTOR = leaf("has_overdue_loan", Operator.EQ, True, "有逾期贷款")


@pytest.mark.parametrize(
    ("condition", "value", "state", "gap"),
    [
        (YOUNG, Decimal(5), State.MET, ""),
        (YOUNG, Decimal(8), State.UNMET, "成立年限为 8 年，要求不超过 5 年，超出 3 年"),
        (YOUNG, None, State.UNKNOWN, ""),
        (
            leaf("headcount", Operator.LT, 200),
            200,
            State.UNMET,
            "从业人员为 200 人，要求低于 200 人，恰在界限上（不含）",
        ),
        (leaf("headcount", Operator.LT, 200), 199, State.MET, ""),
        (
            leaf("rd_intensity_pct", Operator.GE, Decimal(3)),
            Decimal("2.4"),
            State.UNMET,
            "研发费用占营收比为 2.4%，要求不低于 3%，差 0.6 个百分点",
        ),
        (leaf("revenue_wan", Operator.GT, Decimal(1000)), Decimal("1000.01"), State.MET, ""),
        (leaf("region", Operator.UNDER, ("320500",)), "320583", State.MET, ""),
        (leaf("region", Operator.UNDER, ("320505",)), "320500", State.UNKNOWN, ""),
        (leaf("region", Operator.UNDER, ("320505",)), "320583", State.UNMET, None),
        (leaf("industry", Operator.UNDER, ("C27",)), "C", State.UNKNOWN, ""),
        (leaf("industry", Operator.UNDER, ("C27",)), "2770", State.MET, ""),
        (leaf("collateral", Operator.HAS_ANY, ("专利", "商标")), ("商标",), State.MET, ""),
        (leaf("collateral", Operator.HAS_ALL, ("专利", "商标")), ("商标",), State.UNMET, None),
        (leaf("tax_credit_grade", Operator.IN, ("A", "B")), "M", State.UNMET, None),
        (leaf("tax_credit_grade", Operator.NOT_IN, ("D",)), "M", State.MET, ""),
        (leaf("size_class", Operator.NE, "大型"), "小型", State.MET, ""),
        (leaf("size_class", Operator.NE, "大型"), NOT_APPLICABLE_VALUE, State.NOT_APPLICABLE, ""),
        (leaf("name", Operator.MANUAL, None), "甲公司", State.MANUAL_REVIEW, ""),
        (leaf("founded_on", Operator.GE, date(2020, 1, 1)), date(2019, 12, 31), State.UNMET, None),
    ],
)
def test_one_condition(condition: Leaf, value, state, gap):
    values = {} if value is None else {condition.field: value}
    result = evaluate(condition, values)
    assert result.state is state
    (finding,) = result.findings
    assert (finding.state, finding.value) == (state, value)
    assert finding.gap == gap if gap is not None else finding.gap


def test_no_criteria_are_met():
    assert evaluate(None, {}).state is State.MET


def test_an_unknown_never_decides():
    assert evaluate(All((YOUNG, PATENTED)), {"age_years": Decimal(3)}).state is State.UNKNOWN
    assert evaluate(All((YOUNG, PATENTED)), {"age_years": Decimal(9)}).state is State.UNMET
    assert evaluate(Not(DEBTOR), {}).state is State.UNKNOWN


def test_not_turns_the_findings_too():
    result = evaluate(Not(DEBTOR, "无逾期贷款"), {"has_overdue_loan": True})
    assert result.state is State.UNMET
    assert [(item.state, item.gap, item.group) for item in result.findings] == [
        (State.UNMET, "不得存在“有逾期贷款”", "无逾期贷款")
    ]


def test_an_alternative_that_holds_silences_the_others():
    result = evaluate(AnyOf((YOUNG, PATENTED), "任一"), {"age_years": Decimal(9), "invention_patents": 2})
    assert result.state is State.MET
    assert [item.leaf.field for item in result.of_state(State.MET)] == ["invention_patents"]
    assert result.of_state(State.UNMET) == ()
    assert len(result.findings) == 2


@pytest.mark.parametrize(
    ("states", "least", "wanted"),
    [
        ((State.MET, State.UNKNOWN, State.UNMET), 1, State.MET),
        ((State.MET, State.UNKNOWN, State.UNMET), 2, State.UNKNOWN),
        ((State.MET, State.UNKNOWN, State.UNMET), 3, State.UNMET),
        ((State.MANUAL_REVIEW, State.UNMET), 1, State.MANUAL_REVIEW),
        ((State.NOT_APPLICABLE, State.UNMET), 1, State.NOT_APPLICABLE),
        ((), 1, State.UNMET),
    ],
)
def test_at_least(states, least, wanted):
    assert at_least(states, least) is wanted


def test_conjunction_and_negation():
    assert conjunction(()) is State.MET
    assert conjunction((State.MET, State.MANUAL_REVIEW, State.UNKNOWN)) is State.UNKNOWN
    assert [negation(state) for state in State] == [
        State.UNMET,
        State.MET,
        State.UNKNOWN,
        State.MANUAL_REVIEW,
        State.NOT_APPLICABLE,
    ]
