"""Scores: points as an interval, decided only where what is not known cannot change the answer."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.catalogue.loader import load_catalogue
from matcher.declarations.computed import SCORE
from matcher.eligibility.criteria import All, AnyOf, Band, Group, Not, Operator, Scored, Table, leaves
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.results import State
from matcher.errors import InvalidCatalogue
from tests.matcher.test_catalogue import DOCUMENTS, offer_text, written
from tests.matcher.worlds import CLAUSE, leaf
from tests.thorough import examples

STAFF = Table(
    "科技人员指标",
    tuple(
        Band(Decimal(points), leaf("tech_staff_pct", Operator.GE, Decimal(limit)))
        for limit, points in ((30, 20), (25, 16), (20, 12), (15, 8), (10, 4))
    ),
)
RESEARCH = Table(
    "研发投入指标",
    tuple(
        Band(Decimal(points), leaf("rd_intensity_pct", Operator.GE, Decimal(limit)))
        for limit, points in ((6, 50), (5, 40), (4, 30), (3, 20), (2, 10))
    ),
)
RESULTS = Table(
    "科技成果指标",
    (
        Band(Decimal(30), leaf("invention_patents", Operator.GE, 1)),
        Band(Decimal(24), leaf("utility_patents", Operator.GE, 4)),
    ),
)
PERSON = Table("省级特色化指标", (Band(Decimal(15), leaf("main_business", Operator.MANUAL, None, "省级评定")),))
SCIENCE = Scored((STAFF, RESEARCH, RESULTS), Decimal(60), "综合评价得分不低于60分", CLAUSE)
KNOWN = {"tech_staff_pct": Decimal(30), "rd_intensity_pct": Decimal(3), "invention_patents": 0, "utility_patents": 4}


def state(scored: Scored, **values: object) -> State:
    return evaluate(scored, values).state  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({}, 20 + 20 + 24),
        ({"tech_staff_pct": Decimal("29.99")}, 16 + 20 + 24),
        ({"tech_staff_pct": Decimal(25)}, 16 + 20 + 24),
        ({"tech_staff_pct": Decimal("9.99")}, 0 + 20 + 24),
        ({"rd_intensity_pct": Decimal("5.99")}, 20 + 40 + 24),
        ({"utility_patents": 3}, 20 + 20),
        ({"invention_patents": 1}, 20 + 20 + 30),
    ],
)
def test_points_are_those_of_the_highest_band_that_holds(changes: dict[str, object], points: int) -> None:
    (finding,) = evaluate(SCIENCE, KNOWN | changes).findings  # type: ignore[arg-type]
    assert finding.score is not None
    assert finding.score.whole.least == finding.score.whole.most == finding.value == points
    assert finding.state is (State.MET if points >= 60 else State.UNMET)
    assert (finding.leaf.field, finding.leaf.clause) == (SCORE, CLAUSE)


def test_what_is_missing_makes_an_interval() -> None:
    assert state(SCIENCE) is State.UNKNOWN
    assert state(SCIENCE, tech_staff_pct=Decimal(30), rd_intensity_pct=Decimal(5)) is State.MET  # 60 with no results
    assert state(SCIENCE, tech_staff_pct=Decimal(25), rd_intensity_pct=Decimal(5)) is State.UNKNOWN  # 56 to 86
    assert state(SCIENCE, tech_staff_pct=Decimal(5), rd_intensity_pct=Decimal(3)) is State.UNMET  # at most 50
    open_score = evaluate(SCIENCE, {"tech_staff_pct": Decimal(25), "invention_patents": 0})
    assert [item.leaf.field for item in open_score.of_state(State.UNKNOWN)] == ["rd_intensity_pct", "utility_patents"]
    score = open_score.findings[0].score
    assert score is not None
    assert [(part.least, part.most, part.full) for part in score.tables] == [(16, 16, 20), (0, 50, 50), (0, 24, 30)]


def test_an_unmet_score_says_what_each_table_gave_and_what_is_lacking() -> None:
    (finding,) = evaluate(SCIENCE, KNOWN | {"utility_patents": 0}).findings
    assert finding.gap == (
        "评价得分 40 分，要求不低于 60 分，差 20 分"
        "（科技人员指标 20/20；研发投入指标 20/50；科技成果指标 0/30）"
    )  # fmt: skip


def test_a_persons_part_is_for_a_person_to_decide() -> None:
    scored = Scored((STAFF, PERSON), Decimal(30), "得分", CLAUSE)
    assert state(scored, tech_staff_pct=Decimal(30)) is State.MANUAL_REVIEW
    assert state(scored, tech_staff_pct=Decimal(10)) is State.UNMET
    assert state(scored) is State.MANUAL_REVIEW
    assert state(Scored((STAFF, PERSON), Decimal(16), "得分", CLAUSE)) is State.UNKNOWN


def test_more_than_and_at_least_part_at_the_threshold() -> None:
    exact = {"tech_staff_pct": Decimal(20)}
    at_least, more = (Scored((STAFF,), Decimal(12), "得分", CLAUSE, above=above) for above in (False, True))
    assert evaluate(at_least, exact).state is State.MET
    (finding,) = evaluate(more, exact).findings
    assert finding.state is State.UNMET
    assert finding.gap == "评价得分 12 分，要求高于 12 分，恰在界限上（不含）（科技人员指标 12/20）"


def test_first_level_indicators_have_floors_and_ceilings() -> None:
    tables = tuple(Table(item.label, item.bands, group) for item, group in ((STAFF, "人"), (RESEARCH, "财")))
    floors = (Group("人", least=Decimal(8)), Group("财", most=Decimal(30)))
    scored = Scored(tables, Decimal(40), "得分", CLAUSE, floors)
    assert state(scored, tech_staff_pct=Decimal(15), rd_intensity_pct=Decimal(6)) is State.UNMET  # 8 + 30
    assert state(scored, tech_staff_pct=Decimal(20), rd_intensity_pct=Decimal(6)) is State.MET
    (finding,) = evaluate(scored, {"tech_staff_pct": Decimal(12), "rd_intensity_pct": Decimal(6)}).findings
    assert finding.gap.startswith("评价得分 34 分，要求不低于 40 分，差 6 分；人 4 分，要求不低于 8 分，差 4 分（")


def test_halves_of_points_add_up_exactly() -> None:
    tenth = Table("一", (Band(Decimal("0.1"), leaf("headcount", Operator.GE, 1)),))
    fifth = Table("二", (Band(Decimal("0.2"), leaf("headcount", Operator.GE, 1)),))
    assert state(Scored((tenth, fifth), Decimal("0.3"), "得分", CLAUSE), headcount=1) is State.MET


def test_a_score_is_one_condition_among_others() -> None:
    young = leaf("age_years", Operator.LE, Decimal(5))
    whole = evaluate(All((young, SCIENCE)), {**KNOWN, "age_years": Decimal(3)})
    assert (whole.state, whole.conditions) == (State.MET, (State.MET, State.MET))
    assert evaluate(AnyOf((young, SCIENCE), "其一"), {"age_years": Decimal(9)}).state is State.UNKNOWN
    assert evaluate(Not(SCIENCE, "非"), KNOWN).state is State.UNMET
    assert {item.field for item in leaves(SCIENCE)} == set(KNOWN)


FIELDS = {"tech_staff_pct": 40, "rd_intensity_pct": 8, "invention_patents": 2, "utility_patents": 6}


@settings(max_examples=examples(200), deadline=None)
@given(st.fixed_dictionaries({}, optional={code: st.integers(0, most) for code, most in FIELDS.items()}), st.data())
def test_filling_in_never_overturns_a_decision(values: dict[str, int], data: st.DataObject) -> None:
    rest = {code: data.draw(st.integers(0, most)) for code, most in FIELDS.items() if code not in values}
    before, after = (
        evaluate(SCIENCE, {code: value if "patents" in code else Decimal(value) for code, value in given.items()}).state
        for given in (values, values | rest)
    )
    assert after in (State.MET, State.UNMET)
    assert before in (after, State.UNKNOWN)


YAML = """
{scored: {label: 得分不低于60分, least: 60, article: 第八条, quote: 综合评价所得分值不低于60分, tables: [
  {label: 科技人员指标, field: tech_staff_pct, unit: "%", bands: [[30, 20], [25, 16], [20, 12], [15, 8], [10, 4]]},
  {label: 研发投入指标, any: [
    {field: rd_intensity_pct, bands: [[6, 50], [5, 40], [4, 30], [3, 20], [2, 10]]},
    {field: rd_growth_pct, bands: [{value: 30, points: 5}]}]},
  {label: 科技成果指标, bands: [
    {points: 30, when: {field: invention_patents, operator: ge, value: 1, label: 一类}},
    {points: 24, when: {field: utility_patents, operator: ge, value: 4, label: 二类}}]},
  {label: 年限, field: niche_market_years, each: 2, points: 1, most: 5},
  {label: 负债, field: debt_ratio_pct, operator: le, bands: [[55, 10], [75, 5]]}]}}
""".replace("\n", " ")


def test_a_score_is_read_from_a_file(tmp_path: Path) -> None:
    offer = load_catalogue(written(tmp_path, offer_text(criteria=YAML))).offers["loan.jia"]
    scored = offer.criteria
    assert isinstance(scored, Scored)
    assert [table.most for table in scored.tables] == [20, 50, 30, 5, 10]
    assert scored.clause.quote == "综合评价所得分值不低于60分"
    years, debt = scored.tables[3:]
    assert [(band.points, band.when.value) for band in years.bands] == [(5, 10), (4, 8), (3, 6), (2, 4), (1, 2)]  # type: ignore[union-attr]
    assert [band.when.label for band in debt.bands] == ["资产负债率不超过 55%", "资产负债率不超过 75%"]  # type: ignore[union-attr]
    whole = {**KNOWN, "niche_market_years": Decimal(3), "debt_ratio_pct": Decimal(75), "rd_growth_pct": Decimal(40)}
    (finding,) = evaluate(scored, whole).findings
    assert finding.value == 20 + 20 + 24 + 1 + 5


TABLE = "{label: 人员, field: tech_staff_pct, bands: [[30, 20], [10, 4]]}"
SCORE_FAULTS = {
    "no threshold": (f"{{label: 得分, tables: [{TABLE}]}}", "least 与 above"),
    "two thresholds": (f"{{label: 得分, least: 6, above: 5, tables: [{TABLE}]}}", "least 与 above"),
    "out of reach": (f"{{label: 得分, least: 60, tables: [{TABLE}]}}", "满分 20，要求 60"),
    "unknown group": (
        "{label: 得分, least: 6, tables: [{label: 人, group: 创新, field: headcount, bands: [[3, 20]]}]}",
        "group 为 '创新'",
    ),
    "upside down": (
        "{label: 得分, least: 6, tables: [{label: 人, field: headcount, bands: [[3, 20], [9, 4]]}]}",
        "次序不符",
    ),
    "not a pair": (
        "{label: 得分, least: 6, tables: [{label: 人, field: headcount, bands: [[3, 20, 1]]}]}",
        "[界限, 分数]",
    ),
    "another unit": (
        "{label: 得分, least: 6, tables: [{label: 人, field: headcount, unit: 万元, bands: [[3, 20]]}]}",
        "unit 为 '万元'",
    ),
    "a flag in bands": (
        "{label: 得分, least: 6, tables: [{label: 人, field: tech_sme, bands: [[3, 20]]}]}",
        "分档用 ge",
    ),
    "three decimals": (
        "{label: 得分, least: 6, tables: [{label: 人, field: headcount, bands: [[3, 7.125]]}]}",
        "两位小数",
    ),
    "no bands": ("{label: 得分, least: 6, tables: [{label: 人, field: headcount}]}", "缺少 bands"),
    "unknown key": (f"{{label: 得分, least: 6, table: [{TABLE}]}}", "是否想写 tables"),
    "endless steps": (
        "{label: 得分, least: 6, tables: [{label: 人, field: headcount, each: 1, points: 0.01, most: 99}]}",
        "100 档",
    ),
    "computed field": (
        "{label: 得分, least: 6, tables: [{label: 人, field: evaluation_score, bands: [[3, 9]]}]}",
        "由评分算出",
    ),
}


@pytest.mark.parametrize("name", SCORE_FAULTS)
def test_a_faulty_score_is_refused(tmp_path: Path, name: str) -> None:
    score, words = SCORE_FAULTS[name]
    with pytest.raises(InvalidCatalogue) as caught:
        load_catalogue(written(tmp_path, offer_text(criteria=f"{{scored: {score}}}"), DOCUMENTS))
    assert words in str(caught.value)
