"""The published JSON Schema of a rule pack (规则包格式), made from the same declarations that the loader reads by.

`pack.schema.json` beside this module is its printed form, for editors. The schema says what a file may look like; the
loader says more (values by field, references, versions), so a file that it accepts may still be refused.
"""

from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files
from typing import Any

import orjson

from matcher.declarations.enterprise import COLLATERAL
from matcher.eligibility.criteria import Operator
from matcher.fields import PartyKind
from matcher.offers import Confidence, OfferKind, OfferStatus

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1}
_DAY: Schema = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_POINTS: Schema = {"type": "number", "minimum": 0}
_CRITERION: Schema = {"$ref": "#/$defs/criterion"}
_CLAUSE: Mapping[str, Schema] = dict.fromkeys(("document", "article", "quote", "assumption"), _TEXT)
_VALUE: Schema = {
    "anyOf": [{"type": ["string", "number", "boolean"]}, {"type": "array", "items": _TEXT, "minItems": 1}]
}


def pack_schema() -> Schema:
    """The schema of one pack file, JSON Schema 2020-12; dates are strings there, as YAML's dates are in JSON."""
    named = {"type": "object", "additionalProperties": _CRITERION}
    documents = {"type": "object", "additionalProperties": _document()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "融通规则包",
        "description": "资源及其条件；写法见 docs/rule-packs.md",
        **_object({"documents": documents, "conditions": named, "offers": _list(_offer())}),
        "$defs": {
            "criterion": _criterion(),
            "leaf": _leaf(),
            "scored": _scored(),
            "table": _table(),
            "bands": _bands(),
        },
    }


def published_schema() -> Schema:
    """The schema as it lies in the package."""
    printed: Schema = orjson.loads(files("matcher.catalogue").joinpath("pack.schema.json").read_bytes())
    return printed


def _object(properties: Mapping[str, Schema], *required: str) -> Schema:
    shape: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return shape | ({"required": list(required)} if required else {})


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _one_of(kind: type[StrEnum]) -> Schema:
    return {"enum": [item.value for item in kind]}


def _document() -> Schema:
    texts = dict.fromkeys(("title", "number", "issuer", "seed", "note"), _TEXT)
    return _object(texts | {"date": _DAY, "confidence": _one_of(Confidence)}, "title", "confidence")


def _offer() -> Schema:
    texts = dict.fromkeys(("id", "name", "provider", "summary", "focus", "series"), _TEXT)
    lists = {key: _list(_TEXT) for key in ("service_regions", "industry_focus", "benefits", "assumptions")}
    clause = _object(dict.fromkeys(("document", "article", "quote"), _TEXT), "document", "quote")
    others: dict[str, Schema] = {
        "kind": _one_of(OfferKind),
        "audience": _list(_one_of(PartyKind)) | {"minItems": 1},
        "clauses": _list(clause) | {"minItems": 1},
        "criteria": _CRITERION,
        "preferences": _list({"$ref": "#/$defs/leaf"}),
        "terms": _terms(),
        "confidence": _one_of(Confidence),
        "status": _one_of(OfferStatus),
        "effective_from": _DAY,
        "effective_to": _DAY,
    }
    required = ("id", "kind", "name", "provider", "summary", "focus", "audience", "clauses")
    return _object(texts | lists | others, *required)


def _terms() -> Schema:
    amounts = ("amount_min_wan", "amount_max_wan", "rate_min_pct", "rate_max_pct", "share_max_pct")
    return _object(
        dict.fromkeys(amounts, _POINTS)
        | {
            "term_months_max": {"type": "integer", "minimum": 1},
            "guarantee_modes": _list(_TEXT),
            "secured_by": _list({"enum": list(COLLATERAL)}),
        }
    )


def _criterion() -> Schema:
    several = _list(_CRITERION) | {"minItems": 1}
    least: Schema = {"type": "integer", "minimum": 1}
    return {
        "oneOf": [
            {"$ref": "#/$defs/leaf"},
            _object({"all": several, "label": _TEXT}, "all"),
            _object({"any": several, "label": _TEXT, "least": least}, "any", "label"),
            _object({"not": _CRITERION, "label": _TEXT}, "not", "label"),
            _object({"use": _TEXT}, "use"),
            _object({"offer": _TEXT}, "offer"),
            _object({"scored": {"$ref": "#/$defs/scored"}}, "scored"),
        ]
    }


def _leaf() -> Schema:
    operators = _one_of(Operator)
    keys = {"field": _field(), "operator": operators, "value": _VALUE, "label": _TEXT, "unit": _TEXT}
    return _object(keys | dict(_CLAUSE), "field", "operator", "label")


def _field() -> Schema:
    """A field's code. The loader knows which there are; listing them here would make every new field a new schema."""
    return {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}


def _scored() -> Schema:
    group = _object({"name": _TEXT, "least": _POINTS, "most": _POINTS}, "name")
    tables = _list({"$ref": "#/$defs/table"}) | {"minItems": 1}
    keys = {"label": _TEXT, "least": _POINTS, "above": _POINTS, "groups": _list(group), "tables": tables}
    threshold = {"oneOf": [{"required": ["least"]}, {"required": ["above"]}]}
    return _object(keys | dict(_CLAUSE), "label", "tables") | threshold


def _table() -> Schema:
    ways = _list(_object(_way())) | {"minItems": 1}
    return _object({"label": _TEXT, "group": _TEXT, "any": ways} | _way() | dict(_CLAUSE), "label")


def _way() -> dict[str, Schema]:
    operators: Schema = {"enum": [item.value for item in (Operator.GE, Operator.GT, Operator.LE, Operator.LT)]}
    steps = dict.fromkeys(("each", "points", "most"), _POINTS)
    return {"field": _field(), "unit": _TEXT, "operator": operators, "bands": {"$ref": "#/$defs/bands"}} | steps


def _bands() -> Schema:
    pair: Schema = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    named = _object({"value": {"type": "number"}, "points": _POINTS}, "value", "points")
    free = _object({"points": _POINTS, "when": _CRITERION}, "points", "when")
    return _list({"anyOf": [pair, named, free]}) | {"minItems": 1}
