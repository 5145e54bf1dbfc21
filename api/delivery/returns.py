"""A list that came back (回传名单): what an institution filled in, found by headings, each slip with its place.

Sheets may be renamed, rows and columns reordered or added. What cannot be told for certain is refused with sheet, row,
column, what was found, what was expected and what to do; nothing is guessed.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from api.campaigns.codes import is_code
from api.delivery.filled import CellProblem, Filled, Slip, read_filled
from api.delivery.headings import CODE, FILLED, GROUNDS, GUIDE, RESULT
from api.errors import ImportRefused
from api.exchange.limits import DEFAULT_LIMITS, Limits
from api.exchange.records import Cell, cell_text
from api.exchange.workbooks import SheetSource, open_sheets

_HEADER_WITHIN = 10
_WANTED = (CODE, *FILLED)
Places = Mapping[str, int]
"""The place (from 0) of each column that is read."""


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row in which something is said: its number in the sheet, the id of the pair, what is said."""

    line: int
    code: str
    filled: Filled


@dataclass(slots=True)
class Returned:
    """A workbook that was read: the sheet, rows with ids, those in which something is said, what cannot be read."""

    sheet: str
    rows: int = 0
    said: list[FilledRow] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)


def read_return(path: Path, limits: Limits = DEFAULT_LIMITS) -> Returned:
    """Read a list that came back.

    Raises `ImportRefused` for what is no workbook, over the limits or without a list in it; single slips are
    `problems`.
    """
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise _refused(f"{size // 1024**2} MB 的文件", f"不超过 {limits.file_bytes // 1024**2} MB", "请拆分后发回")
    found = [
        (source, header)
        for source in open_sheets(path, limits, (GROUNDS, GUIDE))
        if (header := _header(source)) is not None
    ]
    if not found:
        raise _refused("没有名单的工作簿", f"有“{CODE}”和“{RESULT}”两列的工作表", "请在下载的名单上填写后原样发回")
    if len(found) > 1:
        names = "、".join(f"“{source.sheet.name}”" for source, _ in found)
        raise _refused(f"{len(found)} 个名单工作表（{names}）", "一个名单工作表", "请删去多余的一个")
    source, (line, headings) = found[0]
    places = _places(source.sheet.name, headings)
    returned = Returned(source.sheet.name)
    _check_merged(source, line, places, returned)
    _read_rows(source, line, places, returned)
    return returned


def _header(source: SheetSource) -> tuple[int, tuple[str, ...]] | None:
    """The row of headings among the first ten, with its number."""
    for record in source.records():
        if record.line > _HEADER_WITHIN:
            return None
        headings = tuple(_plain(cell_text(cell)) for cell in record.cells)
        if _plain(CODE) in headings and _plain(RESULT) in headings:
            return record.line, headings
    return None


def _places(sheet: str, headings: Sequence[str]) -> Places:
    places = {}
    for wanted in _WANTED:
        count = headings.count(_plain(wanted))
        if count != 1:
            found = f"工作表“{sheet}”有 {count} 列“{wanted}”" if count else f"工作表“{sheet}”没有“{wanted}”列"
            raise _refused(found, f"一列“{wanted}”", "请在下载的名单上填写，不要删除或复制原有的列")
        places[wanted] = headings.index(_plain(wanted))
    return places


def _check_merged(source: SheetSource, header: int, places: Places, returned: Returned) -> None:
    """A merged cell holds its value in its first cell only: for which rows it was meant cannot be told."""
    by_place = {place: name for name, place in places.items()}
    for (top, left), (_, right) in source.sheet.merged_cell_ranges or ():
        names = [by_place[place] for place in range(left, right + 1) if place in by_place]
        if names and top >= header:
            slip = Slip("合并的单元格", "每行各填各的", "请取消合并，逐行填写")
            returned.problems.append(slip.at(returned.sheet, top + 1, names[0]))


def _read_rows(source: SheetSource, header: int, places: Places, returned: Returned) -> None:
    seen: dict[str, int] = {}
    for record in source.records():
        if record.line <= header:
            continue
        cells = {name: _cell(record.cells, place) for name, place in places.items()}
        if all(_is_blank(cells[name]) for name in FILLED):
            returned.rows += not _is_blank(cells[CODE])
            continue
        returned.rows += 1
        for said in _read_row(record.line, cells, seen, returned):
            returned.said.append(said)


def _read_row(line: int, cells: Mapping[str, Cell], seen: dict[str, int], returned: Returned) -> Iterator[FilledRow]:
    code = _plain(cell_text(cells[CODE])).upper()
    slip = _code_slip(code, seen.get(code))
    if slip is not None:
        returned.problems.append(slip.at(returned.sheet, line, CODE))
        return
    seen[code] = line
    filled, slips = read_filled(cells)
    returned.problems += [slip.at(returned.sheet, line, column) for column, slip in slips]
    if filled is not None:
        yield FilledRow(line, code, filled)


def _code_slip(code: str, before: int | None) -> Slip | None:
    if not code:
        return Slip("填了结果而没有编号的行", "本行的名单编号", "请从下载的名单复制该行的编号，或删去这一行")
    if not is_code(code):
        return Slip(f"编号 {_short(code)}", "12 位、校验位相符的名单编号", "编号被改动过，请从下载的名单复制")
    if before is not None:
        return Slip(f"编号 {code} 与第 {before} 行重复", "每个编号一行", "请删去重复的一行")
    return None


def _cell(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else ""


def _is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _plain(text: str) -> str:
    """Half-width, without white space or invisible characters."""
    if text.isascii() and text.isalnum():
        return text
    normal = unicodedata.normalize("NFKC", text)
    return "".join(char for char in normal if char.isprintable() and not char.isspace())


def _short(text: str) -> str:
    return f"“{text[:20]}…”" if len(text) > 20 else f"“{text}”"


def _refused(found: str, expected: str, remedy: str) -> ImportRefused:
    return ImportRefused(found=found, expected=expected, remedy=remedy)
