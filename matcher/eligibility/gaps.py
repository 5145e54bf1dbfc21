"""How far a value is from a condition, in Chinese (差距): "差 0.6 个百分点", "超出 3 年"."""

from datetime import date
from decimal import Decimal

from matcher.declarations.registry import REGISTRY
from matcher.eligibility.criteria import Leaf, Operator
from matcher.eligibility.results import State
from matcher.fields import Field, FieldType, Value
from matcher.taxonomy import industries, regions

_TOO_LOW = {Operator.GE, Operator.GT}
_TOO_HIGH = {Operator.LE, Operator.LT}
_REQUIREMENT = {
    Operator.GE: "不低于",
    Operator.GT: "高于",
    Operator.LE: "不超过",
    Operator.LT: "低于",
    Operator.EQ: "为",
    Operator.NE: "不为",
    Operator.IN: "为以下之一：",
    Operator.NOT_IN: "不得为",
    Operator.HAS_ANY: "至少包括其一：",
    Operator.HAS_ALL: "应包括：",
    Operator.UNDER: "属于",
}


def gap_of(leaf: Leaf, state: State, value: Value | None) -> str:
    """Say how far an unmet value is from what is required; empty for every other state."""
    if state is not State.UNMET or value is None:
        return ""
    field = REGISTRY[leaf.field]
    text = f"{field.label}为 {show(field, value)}，要求{requirement(leaf)}"
    distance = _distance(field, leaf, value)
    return f"{text}，{distance}" if distance else text


def requirement(leaf: Leaf) -> str:
    """The required value in Chinese: "不超过 5 年"."""
    if leaf.operator is Operator.MANUAL or leaf.value is None:
        return "由工作人员核验"
    return f"{_REQUIREMENT[leaf.operator]} {show(REGISTRY[leaf.field], leaf.value)}".replace("： ", "：")


def show(field: Field, value: Value) -> str:
    """A field's value as an officer writes it: with its unit, thousands separators and the names of codes."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(_name(field, item) for item in value)
    if isinstance(value, int | Decimal):
        return f"{plain(value)}{_unit(field)}"
    if isinstance(value, date):
        return value.isoformat()
    return _name(field, value)


def plain(number: int | Decimal) -> str:
    """A number without exponent or trailing zeros, rounded to two places: 1,234.5."""
    text = f"{Decimal(number):,.2f}"
    return text.rstrip("0").rstrip(".")


def _unit(field: Field) -> str:
    return "" if field.unit is None else field.unit if field.unit == "%" else f" {field.unit}"


def _name(field: Field, code: str) -> str:
    if field.type is FieldType.REGION:
        return regions.full_name(code)
    if field.type is FieldType.INDUSTRY:
        return industries.industry(code).name
    return code


def _distance(field: Field, leaf: Leaf, value: Value) -> str:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return ""
    if not isinstance(leaf.value, int | Decimal) or leaf.operator not in _TOO_LOW | _TOO_HIGH:
        return ""
    unit = " 个百分点" if field.unit == "%" else _unit(field)
    difference = abs(Decimal(leaf.value) - Decimal(value))
    if difference == 0:
        return "恰在界限上（不含）"
    word = "差" if leaf.operator in _TOO_LOW else "超出"
    return f"{word} {plain(difference)}{unit}"
