"""A table as a workbook (导出): every row, not those in view, in the table's columns; texts can never be formulas."""

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO

import xlsxwriter

from api.console.columns import NUMERIC, Column, ColumnKind, Row
from api.console.numbers import day, moment

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(columns: Sequence[Column], rows: Iterable[Row]) -> bytes:
    """Write rows as XLSX: headings with units, numbers as numbers, everything else as text."""
    sink = BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, "constant_memory": False}) as book:
        sheet = book.add_worksheet()
        head = book.add_format({"bold": True, "bottom": 1})
        sheet.freeze_panes(1, 1)
        for at, column in enumerate(columns):
            sheet.write_string(0, at, column.heading, head)
            sheet.set_column(at, at, max(12, 2 * len(column.heading)))
        for line, row in enumerate(rows, start=1):
            for at, column in enumerate(columns):
                _write(sheet, (line, at), column, row)
    return sink.getvalue()


def file_name(title: str, today: date) -> str:
    """A file's name with its day, such as "主体库-2026-11-22.xlsx"."""
    return f"{title}-{today.isoformat()}.xlsx"


def _write(sheet: "xlsxwriter.worksheet.Worksheet", place: tuple[int, int], column: Column, row: Row) -> None:
    value = row.get(column.field)
    if value is None or value == "":
        return
    if column.kind in NUMERIC:
        sheet.write_number(*place, float(value))
    elif column.kind is ColumnKind.DAY:
        sheet.write_string(*place, day(value))
    elif column.kind is ColumnKind.MOMENT:
        sheet.write_string(*place, moment(value))
    else:
        sheet.write_string(*place, str(value))
