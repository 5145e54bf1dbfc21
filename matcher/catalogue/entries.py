"""Reading documents and offers (文件、资源) out of catalogue entries."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from matcher.catalogue.conditions import read_criterion
from matcher.catalogue.entry import Entry
from matcher.catalogue.leaves import Sources, industry_code, read_clause, read_leaf, region_code
from matcher.declarations.enterprise import COLLATERAL
from matcher.eligibility.criteria import Clause
from matcher.fields import PartyKind
from matcher.offers import Confidence, Offer, OfferKind, OfferStatus, Terms

_ID = re.compile(r"[a-z]+\.[a-z0-9]+(?:-[a-z0-9]+)*")
_DOCUMENT_KEYS = ("title", "number", "issuer", "date", "seed", "confidence", "note")
_OFFER_KEYS = (
    "id", "kind", "name", "provider", "summary", "focus", "audience", "service_regions", "industry_focus", "clauses",
    "criteria", "preferences", "terms", "benefits", "assumptions", "confidence", "status", "effective_from",
    "effective_to", "series",
)  # fmt: skip
_TERM_KEYS = (
    "amount_min_wan", "amount_max_wan", "term_months_max", "rate_min_pct", "rate_max_pct", "share_max_pct",
    "guarantee_modes", "secured_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """A source text (文件): title with number, issuer, day, the seed that holds it, and how sure the copy is."""

    key: str
    title: str
    issuer: str
    date: date | None
    seed: str
    confidence: Confidence
    note: str


@dataclass(frozen=True, slots=True)
class References:
    """What offers may refer to: shared conditions by name, the entries being loaded and the known offers by id."""

    shared: Mapping[str, Entry]
    offers: Mapping[str, Entry]
    known: Mapping[str, Offer]


def read_document(key: str, entry: Entry) -> Document:
    """Read one document; its number is written into the title, as it is cited."""
    entry.only(*_DOCUMENT_KEYS)
    entry.require("title", "confidence")
    number = entry.text("number")
    title = entry.text("title") + (f"（{number}）" if number else "")
    return Document(
        key,
        title,
        entry.text("issuer"),
        entry.day("date"),
        entry.text("seed"),
        entry.choice("confidence", Confidence),
        entry.text("note"),
    )


def read_offer(entry: Entry, documents: Mapping[str, Document], references: References) -> Offer:
    """Read one offer; confidence and day of the source are those of its first document unless it says otherwise."""
    entry.only(*_OFFER_KEYS)
    entry.require("id", "kind", "name", "provider", "summary", "focus", "audience", "clauses")
    titles = {key: document.title for key, document in documents.items()}
    clauses = tuple(read_clause(child, titles) for child in entry.children("clauses"))
    sources = Sources(
        titles,
        clauses[0],
        references.shared,
        references.offers,
        references.known,
        (entry.day("effective_from"), entry.day("effective_to")),
        (entry.text("id"),),
    )
    first = next(document for document in documents.values() if document.title == clauses[0].document)
    offer = _offer(entry, clauses, sources, first)
    _check_order(entry, offer)
    return offer


def _offer(entry: Entry, clauses: tuple[Clause, ...], sources: Sources, first: Document) -> Offer:
    return Offer(
        id=_offer_id(entry),
        kind=entry.choice("kind", OfferKind),
        name=entry.text("name"),
        provider=entry.text("provider"),
        summary=entry.text("summary"),
        focus=entry.text("focus"),
        audience=_audience(entry),
        clauses=clauses,
        criteria=read_criterion(entry.child("criteria"), sources) if "criteria" in entry.data else None,
        preferences=tuple(read_leaf(child, sources) for child in entry.children("preferences")),
        terms=_terms(entry.child("terms")),
        benefits=entry.texts("benefits"),
        service_regions=tuple(region_code(entry, code) for code in entry.texts("service_regions")),
        industry_focus=tuple(industry_code(entry, code) for code in entry.texts("industry_focus")),
        confidence=entry.choice("confidence", Confidence, first.confidence),
        status=entry.choice("status", OfferStatus, OfferStatus.APPROVED),
        effective_from=entry.day("effective_from"),
        effective_to=entry.day("effective_to"),
        assumptions=entry.texts("assumptions"),
        source=first.title,
        observed_on=first.date,
        series=_series(entry),
    )


def _check_order(entry: Entry, offer: Offer) -> None:
    """Refuse an offer that ends before it begins or gives at most less than at least."""
    terms = offer.terms
    pairs = (
        ("effective", offer.effective_from, offer.effective_to),
        ("amount", terms.amount_min_wan, terms.amount_max_wan),
        ("rate", terms.rate_min_pct, terms.rate_max_pct),
    )
    for name, low, high in pairs:
        if low is not None and high is not None and low > high:  # type: ignore[operator]
            raise entry.fault(
                f"{name} 的下限 {low} 大于上限 {high}", "下限不大于上限", "核对原文后改正", f"{name}_from"
            )


def _offer_id(entry: Entry) -> str:
    text = entry.text("id")
    kind = entry.choice("kind", OfferKind)
    if not _ID.fullmatch(text) or not text.startswith(f"{kind}."):
        raise entry.fault(f"id 为 {text!r}", f"{kind}.小写拼音，以 - 分隔", f"改为 {kind}. 开头的代码", "id")
    return text


def _series(entry: Entry) -> str:
    text = entry.text("series")
    if text and not (_ID.fullmatch(text) and text.startswith(f"{entry.choice('kind', OfferKind)}.")):
        raise entry.fault(f"series 为 {text!r}", "与 id 同样写法的系列代码", "改为各版本共有的代码", "series")
    return text


def _audience(entry: Entry) -> frozenset[PartyKind]:
    kinds = entry.texts("audience")
    unknown = [kind for kind in kinds if kind not in set(PartyKind)]
    if unknown:
        raise entry.fault(f"audience 含 {unknown[0]!r}", "、".join(PartyKind), "改为其中之一", "audience")
    return frozenset(PartyKind(kind) for kind in kinds)


def _terms(entry: Entry) -> Terms:
    entry.only(*_TERM_KEYS)
    secured_by = entry.texts("secured_by")
    for item in secured_by:
        if item not in COLLATERAL:
            raise entry.fault(f"secured_by 含 {item!r}", "、".join(COLLATERAL), "改为其中之一")
    return Terms(
        amount_min_wan=entry.amount("amount_min_wan"),
        amount_max_wan=entry.amount("amount_max_wan"),
        term_months_max=entry.count("term_months_max"),
        rate_min_pct=entry.amount("rate_min_pct"),
        rate_max_pct=entry.amount("rate_max_pct"),
        share_max_pct=entry.amount("share_max_pct"),
        guarantee_modes=entry.texts("guarantee_modes"),
        secured_by=secured_by,
    )
