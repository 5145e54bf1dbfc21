"""The answer to a search of the library (检索结果) as a JSON-able document."""

from typing import Any

from api.searching import Found, SearchAnswer, SearchRequest
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.criteria import All, AnyOf, Criterion, Leaf, Not
from matcher.eligibility.gaps import requirement, show
from matcher.parties import Party

_DIGITS = 4


def search_document(request: SearchRequest, answer: SearchAnswer) -> dict[str, Any]:
    """Give the parties found, how many met the filter, and the filter in Chinese as it was understood."""
    return {
        "parties": [_party(item) for item in answer.found],
        "considered": answer.considered,
        "understood": {"text": request.text, "where": "" if request.where is None else said(request.where)},
        "encoder": answer.encoder,
        "evaluated_on": answer.at.isoformat(),
    }


def said(criterion: Criterion) -> str:
    """A filter in Chinese: 注册地属于 苏州市，且（…或…）."""
    match criterion:
        case Leaf():
            return f"{REGISTRY[criterion.field].label}{requirement(criterion)}"
        case Not(child=child):
            return f"不满足（{said(child)}）"
        case All(children=children):
            return "，且".join(_inner(child) for child in children)
        case AnyOf(children=children, least=least):
            listed = "，或".join(_inner(child) for child in children)
            return listed if least == 1 else f"至少 {least} 项：{listed}"
    return "评分条件"


def _inner(criterion: Criterion) -> str:
    return f"（{said(criterion)}）" if isinstance(criterion, All | AnyOf) else said(criterion)


def _party(found: Found) -> dict[str, Any]:
    party = found.party
    similarity = None if found.similarity is None else round(found.similarity, _DIGITS)
    return {
        "id": party.id,
        "name": party.name,
        "kind": party.kind.value,
        "region": _named(party, "region"),
        "industry": _named(party, "industry"),
        "similarity": similarity,
        "synthetic": party.synthetic,
    }


def _named(party: Party, code: str) -> dict[str, str] | None:
    """A place or an industry with its code and its name; None where it is not known."""
    value = party.values.get(code)
    return {"code": value, "name": show(REGISTRY[code], value)} if isinstance(value, str) else None
