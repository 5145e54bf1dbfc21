"""Lists as XLSX (名单工作簿): the list with columns to fill in, why each pair is on it, how to read and fill it in.

Every text is written as text: a name that begins with = is not a formula. Files hold the day of approval instead of the
moment of writing, so that the same list written twice is the same file, byte by byte.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import count, groupby
from pathlib import Path
from typing import IO, Any
from unicodedata import east_asian_width

import xlsxwriter

from api.access.profiles import PROFILE_FIELDS
from api.clock import CHINA
from api.delivery.guide import guide_lines
from api.delivery.headings import CODE, FILLED, GROUNDS, GUIDE, LIST, results_of, told_headings
from api.delivery.lists import CONTACT, Delivery, Item
from api.delivery.shown import Shown, grounds
from api.exchange.exporting import SYNTHETIC_LABEL
from matcher.eligibility.results import STATE_LABELS, State
from matcher.learning.outcomes import OUTCOME_LABELS, Event, OutcomeState, current
from matcher.offers import OfferKind

Cell = str | int | float | date | None
_LONGEST = 32_767  # characters that Excel takes in a cell
_NARROWEST, _WIDEST = 6, 60
_DAY_WIDTH = 10  # 2026-11-24; in a narrower column it shows as ###
_LANDSCAPE_A4 = 9
_FILLED_STYLES = ("text", "text", "number", "number", "date")
_BLUE, _YELLOW = "#DCE6F1", "#FFF2CC"


def write_list(
    target: Path | IO[bytes], delivery: Delivery, institution: str, items: Iterable[Item], shown: Shown
) -> int:
    """Write the list of one institution, or of all under the platform's name; give the number of its rows."""
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False}) as book:
        book.set_properties({"title": f"{delivery.campaign.name}名单", "created": delivery.moment})
        sheets = {name: book.add_worksheet(name) for name in (LIST, GROUNDS, GUIDE)}
        styles = _styles(book)
        writer = _ListWriter(sheets[LIST], sheets[GROUNDS], styles, shown)
        for item in items:
            writer.write(item)
        writer.finish(f"{delivery.campaign.name}　{institution}")
        _write_guide(sheets[GUIDE], guide_lines(delivery, institution, writer.rows, shown, writer.days), styles)
        return writer.rows


class _ListWriter:
    """Writes pairs, one at a time, into the list and the sheet of grounds."""

    def __init__(self, listed: Any, why: Any, styles: dict[str, Any], shown: Shown) -> None:
        self.rows = 0
        self.days: set[date] = set()
        self._listed, self._why, self._styles, self._shown = listed, why, styles, shown
        self._told = told_headings(shown)
        self._widths: dict[Any, list[int]] = {listed: [], why: []}
        self._kinds: list[OfferKind] = []
        self._parts: tuple[str, ...] = ()
        self._head(listed, self._told, "told")
        self._head(listed, FILLED, "filled", len(self._told))

    def write(self, item: Item) -> None:
        """Write one pair."""
        self.rows += 1
        self._kinds.append(OfferKind(item.kind))
        if item.history:
            self.days.add(item.history[0].at.astimezone(CHINA).date())
        self._line(self._listed, 0, told_cells(item, self._shown), ("told",))
        self._line(self._listed, len(self._told), filled_cells(item), _FILLED_STYLES)
        self._write_grounds(item)

    def _write_grounds(self, item: Item) -> None:
        found = grounds(item.row)
        if not self._parts:
            self._parts = tuple(label for label, _, _ in found.parts)
            self._head(self._why, grounds_headings(self._parts), "told")
        points = {label: points for label, points, _ in found.parts}
        evidence = "\n".join(f"{label}：{said}" for label, _, said in found.parts if said)
        cells = (
            item.row.id,
            item.row.match["offer"]["name"],
            *(points.get(label) or None for label in self._parts),
            item.row.points / 100,
            evidence,
            "\n".join(found.conditions),
            "\n".join(found.gaps),
            "、".join(found.unknowns),
        )
        self._line(self._why, 0, cells, ("wrapped",))

    def finish(self, title: str) -> None:
        """Set up what concerns whole sheets."""
        for sheet, widths in self._widths.items():
            for place, width in enumerate(widths):
                sheet.set_column(place, place, min(max(width + 2, _NARROWEST), _WIDEST), self._blank(sheet, place))
            sheet.freeze_panes(1, 1)
            if widths:
                sheet.autofilter(0, 0, self.rows, len(widths) - 1)
            _print_setup(sheet, title)
        self._validate()
        self._listed.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})

    def _blank(self, sheet: Any, place: int) -> Any:
        """The format of a column's empty cells: those to be filled in are not locked."""
        offset = place - len(self._told)
        return self._styles[_FILLED_STYLES[offset]] if sheet is self._listed and offset >= 0 else None

    def _validate(self) -> None:
        """Lists to choose from, for each stretch of rows whose offers are of one kind."""
        first = len(self._told)
        start = 1
        for kind, group in groupby(self._kinds):
            end = start + len(list(group)) - 1
            choices = {"validate": "list", "source": list(results_of(kind)), "error_message": "请从列表中选择结果"}
            self._listed.data_validation(start, first, end, first, choices)
            start = end + 1
        for offset, most, said in ((2, 10_000_000, "请填以万元计的数字"), (3, 100, "请填百分数的数字，如 3.65")):
            rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": most}
            place = first + offset
            self._listed.data_validation(1, place, self.rows, place, rule | {"error_message": said})

    def _head(self, sheet: Any, headings: Sequence[str], style: str, first: int = 0) -> None:
        sheet.set_row(0, 30)
        for place, heading in enumerate(headings, first):
            sheet.write_string(0, place, heading, self._styles[f"{style}_heading"])
            self._widths[sheet].append(width_of(heading))

    def _line(self, sheet: Any, first: int, cells: Sequence[Cell], styles: Sequence[str]) -> None:
        widths = self._widths[sheet]
        for place, cell in enumerate(cells):
            style = self._styles[styles[place] if place < len(styles) else styles[-1]]
            if cell is None:
                continue
            _write_cell(sheet, self.rows, first + place, cell, style)
            if isinstance(cell, str) and widths[first + place] < min(len(cell) * 2, _WIDEST):
                widths[first + place] = max(widths[first + place], width_of(cell))
            elif isinstance(cell, date):
                widths[first + place] = max(widths[first + place], _DAY_WIDTH)


def told_cells(item: Item, shown: Shown) -> tuple[Cell, ...]:
    """What the platform says of a pair, in the order of `told_headings`."""
    row, match = item.row, item.row.match
    seeker = match["seeker"]
    if shown.everything:
        who: tuple[Cell, ...] = (seeker["name"], row.seeker_id, item.provider)
    else:
        who = (seeker["name"], item.consent, *(item.contact.get(code) for code in (CONTACT if shown.named else ())))
    return (
        row.id,
        row.rank,
        match["offer"]["name"],
        *who,
        *(item.profile.get(code) for code in PROFILE_FIELDS),
        row.points / 100,
        STATE_LABELS[State(row.eligibility)],
        "、".join(unknown["label"] for unknown in match["unknowns"]),
        OUTCOME_LABELS[current(item.history).state] if item.history else "未推送",
        SYNTHETIC_LABEL if match["synthetic"] else "",
    )


def filled_cells(item: Item) -> tuple[Cell, ...]:
    """What is known of the result already, in the order of `FILLED`; nothing before the institution said anything."""
    last: Event | None = current(item.history) if item.history else None
    if last is None or last.state is OutcomeState.PUSHED:
        return (None,) * len(FILLED)
    amount = None if last.amount_wan is None else float(last.amount_wan)
    day = last.at.astimezone(CHINA).date()
    return OUTCOME_LABELS[last.state], last.reason or None, amount, _rate(last.rate_pct), day


def _rate(rate: Decimal | None) -> Cell:
    """A rate below 1 % with its sign, for a bare 0.8 would be refused when it comes back."""
    return None if rate is None else float(rate) if rate >= 1 else f"{rate:f}%"


def grounds_headings(parts: Sequence[str]) -> tuple[str, ...]:
    """The headings of the sheet of grounds: the parts of the score stand before their sum."""
    return (CODE, "资源", *parts, "匹配度（各项之和）", "得分依据", "条件核验与依据", "差距", "待补充")


def width_of(text: str) -> int:
    """How wide the longest line of a text is, in letters; a Chinese character is two."""
    return max(sum(2 if east_asian_width(char) in "WF" else 1 for char in line) for line in text.split("\n"))


def _write_cell(sheet: Any, row: int, place: int, cell: str | float | date, style: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, place, cell if len(cell) <= _LONGEST else f"{cell[: _LONGEST - 1]}…", style)
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, cell, style)
    else:
        sheet.write_number(row, place, cell, style)


def _write_guide(sheet: Any, lines: Iterator[tuple[str, str]], styles: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    for row, (title, text) in zip(count(), lines, strict=False):
        sheet.write_string(row, 0, title, styles["told_heading"])
        sheet.write_string(row, 1, text, styles["wrapped"])
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
    told = font | {"border": 1, "border_color": "#D9D9D9"}
    filled = told | {"locked": False, "bg_color": "#FFFDF5"}
    made = {
        "told_heading": heading | {"bg_color": _BLUE},
        "filled_heading": heading | {"bg_color": _YELLOW},
        "told": told,
        "wrapped": told | {"text_wrap": True},
        "text": filled | {"num_format": "@"},
        "number": filled | {"num_format": "General"},
        "date": filled | {"num_format": "yyyy-mm-dd"},
    }
    return {name: book.add_format(style) for name, style in made.items()}
