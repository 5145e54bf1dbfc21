"""Consent (授权): what an enterprise allows one named institution to see, for what, until when.

个人信息保护法 23 asks for a separate consent for each recipient, told who they are, for what purpose and which kinds of
data; 15 lets it be withdrawn as easily as it was given; 征信业管理条例 18, 20 bind a query to the purpose agreed. So a
consent is for one recipient and one purpose, names the groups of fields, and ends on a day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache

from api.errors import InvalidConsent
from matcher.declarations.registry import REGISTRY
from matcher.fields import Sensitivity
from matcher.offers import OfferKind

LONGEST_DAYS = 3 * 366
"""A consent without a near end is not a separate one: three years at most, then it is asked for again."""
WORDING_VERSION = "2026-11"
"""The version of the words that an enterprise agrees to; an older consent keeps the words it was given under."""
_WORDING = (
    "我单位同意{platform}向{recipient}提供以下信息：{scopes}。用途：{purpose}。方式：通过本平台的对接名单查看和下载。"
    "有效期至 {until}（含当日）。接收方只能用于上述用途，不得转给他人。我单位可以随时撤回，撤回后平台立即停止提供，"
    "已送达的名单标明“已撤回授权”；撤回不影响此前已作出的处理。不同意或撤回，不影响我单位使用平台的其他服务。"
)


class Purpose(StrEnum):
    """What a recipient may use the data for (用途); each kind of offer has one."""

    FINANCING = "financing"
    INVESTMENT = "investment"
    INCUBATION = "incubation"
    COOPERATION = "cooperation"
    PROGRAMME = "programme"


PURPOSE_LABELS: Mapping[Purpose, str] = {
    Purpose.FINANCING: "贷款、担保、保险的对接与审核",
    Purpose.INVESTMENT: "股权投资的对接与尽职调查",
    Purpose.INCUBATION: "入驻与孵化的对接",
    Purpose.COOPERATION: "供需、协作与服务的对接",
    Purpose.PROGRAMME: "政策申报与认定的辅导",
}
_PURPOSES: Mapping[OfferKind, Purpose] = {
    OfferKind.LOAN: Purpose.FINANCING,
    OfferKind.GUARANTEE: Purpose.FINANCING,
    OfferKind.INSURANCE: Purpose.FINANCING,
    OfferKind.FUND: Purpose.INVESTMENT,
    OfferKind.INCUBATION: Purpose.INCUBATION,
    OfferKind.PROCUREMENT: Purpose.COOPERATION,
    OfferKind.SERVICE: Purpose.COOPERATION,
    OfferKind.PROGRAMME: Purpose.PROGRAMME,
}


class Scope(StrEnum):
    """A group of fields (信息范围), one a sensitivity of the registry."""

    IDENTITY = "identity"
    BUSINESS = "business"
    CONTACT = "contact"


SCOPE_LABELS: Mapping[Scope, str] = {
    Scope.IDENTITY: "名称、统一社会信用代码等登记信息和主营业务",
    Scope.BUSINESS: "财务、人员、知识产权、融资与需求等经营信息",
    Scope.CONTACT: "法定代表人和联系电话",
}
SCOPE_OF: Mapping[Sensitivity, Scope] = {
    Sensitivity.PUBLIC: Scope.IDENTITY,
    Sensitivity.BUSINESS: Scope.BUSINESS,
    Sensitivity.PERSONAL: Scope.CONTACT,
}
"""Which group a field belongs to, by its sensitivity."""


class ConsentState(StrEnum):
    """Where a consent stands (状态)."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """How a consent stands on a day, as lists show it (授权情况)."""

    NONE = "none"
    GRANTED = "granted"
    EXPIRED = "expired"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STANDING_LABELS: Mapping[Standing, str] = {
    Standing.NONE: "未授权",
    Standing.GRANTED: "已授权",
    Standing.EXPIRED: "授权已到期",
    Standing.REFUSED: "未同意授权",
    Standing.WITHDRAWN: "已撤回授权",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is agreed to: recipient (its party's id, or its name where it has none), purpose, groups, last day."""

    recipient: str
    recipient_name: str
    purpose: Purpose
    scopes: frozenset[Scope]
    until: date


@dataclass(frozen=True, slots=True)
class Consent:
    """What one enterprise said to one recipient for one purpose; its history is kept beside it.

    `wording` is the version of the words shown; `number` counts the changes of state.
    """

    id: str
    tenant: str
    party_id: str
    asked: Asked
    state: ConsentState
    wording: str
    number: int
    changed: datetime
    by: str

    def standing(self, on: date) -> Standing:
        """How it stands on a day: a granted one holds through its last day."""
        if self.state is ConsentState.GRANTED and on > self.asked.until:
            return Standing.EXPIRED
        return Standing(self.state.value)


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One change of a consent (留痕): what became of it, when, by whom, and the words that were shown."""

    number: int
    state: ConsentState
    at: datetime
    by: str
    role: str
    wording: str
    text: str


def purpose_of(kind: OfferKind) -> Purpose:
    """What data is used for where an offer of this kind is concerned."""
    return _PURPOSES[kind]


@cache
def scope_of(field: str) -> Scope:
    """The group of a field; a computed one is business data."""
    return SCOPE_OF[REGISTRY[field].sensitivity]


def checked(asked: Asked, today: date) -> Asked:
    """What may be agreed to. Raises `InvalidConsent`."""
    if not asked.scopes:
        raise _invalid("没有选择信息范围", f"{'、'.join(SCOPE_LABELS.values())}中的至少一项", "请选择要提供的信息")
    if Scope.CONTACT in asked.scopes and Scope.IDENTITY not in asked.scopes:
        raise _invalid("只提供联系方式而不提供名称", "同时选择登记信息", "请一并选择登记信息，或去掉联系方式")
    if asked.until < today:
        raise _invalid(f"有效期至 {asked.until}，已经过去", "今天或以后的日期", "请改正有效期")
    if (asked.until - today).days > LONGEST_DAYS:
        raise _invalid(f"有效期至 {asked.until}", "三年以内的日期", "请把有效期改短，到期后可以再次授权")
    return asked


def withdrawn(consent: Consent) -> Consent:
    """The consent taken back. Taking it back twice changes nothing; `InvalidConsent` for one that was never given."""
    if consent.state is ConsentState.REFUSED:
        raise _invalid("没有给出过这项授权", "已给出的授权", "无须撤回")
    return consent if consent.state is ConsentState.WITHDRAWN else replace(consent, state=ConsentState.WITHDRAWN)


def opening(consents: Iterable[Consent], on: date, purpose: Purpose | None = None) -> dict[str, Consent]:
    """By enterprise, the consent that stands on a day for a purpose; several purposes are joined where none is named.

    What is refused, withdrawn or past its last day opens nothing.
    """
    open_: dict[str, Consent] = {}
    for consent in consents:
        if consent.standing(on) is not Standing.GRANTED or purpose not in (None, consent.asked.purpose):
            continue
        before = open_.get(consent.party_id)
        if before is not None:
            scopes = before.asked.scopes | consent.asked.scopes
            open_[consent.party_id] = replace(before, asked=replace(before.asked, scopes=scopes))
        else:
            open_[consent.party_id] = consent
    return open_


def wording(asked: Asked, platform: str) -> str:
    """The words that an enterprise agrees to: who gets what, for what, how, until when, and how to take it back."""
    scopes = "；".join(SCOPE_LABELS[scope] for scope in Scope if scope in asked.scopes)
    return _WORDING.format(
        platform=platform,
        recipient=asked.recipient_name,
        scopes=scopes,
        purpose=PURPOSE_LABELS[asked.purpose],
        until=asked.until.isoformat(),
    )


def _invalid(found: str, expected: str, remedy: str) -> InvalidConsent:
    return InvalidConsent(found=found, expected=expected, remedy=remedy)
