"""Rows written straight as XML are read as those that the library writes, and are refused where they would not be."""

from contextlib import closing
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from api.delivery.sheet_rows import MOST_ROWS, Cell, SheetRows, column_name, put_together, styles_of
from tests.api.delivery.books import saved, sheets_of
from tests.thorough import examples

NASTY = [
    "=1+1",
    "a<b>&c",
    " 前后 ",
    "甲\n乙",
    "a\rb\x0bc",
    "_x0041_",
    "长" * 40_000,
    "\ufffe",
    "-1",
    "+SUM(A1)",
    "@x",
    "",
]
WIDTH = 3


def frame() -> bytes:
    """A workbook of one sheet whose second row shows the formats of three columns, the last of days."""
    written = BytesIO()
    with xlsxwriter.Workbook(written) as book:
        sheet, plain, day = book.add_worksheet("表"), book.add_format({"bold": True}), book.add_format()
        day.set_num_format("yyyy-mm-dd")
        for place, style in enumerate((plain, plain, day)):
            sheet.write_string(0, place, "甲乙丙"[place])
            sheet.write_blank(1, place, None, style)
    return written.getvalue()


def read_back(path: Path, lines: list[tuple[Cell, ...]]) -> list[list[object]]:
    around = frame()
    with closing(SheetRows(styles_of(around, 1), 30)) as rows:
        for line in lines:
            rows.add(line)
        put_together(around, {1: rows}, path)
    return sheets_of(path)["表"]


def test_what_is_written_is_read_as_from_the_library(tmp_path: Path) -> None:
    lines: list[tuple[Cell, ...]] = [(text, 2.5 * place, date(2026, 11, 25)) for place, text in enumerate(NASTY)]
    cut = [[(text[:32_766] + "…") if len(text) > 32_767 else text, *rest] for text, *rest in lines]
    made = sheets_of(saved(tmp_path / "made.xlsx", {"表": [["甲", "乙", "丙"], *cut]}))["表"]
    assert read_back(tmp_path / "short.xlsx", lines) == made


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.floats(-1e15, 1e15)), min_size=1, max_size=4))
def test_any_text_and_number_comes_back(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, float]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "rows.xlsx"
    made = sheets_of(saved(path, {"表": [["甲"], *([text] for text, _ in pairs)]}))["表"]
    found = read_back(path, [(text, number, None) for text, number in pairs])
    assert [text for text, *_ in found] == [text for (text,) in made]
    assert [number for _, number, _ in found[1:]] == [number for _, number in pairs]


def test_rows_in_other_formats_than_the_workbook_has_and_too_many_are_refused(tmp_path: Path) -> None:
    with closing(SheetRows((7, 7, 7), 30)) as rows:
        rows.add(("a", None, None))
        with pytest.raises(ValueError, match="formats"):
            put_together(frame(), {1: rows}, tmp_path / "x.xlsx")
        rows.count = MOST_ROWS
        with pytest.raises(ValueError, match="rows"):
            rows.add(("a", None, None))


def test_columns_are_called_as_spreadsheets_call_them() -> None:
    assert [column_name(place) for place in (0, 25, 26, 51, 701, 702, 16_383)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "ZZ",
        "AAA",
        "XFD",
    ]
