"""Delimited text as records (文本表格): encoding and delimiter are found out, quotes and line breaks respected."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from api.errors import ImportRefused
from api.exchange.records import Record

_CHUNK = 1 << 20
_HEAD = 1 << 16
_DELIMITERS = (",", "\t", ";")
_DELIMITER_NAMES = {",": "逗号", "\t": "制表符", ";": "分号"}
_ENCODING_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "gb18030": "GB18030"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml")
_PLAIN_CONTROLS = b"\t\n\r\x0b\x0c\x1a"
_MOST_STRANGE = 0.01
_ENOUGH_WIDE = 20
_SAMPLE_RECORDS = 20


@dataclass(frozen=True, slots=True)
class TextSource:
    """A CSV or tab-delimited file whose encoding and delimiter are known. `records` can be called again."""

    path: Path
    encoding: str
    delimiter: str
    notices: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """What was found out, in Chinese: "文本，UTF-8，逗号分隔"."""
        encoding = _ENCODING_NAMES.get(self.encoding, "UTF-16")
        return f"文本，{encoding}，{_DELIMITER_NAMES[self.delimiter]}分隔"

    def records(self) -> Iterator[Record]:
        """Yield each record with the line that it starts on; one that breaks the quoting rules has a fault.

        Raises `ImportRefused` where a quote is never closed: nothing after it can be told apart.
        """
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as text:
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            while True:
                line = reader.line_num + 1
                try:
                    yield Record(line, tuple(next(reader)))
                except StopIteration:
                    return
                except csv.Error as error:
                    yield _faulty(line, str(error))


def open_text(path: Path) -> TextSource:
    """Find out a text file's encoding and delimiter, reading it once in constant memory.

    Raises `ImportRefused` for a file that is no text, or that is text of another sort (HTML, XML).
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    _check_markup(head)
    encoding, notices = _encoding(path, head)
    return TextSource(path, encoding, _delimiter(path, encoding), notices)


def _faulty(line: int, reason: str) -> Record:
    if "end of data" in reason or "field limit" in reason:
        raise ImportRefused(
            found=f"第 {line} 行的引号没有闭合",
            expected="成对的半角双引号",
            remedy="请在该行补上引号，或把文件另存为 xlsx 后再导入",
        )
    return Record(line, (), fault="引号的用法不合规：引号之后应为分隔符，字段内的引号应写成两个")


def _check_markup(head: bytes) -> None:
    start = head.lstrip(codecs.BOM_UTF8 + b" \t\r\n").lower()
    if start.startswith(_MARKUP):
        raise _refused("网页或 XML 文件", "请用 Excel 打开后另存为 xlsx 或 CSV")
    if start.startswith(b"%pdf"):
        raise _refused("PDF 文件", "请导出为 xlsx 或 CSV 后再导入")


def _check_controls(head: bytes) -> None:
    strange = sum(head.count(bytes([code])) for code in range(1, 32) if code not in _PLAIN_CONTROLS)
    if strange > _MOST_STRANGE * len(head):
        raise _refused("二进制文件", "请导出为 xlsx 或 CSV 后再导入")


def _encoding(path: Path, head: bytes) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, ()
    nulls = head.count(0)
    if nulls > _MOST_STRANGE * len(head):
        return _wide_encoding(head, nulls), ()
    _check_controls(head)
    wide = _wide_before_damage(path)
    if wide is None:
        return "utf-8", ()
    if wide >= _ENOUGH_WIDE:
        return "utf-8", ("文件为 UTF-8 编码，但有损坏的字节：所在单元格显示为“�”，按未知处理",)
    text = head.decode("gb18030", errors="replace")
    if text.count("�") > _MOST_STRANGE * len(text):
        raise _refused("无法识别编码的文件", "请另存为 UTF-8 编码的 CSV 或 xlsx")
    return "gb18030", ()


def _wide_encoding(head: bytes, nulls: int) -> str:
    odd = head[1::2].count(0)
    if odd >= 0.9 * nulls:
        return "utf-16-le"
    if odd <= 0.1 * nulls:
        return "utf-16-be"
    raise _refused("二进制文件", "请导出为 xlsx 或 CSV 后再导入")


def _wide_before_damage(path: Path) -> int | None:
    """Count the characters beyond ASCII before the first bytes that are not UTF-8; None where all are."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    wide = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                sound = error.object[: error.start].decode("utf-8")
                return wide + sum(char > "\x7f" for char in sound)
            if not chunk:
                return None
            wide += len(text.encode()) - len(text)


def _delimiter(path: Path, encoding: str) -> str:
    return max(_DELIMITERS, key=lambda delimiter: _regularity(TextSource(path, encoding, delimiter)))


def _regularity(source: TextSource) -> tuple[int, int]:
    widths: Counter[int] = Counter()
    try:
        widths.update(len(record.cells) for record in islice(source.records(), _SAMPLE_RECORDS))
    except ImportRefused:
        return (0, 0)
    return max(((count, width) for width, count in widths.items() if width > 1), default=(0, 0))


def _refused(found: str, remedy: str) -> ImportRefused:
    return ImportRefused(found=found, expected="xlsx 工作簿或 CSV 文本", remedy=remedy)
