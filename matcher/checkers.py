"""`check_value` made ready for one field (字段校验器), for where the same fields come in by the million.

What is plain to see is taken at once; all else, and every refusal, is `check_value`'s own.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache, partial
from unicodedata import is_normalized

from matcher.fields import Field, FieldType, Value
from matcher.validation import MAX_TEXT_LENGTH, PLAIN_NUMBER, bounds_of, check_value

Checker = Callable[[object], Value]
"""Gives the typed value of what a program sent for one field; raises what `check_value` does."""
_RECURRING = frozenset({FieldType.REGION, FieldType.INDUSTRY, FieldType.CHOICE, FieldType.DATE})
_SHORT = 32
"""The longest text, in characters, whose checked value is remembered."""
_REMEMBERED = 4_096
_ZONE = "zone"
"""A text that is looked up: 开发区 go by their names in the list of them."""


def checker_of(field: Field) -> Checker:
    """The checker of a field: it gives for everything what `check_value` gives."""
    if field.type in _RECURRING:
        return _remembering(field)
    make = _MAKERS.get(field.type)
    return make(field) if make else partial(check_value, field)


def _remembering(field: Field) -> Checker:
    """Places, industries, choices and days come again and again."""
    known = lru_cache(maxsize=_REMEMBERED)(partial(check_value, field))

    def check(raw: object) -> Value:
        return known(raw) if type(raw) is str and len(raw) <= _SHORT else check_value(field, raw)

    return check


def _count(field: Field) -> Checker:
    least, most = map(int, bounds_of(field.code, field.type))

    def check(raw: object) -> Value:
        return raw if type(raw) is int and least <= raw <= most else check_value(field, raw)

    return check


def _flag(field: Field) -> Checker:
    def check(raw: object) -> Value:
        return raw if type(raw) is bool else check_value(field, raw)

    return check


def _number(field: Field) -> Checker:
    least, most = bounds_of(field.code, field.type)
    plain = PLAIN_NUMBER.fullmatch

    def check(raw: object) -> Value:
        if type(raw) is str and plain(raw) and least <= (number := Decimal(raw)) <= most:
            return number
        return check_value(field, raw)

    return check


def _text(field: Field) -> Checker:
    """Printable text holds neither NUL nor a lone surrogate, and no blank but the space."""
    if field.code == _ZONE:
        return partial(check_value, field)

    def check(raw: object) -> Value:
        if (
            type(raw) is str
            and 0 < len(raw) <= MAX_TEXT_LENGTH
            and raw.isprintable()
            and " " not in {raw[0], raw[-1]}
            and is_normalized("NFC", raw)
        ):
            return raw
        return check_value(field, raw)

    return check


_MAKERS: dict[FieldType, Callable[[Field], Checker]] = {
    FieldType.COUNT: _count,
    FieldType.FLAG: _flag,
    FieldType.MONEY: _number,
    FieldType.PERCENT: _number,
    FieldType.NUMBER: _number,
    FieldType.TEXT: _text,
}
