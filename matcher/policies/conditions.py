"""Conditions on a loan and its borrower (享受条件): written as in the catalogue, on fields of either."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from matcher.catalogue.entry import Entry
from matcher.eligibility.comparison import compare
from matcher.eligibility.criteria import All, AnyOf, Clause, Criterion, Leaf, Not, Operator
from matcher.eligibility.results import State, at_least, conjunction, negation
from matcher.errors import UnknownField
from matcher.fields import Field, FieldType, Value
from matcher.policies.quantities import NAMES

_LISTS = frozenset({Operator.IN, Operator.NOT_IN, Operator.HAS_ANY, Operator.HAS_ALL, Operator.UNDER})
_ORDER = frozenset({Operator.GE, Operator.GT, Operator.LE, Operator.LT})
_NUMBERS = frozenset({FieldType.COUNT, FieldType.MONEY, FieldType.PERCENT, FieldType.NUMBER})
_TREES = frozenset({FieldType.REGION, FieldType.INDUSTRY})
_KEYS = ("field", "operator", "value", "label", "assumption")


@dataclass(frozen=True, slots=True)
class Check:
    """One condition, compared (核对结果): its state and the field that decides it."""

    label: str
    state: State
    field: str


def read_condition(entry: Entry, clause: Clause) -> Criterion:
    """Read {field, operator, value, label}, {all: [...]}, {any: [...], label} or {not: {...}}; `InvalidCatalogue`."""
    if "all" in entry.data:
        entry.only("all", "label")
        return All(tuple(read_condition(child, clause) for child in entry.children("all")), entry.text("label"))
    if "any" in entry.data:
        entry.only("any", "label")
        return AnyOf(tuple(read_condition(child, clause) for child in entry.children("any")), entry.text("label"))
    if "not" in entry.data:
        entry.only("not", "label")
        entry.require("label")
        return Not(read_condition(entry.child("not"), clause), entry.text("label"))
    return _leaf(entry, clause)


def _leaf(entry: Entry, clause: Clause) -> Leaf:
    entry.only(*_KEYS)
    entry.require("field", "operator", "value", "label")
    field, operator = named_field(entry, "field"), entry.choice("operator", Operator)
    _check_operator(entry, field, operator)
    return Leaf(
        field.code, operator, _value(entry, field, operator), entry.text("label"), clause, entry.text("assumption")
    )


def named_field(entry: Entry, key: str) -> Field:
    """The field that a key names: of a party, a loan, or computed; a fault with the nearest name otherwise."""
    try:
        return NAMES[entry.text(key)]
    except UnknownField as error:
        raise entry.fault(error.found, error.expected, error.remedy) from error


def _check_operator(entry: Entry, field: Field, operator: Operator) -> None:
    fits = {
        Operator.UNDER: field.type in _TREES,
        Operator.HAS_ANY: field.type is FieldType.CHOICES,
        Operator.HAS_ALL: field.type is FieldType.CHOICES,
        Operator.MANUAL: False,
    }.get(operator, field.type in _NUMBERS if operator in _ORDER else field.type is not FieldType.CHOICES)
    if not fits:
        raise entry.fault(f"{field.label}（{field.type}）不能用 {operator}", "适合该类字段的比较方式", "换一种比较方式")


def _value(entry: Entry, field: Field, operator: Operator) -> Value:
    raw = entry.data.get("value")
    if operator in _LISTS:
        if not isinstance(raw, list) or not raw:
            raise entry.fault(f"{field.label} 的 value 为 {raw!r}", "非空列表", "改为 [甲, 乙]")
        return tuple(str(_single(entry, field, item)) for item in raw)
    return _single(entry, field, raw)


def _single(entry: Entry, field: Field, raw: object) -> Value:
    if field.type in _NUMBERS and isinstance(raw, int | Decimal) and not isinstance(raw, bool):
        return Decimal(raw)
    if field.type is FieldType.FLAG and isinstance(raw, bool):
        return raw
    if field.type not in _NUMBERS and field.type is not FieldType.FLAG and isinstance(raw, str):
        if field.choices and raw not in field.choices:
            raise entry.fault(f"{field.label} 没有选项 {raw!r}", "、".join(field.choices), "改为其中之一")
        return raw
    raise entry.fault(f"{field.label} 的 value 为 {raw!r}", f"该类字段（{field.type}）的值", "改为该字段类型的值")


def state_of(criterion: Criterion, values: Mapping[str, Value]) -> State:
    """The state of a condition: Kleene throughout."""
    match criterion:
        case Leaf():
            return compare(criterion, values.get(criterion.field))
        case All(children=children):
            return conjunction(state_of(child, values) for child in children)
        case AnyOf(children=children, least=least):
            return at_least((state_of(child, values) for child in children), least)
        case Not(child=child):
            return negation(state_of(child, values))
        case _:
            raise TypeError(f"{type(criterion).__name__} is not a condition of a benefit")


def checks_of(criterion: Criterion, values: Mapping[str, Value]) -> tuple[Check, ...]:
    """The outermost conditions one by one; a group shows as one, naming the first of its fields that is not known."""
    if isinstance(criterion, All) and not criterion.label:
        return tuple(check for child in criterion.children for check in checks_of(child, values))
    state = state_of(criterion, values)
    return (Check(criterion.label, state, _deciding(criterion, values)),)


def unknown_fields(criterion: Criterion, values: Mapping[str, Value]) -> tuple[str, ...]:
    """The fields of a condition that are not known, in its order."""
    return tuple(dict.fromkeys(code for code in fields_of(criterion) if code not in values))


def fields_of(criterion: Criterion) -> tuple[str, ...]:
    """The fields that a condition compares."""
    match criterion:
        case Leaf(field=field):
            return (field,)
        case All(children=children) | AnyOf(children=children):
            return tuple(code for child in children for code in fields_of(child))
        case Not(child=child):
            return fields_of(child)
        case _:
            return ()


def _deciding(criterion: Criterion, values: Mapping[str, Value]) -> str:
    return next(iter((*unknown_fields(criterion, values), *fields_of(criterion))))
