"""Nouns as plain JSON-able documents (文档), one shape for HTTP, the command line and files.

Money, percentages and other decimals are strings ("293.52"), so that nothing is lost on the way; dates are ISO 8601;
regions and industries are codes with their Chinese reading beside them. Scores and points are numbers.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from api.access.profiles import PROFILE_FIELDS
from api.exchange.decimals import plain
from matcher.declarations.registry import REGISTRY
from matcher.derivation import RULES, at_date, derive, withheld_tags
from matcher.eligibility.criteria import All, AnyOf, Clause, Criterion, Leaf, Not, Scored, Table
from matcher.eligibility.gaps import requirement, show
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, STATE_LABELS, Eligibility, Finding
from matcher.fields import Value
from matcher.offers import OFFER_KIND_LABELS, Offer, Terms
from matcher.pairing.matches import Match
from matcher.parties import Fact, Party, Values

Document = dict[str, Any]
"""A JSON object: str, int, float, bool, None, lists and further objects only."""


def match_document(match: Match) -> Document:
    """Give a match (匹配结果): who and what, score, its parts, eligibility per criterion with clause, reasons, gaps."""
    return {
        "party_id": match.seeker_id,
        "offer_id": match.offer.id,
        "seeker": {
            "id": match.seeker_id,
            "name": match.seeker_name,
            "kind": match.seeker_kind.value,
            "synthetic": match.seeker_synthetic,
        },
        "offer": offer_summary(match.offer),
        "score": match.score,
        "contributions": [
            {"name": item.name, "label": item.label, "points": item.points, "evidence": item.evidence}
            for item in match.contributions
        ],
        "eligibility": eligibility_document(match.eligibility),
        "reasons": list(match.reasons),
        "gaps": list(match.gaps),
        "unknowns": [{"field": code, "label": REGISTRY[code].label} for code in match.unknowns],
        "explanation": match.explanation,
        "synthetic": match.seeker_synthetic or match.offer.synthetic,
    }


def profile_document(values: Values) -> Document:
    """Give the profile (画像) of a seeker: value and words of each field that is known; the others are absent."""
    return {
        code: {"value": json_value(values[code]), "text": value_text(code, values[code])}
        for code in PROFILE_FIELDS
        if code in values
    }


def profile_of_party(party: Party, at: date) -> Document:
    """The profile (画像) of a stored party as of a day, with what follows from its facts."""
    return profile_document(at_date(derive(party.values), at))


def tags_document(party: Party, at: date) -> Document:
    """What was inferred of a party (推断标签): fields that nobody stated, and what they follow from.

    `deleted` are those that the party does not want. Not `deletable` is what is only counted anew each day: the age.
    """
    stated = party.values
    inferred = {code: value for code, value in at_date(derive(stated), at).items() if code not in stated}
    return {
        "party_id": party.id,
        "tags": [
            {
                "field": code,
                "label": REGISTRY[code].label,
                "value": json_value(value),
                "text": value_text(code, value),
                "derived_from": [REGISTRY[basis].label for basis in REGISTRY[code].derived_from if basis in stated],
                "deletable": code in RULES,
            }
            for code, value in inferred.items()
        ],
        "deleted": [{"field": code, "label": REGISTRY[code].label} for code in RULES if code in withheld_tags(stated)],
    }


def eligibility_document(eligibility: Eligibility) -> Document:
    """Give the five-state answer (资格) and every single finding behind it."""
    return {
        "state": eligibility.state.value,
        "label": STATE_LABELS[eligibility.state],
        "criteria": [_finding(item) for item in eligibility.findings],
    }


def party_document(party: Party) -> Document:
    """Give a party (主体) with each known fact, its source and the day it was observed. Unknown fields are absent."""
    return {
        "id": party.id,
        "kind": party.kind.value,
        "name": party.name,
        "facts": {code: _fact(code, fact) for code, fact in party.facts.items()},
        "tenant": party.tenant,
        "source": party.source,
        "observed_on": party.observed_on.isoformat(),
        "synthetic": party.synthetic,
    }


def offer_summary(offer: Offer) -> Document:
    """Give what a list of offers (资源) shows of one."""
    return {
        "id": offer.id,
        "kind": offer.kind.value,
        "kind_label": OFFER_KIND_LABELS[offer.kind],
        "name": offer.name,
        "provider": offer.provider,
        "summary": offer.summary,
        "terms": _terms(offer.terms),
        "confidence": offer.confidence.value,
        "status": offer.status.value,
        "synthetic": offer.synthetic,
    }


def offer_document(offer: Offer) -> Document:
    """Give an offer (资源) whole: terms, clauses, criteria as a tree, preferences, dates, assumptions."""
    return offer_summary(offer) | {
        "focus": offer.focus,
        "audience": sorted(kind.value for kind in offer.audience),
        "clauses": [_clause(item) for item in offer.clauses],
        "criteria": None if offer.criteria is None else criterion_document(offer.criteria),
        "preferences": [criterion_document(item) for item in offer.preferences],
        "benefits": list(offer.benefits),
        "service_regions": list(offer.service_regions),
        "industry_focus": list(offer.industry_focus),
        "portfolio": [
            {"industry": item.industry, "firms": item.firms, "words": item.words} for item in offer.portfolio
        ],
        "effective_from": _day(offer.effective_from),
        "effective_to": _day(offer.effective_to),
        "assumptions": list(offer.assumptions),
        "provider_id": offer.provider_id,
        "tenant": offer.tenant,
        "source": offer.source,
        "observed_on": _day(offer.observed_on),
    }


def criterion_document(criterion: Criterion) -> Document:
    """Give a criterion (条件) as a tree of `all`, `any` with `least`, `not`, and leaves."""
    match criterion:
        case Leaf():
            return dict(_leaf(criterion))
        case Not(child=child, label=label):
            return {"not": criterion_document(child), "label": label}
        case All(children=children, label=label):
            return {"all": _children(children), "label": label}
        case AnyOf(children=children, label=label, least=least):
            return {"any": _children(children), "least": least, "label": label}
        case Scored():
            return scored_document(criterion)


def scored_document(scored: Scored) -> Document:
    """Give a score (评分条件) as a tree: each table's bands with their points (分) and what they ask."""
    return {
        "scored": [_table(table) for table in scored.tables],
        "least": plain(scored.least),
        "above": scored.above,
        "groups": [{"name": item.name, "least": plain(item.least), "most": plain(item.most)} for item in scored.groups],
        "label": scored.label,
        "assumption": scored.assumption,
        "clause": _clause(scored.clause),
    }


def _table(table: Table) -> Document:
    return {
        "label": table.label,
        "group": table.group,
        "bands": [{"points": plain(band.points), "when": criterion_document(band.when)} for band in table.bands],
        "clause": None if table.clause is None else _clause(table.clause),
    }


def json_value(value: Value) -> Any:
    """Give a field's value as JSON: decimals as strings without exponent, dates as ISO 8601, tuples as lists."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value


def _children(children: Iterable[Criterion]) -> list[Document]:
    return [criterion_document(child) for child in children]


def _finding(finding: Finding) -> Document:
    return _leaf(finding.leaf) | {
        "state": finding.state.value,
        "state_label": STATE_LABELS[finding.state],
        "value": None if finding.value is None else json_value(finding.value),
        "value_text": None if finding.value is None else value_text(finding.leaf.field, finding.value),
        "gap": finding.gap,
        "group": finding.group,
        "decisive": finding.decisive,
    }


def _leaf(leaf: Leaf) -> Document:
    """What is the same of a condition for every seeker; many answers share it, so that it must not be changed."""
    return _written(leaf, str(leaf.value) if isinstance(leaf.value, Decimal) else "")


@lru_cache(maxsize=1 << 15)
def _written(leaf: Leaf, _digits: str) -> Document:
    """A condition, written once; the digits tell 1 from 1.00, which are equal but not written alike."""
    return {
        "field": leaf.field,
        "field_label": REGISTRY[leaf.field].label,
        "operator": leaf.operator.value,
        "required": None if leaf.value is None else json_value(leaf.value),
        "required_text": requirement(leaf),
        "label": leaf.label,
        "assumption": leaf.assumption,
        "clause": _clause(leaf.clause),
    }


def value_text(code: str, value: Value) -> str:
    """Give a field's value as an officer writes it ("1,234.5 万元"); what does not apply says so."""
    return NOT_APPLICABLE_VALUE if value == NOT_APPLICABLE_VALUE else show(REGISTRY[code], value)


def _fact(code: str, fact: Fact) -> Document:
    return {
        "value": json_value(fact.value),
        "label": REGISTRY[code].label,
        "text": value_text(code, fact.value),
        "source": fact.source,
        "observed_on": fact.observed_on.isoformat(),
    }


def _clause(clause: Clause) -> Document:
    return {"document": clause.document, "article": clause.article, "quote": clause.quote}


def _terms(terms: Terms) -> Document:
    return {
        "amount_min_wan": plain(terms.amount_min_wan),
        "amount_max_wan": plain(terms.amount_max_wan),
        "term_months_max": terms.term_months_max,
        "rate_min_pct": plain(terms.rate_min_pct),
        "rate_max_pct": plain(terms.rate_max_pct),
        "share_max_pct": plain(terms.share_max_pct),
        "guarantee_modes": list(terms.guarantee_modes),
        "secured_by": list(terms.secured_by),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
