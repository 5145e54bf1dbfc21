"""Workbooks as a person's program would save them again: read whole, changed, written anew."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

Lines = list[list[Any]]


def sheets_of(path: Path) -> dict[str, Lines]:
    """Every sheet as lists of cells."""
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def saved(path: Path, sheets: dict[str, Lines], finish: Callable[[dict[str, Any]], None] | None = None) -> Path:
    """Write sheets; `finish` gets the worksheets by name, such as to merge cells."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd", "nan_inf_to_errors": True}) as book:
        made = {name: book.add_worksheet(name) for name in sheets}
        for name, lines in sheets.items():
            for row, line in enumerate(lines):
                for place, cell in enumerate(line):
                    _write(made[name], row, place, cell)
        if finish is not None:
            finish(made)
    return path


def _write(sheet: Any, row: int, place: int, cell: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, place, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, cell)
    elif cell is not None:
        sheet.write(row, place, cell)


def filled(lines: Lines, row: int, **cells: Any) -> Lines:
    """The list with cells of a row (from 1, below the headings) filled in, by heading."""
    changed = [list(line) for line in lines]
    for heading, cell in cells.items():
        changed[row][lines[0].index(heading)] = cell
    return changed
