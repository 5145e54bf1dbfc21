"""Rows with problems as a workbook (问题行): the columns of the file as they were, the reason in one more."""

import csv
import re
from io import BytesIO, StringIO

import xlsxwriter

from api.exchange.problems import PROBLEM_HEADINGS

REASON = "原因"
_ESCAPED = re.compile(r"^'(?=[=+\-@\t\r])")
_AT_REASON = PROBLEM_HEADINGS.index(REASON)


def problem_book(content: bytes) -> bytes:
    """The problem file (CSV) of an import as XLSX; corrected, it can be imported as it is."""
    rows = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""))
    sink = BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("问题行")
        head, red = book.add_format({"bold": True, "bottom": 1}), book.add_format({"font_color": "#B3261E"})
        sheet.freeze_panes(1, 0)
        for line, row in enumerate(rows):
            remarks, cells = row[: len(PROBLEM_HEADINGS)], row[len(PROBLEM_HEADINGS) :]
            for at, text in enumerate(cells):
                sheet.write_string(line, at, _ESCAPED.sub("", text), head if line == 0 else None)
            sheet.write_string(line, len(cells), remarks[_AT_REASON], head if line == 0 else red)
    return sink.getvalue()
