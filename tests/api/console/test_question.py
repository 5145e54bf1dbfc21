"""A question at the asking box: what is taken out of it, and what a loan would cost."""

from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest

from api.access.viewers import Viewer
from api.console.desk import Desk
from api.console.enterprise.costing import yearly_cost
from api.console.enterprise.question import Question, chips
from api.console.words import Language, Words

DAY = date(2026, 11, 22)
DESK = Desk(cast(Any, None), Words(Language.ZH), {}, {}, "/console/ask", None)
UNDERSTOOD = {
    "understood": {
        "statements": [
            {"field": "invention_patents", "label": "发明专利", "text": "12 项", "words": "12件发明专利"},
            {"field": "need_amount_wan", "label": "融资需求金额", "text": "300 万元", "words": "贷款300万元"},
        ]
    }
}


def loan(*, rate: str | None, most: str | None, kind: str = "loan") -> dict[str, Any]:
    terms = {"rate_min_pct": rate, "amount_max_wan": most, "term_months_max": 12}
    return {"offer": {"kind": kind, "name": "演示贷", "terms": terms}}


def test_what_is_taken_out_leaves_the_words_and_the_corrections() -> None:
    question = Question("做试剂，12件发明专利，想贷款300万元", {"invention_patents": 15})
    question.take_out("12件发明专利", "invention_patents")
    assert (question.text, question.facts) == ("做试剂，想贷款300万元", {})


def test_chips_show_corrections_and_what_was_filled_in_beside_the_words() -> None:
    question = Question("…", {"invention_patents": 15, "headcount": 40})
    shown = [(chip.field, chip.text, chip.words) for chip in chips(question, UNDERSTOOD)]
    assert shown == [
        ("invention_patents", "15 项", "12件发明专利"),
        ("need_amount_wan", "300 万元", "贷款300万元"),
        ("headcount", "40 人", ""),
    ]


def test_a_question_is_asked_for_the_party_of_who_sits_there() -> None:
    asked = Question("贷款", limit=30, personal=False).request(Viewer(party_id="demo-ent-0001"))
    assert (asked.text, asked.party_id, asked.limit, asked.personal) == ("贷款", "demo-ent-0001", 30, False)


@pytest.mark.parametrize(
    ("match", "values", "quoted", "expected"),
    [
        (loan(rate=None, most=None), {}, None, "来源没有写明利率"),
        (loan(rate="3.9", most=None), {}, None, "年利率 3.90% 起；填写“融资需求金额”后"),
        (loan(rate="3.9", most=None), {"need_amount_wan": Decimal(300)}, None, "不低于 3.90%"),
        (loan(rate="3.9", most="200"), {"need_amount_wan": Decimal(300)}, None, "按 200 万元"),
        (loan(rate="3.9", most=None), {"need_amount_wan": Decimal(300)}, Decimal("4.2"), "不低于 4.20%"),
        (loan(rate=None, most=None), {"need_amount_wan": Decimal(300)}, Decimal(5), "不低于 5.00%"),
    ],
)
def test_the_yearly_cost_of_a_loan(match: Any, values: Any, quoted: Decimal | None, expected: str) -> None:
    assert expected in yearly_cost(DESK, match, values, DAY, quoted)


def test_what_is_no_loan_has_no_yearly_cost() -> None:
    assert yearly_cost(DESK, loan(rate="3.9", most=None, kind="fund"), {}, DAY) == ""
