"""Stored parties laid out to be searched (编排): columns, and the texts that they are compared by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import orjson
import polars as pl
import structlog
from numpy.typing import NDArray

from api.store.steps import StoredParty, WrittenParty
from api.turns import TURNS
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.columns import Row, column_frame
from matcher.errors import MatcherError
from matcher.fields import PYTHON_TYPES, Field, PartyKind, Value
from matcher.pairing.texts import party_text
from matcher.validation import from_json

_AS_THEY_ARE = frozenset({str, bool, int})
_SURE_DIGITS = 18
"""A number of so few characters is within the bounds that `from_json` reads by."""
_log = structlog.get_logger("index")


@dataclass(frozen=True, slots=True)
class LaidOut:
    """n parties of one platform or several: keys (n,) int64, columns (n rows), texts (n)."""

    keys: NDArray[np.int64]
    frame: pl.DataFrame
    texts: list[str]


def laid_out(stored: Sequence[StoredParty | WrittenParty]) -> LaidOut:
    """Lay parties out in the order given, with what follows from their facts; what is not understood is unknown."""
    rows = [Row(item.key, item.tenant, PartyKind(item.kind), _values(item)) for item in stored]
    texts = [party_text(row.kind, row.values) for row in rows]
    TURNS.give_way()
    return LaidOut(np.array([row.key for row in rows], dtype=np.int64), column_frame(rows), texts)


def _values(item: StoredParty | WrittenParty) -> Mapping[str, Value]:
    return item.values if isinstance(item, WrittenParty) else values_of(item.facts)


def _is_plain(digits: str) -> bool:
    """Whether a number is written with digits, a point and a sign alone."""
    return digits.isascii() and digits.removeprefix("-").replace(".", "", 1).isdigit()


def values_of(facts: str) -> Mapping[str, Value]:
    """The values that the JSON text of a party's facts states, by field code."""
    known = REGISTRY.fields
    found = ((code, _value(known[code], fact[0])) for code, fact in orjson.loads(facts).items() if code in known)
    return {code: value for code, value in found if value is not None}


def _value(field: Field, raw: object) -> Value | None:
    """One value as `from_json` reads it; most are plain to see, and reading them all at length took twice as long."""
    expected = PYTHON_TYPES[field.type]
    if type(raw) is expected and expected in _AS_THEY_ARE:
        return raw  # type: ignore[return-value]
    if expected is Decimal and isinstance(raw, str) and len(raw) <= _SURE_DIGITS and _is_plain(raw):
        return Decimal(raw)
    try:
        return from_json(field, raw)
    except MatcherError as error:
        _log.warning("index.fact_not_understood", field=field.code, cause=error.code)
        return None
