"""What stands around the rows of a list (名单版式): sheets, headings, widths, filters, what to fill in, the guide.

xlsxwriter writes all of it, with one row that shows the formats of the columns; `sheet_rows` puts the real ones there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from itertools import chain, pairwise
from typing import Any

import xlsxwriter

from api.delivery.headings import CODE, FILLED, GROUNDS, GUIDE, LIST, results_of
from api.delivery.sheet_rows import styles_of, width_of
from matcher.offers import OfferKind

WIDEST_LISTED, WIDEST_GROUNDS = 30, 60
"""How wide a column of either sheet may be, in letters: the whole list has to fit on a sheet of paper."""
_NARROWEST, _OF_NUMBERS = 6, 10
_TO_FILL_IN = (12, 24, 12, 10, 12)
"""Room for what institutions write: in the order of `FILLED`."""
_LANDSCAPE_A4 = 9
_FILLED_STYLES = ("text", "text", "number", "number", "date")
_BLUE, _YELLOW = "#DCE6F1", "#FFF2CC"
_LAYOUTS = 64
Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Around:
    """What must be known of the rows: the headings of both sheets, how many rows, how wide their columns are.

    `kinds` are the stretches of rows whose offers are of one kind, each with the number of its first row, from 1.
    """

    title: str
    told: tuple[str, ...]
    grounds: tuple[str, ...]
    rows: int
    widths: tuple[Sequence[int], Sequence[int]]
    kinds: tuple[tuple[OfferKind, int], ...]


def grounds_headings(parts: Sequence[str]) -> tuple[str, ...]:
    """The headings of the sheet of grounds: the parts of the score stand before their sum."""
    return (CODE, "资源", *parts, "匹配度（各项之和）", "得分依据", "条件核验与依据", "差距", "待补充")


@lru_cache(_LAYOUTS)
def column_styles(told: tuple[str, ...], grounds: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The numbers of the formats of the columns of both sheets: they are the same however many rows there are."""
    widths = ([0] * (len(told) + len(FILLED)), [0] * len(grounds))
    around = Around("", told, grounds, 1, widths, ((OfferKind.LOAN, 1),))
    frame = frame_of(around, (("", ""),), "", datetime(2026, 1, 1))  # noqa: DTZ001  # files hold no zone
    return styles_of(frame, 1), styles_of(frame, 2)


def frame_of(around: Around, guide: Iterable[Line], title: str, made: datetime) -> bytes:
    """The workbook without its rows; where there are any, the second row of both sheets shows the columns' formats."""
    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": title, "created": made})
        listed, why, guiding = (book.add_worksheet(name) for name in (LIST, GROUNDS, GUIDE))
        styles = _styles(book)
        _frame_list(listed, around, styles)
        if around.rows:
            _frame_grounds(why, around, styles)
        for sheet in (listed, why):
            sheet.freeze_panes(1, 1)
            _print_setup(sheet, around.title)
        _write_guide(guiding, guide, styles)
    return written.getvalue()


def _frame_list(sheet: Any, around: Around, styles: dict[str, Any]) -> None:
    headings = (*around.told, *FILLED)
    of_columns = (*("told" for _ in around.told), *_FILLED_STYLES)
    least = (*(0 for _ in around.told), *_TO_FILL_IN)
    of_headings = (*("told_heading" for _ in around.told), *("filled_heading" for _ in FILLED))
    sheet.set_row(0, 30)
    for place, (heading, style, of_heading) in enumerate(zip(headings, of_columns, of_headings, strict=True)):
        sheet.write_string(0, place, heading, styles[of_heading])
        empty = styles[style] if place >= len(around.told) else None  # those to be filled in are not locked
        width = max(least[place], _width(heading, around.widths[0][place]))
        sheet.set_column(place, place, width, empty)
        if around.rows:
            sheet.write_blank(1, place, None, styles[style])
    sheet.autofilter(0, 0, around.rows, len(headings) - 1)
    _validate(sheet, around)
    sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})


def _frame_grounds(sheet: Any, around: Around, styles: dict[str, Any]) -> None:
    sheet.set_row(0, 30)
    for place, heading in enumerate(around.grounds):
        sheet.write_string(0, place, heading, styles["told_heading"])
        sheet.set_column(place, place, _width(heading, around.widths[1][place]))
        sheet.write_blank(1, place, None, styles["told"])
    sheet.autofilter(0, 0, around.rows, len(around.grounds) - 1)


def _width(heading: str, widest: int) -> int:
    """Room for a heading on one line, or on two above numbers, and for what stands below it."""
    above = width_of(heading) if widest else min(width_of(heading), _OF_NUMBERS - 2)
    return max(above, widest, _NARROWEST - 2) + 2


def _validate(sheet: Any, around: Around) -> None:
    """Lists to choose from, for each stretch of rows whose offers are of one kind; numbers within bounds."""
    if not around.rows:
        return
    first = len(around.told)
    for (kind, start), (_, after) in _stretches(around):
        choices = {"validate": "list", "source": list(results_of(kind)), "error_message": "请从列表中选择结果"}
        sheet.data_validation(start, first, after - 1, first, choices)
    for offset, most, said in ((2, 10_000_000, "请填以万元计的数字"), (3, 100, "请填百分数的数字，如 3.65")):
        rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": most}
        place = first + offset
        sheet.data_validation(1, place, around.rows, place, rule | {"error_message": said})


def _stretches(around: Around) -> Iterator[tuple[tuple[OfferKind, int], tuple[OfferKind, int]]]:
    """Each stretch with the one after it; the last is followed by the row after all."""
    yield from pairwise(chain(around.kinds, ((around.kinds[-1][0], around.rows + 1),)))


def _write_guide(sheet: Any, lines: Iterable[Line], styles: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    for row, (title, text) in enumerate(lines):
        sheet.write_string(row, 0, title, styles["told_heading"])
        sheet.write_string(row, 1, text, styles["told"])
    _print_setup(sheet, "名单说明")


def _print_setup(sheet: Any, title: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(_LANDSCAPE_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header(f"&C{title.replace('&', '&&')[:200]}")
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _styles(book: Any) -> dict[str, Any]:
    font = {"font_name": "等线", "font_size": 10, "valign": "top"}
    heading = font | {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"}
    told = font | {"border": 1, "border_color": "#D9D9D9", "text_wrap": True}
    filled = told | {"locked": False, "bg_color": "#FFFDF5"}
    made = {
        "told_heading": heading | {"bg_color": _BLUE},
        "filled_heading": heading | {"bg_color": _YELLOW},
        "told": told,
        "text": filled | {"num_format": "@"},
        "number": filled | {"num_format": "General"},
        "date": filled | {"num_format": "yyyy-mm-dd"},
    }
    return {name: book.add_format(style) for name, style in made.items()}
