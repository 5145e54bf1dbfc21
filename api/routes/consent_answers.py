"""Answers about consent, reviews, tags, the algorithm and the audit log; see `api.routes.answers`."""

from typing import Any

from api.access.consents import ConsentState, Purpose, Scope, Standing
from api.routes.offer_answers import Answer, Json


class ScopeAnswer(Answer):
    """一组信息。"""

    code: Scope
    name: str


class AskedAnswer(Answer):
    """授权的内容：给谁、用途、范围、有效期至（含当日）。"""

    recipient: str
    recipient_name: str
    purpose: Purpose
    purpose_label: str
    scopes: list[ScopeAnswer]
    until: str


class ConsentAnswer(AskedAnswer):
    """一项授权及其现在的情况。"""

    id: str
    party_id: str
    standing: Standing
    standing_label: str
    wording: str
    changed: str
    by: str


class ConsentEventAnswer(Answer):
    """授权的一次变化；text 为当时展示的全文。"""

    number: int
    state: ConsentState
    label: str
    at: str
    by: str
    role: str
    wording: str
    text: str


class ConsentHistoryAnswer(ConsentAnswer):
    """一项授权及其全部变化。"""

    events: list[ConsentEventAnswer]


class ConsentsAnswer(Answer):
    """授权，最近变化的在前。"""

    count: int
    consents: list[ConsentAnswer]


class WordingAnswer(AskedAnswer):
    """请企业阅读的授权书文字。"""

    wording: str
    text: str


class ReviewAnswer(Answer):
    """一项人工复核；尚未答复的 answer 为 null。"""

    id: str
    party_id: str
    subject: str
    reason: str
    asked: str
    asked_by: str
    answer: str | None
    answered: str | None
    answered_by: str | None


class ReviewsAnswer(Answer):
    """人工复核，未答复的在前。"""

    count: int
    reviews: list[ReviewAnswer]


class PartAnswer(Answer):
    """匹配度的一项：至多多少分，指什么。"""

    name: str
    label: str
    most_points: float
    meaning: str


class AlgorithmAnswer(Answer):
    """排序怎样得出，可以要求什么；version 随权重变化。"""

    version: str
    purpose: str
    principles: list[str]
    parts: list[PartAnswer]
    rights: list[str]
    order_without_profile: str


class TagAnswer(Answer):
    """系统推断的一个标签，及由什么推断。"""

    field: str
    label: str
    value: Json
    text: str
    derived_from: list[str]
    deletable: bool


class DeletedTagAnswer(Answer):
    """主体删除的一个标签。"""

    field: str
    label: str


class TagsAnswer(Answer):
    """系统推断的标签；删除的，或填写了同一字段的，不再推断。"""

    party_id: str
    tags: list[TagAnswer]
    deleted: list[DeletedTagAnswer]


class AuditRowAnswer(Answer):
    """审计日志的一条；hash 由其余各项与前一条的 hash 算出。"""

    number: int
    at: str
    account_id: str | None
    account: str
    role: str
    party_id: str | None
    action: str
    label: str
    count: int
    subjects: list[str]
    subjects_digest: str
    purpose: str
    detail: dict[str, Any]
    previous: str
    hash: str


class AuditAnswer(Answer):
    """审计日志的一页，最近的在前；next_before 为 null 时已到首条。"""

    count: int
    rows: list[AuditRowAnswer]
    next_before: int | None


class VerificationAnswer(Answer):
    """审计日志的校验：holds 为 false 时 fault 说明第一处不符。"""

    holds: bool
    rows: int
    head: str
    fault: str | None
