"""Conditions in a form (条件编辑): a row each of field, comparison and value, to be added and removed."""

from collections.abc import Iterable
from typing import Any

from nicegui import ui

from api.console.blocks import bare, line, muted, quiet, tag
from api.console.desk import Desk
from api.exchange.named_codes import codes_of, names_of
from api.exchange.own_offers import OPERATORS, Condition
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.criteria import Operator
from matcher.eligibility.gaps import show
from matcher.errors import InvalidValue
from matcher.fields import FieldType
from matcher.validation import parse_cell

FIELDS = (
    "region",
    "industry",
    "age_years",
    "size_class",
    "life_stage",
    "headcount",
    "revenue_wan",
    "registered_capital_wan",
    "rd_intensity_pct",
    "invention_patents",
    "patents_total",
    "financing_round",
    "need_amount_wan",
    "tax_credit_grade",
    "collateral",
    "is_independent_legal_person",
    "is_dishonest_debtor",
    "has_serious_dishonesty",
)
"""Fields that are offered first; one that stands already is always among them."""


class ConditionRows:
    """The rows, and what stands in them."""

    def __init__(self, desk: Desk, conditions: Iterable[Condition]) -> None:
        self._desk = desk
        self._rows: list[dict[str, Any]] = []
        muted(desk.text("inst.conditions_under"))
        self._place = tag("div", "stack")
        for condition in conditions:
            self._add(condition)
        with line():
            quiet(desk.text("inst.add_condition"), lambda: self._add(None), "add")

    def typed(self) -> tuple[Condition, ...]:
        """What stands in the rows. Raises `InvalidValue` for a value that cannot be read."""
        return tuple(_read(row) for row in self._rows if row["field"].value)

    def _add(self, condition: Condition | None) -> None:
        row: dict[str, Any] = {}
        with self._place, line("top") as row["line"]:
            codes = dict.fromkeys((*((condition.field,) if condition else ()), *FIELDS))
            fields = {code: REGISTRY[code].label for code in codes if code in REGISTRY}
            chosen = condition.field if condition else None
            row["field"] = ui.select(fields, value=chosen, label=self._desk.text("inst.condition.field"))
            row["field"].props("outlined dense options-dense").style("min-width: 180px")
            row["rest"] = line()
            row["field"].on_value_change(lambda: self._rest(row, None))
            bare(self._desk.text("inst.remove"), lambda: self._remove(row), "close")
        self._rows.append(row)
        self._rest(row, condition)

    def _rest(self, row: dict[str, Any], condition: Condition | None) -> None:
        """The comparison and the value, as the field's type asks for."""
        row["rest"].clear()
        code = row["field"].value
        if not code:
            return
        field, text = REGISTRY[code], self._desk.text
        operators = {item.value: text(f"inst.operator.{item.value}") for item in OPERATORS[field.type]}
        with row["rest"]:
            first = condition.operator.value if condition else next(iter(operators))
            row["operator"] = ui.select(operators, value=first).props("outlined dense options-dense")
            row["operator"].props["aria-label"] = text("inst.condition.operator")
            row["value"] = _control(self._desk, code, condition)

    def _remove(self, row: dict[str, Any]) -> None:
        self._rows.remove(row)
        row["line"].delete()


def _control(desk: Desk, code: str, condition: Condition | None) -> Any:
    field, value = REGISTRY[code], condition.value if condition else None
    label = f"{field.label}（{field.unit}）" if field.unit else field.label
    if field.type is FieldType.FLAG:
        flags = {True: desk.text("yes"), False: desk.text("no")}
        control: Any = ui.select(flags, value=True if value is None else value, label=label)
    elif field.choices:
        control = ui.select(list(field.choices), value=list(value or ()), multiple=True, label=label)  # type: ignore[call-overload]
    else:
        control = ui.input(label, value=_words(code, value))
    return control.props("outlined dense options-dense").style("min-width: 200px")


def _words(code: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return names_of(REGISTRY[code].type, map(str, value))
    return show(REGISTRY[code], value).replace(REGISTRY[code].unit or "", "").replace(",", "").strip()  # type: ignore[arg-type]


def _read(row: dict[str, Any]) -> Condition:
    field, operator, raw = REGISTRY[row["field"].value], Operator(row["operator"].value), row["value"].value
    if raw in (None, "", []):
        raise InvalidValue(found=f"条件“{field.label}”没有值", expected="一个值", remedy="请补上，或移除这项条件")
    if field.type in (FieldType.REGION, FieldType.INDUSTRY):
        return Condition(field.code, operator, list(codes_of(field.type, str(raw))))
    if isinstance(raw, list | bool):
        return Condition(field.code, operator, raw)
    return Condition(field.code, operator, parse_cell(field, str(raw), header_unit=field.unit))
