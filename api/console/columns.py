"""What a table shows (列): each column's field, heading, kind and unit, and how a value stands in a cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from api.console.numbers import UNKNOWN, amount, day, moment, percent

Row = Mapping[str, Any]
"""A row: JSON-able values by field; what is not known is None or absent. `id` names the row."""


class ColumnKind(StrEnum):
    """How a column's values are shown, filtered and sorted."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    DAY = "day"
    MOMENT = "moment"


NUMERIC = frozenset({ColumnKind.NUMBER, ColumnKind.PERCENT})
"""Kinds that stand at the right."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `label` is already in the desk's language; `unit` stands in the heading; `width` is in pixels."""

    field: str
    label: str
    kind: ColumnKind = ColumnKind.TEXT
    unit: str = ""
    width: int | None = None
    pinned: bool = False

    @property
    def heading(self) -> str:
        """The label with its unit, such as "授信额度（万元）"."""
        return f"{self.label}（{self.unit}）" if self.unit else self.label

    def text(self, row: Row) -> str:
        """The value of a row as a card or a file shows it."""
        value = row.get(self.field)
        if value is None or value == "":
            return UNKNOWN
        match self.kind:
            case ColumnKind.NUMBER:
                return amount(value, "")
            case ColumnKind.PERCENT:
                return percent(value)
            case ColumnKind.DAY:
                return day(value)
            case ColumnKind.MOMENT:
                return moment(value)
            case _:
                return str(value)


def definitions(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """The columns as AG Grid takes them; keys that begin with a colon are scripts of ours, never of a user."""
    return [_definition(column, flexible=column.width is None) for column in columns]


def _definition(column: Column, *, flexible: bool) -> dict[str, Any]:
    said: dict[str, Any] = {
        "field": column.field,
        "headerName": column.heading,
        "headerTooltip": column.heading,
        "filter": _FILTERS[column.kind],
        "minWidth": 110,
        **({"flex": 1} if flexible else {"width": column.width}),
        **({"pinned": "left"} if column.pinned else {}),
    }
    if column.kind in NUMERIC:
        said |= {"type": "rightAligned", ":valueFormatter": _PERCENT if column.kind is ColumnKind.PERCENT else _NUMBER}
    elif column.kind is ColumnKind.TEXT:
        said |= {"tooltipField": column.field, ":valueFormatter": _WORDS}
    else:
        said[":valueFormatter"] = _MOMENT if column.kind is ColumnKind.MOMENT else _DAY
    return said


_FILTERS = {
    ColumnKind.TEXT: "agTextColumnFilter",
    ColumnKind.NUMBER: "agNumberColumnFilter",
    ColumnKind.PERCENT: "agNumberColumnFilter",
    ColumnKind.DAY: "agTextColumnFilter",
    ColumnKind.MOMENT: "agTextColumnFilter",
}
_MISSING = f'p.value === null || p.value === undefined || p.value === "" ? "{UNKNOWN}" : '
_WORDS = f"p => {_MISSING}p.value"
_NUMBER = f'p => {_MISSING}Number(p.value).toLocaleString("zh-CN", {{maximumFractionDigits: 2}})'
_PERCENT = f'p => {_MISSING}Number(p.value).toFixed(1) + "%"'
_DAY = f"p => {_MISSING}String(p.value).slice(0, 10)"
_MOMENT = f'p => {_MISSING}new Date(p.value).toLocaleString("sv-SE", {{timeZone: "Asia/Shanghai"}}).slice(0, 16)'
