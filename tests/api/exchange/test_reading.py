import contextlib
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from api.errors import ImportRefused
from api.exchange.limits import Limits
from api.exchange.reading import Table, open_table
from api.exchange.records import cell_text
from tests.api.exchange.files import HEADERS, csv_file, text_file, with_member, xlsx_file
from tests.thorough import examples

FIRM = ("苏州示例诊断有限公司", "", "500万元", "2020-03-01", "江苏省苏州市", "体外诊断试剂")


def is_header(cells) -> bool:
    return "企业名称" in cells


def opened(path: Path, limits: Limits | None = None) -> Table:
    return open_table(path, is_header, limits or Limits())


def texts(table: Table) -> list[tuple[str, ...]]:
    return [tuple(map(cell_text, row.cells)) for row in table.rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_finds_encoding_and_delimiter(tmp_path, encoding, delimiter):
    table = opened(csv_file(tmp_path / "a.csv", [HEADERS, FIRM], encoding, delimiter))
    assert table.headers == HEADERS
    assert texts(table) == [FIRM]


def test_a_rare_character_of_gb18030_survives(tmp_path):
    table = opened(text_file(tmp_path / "a.csv", "企业名称,主营业务\n𠮷祥䶮科技有限公司,销售\n", "gb18030"))
    assert texts(table) == [("𠮷祥䶮科技有限公司", "销售")]


def test_quoted_line_breaks_and_delimiters_stay_in_their_cell(tmp_path):
    text = '企业名称,主营业务\n甲公司,"第一行\n第二行, 有""引号"""\n乙公司,简单\n'
    table = opened(text_file(tmp_path / "a.csv", text))
    assert texts(table) == [("甲公司", '第一行\n第二行, 有"引号"'), ("乙公司", "简单")]
    assert [row.line for row in table.rows()] == [2, 4]


def test_a_row_too_long_or_too_short_is_named_and_shifts_nothing(tmp_path):
    text = "企业名称,注册资本\n甲公司,1万元\n乙,公司,2万元\n丙公司\n丁公司,4万元\n"
    rows = list(opened(text_file(tmp_path / "a.csv", text)).rows())
    assert [(row.line, bool(row.fault)) for row in rows] == [(2, False), (3, True), (4, True), (5, False)]
    assert rows[1].fault == "这一行有 3 列，列名有 2 列，无法确定各格属于哪一列"
    assert rows[3].cells == ("丁公司", "4万元")


def test_an_extra_column_is_a_fault_even_where_the_last_cell_is_empty(tmp_path):
    rows = list(opened(text_file(tmp_path / "a.csv", "企业名称,注册资本,网址\n宁波,公司,2万元,\n")).rows())
    assert "有 4 列" in rows[0].fault


def test_a_misquoted_row_is_named_and_the_next_one_is_read(tmp_path):
    rows = list(opened(text_file(tmp_path / "a.csv", '企业名称,注册资本\n"甲"公司,1万元\n乙公司,2万元\n')).rows())
    assert [(row.line, bool(row.fault)) for row in rows] == [(2, True), (3, False)]
    assert "引号" in rows[0].fault


def test_a_quote_that_is_never_closed_is_refused_with_its_line(tmp_path):
    path = text_file(tmp_path / "a.csv", '企业名称,注册资本\n甲公司,1万元\n"乙公司,2万元\n丙公司,3万元\n')
    with pytest.raises(ImportRefused, match="第 3 行的引号没有闭合"):
        list(opened(path).rows())


def test_a_cell_longer_than_the_reader_takes_is_refused_as_an_open_quote(tmp_path):
    lines = "\n".join(f"公司{number},说明说明说明" for number in range(12_000))
    path = text_file(tmp_path / "a.csv", f'企业名称,说明\n"甲公司,x\n{lines}\n')
    with pytest.raises(ImportRefused, match="第 2 行的引号没有闭合"):
        list(opened(path).rows())


def test_the_header_is_found_below_a_title(tmp_path):
    rows = [["2026年企业名单", "", ""], ["", "", ""], ["序号", "企业名称", "注册资本"], ["1", "甲公司", "1万元"]]
    for path in (csv_file(tmp_path / "a.csv", rows), xlsx_file(tmp_path / "a.xlsx", rows)):
        table = opened(path)
        assert (table.headers, table.header_line) == (("序号", "企业名称", "注册资本"), 3)
        assert [row.line for row in table.rows()] == [4]


def test_blank_rows_are_passed_over_and_lines_still_count(tmp_path):
    rows = [["企业名称", "注册资本"], ["甲公司", "1万元"], ["", ""], ["乙公司", "2万元"]]
    for path in (csv_file(tmp_path / "a.csv", rows), xlsx_file(tmp_path / "a.xlsx", rows)):
        assert [row.line for row in opened(path).rows()] == [2, 4]


def test_damaged_utf8_is_read_as_utf8_and_said(tmp_path):
    path = tmp_path / "a.csv"
    content = "企业名称,主营业务\n甲公司,研发生产与销售各类医疗器械以及体外诊断试剂\n乙公司,仓储\n".encode()
    path.write_bytes(content.replace("仓储".encode(), b"\xff\xfe"))
    table = opened(path)
    assert texts(table) == [("甲公司", "研发生产与销售各类医疗器械以及体外诊断试剂"), ("乙公司", "��")]
    assert "损坏的字节" in table.notices[0]


def test_text_beyond_the_named_columns_is_noted(tmp_path):
    rows = list(opened(xlsx_file(tmp_path / "a.xlsx", [["企业名称"], ["甲公司", "", "备注"], ["乙公司"]])).rows())
    assert [row.beyond for row in rows] == ["备注", ""]


def test_cells_of_a_workbook_keep_their_type_and_read_as_typed(tmp_path):
    path = xlsx_file(
        tmp_path / "a.xlsx", [["企业名称", "数", "是否"], ["甲公司", 600006, True], ["乙公司", 0.1, False]]
    )
    assert texts(opened(path)) == [("甲公司", "600006", "是"), ("乙公司", "0.1", "否")]


def test_only_the_first_filled_sheet_is_read_and_the_others_are_named(tmp_path):
    path = xlsx_file(tmp_path / "a.xlsx", [], 名单=[["企业名称"], ["甲公司"]], 附表=[["x"]])
    table = opened(path)
    assert table.description == "xlsx，工作表“名单”"
    assert table.notices == ("只读取第一个工作表，未读取：附表",)


def test_a_hidden_sheet_is_not_read(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        hidden, shown = book.add_worksheet("选项"), book.add_worksheet("名单")
        hidden.write_string(0, 0, "企业名称")
        shown.write_column(0, 0, ["企业名称", "甲公司"])
        shown.activate()
        hidden.hide()
    assert texts(opened(path)) == [("甲公司",)]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (datetime.fromisoformat("2014-03-12"), "2014-03-12"),
        (datetime.fromisoformat("2014-03-12T08:30"), "2014-03-12 08:30:00"),
        (date(2014, 3, 12), "2014-03-12"),
        (1e15, "1000000000000000"),
        (0.30000000000000004, "0.30000000000000004"),
        (-2.50, "-2.5"),
        (True, "是"),
        ("", ""),
    ],
)
def test_a_cell_reads_as_a_person_would_have_typed_it(cell, text):
    assert cell_text(cell) == text


def workbook_bytes(tmp_path: Path) -> bytes:
    return xlsx_file(tmp_path / "whole.xlsx", [HEADERS, *([FIRM] * 50)]).read_bytes()


def docx_bytes() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空文件"),
        (b"\n\n \n", "没有内容的文件"),
        (bytes(range(256)) * 40, "二进制文件"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\6\0\0\0" * 20, "二进制文件"),
        (b"%PDF-1.7\nstream", "PDF 文件"),
        ("<html><table><tr><td>企业名称</td></tr></table>".encode(), "网页或 XML 文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版 xls 或加密的工作簿"),
        (docx_bytes(), "不是 xlsx 的压缩文件"),
        (b"PK\x03\x04" + bytes(100), "损坏或不完整的 xlsx 文件"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, words):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(ImportRefused) as caught:
        opened(path)
    assert caught.value.found == words
    assert caught.value.remedy


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_is_refused(tmp_path, kept):
    whole = workbook_bytes(tmp_path)
    path = tmp_path / "a.xlsx"
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(ImportRefused, match="损坏或不完整的 xlsx"):
        opened(path)


@settings(max_examples=examples(60), deadline=None)
@given(changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=5))
def test_a_corrupt_workbook_is_refused_or_read_whole(tmp_path_factory, changes):
    folder = tmp_path_factory.mktemp("corrupt")
    content = bytearray(workbook_bytes(folder))
    for share, byte in changes:
        content[int(share * len(content))] = byte
    path = folder / "a.xlsx"
    path.write_bytes(bytes(content))
    with contextlib.suppress(ImportRefused):
        assert texts(opened(path)) == [FIRM] * 50


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(ImportRefused, match="文件夹"):
        opened(tmp_path)
    with pytest.raises(ImportRefused, match=r"不存在的文件 none\.csv"):
        opened(tmp_path / "none.csv")


def test_too_many_bytes_and_too_many_rows_are_refused(tmp_path):
    path = csv_file(tmp_path / "a.csv", [HEADERS, FIRM, FIRM, FIRM])
    with pytest.raises(ImportRefused, match="MB 的文件"):
        opened(path, Limits(file_bytes=10))
    with pytest.raises(ImportRefused, match="超过 2 行"):
        list(opened(path, Limits(rows=2)).rows())


def sheet(cells: bytes) -> bytes:
    head = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return head + b"<sheetData>" + cells + b"</sheetData></worksheet>"


FAR = {
    "one far cell": b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "cells without a place": b'<row r="1">'
    + b"<c><v>1</v></c>" * 16_000
    + b'</row><row r="1048576"><c><v>1</v></c></row>',
    "quoted otherwise": b"<row r='1'><c r='A1'><v>1</v></c></row>"
    b"<row r='1048576'><c s='1' r='XFD1048576'><v>1</v></c></row>",
    "in a tag on two stretches that are read": b'<row r="1048576"><c r="A1"><v>1</v></c><!--'
    + b" " * (1_048_576 - 700)
    + b"-->"
    + b"<c "
    + b" " * 2_000
    + b'r="XFD1048576"><v>1</v></c></row>',
}


@pytest.mark.parametrize("cells", FAR.values(), ids=FAR.keys())
def test_a_sheet_that_reaches_too_far_is_refused_before_it_is_laid_out(tmp_path, cells):
    path = with_member(xlsx_file(tmp_path / "a.xlsx", [HEADERS, FIRM]), "xl/worksheets/sheet1.xml", sheet(cells))
    with pytest.raises(ImportRefused, match="工作表的范围"):
        opened(path)


def test_styled_cells_without_content_are_no_reach(tmp_path):
    first = b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
    far = first + b'<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    path = with_member(xlsx_file(tmp_path / "a.xlsx", [HEADERS, FIRM]), "xl/worksheets/sheet1.xml", sheet(far))
    assert opened(path).headers == ("a",)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path):
    path = with_member(xlsx_file(tmp_path / "a.xlsx", [HEADERS, FIRM]), "xl/media/x.bin", bytes(5_000_000))
    assert path.stat().st_size < 20_000
    with pytest.raises(ImportRefused, match="解压后的大小超出上限"):
        opened(path, Limits(unpacked_bytes=2_000_000))


def test_a_header_that_understates_its_size_is_found_out(tmp_path):
    path = with_member(xlsx_file(tmp_path / "a.xlsx", [HEADERS, FIRM]), "xl/media/x.bin", bytes(5_000_000))
    content = path.read_bytes().replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match="解压后的大小超出上限"):
        opened(path, Limits(unpacked_bytes=2_000_000))
