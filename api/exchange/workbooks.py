"""XLSX workbooks as records (工作簿): the archive is checked before the reader lays a sheet out in memory.

python-calamine reads fast but trusts its input: it lays a sheet out whole, from the first cell to the last, and
unpacks without a bound. So the archive is unpacked once here, in constant memory, to check sizes and checksums and to
see how far each sheet reaches.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from api.errors import ImportRefused
from api.exchange.limits import Limits
from api.exchange.records import Record

_CHUNK = 1 << 20
_ENDLESS = 1 << 62
_SMALL = 4 << 20
"""A member up to so many bytes is harmless however densely it is packed."""
_DENSEST = 250
"""So many times a sheet may grow when it is unpacked: real ones grow 5 to 60 times, bombs about 1,000 times."""
_ROW = re.compile(rb"<(?:\w+:)?row\s[^<>]*?\br\s*=\s*[\"'](\d{1,7})[\"'][^<>]*(?<!/)>")
_ROW_START = re.compile(rb"<(?:\w+:)?row\b")
_CELL_START = re.compile(rb"<(?:\w+:)?c[\s>]")
_PLACELESS_CELL = re.compile(rb"<(?:\w+:)?c(?:\s(?![^<>]*\br\s*=)[^<>]*)?>")
_FILLED_CELL = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\br\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"'][^<>]*(?<!/)>")
_PLAIN_CELL, _PLAIN_ROW = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"'), re.compile(rb'<row r="(\d{1,7})"')
_XML_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
_Measure = Callable[[int, int, bytes], tuple[int, int]]
_REMEDY = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（*.xlsx）”后再导入"


@dataclass(frozen=True, slots=True)
class SheetSource:
    """One sheet of a workbook. `records` can be called again."""

    sheet: CalamineSheet
    notices: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """What was read, in Chinese: "xlsx，工作表“企业”"."""
        return f"xlsx，工作表“{self.sheet.name}”"

    def records(self) -> Iterator[Record]:
        """Yield each row with its number in the sheet. A formula that failed (#N/A) is an empty cell."""
        for line, cells in enumerate(self.sheet.iter_rows(), start=1):
            yield Record(line, tuple(cells))


def open_workbook(path: Path, limits: Limits) -> SheetSource:
    """Open the first visible sheet that holds anything; raises as `open_sheets` does."""
    first, *others = open_sheets(path, limits)
    unread = "、".join(source.sheet.name for source in others)
    return SheetSource(first.sheet, (f"只读取第一个工作表，未读取：{unread}",) if others else ())


def open_sheets(path: Path, limits: Limits, passed_over: Container[str] = ()) -> tuple[SheetSource, ...]:
    """Open every visible sheet that holds anything, in the order of the workbook; some are passed over by name.

    Raises `ImportRefused` for an archive that is truncated, corrupt, no workbook, empty or over the limits.
    """
    _check_archive(path, limits)
    try:
        return _filled_sheets(CalamineWorkbook.from_path(path), passed_over)
    except (CalamineError, OSError, ValueError) as error:
        raise _corrupt() from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3 derives its own from BaseException and exports no name
            raise
        raise _corrupt() from error


def _filled_sheets(book: CalamineWorkbook, passed_over: Container[str]) -> tuple[SheetSource, ...]:
    names = [
        item.name
        for item in book.sheets_metadata
        if item.typ is SheetTypeEnum.WorkSheet
        and item.visible is SheetVisibleEnum.Visible
        and item.name not in passed_over
    ]
    filled = [sheet for sheet in map(book.get_sheet_by_name, names) if sheet.height]
    if not filled:
        raise ImportRefused(
            found="没有数据的工作簿", expected="第一行为列名的工作表", remedy="请使用导入模板填写后再导入"
        )
    return tuple(SheetSource(sheet) for sheet in filled)


def _check_archive(path: Path, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            if "xl/workbook.xml" not in {name.lower() for name in archive.namelist()}:
                raise ImportRefused(found="不是 xlsx 的压缩文件", expected="xlsx 工作簿", remedy=_REMEDY)
            _check_declared(archive, limits)
            left = limits.unpacked_bytes
            for member in archive.infolist():
                left -= _unpack(archive, member, left, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise _corrupt() from error


def _check_declared(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse by what the archive says of itself, before anything is unpacked; `_unpack` holds it to its word."""
    members = archive.infolist()
    if sum(member.file_size for member in members) > limits.unpacked_bytes:
        raise _too_large("解压后的大小", f"{limits.unpacked_bytes // 1024**2} MB")
    if any(member.file_size > _SMALL and member.file_size > _DENSEST * member.compress_size for member in members):
        raise _too_large("压缩率（疑似压缩炸弹）", f"{_DENSEST} 倍")


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int, limits: Limits) -> int:
    """Unpack a member to nowhere, check its checksum and reach, and give its true size in bytes.

    A part that may reach too far is gone through once more, closely: styled cells without content are no reach.
    """
    declared, member.file_size = (
        member.file_size,
        _ENDLESS,
    )  # the header's own figure is a claim: read on to the end of what is really there
    size, near = _gone_through(archive, member, min(declared, left), limits, _at_most)
    if size > declared:
        raise _too_large("解压后的大小", "文件自己写明的大小")
    if size > left:
        raise _too_large("解压后的大小", f"{limits.unpacked_bytes // 1024**2} MB")
    if not near and not _gone_through(archive, member, size, limits, _further)[1]:
        raise _too_large("工作表的范围", f"{limits.rows} 行、{limits.cells} 个单元格")
    return size


def _gone_through(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int, limits: Limits, reach_with: _Measure
) -> tuple[int, bool]:
    """Read a member to its end, or past `most` bytes; gives its size and whether it stays within the limits."""
    size, tail = 0, b""
    reach, near, is_xml = (0, 0), True, True
    with archive.open(member) as stream:
        while size <= most and (chunk := stream.read(_CHUNK)):
            is_xml = is_xml and (size > 0 or _XML_START.match(chunk) is not None)
            size += len(chunk)
            if near and is_xml:
                xml, tail = _cut(tail + chunk, whole=len(chunk) < _CHUNK)
                reach = reach_with(*reach, xml)
                near = reach[1] <= limits.rows and reach[0] * reach[1] <= limits.cells and len(tail) <= _CHUNK
    return size, near


def _cut(xml: bytes, *, whole: bool) -> tuple[bytes, bytes]:
    """A stretch up to its last tag, which the next one begins with; all of it at the end of the part."""
    last = len(xml) if whole else max(xml.rfind(b"<"), 0)
    return xml[:last], xml[last:]


def _at_most(width: int, height: int, xml: bytes) -> tuple[int, int]:
    """How many columns and rows a part of a sheet ends at, or more where cells without content stand further out.

    Only what is written as every program writes it is told so quickly; anything else is looked at closely.
    """
    starts = xml.count(b"<c") - xml.count(b"<col"), xml.count(b"<row")  # columns stand before all cells
    if b":c" in xml or b":row" in xml:
        return _further(width, height, xml)
    if starts == (0, 0):
        return width, height
    cells, rows = _PLAIN_CELL.findall(xml), _PLAIN_ROW.findall(xml)
    if starts != (len(cells), len(rows)):
        return _further(width, height, xml)
    columns, numbers = {letters for letters, _ in cells}, {*rows, *(row for _, row in cells)}
    return max(width, *map(_column, columns), 0), max(height, *map(int, numbers))


def _further(width: int, height: int, xml: bytes) -> tuple[int, int]:
    """Give how many columns and rows a part ends at that is a sheet's; any other has no such cells."""
    found = _FILLED_CELL.findall(xml)
    columns = [width, *(_column(letters) for letters in {letters for letters, _ in found})]
    rows = [height, *map(int, {row for _, row in found}), *map(int, set(_ROW.findall(xml)))]
    if _PLACELESS_CELL.search(xml):  # cells may leave out where they stand: then they follow each other in their row
        columns += [len(_CELL_START.findall(row)) for row in _ROW_START.split(xml)]
    return max(columns), max(rows)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _too_large(what: str, most: str) -> ImportRefused:
    return ImportRefused(
        found=f"{what}超出上限", expected=f"不超过 {most}", remedy="请删除表格以外的内容，或拆成几个文件"
    )


def _corrupt() -> ImportRefused:
    return ImportRefused(found="损坏或不完整的 xlsx 文件", expected="能用 Excel 打开的工作簿", remedy=_REMEDY)
