"""Reading formulas out of benefit files (读取公式): each form is one key, every name declared, every unit fitting."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import pairwise

from matcher.catalogue.entry import Entry
from matcher.eligibility.criteria import Clause
from matcher.eligibility.gaps import plain
from matcher.fields import FieldType
from matcher.policies.amounts import YUAN_PER_WAN
from matcher.policies.conditions import named_field, read_condition
from matcher.policies.formulas import (
    Between,
    Case,
    Choose,
    Constant,
    Formula,
    Least,
    Named,
    Sum,
    Tier,
    Tiers,
    Times,
    Unstated,
    unit_of,
)
from matcher.policies.quantities import Unit, unit_of_field

MAX_DEPTH = 6
"""Formulas nested deeper than this could not be checked by an officer."""


def read_formula(entry: Entry, clause: Clause, depth: int = 0) -> Formula:
    """Read one formula: a mapping with exactly one form (see docs/benefits.md); `InvalidCatalogue` names the place."""
    if depth > MAX_DEPTH:
        raise entry.fault(f"公式嵌套超过 {MAX_DEPTH} 层", f"不超过 {MAX_DEPTH} 层", "拆成几项")
    form = next((key for key in _FORMS if key in entry.data), None)
    if form is None:
        raise entry.fault(f"公式为 {dict(entry.data)!r}", "、".join(_FORMS), "改用其中一种写法")
    formula = _FORMS[form](entry, clause, depth + 1)
    if unit_of(formula) is None:
        raise entry.fault(f"{form} 各部分的单位不合", "相乘至多一项为金额，其余各式各部分单位相同", "核对单位")
    return formula


def _parts(entry: Entry, key: str, clause: Clause, depth: int) -> tuple[Formula, ...]:
    entry.only(key)
    entry.require(key)
    return tuple(read_formula(child, clause, depth) for child in entry.children(key))


def _named(entry: Entry, _clause: Clause, _depth: int) -> Formula:
    entry.only("field")
    field = named_field(entry, "field")
    if unit_of_field(field) is None:
        raise entry.fault(f"{field.label} 不是金额或比例", "单位为元、万元或 % 的字段", "换一个字段")
    return Named(field.code)


def _constant(key: str, unit: Unit, scale: Decimal, written: str) -> Callable[[Entry, Clause, int], Formula]:
    def read(entry: Entry, _clause: Clause, _depth: int) -> Formula:
        entry.only(key)
        amount = entry.amount(key)
        if amount is None or (unit is Unit.PERCENT and amount * scale > 100):
            raise entry.fault(f"{key} 为 {amount}", "0 至 100 之间的比例，或不小于 0 的金额", "核对原文")
        return Constant(amount * scale, unit, f"{plain(amount)}{written}")

    return read


def _tiers(entry: Entry, clause: Clause, depth: int) -> Formula:
    entry.only("tiers_by", "bands")
    entry.require("bands")
    field = named_field(entry, "tiers_by")
    if field.type not in (FieldType.COUNT, FieldType.MONEY, FieldType.PERCENT, FieldType.NUMBER):
        raise entry.fault(f"{field.label} 不是数值", "数值字段", "换一个字段")
    bands = tuple(_tier(child, clause, depth) for child in entry.children("bands"))
    limits = [(band.limit, band.inclusive) for band in bands[:-1] if band.limit is not None]
    rising = all(low < high for low, high in pairwise(limits))
    if len(limits) < len(bands) - 1 or bands[-1].limit is not None or not rising:
        raise entry.fault("各档的界限不是由低到高，或末档带界限", "由低到高，末档为其余", "调整各档")
    return Tiers(field.code, bands)


def _tier(entry: Entry, clause: Clause, depth: int) -> Tier:
    entry.only("below", "up_to", "then")
    entry.require("then")
    if "below" in entry.data and "up_to" in entry.data:
        raise entry.fault("同时有 below 与 up_to", "其中之一", "删去一项")
    limit = entry.amount("up_to") if "up_to" in entry.data else entry.amount("below")
    return Tier(limit, "up_to" in entry.data, read_formula(entry.child("then"), clause, depth))


def _choose(entry: Entry, clause: Clause, depth: int) -> Formula:
    entry.only("choose", "otherwise")
    entry.require("choose", "otherwise")
    cases = []
    for child in entry.children("choose"):
        child.only("when", "then")
        child.require("when", "then")
        when = read_condition(child.child("when"), clause)
        cases.append(Case(when, read_formula(child.child("then"), clause, depth)))
    return Choose(tuple(cases), read_formula(entry.child("otherwise"), clause, depth))


def _between(entry: Entry, clause: Clause, depth: int) -> Formula:
    entry.only("between", "why")
    entry.require("between", "why")
    ends = tuple(read_formula(child, clause, depth) for child in entry.children("between"))
    if len(ends) != 2:
        raise entry.fault(f"between 有 {len(ends)} 项", "下限与上限两项", "补齐或删去")
    return Between(ends[0], ends[1], entry.text("why"))


def _unstated(entry: Entry, _clause: Clause, _depth: int) -> Formula:
    entry.only("unstated", "unit")
    entry.require("unstated", "unit")
    return Unstated(entry.text("unstated"), entry.choice("unit", Unit))


_FORMS: Mapping[str, Callable[[Entry, Clause, int], Formula]] = {
    "field": _named,
    "pct": _constant("pct", Unit.PERCENT, Decimal(1), "%"),
    "permille": _constant("permille", Unit.PERCENT, Decimal("0.1"), "‰"),
    "yuan": _constant("yuan", Unit.YUAN, Decimal(1), " 元"),
    "wan": _constant("wan", Unit.YUAN, YUAN_PER_WAN, " 万元"),
    "times": lambda entry, clause, depth: Times(_parts(entry, "times", clause, depth)),
    "least": lambda entry, clause, depth: Least(_parts(entry, "least", clause, depth)),
    "sum": lambda entry, clause, depth: Sum(_parts(entry, "sum", clause, depth)),
    "tiers_by": _tiers,
    "choose": _choose,
    "between": _between,
    "unstated": _unstated,
}
