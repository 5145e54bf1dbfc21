"""Filters over the library of parties (检索条件), from JSON in the form of the rule packs' conditions.

`{"all": [...]}`, `{"any": [...], "least": n}`, `{"not": {...}}` over `{"field", "operator", "value"}`. Unlike a rule, a
filter needs no label and quotes no clause; places, industries and choices may be written by name, as in a request's
facts.
"""

from collections.abc import Mapping
from decimal import Decimal

from api.access.profiles import PROFILE_FIELDS
from matcher.catalogue.conditions import read_criterion
from matcher.catalogue.entry import Entry
from matcher.catalogue.leaves import Sources
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.columns import is_compared
from matcher.eligibility.criteria import Clause, Criterion, leaves
from matcher.errors import InvalidCatalogue, InvalidNeed, MatcherError
from matcher.fields import Field, FieldType
from matcher.validation import check_value

_PLACE = "检索条件"
_LABELS = {"all": "同时满足", "any": "满足其一", "not": "不属于"}
_KEYS = "field、operator、value，或 all、any、not"
_SOURCES = Sources({}, Clause(_PLACE, "", ""), {})


def read_filter(raw: Mapping[str, object]) -> Criterion:
    """Read a filter; raises `InvalidNeed` that names the condition which is wrong, and the error of a wrong value."""
    try:
        return read_criterion(Entry(_PLACE, _prepared(raw)), _SOURCES)
    except InvalidCatalogue as error:
        fault = error.parts[0] if error.parts else error
        raise InvalidNeed(found=str(fault)[:300], expected="资源目录的条件写法", remedy="请改正检索条件") from error


def require_profile(criterion: Criterion) -> None:
    """Let by a filter over the masked profile alone; `InvalidNeed` for any other field.

    Who may not see a field must not find it out by asking which parties have which value.
    """
    hidden = [leaf.field for leaf in leaves(criterion) if leaf.field not in PROFILE_FIELDS]
    if hidden:
        label = REGISTRY[hidden[0]].label
        fields = "、".join(REGISTRY[code].label for code in PROFILE_FIELDS)
        raise InvalidNeed(found=f"按“{label}”检索", expected=f"画像中的字段（{fields}）", remedy="请去掉这项条件")


def _prepared(raw: object, depth: int = 0) -> dict[str, object]:
    """The same filter with what a rule would state beside: a label everywhere, values typed by their fields."""
    if not isinstance(raw, dict) or depth > 16:  # deeper than any rule may be
        raise InvalidNeed(found="检索条件中有不是对象的一项", expected=_KEYS, remedy="请改正检索条件")
    entry = dict(raw)
    for key in {"all", "any"} & entry.keys():
        parts = entry[key]
        entry[key] = [_prepared(part, depth + 1) for part in parts] if isinstance(parts, list) else parts
    if "not" in entry:
        entry["not"] = _prepared(entry["not"], depth + 1)
    if isinstance(code := entry.get("field"), str):
        return _leaf(entry, REGISTRY[code])
    kind = next((key for key in _LABELS if key in entry), None)
    if kind is None:
        raise InvalidNeed(found="检索条件中有一项不可读", expected=_KEYS, remedy="请改正检索条件")
    return {"label": _LABELS[kind], **entry}


def _leaf(entry: dict[str, object], field: Field) -> dict[str, object]:
    if not is_compared(field):
        raise InvalidNeed(
            found=f"{field.label}（{field.code}）不能作为检索条件", expected="可比较的字段", remedy="请改用 text 检索"
        )
    if "value" in entry:
        value = entry["value"]
        entry["value"] = [_typed(field, item) for item in value] if isinstance(value, list) else _typed(field, value)
    return {"label": field.label, **entry}


def _typed(field: Field, value: object) -> object:
    """One value as the field has it; what the field cannot take is left for the reader of conditions to name."""
    if field.type is FieldType.CHOICES and isinstance(value, str):
        checked = check_value(field, [value])
        return checked[0] if isinstance(checked, tuple) else value
    if field.type is FieldType.COUNT and isinstance(value, Decimal):
        return value
    try:
        return check_value(field, value)
    except MatcherError as error:
        raise InvalidNeed(found=f"检索条件：{error.found}", expected=error.expected, remedy=error.remedy) from error
