"""Open a file as a table (读表): the header row is found, ragged and unreadable rows are named, nothing is shifted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from api.errors import ImportRefused
from api.exchange.limits import DEFAULT_LIMITS, Limits
from api.exchange.records import Cell, Record, RecordSource, cell_text
from api.exchange.text_files import open_text
from api.exchange.workbooks import open_workbook

_ZIP_MARK = b"PK"
_OLE_MARK = b"\xd0\xcf\x11\xe0"
_HEADER_WITHIN = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One line under the header.

    `fault` says in Chinese why the row does not fit the header and cannot be read; `beyond` is the first text that
    stands to the right of the last named column.
    """

    line: int
    cells: tuple[Cell, ...]
    fault: str = ""
    beyond: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file with its header row found. `rows` streams and can be called again."""

    headers: tuple[str, ...]
    header_line: int
    source: RecordSource
    limits: Limits

    @property
    def description(self) -> str:
        """Format and encoding or sheet, in Chinese."""
        return self.source.description

    @property
    def notices(self) -> tuple[str, ...]:
        """What to know of the file as a whole, in Chinese."""
        return self.source.notices

    def rows(self) -> Iterator[Row]:
        """Yield the rows under the header; blank ones are passed over.

        Raises `ImportRefused` past the row limit or at a quote that is never closed.
        """
        count = 0
        for record in self.source.records():
            if record.line <= self.header_line or record.is_blank:
                continue
            count += 1
            if count > self.limits.rows:
                raise _refused(f"超过 {self.limits.rows} 行的文件", "行数较少的文件", "请拆成几个文件后分别导入")
            yield _row(record, self.headers)


def open_table(path: Path, is_header: Callable[[Sequence[str]], bool], limits: Limits = DEFAULT_LIMITS) -> Table:
    """Open a CSV, tab-delimited or XLSX file and find its header among the first ten rows that hold anything.

    The format is told by content, not by the file's name. Where no row passes `is_header`, the first one is the
    header, so that the caller can say what it found. Raises `ImportRefused` for anything that is not a table.
    """
    _check_file(path, limits)
    source = _source(path, limits)
    filled = [record for record in islice(source.records(), 4 * _HEADER_WITHIN) if not record.is_blank]
    candidates = [(record, _texts(record)) for record in filled[:_HEADER_WITHIN] if not record.fault]
    if not candidates:
        raise _refused("没有内容的文件", "第一行为列名、其后每行一家的表格", "请使用导入模板填写后再导入")
    record, headers = next((pair for pair in candidates if is_header(pair[1])), candidates[0])
    return Table(headers, record.line, source, limits)


def _source(path: Path, limits: Limits) -> RecordSource:
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(_ZIP_MARK):
        return open_workbook(path, limits)
    if head == _OLE_MARK:
        raise _refused("旧版 xls 或加密的工作簿", "未加密的 xlsx 工作簿或 CSV 文本", "请另存为不设密码的 xlsx 后再导入")
    return open_text(path)


def _check_file(path: Path, limits: Limits) -> None:
    try:
        if path.is_dir():
            raise _refused("文件夹", "xlsx 或 CSV 文件", "请指定其中的一个文件")
        if not path.is_file():
            raise _refused(f"不存在的文件 {path.name}", "xlsx 或 CSV 文件", "请检查文件名")
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as error:
        raise _refused(f"无法读取的文件 {path.name}", "可读的 xlsx 或 CSV 文件", "请检查文件权限") from error
    if size == 0:
        raise _refused("空文件", "有列名和数据的 xlsx 或 CSV 文件", "请检查导出是否完成")
    if size > limits.file_bytes:
        most = f"不超过 {limits.file_bytes // 1024**2} MB 的文件"
        raise _refused(f"{size // 1024**2} MB 的文件", most, "请拆成几个文件后分别导入")


def _texts(record: Record) -> tuple[str, ...]:
    return tuple(cell_text(cell).lstrip("\ufeff").strip() for cell in record.cells)


def _row(record: Record, headers: tuple[str, ...]) -> Row:
    if record.fault:
        return Row(record.line, record.cells, record.fault)
    if len(record.cells) != len(headers):
        fault = f"这一行有 {len(record.cells)} 列，列名有 {len(headers)} 列，无法确定各格属于哪一列"
        return Row(record.line, record.cells, fault)
    return Row(record.line, record.cells, beyond=_beyond(record, headers))


def _beyond(record: Record, headers: tuple[str, ...]) -> str:
    named = max((place for place, header in enumerate(headers) if header), default=-1)
    rest = (cell_text(cell).strip() for cell in record.cells[named + 1 :])
    return next((text for text in rest if text), "")


def _refused(found: str, expected: str, remedy: str) -> ImportRefused:
    return ImportRefused(found=found, expected=expected, remedy=remedy)
