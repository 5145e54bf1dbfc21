"""Files built in code for the tests of import: no row here is a real firm."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from api.exchange.records import Cell
from matcher.taxonomy.credit_codes import check_character, organisation_check_character

HEADERS = ("企业名称", "统一社会信用代码", "注册资本", "成立日期", "所在地区", "主营业务")


def credit_code(number: int) -> str:
    """A made-up credit code with right check characters."""
    body = f"91320500MA{number:06d}"
    first_17 = body + organisation_check_character(body[8:16])
    return first_17 + check_character(first_17)


def text_file(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def csv_file(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    return text_file(path, "".join(delimiter.join(row) + "\r\n" for row in rows), encoding)


def xlsx_file(path: Path, rows: Sequence[Sequence[Cell]], **more: Sequence[Sequence[Cell]]) -> Path:
    """A workbook of one sheet 数据 and of further named ones."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False}) as book:
        for name, lines in {"数据": rows, **more}.items():
            sheet = book.add_worksheet(name)
            for number, line in enumerate(lines):
                sheet.write_row(number, 0, line)
    return path


def with_member(path: Path, name: str, content: bytes) -> Path:
    """Replace one member of a workbook."""
    with zipfile.ZipFile(path) as archive:
        members = {item: archive.read(item) for item in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for item, data in (members | {name: content}).items():
            archive.writestr(item, data)
    return path
