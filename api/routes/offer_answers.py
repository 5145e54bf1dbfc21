"""Offers as they go out, described for the OpenAPI document; see `api.routes.answers`."""

from pydantic import BaseModel, ConfigDict, Field

from matcher.eligibility.criteria import Operator
from matcher.fields import PartyKind
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


class BandAnswer(Answer):
    """一档：满足条件得多少分。"""

    points: Decimals
    when: "CriteriaAnswer"


class TableAnswer(Answer):
    """一项评分指标：取已满足的最高一档。"""

    label: str
    group: str
    bands: list[BandAnswer]
    clause: ClauseAnswer | None


class GroupAnswer(Answer):
    """一级指标：至少与至多计多少分。"""

    name: str
    least: Decimals | None
    most: Decimals | None


class ScoredAnswer(Answer):
    """评分条件：各项指标合计不低于（above 为 true 时须高于）least 分。"""

    scored: list[TableAnswer]
    least: Decimals
    above: bool
    groups: list[GroupAnswer]
    label: str
    assumption: str
    clause: ClauseAnswer


CriteriaAnswer = CriterionAnswer | AllAnswer | AnyAnswer | NotAnswer | ScoredAnswer


class HoldingAnswer(Answer):
    """已投方向：一个行业和家数。"""

    industry: str = Field(description="GB/T 4754-2017 代码；空为未知")
    firms: int
    words: str = Field(description="这些企业做什么")


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
    portfolio: list[HoldingAnswer]
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
