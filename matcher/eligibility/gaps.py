"""How far a value is from a condition, in Chinese (差距): "差 0.6 个百分点", "超出 3 年", "早了 5 天", "还缺 专利"."""

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
_REQUIREMENT_OF_A_DAY = {
    Operator.GE: "不早于",
    Operator.GT: "晚于",
    Operator.LE: "不晚于",
    Operator.LT: "早于",
}


def gap_of(leaf: Leaf, state: State, value: Value | None) -> str:
    """Say how far an unmet value is from what is required; empty for every other state."""
    if state is not State.UNMET or value is None:
        return ""
    field = REGISTRY[leaf.field]
    text = f"{field.label}为 {show(field, value)}，要求{requirement(leaf)}"
    distance = distance_of(leaf, value)
    return f"{text}，{distance}" if distance else text


def requirement(leaf: Leaf) -> str:
    """The required value in Chinese: "不超过 5 年"."""
    if leaf.operator is Operator.MANUAL or leaf.value is None:
        return "由工作人员核验"
    words = _REQUIREMENT_OF_A_DAY if isinstance(leaf.value, date) else _REQUIREMENT
    said = words.get(leaf.operator) or _REQUIREMENT[leaf.operator]
    return f"{said} {show(REGISTRY[leaf.field], leaf.value)}".replace("： ", "：")


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


def distance_of(leaf: Leaf, value: Value) -> str:
    """Say how far an unmet value is, in its unit: "差 0.6 个百分点", "早了 5 天", "还缺 专利"; empty without one.

    Places, industries, choices and flags have no distance: they are what is asked, or they are not.
    """
    field = REGISTRY[leaf.field]
    if isinstance(value, tuple):
        return _lacking(field, leaf, value)
    if isinstance(value, date) and isinstance(leaf.value, date):
        return _days(leaf, (leaf.value - value).days)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return ""
    if isinstance(leaf.value, bool) or not isinstance(leaf.value, int | Decimal):
        return ""
    unit = " 个百分点" if field.unit == "%" else _unit(field)
    return _measured(leaf, Decimal(leaf.value) - Decimal(value), unit)


def _measured(leaf: Leaf, missing: Decimal, unit: str) -> str:
    """Word a signed difference; `missing` is what is required less what there is."""
    if leaf.operator not in _TOO_LOW | _TOO_HIGH | {Operator.EQ}:
        return ""
    if missing == 0:
        return "恰在界限上（不含）"
    word = "差" if missing > 0 else "超出"
    return f"{word} {exact(abs(missing))}{unit}"


def _days(leaf: Leaf, missing: int) -> str:
    if leaf.operator not in _TOO_LOW | _TOO_HIGH | {Operator.EQ}:
        return ""
    if missing == 0:
        return "恰在界限上（不含）"
    return f"早了 {missing:,} 天" if missing > 0 else f"晚了 {-missing:,} 天"


def _lacking(field: Field, leaf: Leaf, value: tuple[str, ...]) -> str:
    wanted = leaf.value if isinstance(leaf.value, tuple) else ()
    lacking = tuple(item for item in wanted if item not in value)
    if leaf.operator is Operator.HAS_ALL and lacking:
        return f"还缺 {show(field, lacking)}"
    return "一项也没有" if leaf.operator is Operator.HAS_ANY and lacking == wanted else ""


def exact(number: Decimal) -> str:
    """A distance without exponent or trailing zeros, never rounded to nothing: two places, more where two say 0."""
    short = plain(number)
    return short if number == 0 or short.strip("0.") else f"{number.normalize():f}"
