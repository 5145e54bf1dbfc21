"""Answers about delivery and outcomes, described for the OpenAPI document; see `api.routes.answers`."""

from api.delivery.tracking import Group
from api.routes.campaign_answers import RunAnswer
from api.routes.offer_answers import Answer
from api.store.outcome_rows import ReportState
from matcher.learning.outcomes import OutcomeState


class DeliveredAnswer(Answer):
    """送达的运行，以及本次推送的条数。"""

    run: RunAnswer
    pushed: int


class ListAnswer(Answer):
    """一家机构的名单。"""

    institution: str
    provider: str
    count: int


class ListsAnswer(Answer):
    """有名单的机构。"""

    count: int
    lists: list[ListAnswer]


class ResultErrorAnswer(Answer):
    """一条反馈不能登记的原因。"""

    code: str
    detail: str


class ResultAnswer(Answer):
    """一条反馈的处理结果：added 已登记，same 早已登记，refused 未登记。"""

    assignment_id: str
    state: ReportState
    error: ResultErrorAnswer | None


class ResultsAnswer(Answer):
    """各条反馈的处理结果，按提交的次序。"""

    added: int
    same: int
    refused: int
    results: list[ResultAnswer]


class EventAnswer(Answer):
    """一次反馈。"""

    state: OutcomeState
    label: str
    at: str
    by: str
    reason: str
    amount_wan: str | None
    rate_pct: str | None


class HistoryAnswer(Answer):
    """一个名单项的全部反馈，按次序。"""

    assignment_id: str
    events: list[EventAnswer]


class StepAnswer(Answer):
    """漏斗的一级：到过这一级的名单项数及占已推送的比例（0 至 1）。"""

    state: OutcomeState
    label: str
    count: int
    share: float | None


class RefusalAnswer(Answer):
    """一种拒绝原因。"""

    reason: str
    count: int


class PromiseAnswer(Answer):
    """一项办理时限：按时的与可以判断的名单项数。"""

    state: OutcomeState
    label: str
    kept: int
    judged: int


class FunnelAnswer(Answer):
    """漏斗；未知的为 null。金额为万元，利率为年利率百分数，天数为工作日的中位数。"""

    steps: list[StepAnswer]
    succeeded: int
    refused: int
    withdrawn: int
    refusal_reasons: list[RefusalAnswer]
    amount_wan: str | None
    amounts_known: int
    rate_pct: str | None
    days_to_decide: float | None
    promises: list[PromiseAnswer]


class GroupAnswer(Answer):
    """一组的漏斗；value 为空的是分组未知的。"""

    value: str
    funnel: FunnelAnswer


class FunnelsAnswer(Answer):
    """全部的漏斗，及按 group_by 分组的漏斗。"""

    synthetic: bool
    funnel: FunnelAnswer
    group_by: Group | None
    groups: list[GroupAnswer]


class LateAnswer(Answer):
    """一项逾期；provisional 表示其间有年份的节假日安排尚未公布。"""

    assignment_id: str
    institution: str
    provider: str
    offer_id: str
    seeker_id: str
    due: OutcomeState
    due_label: str
    deadline: str
    provisional: bool
    late_days: int


class RemindersAnswer(Answer):
    """逾期提醒，逾期最久的在前。"""

    at: str
    count: int
    reminders: list[LateAnswer]


class CellProblemAnswer(Answer):
    """名单中一处填写问题。"""

    sheet: str
    row: int
    column: str
    found: str
    expected: str
    remedy: str


class ReturnAnswer(Answer):
    """回传名单的处理结果：rows 为有编号的行，said 为填了结果的，same 为早已登记的，added 为新登记或将登记的。"""

    sheet: str
    rows: int
    said: int
    same: int
    added: int
    written: bool
    problem_count: int
    problems: list[CellProblemAnswer]
