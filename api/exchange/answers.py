"""Whole answers of the matchmaker as JSON-able documents (答案), one shape for HTTP and the command line."""

from api.access.masking import Masker
from api.exchange.documents import (
    Document,
    json_value,
    match_document,
    offer_summary,
    profile_document,
    value_text,
)
from api.requests import MatchAnswer, ProspectAnswer, Versions
from matcher.declarations.registry import REGISTRY
from matcher.needs import Reading, Seeker


def match_answer_document(answer: MatchAnswer) -> Document:
    """Give ranked offers (推荐结果) with what was understood of the question and what the answer was made with."""
    return {
        "seeker": _seeker(answer.seeker),
        "understood": reading_document(answer.seeker.reading),
        "matches": [match_document(match) for match in answer.matches],
        "considered": answer.considered,
        "versions": _versions(answer.versions),
    }


def prospect_answer_document(answer: ProspectAnswer, masker: Masker) -> Document:
    """Give ranked seekers (名单) for an offer as the asker may see each, and how many were considered and eligible."""
    documents = (match_document(match) | {"profile": profile_document(match.values)} for match in answer.matches)
    return {
        "offer": offer_summary(answer.offer),
        "matches": [masker.seen(document, number) for number, document in enumerate(documents, 1)],
        "considered": answer.considered,
        "eligible": answer.eligible,
        "versions": _versions(answer.versions),
    }


def reading_document(reading: Reading) -> Document:
    """What was understood of a text (已理解), as JSON. `facts` can be sent back, corrected, with the next question."""
    return {
        "statements": [
            {
                "field": item.field,
                "label": REGISTRY[item.field].label,
                "value": json_value(item.value),
                "text": value_text(item.field, item.value),
                "words": item.words,
            }
            for item in reading.understood
        ],
        "facts": {code: json_value(value) for code, value in reading.values.items()},
        "kinds": [kind.value for kind in reading.kinds],
        "not_understood": list(reading.not_understood),
    }


def _seeker(seeker: Seeker) -> Document:
    return {
        "id": seeker.id or None,
        "kind": seeker.kind.value,
        "name": seeker.name or None,
        "synthetic": seeker.synthetic,
    }


def _versions(versions: Versions) -> Document:
    return {
        "encoder": versions.encoder,
        "catalogue": versions.catalogue,
        "evaluated_on": versions.evaluated_on.isoformat(),
    }
