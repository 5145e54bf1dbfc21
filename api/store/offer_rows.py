"""Offers as JSON and back, without loss: each object carries the name of its class, each exact value its type."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from api.errors import StoreDamaged
from matcher.eligibility.criteria import All, AnyOf, Band, Clause, Group, Leaf, Not, Operator, Scored, Table
from matcher.fields import PartyKind
from matcher.offers import Confidence, Holding, Offer, OfferKind, OfferStatus, Terms

_TYPE, _VALUE = "$", "value"
_OBJECTS: Mapping[str, Callable[..., Any]] = {
    item.__name__: item for item in (Offer, Terms, Holding, Clause, Leaf, All, AnyOf, Not, Scored, Table, Band, Group)
}
_SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "Decimal": Decimal,
    "date": date.fromisoformat,
    "frozenset": lambda values: frozenset(_decoded(value) for value in values),
    **{item.__name__: item for item in (OfferKind, OfferStatus, Confidence, PartyKind, Operator)},
}


def body_of(offer: Offer) -> dict[str, Any]:
    """Lay an offer out as a JSON document; what equals the class's default is left out."""
    body: dict[str, Any] = _encoded(offer)
    return body


def offer_of(body: Mapping[str, Any]) -> Offer:
    """Read an offer back; raise `StoreDamaged` where the document is not what `body_of` writes."""
    try:
        offer = _decoded(body)
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise _damaged(body, str(error)) from error
    if not isinstance(offer, Offer):
        raise _damaged(body, type(offer).__name__)
    return offer


def _encoded(value: Any) -> Any:
    if is_dataclass(value):
        said = {item.name: _encoded(getattr(value, item.name)) for item in fields(value) if _is_said(item, value)}
        return {_TYPE: type(value).__name__, **said}
    match value:
        case StrEnum() | Decimal():
            return {_TYPE: type(value).__name__, _VALUE: str(value)}
        case date():
            return {_TYPE: "date", _VALUE: value.isoformat()}
        case frozenset():
            return {_TYPE: "frozenset", _VALUE: [_encoded(item) for item in sorted(value)]}
        case tuple():
            return [_encoded(item) for item in value]
        case None | bool() | int() | str():
            return value
    raise TypeError(f"{type(value).__name__} is not part of an offer")


def _is_said(item: Field[Any], owner: Any) -> bool:
    """Whether a field differs from its default; 1 and True are different."""
    value = getattr(owner, item.name)
    return item.default is MISSING or value != item.default or type(value) is not type(item.default)


def _decoded(raw: Any) -> Any:
    if isinstance(raw, list):
        return tuple([_decoded(item) for item in raw])
    if not isinstance(raw, dict):
        return raw
    name = raw[_TYPE]
    if name in _SCALARS:
        return _SCALARS[name](raw[_VALUE])
    said = {key: value if type(value) is str else _decoded(value) for key, value in raw.items()}
    del said[_TYPE]
    return _OBJECTS[name](**said)


def _damaged(body: Mapping[str, Any], reason: str) -> StoreDamaged:
    return StoreDamaged(
        found=f"资源 {body.get('id', '')} 的存储内容无法读出（{reason}）",
        expected="本版本写入的内容",
        remedy="请重新载入资源目录，或从备份恢复",
    )
