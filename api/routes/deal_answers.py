"""Answers about deal flow, described for the OpenAPI document; see `api.routes.answers`. Money is text, in 万元."""

from typing import Any

from pydantic import Field

from api.routes.offer_answers import Answer


class PipelineSummary(Answer):
    """一个流程。"""

    id: str
    name: str
    kind: str
    document: str
    version: str = Field(description="文件内容的指纹；项目按开立时的版本办理")
    own: bool = Field(description="是否本平台自己的流程")


class PipelinesAnswer(Answer):
    """可用的流程。"""

    count: int
    pipelines: list[PipelineSummary]


class PipelineAnswer(PipelineSummary):
    """一个流程的全部内容。"""

    roles: list[dict[str, Any]]
    documents: list[dict[str, Any]]
    checks: list[dict[str, Any]]
    stages: list[dict[str, Any]]
    seats: list[dict[str, Any]]
    observers: list[dict[str, Any]]
    votes_needed: int | None
    triggers: list[dict[str, Any]]
    assumptions: list[str]
    content: str


class DealSummary(Answer):
    """一个项目。"""

    id: str
    name: str
    pipeline: str
    version: str
    fund: str | None
    party_id: str | None
    stage: str
    stage_label: str
    since: str
    revision: int
    created: str


class DealsAnswer(Answer):
    """项目，在现阶段最久的在前。"""

    count: int
    deals: list[DealSummary]


class DealMoney(Answer):
    """项目的钱（万元）。"""

    paid_wan: str
    cost_wan: str
    returned_wan: str
    project_max_wan: str | None
    left_wan: str | None


class StepAnswer(Answer):
    """可以转入的阶段，及还缺什么。"""

    stage: str
    label: str
    back: bool = Field(description="是否退回")
    by: list[str]
    gates: list[dict[str, Any]]
    open: bool


class HistoryEntry(Answer):
    """一条记录；只增不改。"""

    number: int
    kind: str
    at: str
    by: str
    role: str
    role_label: str
    why: str
    evidence: list[str]
    body: dict[str, Any]
    corrected: bool


class DealAnswer(DealSummary):
    """一个项目的全部情况。"""

    pipeline_name: str
    deadline: str | None
    days_left: int | None
    next: list[StepAnswer]
    documents: list[dict[str, Any]]
    checks: list[dict[str, Any]]
    plans: list[dict[str, Any]]
    money: DealMoney
    history: list[HistoryEntry]


class FundSummary(Answer):
    """一只基金。"""

    id: str
    name: str
    pipeline: str
    version: str
    pipeline_name: str
    revision: int
    created: str


class FundsAnswer(Answer):
    """本平台的基金。"""

    count: int
    funds: list[FundSummary]


class FundMoney(Answer):
    """基金的钱（万元）；reserved 为已决未付，free 为现金减已决未付。"""

    size_wan: str | None
    subscribed_wan: str
    paid_in_wan: str
    invested_wan: str
    cost_wan: str
    returned_wan: str
    fees_wan: str
    reserved_wan: str
    cash_wan: str
    free_wan: str


class FundDeal(DealSummary):
    """基金的一个项目。"""

    money: DealMoney


class FundAnswer(FundSummary):
    """一只基金的全部情况。"""

    as_of: str
    phase: dict[str, Any] | None
    money: FundMoney
    fees: list[dict[str, Any]]
    deals: list[FundDeal]
    history: list[HistoryEntry]
