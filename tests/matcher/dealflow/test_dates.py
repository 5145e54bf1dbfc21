"""Deadlines and duties across New Year, Spring Festival and National Day, with the days worked instead (调休)."""

from datetime import UTC, date, datetime

import pytest

from matcher.dealflow.deadlines import due, last_day_of, stage_deadline
from matcher.dealflow.duties import Every, built_in_duties, occasions, read_duties, reminders
from matcher.dealflow.events import Filing, Move
from matcher.dealflow.pipeline import Basis, Term, TermUnit
from matcher.errors import InvalidCatalogue
from matcher.taxonomy.calendars import Deadline, last_published_year
from tests.matcher.dealflow.worlds import Deal, kunshan, pipelines

WORKED = [
    (10, TermUnit.DAYS, date(2025, 12, 31), date(2026, 1, 10)),
    (15, TermUnit.WORKING_DAYS, date(2025, 12, 31), date(2026, 1, 22)),  # 元旦 1-3 日休，4 日（周日）上班
    (15, TermUnit.WORKING_DAYS, date(2025, 1, 24), date(2025, 2, 20)),  # 春节 1.28-2.4 休，1.26、2.8 上班
    (15, TermUnit.WORKING_DAYS, date(2025, 9, 30), date(2025, 10, 28)),  # 国庆中秋 1-8 日休，11 日（周六）上班
    (2, TermUnit.MONTHS, date(2025, 12, 31), date(2026, 2, 28)),
    (48, TermUnit.MONTHS, date(2024, 2, 29), date(2028, 2, 29)),
]


@pytest.mark.parametrize(("count", "unit", "begun", "last"), WORKED)
def test_the_last_day_of_a_term(count: int, unit: TermUnit, begun: date, last: date) -> None:
    assert last_day_of(Term(count, unit, Basis(assumption="示例")), begun) == Deadline(last)


def test_a_term_into_years_without_published_holidays_is_provisional() -> None:
    eve = date(last_published_year(), 12, 31)
    assert last_day_of(Term(15, TermUnit.WORKING_DAYS, Basis()), eve).provisional


def test_a_stage_ends_by_the_day_in_china_on_which_it_began() -> None:
    generic = pipelines()["pipeline.generic-fund"]
    late = Deal(generic)
    late.add("manager", Move("application"), on=datetime(2025, 12, 30, 1, tzinfo=UTC))
    late.add("manager", Filing("application"), on=datetime(2025, 12, 30, 2, tzinfo=UTC))
    assert stage_deadline(generic, late.state) is None
    late.add("manager", Move("screening"), on=datetime(2025, 12, 30, 16, 30, tzinfo=UTC))  # 31 日 0:30
    assert stage_deadline(generic, late.state) == Deadline(date(2026, 1, 15))
    early = Deal(generic)
    found = due(generic, [("a", late.state), ("b", early.state)], date(2026, 1, 16), 5)
    assert [(item.deal, item.stage, item.days_left) for item in found] == [("a", "screening", -1)]
    assert due(generic, [("a", late.state)], date(2026, 1, 9), 5) == ()


def test_the_kunshan_measure_sets_no_deadline_for_a_stage_and_says_so() -> None:
    assert all(stage.deadline is None for stage in kunshan().stages.values())
    assert any("没有规定各阶段的办理时限" in line for line in kunshan().assumptions)


DUE = [
    ("zone.quarterly", "2025年第四季度", date(2026, 1, 10)),
    ("zone.annual", "2025年度", date(2026, 1, 10)),
    ("province.quarterly", "2025年第四季度", date(2026, 1, 22)),
    ("province.annual", "2025年度", date(2026, 1, 22)),
    ("fund.half_year", "2025年下半年", date(2026, 1, 30)),
    ("fund.annual", "2025年度", date(2026, 4, 30)),
]


@pytest.mark.parametrize(("duty", "period", "last"), DUE)
def test_duties_over_a_new_year(duty: str, period: str, last: date) -> None:
    found = list(occasions(built_in_duties()[duty], date(2025, 12, 31), date(2025, 12, 31)))
    assert [(item.period, item.deadline) for item in found] == [(period, Deadline(last))]


def test_every_duty_is_due_as_often_as_it_should_be() -> None:
    times = {Every.QUARTER: 4, Every.HALF_YEAR: 2, Every.YEAR: 1, Every.ONCE: 0}
    for duty in built_in_duties().values():
        assert len(list(occasions(duty, date(2024, 1, 1), date(2024, 12, 31)))) == times[duty.every]
    plan = built_in_duties()["province.plan"]
    funded = date(2025, 12, 31)
    assert [item.deadline.day for item in occasions(plan, date(2025, 1, 1), date(2026, 1, 1), funded)] == [
        date(2026, 2, 28)
    ]


def test_reminders_put_the_late_first_and_forget_what_was_sent() -> None:
    duties = built_in_duties()
    asked = [(duties[name], None) for name in ("province.quarterly", "zone.quarterly", "fund.annual")]
    today = date(2026, 1, 15)
    found = reminders(asked, date(2025, 7, 1), today, 10)
    assert [(item.occasion.duty.id, item.occasion.period, item.days_left) for item in found] == [
        ("zone.quarterly", "2025年第三季度", -97),
        ("province.quarterly", "2025年第三季度", -79),
        ("zone.quarterly", "2025年第四季度", -5),
        ("province.quarterly", "2025年第四季度", 7),
    ]
    sent = {("zone.quarterly", "2025年第三季度"), ("province.quarterly", "2025年第三季度")}
    assert [item.days_left for item in reminders(asked, date(2025, 7, 1), today, 10, sent)] == [-5, 7]
    assert [item.days_left for item in reminders(asked, date(2025, 10, 1), today, 200)] == [-5, 7, 105]


GOOD = """
documents: {x: 某办法}
duties:
  - {id: a, label: 甲, who: 乙, to: [丙], materials: [丁], every: year, by: "04-30", document: x, assumption: 试}
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('by: "04-30"', 'by: "02-29"', "02-29"),
        ('by: "04-30"', 'by: "4-30"', "4-30"),
        ("every: year", "every: quarter", "年度报送"),
        ('by: "04-30", ', "", "term 与 by"),
        ("document: x", "document: y", "是否想写|先写明"),
        (", assumption: 试", "", "没有依据"),
        ("label: 甲", "label: 甲, lable: 乙", "label"),
    ],
)
def test_a_faulty_duty_is_refused_with_its_line(old: str, new: str, said: str) -> None:
    assert set(read_duties("duties.yaml", GOOD.encode())) == {"a"}
    with pytest.raises(InvalidCatalogue, match=said) as caught:
        read_duties("duties.yaml", GOOD.replace(old, new).encode())
    assert caught.value.line == 4
