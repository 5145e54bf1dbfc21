"""The answer to "is this party eligible for this offer, and why" (资格核验单) as a JSON-able document."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from api.exchange.documents import Document, eligibility_document, offer_summary
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.gaps import plain
from matcher.eligibility.results import Eligibility, Finding, Part, Score
from matcher.offers import Offer, in_force
from matcher.parties import Fact, Party

DERIVED_SOURCE = "推算"


def eligibility_answer_document(offer: Offer, party: Party, at: date, eligibility: Eligibility) -> Document:
    """Give each criterion with state, value compared, its source and day, gap and clause, and a score's points.

    `in_force` says whether the version of the offer is in force on the day; `assumptions` are those of the offer.
    """
    answer = eligibility_document(eligibility)
    return (
        {
            "offer": offer_summary(offer)
            | {
                "series": offer.series,
                "effective_from": _day(offer.effective_from),
                "effective_to": _day(offer.effective_to),
                "assumptions": list(offer.assumptions),
            },
            "party": {"id": party.id, "kind": party.kind.value, "name": party.name, "synthetic": party.synthetic},
            "at": at.isoformat(),
            "in_force": in_force(offer, at),
            "for_this_kind": party.kind in offer.audience,
        }
        | answer
        | {
            "criteria": [
                document
                | _evidence(finding, party.facts)
                | ({"score": score_document(finding.score)} if finding.score else {})
                for document, finding in zip(answer["criteria"], eligibility.findings, strict=True)
            ],
        }
    )


def score_document(score: Score) -> Document:
    """Give a score's points (分) as strings: the whole, each first-level indicator, each table."""
    return {
        "whole": _part(score.whole),
        "groups": [_part(part) for part in score.groups],
        "tables": [_part(part) for part in score.tables],
    }


def value_source(finding: Finding, facts: Mapping[str, Fact]) -> tuple[str | None, date | None]:
    """Where a compared value comes from and its day; what is derived is as old as the oldest of its inputs."""
    if finding.value is None:
        return None, None
    fact = facts.get(finding.leaf.field)
    if fact is not None:
        return fact.source, fact.observed_on
    inputs = [facts[code] for code in REGISTRY[finding.leaf.field].derived_from if code in facts]
    labels = "、".join(REGISTRY[code].label for code in REGISTRY[finding.leaf.field].derived_from if code in facts)
    return (f"{DERIVED_SOURCE}自{labels}" if labels else DERIVED_SOURCE), min(
        (item.observed_on for item in inputs), default=None
    )


def _evidence(finding: Finding, facts: Mapping[str, Fact]) -> Document:
    source, observed_on = value_source(finding, facts)
    return {"value_source": source, "value_observed_on": _day(observed_on)}


def _part(part: Part) -> dict[str, Any]:
    return {
        "label": part.label,
        "group": part.group,
        "least": plain(part.least),
        "most": plain(part.most),
        "full": plain(part.full),
        "needed": plain(part.needed),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
