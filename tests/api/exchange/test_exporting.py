import csv
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from api.exchange.exporting import SYNTHETIC_LABEL, write_matches
from tests.api.exchange.matches import OFFER, a_match

MATCHES = [a_match(), a_match("=HYPERLINK(1)", synthetic=True)]


def sheet(path: Path, name: str) -> list[dict[str, object]]:
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python()
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture
def workbook(tmp_path) -> Path:
    path = tmp_path / "a.xlsx"
    write_matches(path, MATCHES, "xlsx")
    return path


def test_results_stand_in_their_order_with_numbers_as_numbers(workbook):
    first, second = sheet(workbook, "匹配结果")
    assert (first["序号"], first["需求方"], first["匹配度"], first["资格"]) == (1, "示例诊断有限公司", 61.25, "未满足")
    assert (first["金额上限（万元）"], first["期限上限（月）"], first["年利率下限（%）"]) == (300.5, 12, "")
    assert first["待补充"] == "净资产"
    assert (first["演示数据"], second["演示数据"]) == ("", SYNTHETIC_LABEL)


def test_every_condition_stands_with_its_clause(workbook):
    rows = sheet(workbook, "条件核验")
    assert len(rows) == 10
    assert [rows[0][key] for key in ("条件", "结果", "需求方的值", "文件", "条款", "原文")] == [
        "成立不超过5年", "未满足", "8 年", "示例管理办法", "第三条", "成立不超过5年，职工不超过200人",
    ]  # fmt: skip
    assert rows[0]["差距"].endswith("超出 3 年")
    assert (rows[3]["结果"], rows[3]["需求方的值"]) == ("待补充", "")
    assert {row["演示数据"] for row in rows[5:]} == {SYNTHETIC_LABEL}


def test_the_parts_of_the_score_add_up(workbook):
    rows = sheet(workbook, "得分构成")
    assert sum(row["得分"] for row in rows if row["序号"] == 1) == 61.25


def test_nothing_is_a_formula_and_the_header_stays_in_sight(workbook):
    with zipfile.ZipFile(workbook) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    assert len(sheets) == 3
    assert not any("<f>" in xml for xml in sheets)
    assert all('state="frozen"' in xml and "<autoFilter" in xml for xml in sheets)
    assert sheet(workbook, "匹配结果")[1]["需求方"] == "=HYPERLINK(1)"


def test_csv_is_for_excel_and_its_formulas_are_escaped(tmp_path):
    path = tmp_path / "a.csv"
    write_matches(path, MATCHES, "csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["匹配度"], first["金额上限（万元）"], first["年利率上限（%）"]) == ("61.25", "300.5", "")
    assert (second["需求方"], second["演示数据"]) == ("'=HYPERLINK(1)", SYNTHETIC_LABEL)


def test_a_synthetic_offer_is_marked_too(tmp_path):
    path = tmp_path / "a.csv"
    write_matches(path, [replace(a_match(), offer=replace(OFFER, synthetic=True))], "csv")
    assert SYNTHETIC_LABEL in path.read_text(encoding="utf-8-sig")


def test_a_text_beyond_excel_s_limit_is_cut_and_not_lost(tmp_path):
    path = tmp_path / "a.xlsx"
    write_matches(path, [replace(a_match(), reasons=("长" * 40_000,))], "xlsx")
    shown = sheet(path, "匹配结果")[0]["推荐理由"]
    assert (len(shown), shown[-1]) == (32_767, "…")


def test_no_matches_make_a_file_with_headings_only(tmp_path):
    for name in ("csv", "xlsx"):
        write_matches(tmp_path / f"a.{name}", [], name)
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").startswith("序号,需求方,")
    assert sheet(tmp_path / "a.xlsx", "匹配结果") == []


def test_another_format_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="pdf"):
        write_matches(tmp_path / "a.pdf", MATCHES, "pdf")
