"""Offers (资源): what a seeker can be matched to."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from matcher.eligibility.criteria import Clause, Criterion, Leaf
from matcher.fields import PartyKind


class OfferKind(StrEnum):
    """Kinds of offer (资源类型)."""

    LOAN = "loan"
    GUARANTEE = "guarantee"
    INSURANCE = "insurance"
    FUND = "fund"
    INCUBATION = "incubation"
    PROCUREMENT = "procurement"
    SERVICE = "service"
    PROGRAMME = "programme"


OFFER_KIND_LABELS = {
    OfferKind.LOAN: "贷款",
    OfferKind.GUARANTEE: "担保与风险分担",
    OfferKind.INSURANCE: "保险",
    OfferKind.FUND: "基金",
    OfferKind.INCUBATION: "孵化载体",
    OfferKind.PROCUREMENT: "龙头企业需求",
    OfferKind.SERVICE: "服务",
    OfferKind.PROGRAMME: "政策与活动",
}


class OfferStatus(StrEnum):
    """Standing of the text behind an offer (效力状态); a draft is 征求意见稿."""

    DRAFT = "draft"
    APPROVED = "approved"
    SUPERSEDED = "superseded"


class Confidence(StrEnum):
    """How sure the source is: A official or two copies agree, B one copy that is not official."""

    A = "A"
    B = "B"


@dataclass(frozen=True, slots=True)
class Terms:
    """What an offer gives, as far as its source states it (资源条款). None is unstated, never zero.

    `guarantee_modes` say what secures it (信用, 知识产权质押 …); `secured_by` are values of the field `collateral`
    that it accepts as security.
    """

    amount_min_wan: Decimal | None = None
    amount_max_wan: Decimal | None = None
    term_months_max: int | None = None
    rate_min_pct: Decimal | None = None
    rate_max_pct: Decimal | None = None
    share_max_pct: Decimal | None = None
    guarantee_modes: tuple[str, ...] = ()
    secured_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holding:
    """Part of what a fund has invested in (已投方向): so many firms of an industry, and what they do in their words.

    `industry` is a GB/T 4754 code of any level, empty where it is not known. `name` and `party` (its id) are those of
    a single firm that was recorded: they are told only to whom may know it.
    """

    industry: str
    firms: int
    words: str = ""
    name: str = ""
    party: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something a seeker can be matched to (资源): a loan, fund, carrier place, demand, service or programme.

    `focus` is the Chinese text that is compared with what a seeker does and needs. `service_regions` are GB/T 2260
    codes and `industry_focus` GB/T 4754 codes; empty means that the source states none. `criteria` decide eligibility;
    `preferences` are what the source says it favours (重点支持): they move the rank and exclude nobody. `series` is
    what the versions of one text share; each version has an id of its own, which old answers keep. `portfolio` is what
    its giver is recorded to have invested in, empty where nothing is; `made` are the GB/T 4754 codes of what its giver
    makes, where that is a firm with a demand.
    """

    id: str
    kind: OfferKind
    name: str
    provider: str
    summary: str
    focus: str
    audience: frozenset[PartyKind]
    clauses: tuple[Clause, ...]
    criteria: Criterion | None = None
    preferences: tuple[Leaf, ...] = ()
    terms: Terms = Terms()
    benefits: tuple[str, ...] = ()
    service_regions: tuple[str, ...] = ()
    industry_focus: tuple[str, ...] = ()
    confidence: Confidence = Confidence.A
    status: OfferStatus = OfferStatus.APPROVED
    effective_from: date | None = None
    effective_to: date | None = None
    assumptions: tuple[str, ...] = ()
    provider_id: str | None = None
    tenant: str = ""
    source: str = ""
    observed_on: date | None = None
    synthetic: bool = False
    series: str = ""
    portfolio: tuple[Holding, ...] = ()
    made: tuple[str, ...] = ()


def in_force(offer: Offer, at: date) -> bool:
    """Whether an offer's text is in force on a day: begun, not past, and not superseded without a day of its end."""
    return (offer.effective_from or date.min) <= at <= last_day(offer)


def last_day(offer: Offer) -> date:
    """The last day on which an offer's text can be in force; the first of all days for one that was superseded."""
    if offer.effective_to is not None:
        return offer.effective_to
    return date.min if offer.status is OfferStatus.SUPERSEDED else date.max


def institution_of(offer: Offer) -> str:
    """Whose offer it is (机构): the provider's id where it is known, else its name."""
    return offer.provider_id or offer.provider
