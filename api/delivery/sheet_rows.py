"""Rows of a sheet (工作表行), written straight as XML below headings that xlsxwriter wrote, without keeping any.

A cell of xlsxwriter takes some 10 µs and stays in memory until the end; a list of 100,000 pairs has four million. All
else of the workbook is xlsxwriter's: styles, widths, filters, what may be filled in. A row is as ECMA-376 part 1,
18.3.1.73 has it; text is inline (18.3.1.53), which no program takes for a formula.
"""

import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

Cell = str | int | float | date | None
MOST_ROWS = 1_048_575
"""Rows that a sheet has below its headings."""
_LINE_POINTS, _MOST_POINTS = 13.5, 409
_LONGEST = 32_767  # characters that Excel takes in a cell
_DAY_WIDTH = 10  # 2026-11-24; in a narrower column it shows as ###
_EPOCH = date(1899, 12, 30)
_IN_MEMORY = 4 << 20
_LEVEL = 4
_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
_UNUSUAL = re.compile(r"[&<>_\x00-\x08\x0b-\x1f\ufffe\uffff]")
"""A single class of characters is looked for five times as fast as `_SPECIAL`, and hardly any row has one."""
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_STYLED = re.compile(rb'<c r="[A-Z]+2" s="(\d+)"')
_SECOND, _END = b'<row r="2"', b"</sheetData>"


class SheetRows:
    """The rows below the headings of one sheet. `styles` are the numbers of its columns' formats in the workbook.

    A column is as wide as its widest text, up to `widest` letters; past that texts are wrapped, and rows as high as
    that makes them: not every program sees to it when it opens a file.
    """

    def __init__(self, styles: Sequence[int], widest: int) -> None:
        self.styles = tuple(styles)
        self.widest = widest
        self.count = 0
        self.widths = [0] * len(self.styles)
        """How wide the widest text of each column is, in letters; 0 where there is none."""
        self.file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # closed by `close`
        self._heads = [f'<c r="{column_name(place)}' for place in range(len(self.styles))]
        self._tails = [f'" s="{style}"' for style in self.styles]
        self._fitting = [0] * len(self.styles)

    def close(self) -> None:
        """Let go of the rows."""
        self.file.close()

    def add(self, cells: Sequence[Cell]) -> None:
        """Write one more row; None is an empty cell. Raises `ValueError` past the last row of a sheet."""
        if self.count == MOST_ROWS:
            raise ValueError(f"a sheet has no more than {MOST_ROWS} rows below its headings")
        self.count += 1
        row = self.count + 1
        texts = [cell for cell in cells if isinstance(cell, str)]
        plain = _UNUSUAL.search("\n".join(texts)) is None and max(map(len, texts), default=0) <= _LONGEST
        lines, parts = 1, [""]
        for place, (head, tail, cell) in enumerate(zip(self._heads, self._tails, cells, strict=True)):
            if cell is None or cell == "":
                parts.append(f"{head}{row}{tail}/>")
            elif isinstance(cell, str):
                if len(cell) > self._fitting[place] or "\n" in cell:
                    lines = max(lines, self._laid_out(place, cell))
                text = f"<t>{cell}</t>" if plain and len(cell.strip()) == len(cell) else _text(cell)
                parts.append(f'{head}{row}{tail} t="inlineStr"><is>{text}</is></c>')
            elif isinstance(cell, date):
                self._keep(place, _DAY_WIDTH)
                parts.append(f"{head}{row}{tail}><v>{(cell - _EPOCH).days}</v></c>")
            else:
                parts.append(f"{head}{row}{tail}><v>{cell!r}</v></c>")
        height = "" if lines == 1 else f' ht="{min(lines * _LINE_POINTS, _MOST_POINTS):g}"'
        parts[0] = f'<row r="{row}"{height}>'
        parts.append("</row>")
        self.file.write("".join(parts).encode())

    def _laid_out(self, place: int, text: str) -> int:
        """Make room for a text and give the number of its lines."""
        widths = [width_of(line) for line in text.split("\n")]
        self._keep(place, max(widths))
        return sum(max(1, -(-width // self.widest)) for width in widths)

    def _keep(self, place: int, width: int) -> None:
        """Make room for a width; a text of so few letters that they fit on a line anyhow is not measured again."""
        if width > self.widths[place]:
            self.widths[place] = min(self.widest, width)
            self._fitting[place] = self.widths[place] // 2


def column_name(place: int) -> str:
    """The letters of a column, from 0: A, …, Z, AA, …."""
    name = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        name = chr(65 + letter) + name
    return name


def width_of(text: str) -> int:
    """How wide a line is, in letters; a Chinese character is two, as it is in bytes of GB 18030."""
    return len(text.encode("gb18030", "replace"))


def styles_of(frame: bytes, sheet: int) -> tuple[int, ...]:
    """The numbers of the formats of the second row of a sheet (from 1) of a workbook, cell by cell."""
    with zipfile.ZipFile(BytesIO(frame)) as archive:
        return _styles_in(archive.read(_member(sheet)))


def put_together(frame: bytes, rows: Mapping[int, SheetRows], target: Path | IO[bytes]) -> None:
    """Write a workbook with the rows of some sheets (from 1) in place of its second row, which shows their formats.

    Raises `ValueError` where that row has other formats than the rows were written with.
    """
    by_member = {_member(sheet): found for sheet, found in rows.items()}
    with (
        zipfile.ZipFile(BytesIO(frame)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as made,
    ):
        for name in source.namelist():
            content = source.read(name)
            found = by_member.get(name)
            large = found is not None and found.file.tell() > zipfile.ZIP64_LIMIT // 2
            with made.open(name, "w", force_zip64=large) as member:
                if found is None:
                    member.write(content)
                else:
                    _put_rows(content, found, member)


def _put_rows(content: bytes, rows: SheetRows, member: IO[bytes]) -> None:
    if _styles_in(content) != rows.styles:
        raise ValueError("the rows were written with other formats than the workbook has")
    last = f"{column_name(len(rows.styles) - 1)}{rows.count + 1}"
    before = content[: content.index(_SECOND)]
    member.write(re.sub(rb'<dimension ref="[^"]*"', f'<dimension ref="A1:{last}"'.encode(), before, count=1))
    rows.file.seek(0)
    shutil.copyfileobj(rows.file, member, 1 << 20)
    member.write(content[content.index(_END) :])


def _styles_in(content: bytes) -> tuple[int, ...]:
    return tuple(map(int, _STYLED.findall(content)))


def _member(sheet: int) -> str:
    return f"xl/worksheets/sheet{sheet}.xml"


def _text(text: str) -> str:
    """A text as an element: what XML has no way to write as `_xHHHH_` (18.18.96), white space at its ends kept."""
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 1]}…"
    return f'<t xml:space="preserve">{_SPECIAL.sub(_escaped, text)}</t>'


def _escaped(found: re.Match[str]) -> str:
    said = found[0]
    if said in _ESCAPED:
        return _ESCAPED[said]
    return f"_x005F{said}" if len(said) > 1 else f"_x{ord(said):04X}_"
