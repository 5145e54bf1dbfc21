"""Parties as rows: facts as JSON `{code: [value, source, day]}`, merged without losing what was known before."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

import structlog

from api.errors import StoreDamaged
from api.store.storable import digest, require_id
from api.store.upserting import Row, Stored
from matcher.declarations.registry import REGISTRY
from matcher.declarations.tags import WITHHELD
from matcher.errors import InvalidValue, MatcherError
from matcher.fields import PYTHON_TYPES, Field, FieldType, PartyKind, Value
from matcher.parties import Fact, Party
from matcher.validation import from_json, to_json

Raw = str | int | bool | list[str]
_CREDIT_CODE = "credit_code"
_CREDIT_CODE_LENGTH = 18
_NUMBERS = tuple(item for item in FieldType if PYTHON_TYPES[item] is Decimal)
_DATE = FieldType.DATE
_PLAIN_DIGITS = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,17})?", re.ASCII)
_SURE_DIGITS = 18
"""A number of so few characters is within the bounds that `from_json` reads by."""
_log = structlog.get_logger(__name__)


def row_of(party: Party) -> Row:
    """Lay a party out as a row, without key and time.

    Raises `UnknownField`, and `InvalidValue` for what could not be read back the same.
    """
    known, as_it_is = REGISTRY.fields, _as_it_is()
    facts = {
        code: [
            value if type(value) is as_it_is.get(code) else _readable(known.get(code) or REGISTRY[code], value),
            source,
            _iso(day),
        ]
        for code, (value, source, day) in party.facts.items()
    }
    row = {
        "id": require_id(party.id),
        "kind": party.kind.value,
        "name": party.name,
        "facts": facts,
        "synthetic": party.synthetic,
        "source": party.source,
        "observed_on": party.observed_on,
    }
    return fingerprinted(row)


def merged(stored: Stored, incoming: Row) -> Row:
    """Add what an observation says to what is stored.

    A fact replaces the stored one unless it was observed earlier; facts that it does not mention stay. Name, kind,
    source and the mark of synthetic data are those of the later observation.
    """
    facts = dict(stored["facts"])
    for code, fact in incoming["facts"].items():
        if code not in facts or fact[2] >= facts[code][2]:
            facts[code] = fact
    latest = incoming if incoming["observed_on"] >= stored["observed_on"] else stored
    columns = ("id", "kind", "name", "synthetic", "source", "observed_on")
    return fingerprinted({**{column: latest[column] for column in columns}, "facts": facts})


def replaced(stored: Stored, incoming: Row) -> Row:
    """What is given takes the place of what is stored, but for the tags that the party deleted (`declarations.tags`).

    That is the party's own wish, and is gone only where it is given anew.
    """
    wish = stored["facts"].get(WITHHELD)
    if wish is None or WITHHELD in incoming["facts"]:
        return incoming
    return fingerprinted({**incoming, "facts": incoming["facts"] | {WITHHELD: wish}})


def party_of(row: Stored) -> Party:
    """Read a party back. A fact that the registry of this version does not understand is unknown, and stays stored.

    Raises `StoreDamaged` where the row is not what `row_of` writes.
    """
    known = REGISTRY.fields
    facts: dict[str, Fact] = {}
    try:
        for code, (raw, source, day) in row["facts"].items():
            if code in known and (value := _understood(row["id"], known[code], raw)) is not None:
                facts[code] = Fact(value, source, _day(day))
        kind = PartyKind(row["kind"])
    except (ValueError, TypeError, AttributeError) as error:
        raise StoreDamaged(
            found=f"主体 {row['id']} 的存储内容无法读出（{error}）",
            expected="本系统写入的内容",
            remedy="请重新导入该主体，或从备份恢复",
        ) from error
    return Party(
        id=row["id"],
        kind=kind,
        name=row["name"],
        facts=facts,
        tenant=row["tenant_id"],
        source=row["source"],
        observed_on=row["observed_on"],
        synthetic=row["synthetic"],
    )


_day = lru_cache(maxsize=4096)(date.fromisoformat)
_iso = lru_cache(maxsize=4096)(date.isoformat)


@cache
def _as_it_is() -> Mapping[str, type]:
    """The fields whose values are JSON as they are (text, whole numbers, flags), each with the type of its values."""
    return {field.code: kind for field in REGISTRY if (kind := PYTHON_TYPES[field.type]) in (str, int, bool)}


def _readable(field: Field, value: Value) -> Raw:
    """Give the value as JSON, sure that it reads back as the same; what does not would be lost silently later."""
    kind = type(value)
    if kind is Decimal and field.type in _NUMBERS:
        digits = str(value)
        if len(digits) <= _SURE_DIGITS and _PLAIN_DIGITS.fullmatch(digits):
            return digits
    elif kind is date and field.type is _DATE:
        return _iso(value)
    return _read_back(field, value)


def _read_back(field: Field, value: Value) -> Raw:
    """The long way, for what is not plain to see: write it, read it, compare."""
    raw = to_json(field, value)
    if from_json(field, raw) != value:
        raise InvalidValue(
            found=f"字段 {field.code} 的值 {value!a:.60}", expected="可无损保存的值", remedy="请先按字段校验再保存"
        )
    return raw


def _understood(party: str, field: Field, raw: object) -> Value | None:
    try:
        return from_json(field, raw)
    except MatcherError as error:
        _log.warning("fact_not_understood", party=party, field=field.code, cause=error.code)
        return None


def fingerprinted(row: Row) -> Row:
    """Add what is computed: the credit code that rows are found by, and the digest that tells a change."""
    code = row["facts"].get(_CREDIT_CODE, [""])[0]
    found_by = code if isinstance(code, str) and len(code) == _CREDIT_CODE_LENGTH else None
    content = [row["kind"], row["name"], row["facts"], row["synthetic"], row["source"], row["observed_on"].isoformat()]
    return {**row, "credit_code": found_by, "digest": digest(content)}
