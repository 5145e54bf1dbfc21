"""Answers as they go out: bytes written by orjson; these models only describe them in the OpenAPI document.

Validating each answer on its way out would cost more than making it (measured: 168 us a request against 81); instead a
test reads real answers with these models, which accept nothing that they do not describe.
"""

from typing import Any, Literal

import orjson
from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from api.exchange.problems import Severity
from api.problems import MEDIA_TYPE
from matcher.eligibility.criteria import Operator
from matcher.eligibility.results import State
from matcher.fields import FieldType, PartyKind, Sensitivity, Source
from matcher.offers import Confidence, OfferKind, OfferStatus

Json = str | bool | int | float | list[str] | None
Decimals = str
"""A decimal as text ("293.52"), so that nothing is lost on the way."""


class Answer(BaseModel):
    """Part of an answer."""

    model_config = ConfigDict(extra="forbid")


class ClauseAnswer(Answer):
    """出处：文件、条款、原文。"""

    document: str
    article: str
    quote: str


class CriterionAnswer(Answer):
    """单项条件：字段、比较方式、要求与出处。"""

    field: str
    field_label: str
    operator: Operator
    required: Json
    required_text: str
    label: str
    assumption: str
    clause: ClauseAnswer


class FindingAnswer(CriterionAnswer):
    """单项条件的核验结果；未满足的写明差距，待补充的 value 为 null。"""

    state: State
    state_label: str
    value: Json
    value_text: str | None
    gap: str
    group: str
    decisive: bool


class EligibilityAnswer(Answer):
    """资格：五种状态之一，及逐条结果。"""

    state: State
    label: str
    criteria: list[FindingAnswer]


class ContributionAnswer(Answer):
    """得分的一部分，各部分之和为匹配度。"""

    name: str
    label: str
    points: float
    evidence: str


class UnknownAnswer(Answer):
    """待补充的字段。"""

    field: str
    label: str


class TermsAnswer(Answer):
    """资源条款；原文未写明的为 null。"""

    amount_min_wan: Decimals | None
    amount_max_wan: Decimals | None
    term_months_max: int | None
    rate_min_pct: Decimals | None
    rate_max_pct: Decimals | None
    share_max_pct: Decimals | None
    guarantee_modes: list[str]
    secured_by: list[str]


class OfferSummaryAnswer(Answer):
    """列表中的一项资源。"""

    id: str
    kind: OfferKind
    kind_label: str
    name: str
    provider: str
    summary: str
    terms: TermsAnswer
    confidence: Confidence
    status: OfferStatus
    synthetic: bool


class AllAnswer(Answer):
    """同时满足。"""

    all: list["CriteriaAnswer"]
    label: str


class AnyAnswer(Answer):
    """满足其中至少 least 项。"""

    any: list["CriteriaAnswer"]
    least: int
    label: str


class NotAnswer(Answer):
    """不得存在。"""

    model_config = ConfigDict(extra="forbid", validate_by_name=False)

    child: "CriteriaAnswer" = Field(alias="not")
    label: str


CriteriaAnswer = CriterionAnswer | AllAnswer | AnyAnswer | NotAnswer


class OfferAnswer(OfferSummaryAnswer):
    """一项资源的全部内容。"""

    focus: str
    audience: list[PartyKind]
    clauses: list[ClauseAnswer]
    criteria: CriteriaAnswer | None
    preferences: list[CriterionAnswer]
    benefits: list[str]
    service_regions: list[str]
    industry_focus: list[str]
    effective_from: str | None
    effective_to: str | None
    assumptions: list[str]
    provider_id: str | None
    tenant: str
    source: str
    observed_on: str | None


class OffersAnswer(Answer):
    """一页资源。"""

    offers: list[OfferSummaryAnswer]
    total: int
    next_offset: int | None = Field(description="下一页的 offset；没有下一页为 null")


class MatchedSeekerAnswer(Answer):
    """被匹配的需求方。"""

    id: str
    name: str
    synthetic: bool


class MatchAnswer(Answer):
    """一个匹配：匹配度（0—100，不是信用分）及其构成、资格、理由、差距。"""

    party_id: str
    offer_id: str
    seeker: MatchedSeekerAnswer
    offer: OfferSummaryAnswer
    score: float
    contributions: list[ContributionAnswer]
    eligibility: EligibilityAnswer
    reasons: list[str]
    gaps: list[str]
    unknowns: list[UnknownAnswer]
    synthetic: bool


class StatementAnswer(Answer):
    """从文字中读出的一项。"""

    field: str
    label: str
    value: Json
    text: str
    words: str


class ReadingAnswer(Answer):
    """对一段文字的理解；facts 可更正后放回 /v1/matches。"""

    statements: list[StatementAnswer]
    facts: dict[str, Json]
    kinds: list[OfferKind]
    not_understood: list[str]


class SeekerAnswer(Answer):
    """提问的一方；没有账号的提问 id 与 name 为 null。"""

    id: str | None
    kind: PartyKind
    name: str | None
    synthetic: bool


class VersionsAnswer(Answer):
    """答案所依据的版本。"""

    encoder: str
    catalogue: str
    evaluated_on: str


class MatchesAnswer(Answer):
    """推荐的资源。"""

    seeker: SeekerAnswer
    understood: ReadingAnswer
    matches: list[MatchAnswer]
    considered: int
    versions: VersionsAnswer


class ProspectsAnswer(Answer):
    """名单。"""

    offer: OfferSummaryAnswer
    matches: list[MatchAnswer]
    considered: int
    eligible: int
    versions: VersionsAnswer


class FactAnswer(Answer):
    """一项事实：值、来源、日期。"""

    value: Json
    label: str
    text: str
    source: str
    observed_on: str


class PartyAnswer(Answer):
    """一个主体。"""

    id: str
    kind: PartyKind
    name: str
    facts: dict[str, FactAnswer]
    tenant: str
    source: str
    observed_on: str
    synthetic: bool


class FieldAnswer(Answer):
    """一个字段。"""

    code: str
    label: str
    type: FieldType
    group: str
    kinds: list[PartyKind]
    unit: str | None
    choices: list[str]
    source: Source
    sensitivity: Sensitivity
    aliases: list[str]
    derived_from: list[str]
    valid_to: str | None
    description: str


class FieldsAnswer(Answer):
    """字段表。"""

    fields: list[FieldAnswer]


class ImportAnswer(Answer):
    """一次导入：文件、时间与各类行数。"""

    id: str
    kind: PartyKind
    file_name: str
    sha256: str
    started: str
    finished: str | None
    counts: dict[str, int]


class RowProblemAnswer(Answer):
    """一行中的一个问题。"""

    column: str
    value: str
    code: str
    message: str
    severity: Severity


class RowAnswer(Answer):
    """有问题的一行。"""

    line: int
    rejected: bool
    merged_into: int | None
    problems: list[RowProblemAnswer]


class ImportReportAnswer(ImportAnswer):
    """一次导入的结果；examples 为前 100 个有问题的行，全部见 /v1/imports/{id}/problems.csv。"""

    description: str
    ignored_columns: list[str]
    notices: list[str]
    reasons: dict[str, int]
    examples: list[RowAnswer]
    seconds: float


class HealthAnswer(Answer):
    """运行状态。"""

    status: Literal["ok"]


class ViolationAnswer(Answer):
    """请求中的一处错误；pointer 指向请求体中的位置，parameter 为地址中的参数名。"""

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None


class ProblemAnswer(Answer):
    """RFC 9457 的问题说明；code 不随版本改变，detail 为中文。"""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[ViolationAnswer] = []
    request_id: str = ""


_DESCRIPTIONS = {200: "成功", 201: "已新建", 202: "已受理", 204: "已删除", 404: "未找到", 503: "尚未就绪"}
PROBLEM: dict[str, Any] = {
    "description": "问题说明（RFC 9457）",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}},
}


def answered(model: type[Answer] | None, *others: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: its answer, further statuses (a success has the same body), problems for the rest."""
    success: dict[str, Any] = {} if model is None else {"model": model}
    responses: dict[int | str, dict[str, Any]] = {"default": PROBLEM}
    if model is not None:
        responses[200] = success | {"description": _DESCRIPTIONS[200]}
    for status in others:
        body = success if status < 400 else PROBLEM
        responses[status] = body | {"description": _DESCRIPTIONS[status]}
    return responses


def json_response(document: Any, status: int = 200) -> Response:
    """Write a document as JSON bytes (UTF-8)."""
    return Response(orjson.dumps(document), status, media_type="application/json")
