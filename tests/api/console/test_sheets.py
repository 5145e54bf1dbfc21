"""A table as a workbook: every row, and a text that looks like a formula stays a text."""

from io import BytesIO

from python_calamine import CalamineWorkbook

from api.console.columns import Column, ColumnKind, definitions
from api.console.sheets import workbook

COLUMNS = (
    Column("name", "名称", pinned=True),
    Column("most", "额度", ColumnKind.NUMBER, "万元"),
    Column("seen", "时间", ColumnKind.MOMENT),
)
ROWS = [
    {"id": "1", "name": "=HYPERLINK(1)", "most": 1234.5, "seen": "2026-11-22T01:30:00+00:00"},
    {"id": "2", "name": "甲", "most": None, "seen": None},
]


def test_rows_go_out_whole_and_formulas_as_text() -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(workbook(COLUMNS, ROWS)))
    assert book.get_sheet_by_index(0).to_python() == [
        ["名称", "额度（万元）", "时间"],
        ["=HYPERLINK(1)", 1234.5, "2026-11-22 09:30"],
        ["甲", "", ""],
    ]


def test_what_is_not_known_is_a_dash_in_a_card() -> None:
    assert [column.text(ROWS[1]) for column in COLUMNS] == ["甲", "—", "—"]
    assert [column.text(ROWS[0]) for column in COLUMNS] == ["=HYPERLINK(1)", "1,234.5", "2026-11-22 09:30"]


def test_the_first_column_is_pinned_and_numbers_stand_right() -> None:
    first, second, _ = definitions(COLUMNS)
    assert first["pinned"] == "left"
    assert (second["type"], second["filter"]) == ("rightAligned", "agNumberColumnFilter")
