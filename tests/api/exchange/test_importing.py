import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.access.viewers import Viewer
from api.errors import ImportRefused
from api.exchange.columns import plan_columns
from api.exchange.importing import BATCH, read_parties, run_import
from api.exchange.problems import PROBLEM_HEADINGS, RowResult, Severity, escape_formula, write_problem_file
from api.exchange.reading import Row
from api.exchange.rows import Origin, RowReader
from api.store.party_rows import party_of, row_of
from api.store.store import open_store
from matcher.declarations.registry import REGISTRY
from matcher.fields import PartyKind
from tests.api.exchange.files import HEADERS, credit_code, csv_file, text_file, xlsx_file
from tests.thorough import examples

DAY = date(2026, 11, 22)
VIEWER = Viewer()


def results(path: Path, kind: PartyKind = PartyKind.ENTERPRISE) -> list[RowResult]:
    return list(read_parties(path, kind=kind, tenant="local", source="名单", observed_on=DAY))


def one(tmp_path: Path, **cells: str) -> RowResult:
    return results(csv_file(tmp_path / "one.csv", [list(cells), list(cells.values())]))[0]


def codes(result: RowResult) -> list[tuple[str, str]]:
    return [(problem.column, problem.code) for problem in result.problems]


@pytest.fixture
def store():
    opened = open_store("sqlite://")
    yield opened
    opened.close()


def imported(store, path: Path, **more):
    return run_import(store, VIEWER, path, kind=PartyKind.ENTERPRISE, source="名单", observed_on=DAY, **more)


def firms(count: int) -> list[tuple[str, ...]]:
    return [
        (
            f"示例{number}有限公司",
            credit_code(number),
            f"{number + 1}万元",
            "2020-03-01",
            "江苏省苏州市",
            "体外诊断试剂",
        )
        for number in range(count)
    ]


def test_a_row_becomes_a_party_with_typed_facts(tmp_path):
    result = one(
        tmp_path,
        企业名称="苏州示例诊断有限公司",
        统一社会信用代码=credit_code(1).lower(),
        注册资本="500万元人民币",
        成立日期="2014-03-12",
        地址="江苏省苏州市高新区科技城88号",
        员工人数="1200人",
        专精特新="是",
        发明专利="12项",
        主营业务="体外诊断试剂",
    )
    assert result.problems == ()
    party = result.party
    assert (party.name, party.id) == ("苏州示例诊断有限公司", f"uscc-{credit_code(1)}")
    assert (party.kind, party.tenant, party.source, party.observed_on) == (PartyKind.ENTERPRISE, "local", "名单", DAY)
    assert party.values == {
        "credit_code": credit_code(1),
        "registered_capital_wan": Decimal(500),
        "founded_on": date(2014, 3, 12),
        "address": "江苏省苏州市高新区科技城88号",
        "headcount": 1200,
        "specialised_sme": True,
        "invention_patents": 12,
        "main_business": "体外诊断试剂",
        "region": "320505",
        "zone": "苏州高新区",
    }
    assert {(fact.source, fact.observed_on) for fact in party.facts.values()} == {("名单", DAY)}


BAD_CELLS = [
    ("统一社会信用代码", "913302040933533730", "invalid_credit_code", "credit_code"),
    ("注册资本", "500", "invalid_money", "registered_capital_wan"),
    ("注册资本", "890万美元", "invalid_money", "registered_capital_wan"),
    ("注册资本（万美元）", "890", "invalid_money", "registered_capital_wan"),
    ("注册资本（万美元）", "890万", "invalid_money", "registered_capital_wan"),
    ("成立日期", "2019-02-30", "invalid_date", "founded_on"),
    ("成立日期", "2030-01-01", "future_date", "founded_on"),
    ("成立日期", "1970-01-01", "default_date", "founded_on"),
    ("所在地区", "某某地方", "region_unknown", "region"),
    ("员工人数", "约200人", "invalid_count", "headcount"),
    ("研发强度", "0.03", "invalid_percent", "rd_intensity_pct"),
    ("是否高新技术企业", "申报中", "invalid_flag", "high_tech_enterprise"),
    ("融资轮次", "很多轮", "invalid_choice", "financing_round"),
    ("主营业务", "做�的", "damaged_text", "main_business"),
]


@pytest.mark.parametrize(("column", "value", "code", "field"), BAD_CELLS)
def test_a_bad_cell_leaves_its_field_unknown_and_keeps_the_row(tmp_path, column, value, code, field):
    result = one(tmp_path, 企业名称="甲公司", **{column: value}, 网址="www.example.com")
    assert codes(result) == [(column, code)]
    assert result.problems[0].severity is Severity.DOUBTFUL
    assert field not in result.party.facts
    assert result.party.values["website"] == "www.example.com"


def test_a_date_without_a_day_is_kept_and_noted(tmp_path):
    result = one(tmp_path, 企业名称="甲公司", 成立日期="2018-04")
    assert result.party.values["founded_on"] == date(2018, 4, 1)
    assert codes(result) == [("成立日期", "date_not_exact")]


def test_what_is_blank_is_absent_and_no_problem(tmp_path):
    result = one(tmp_path, 企业名称="甲公司", 注册资本="&nbsp;", 成立日期="未知", 员工人数="-", 地址="", 网址="暂无")
    assert (result.party.values, result.problems) == ({}, ())


def test_an_industry_that_is_none_of_the_standard_stays_as_a_label(tmp_path):
    result = one(tmp_path, 企业名称="甲公司", 所属行业="汽车 — 汽车整车")
    assert result.party.values == {"industry_label": "汽车 — 汽车整车"}
    assert codes(result) == [("所属行业", "invalid_industry")]


def test_only_a_row_without_a_name_or_out_of_shape_is_refused(tmp_path):
    path = text_file(tmp_path / "a.csv", "企业名称,注册资本\n,1万元\n乙公司,2万元,多\n丙公司,3万元\n")
    refused_name, ragged, good = results(path)
    assert [problem.code for problem in refused_name.problems] == ["name_missing"]
    assert [problem.code for problem in ragged.problems] == ["ragged_row"]
    assert refused_name.is_rejected
    assert ragged.is_rejected
    assert (good.line, good.party.name) == (4, "丙公司")


def test_numbers_of_a_workbook(tmp_path):
    headers = ["企业名称", "统一社会信用代码", "注册资本（万元）", "成立日期", "证券代码", "研发强度（%）", "高企"]
    row = ["甲公司", 914403001922038216, 500.5, date(2014, 3, 12), 600006, 0.03, True]
    result = results(xlsx_file(tmp_path / "a.xlsx", [headers, row]))[0]
    assert result.party.values == {
        "registered_capital_wan": Decimal("500.5"),
        "founded_on": date(2014, 3, 12),
        "stock_code": "600006",
        "high_tech_enterprise": True,
    }
    assert codes(result) == [("统一社会信用代码", "invalid_credit_code"), ("研发强度（%）", "invalid_percent")]
    assert "Excel" in result.problems[0].message


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        ({"统一社会信用代码": credit_code(7), "证券代码": "600006"}, PartyKind.ENTERPRISE, f"uscc-{credit_code(7)}"),
        ({"统一社会信用代码": "12345", "证券代码": "600006"}, PartyKind.ENTERPRISE, "stock-600006"),
        ({"统一社会信用代码": credit_code(7)}, PartyKind.CARRIER, f"carrier-uscc-{credit_code(7)}"),
    ],
)
def test_the_id_is_the_strongest_mark(tmp_path, cells, kind, expected):
    path = csv_file(tmp_path / "a.csv", [["名称", *cells], ["甲公司", *cells.values()]])
    assert results(path, kind)[0].party.id == expected


def test_without_marks_the_id_is_of_name_and_registration_number(tmp_path):
    rows = [
        ["名称", "注册号"],
        ["甲（苏州）公司", "1"],
        ["甲(苏州) 公司", "1"],
        ["甲（苏州）公司", "2"],
        ["乙公司", "1"],
    ]
    first, same, other_number, other_name = (
        result.party.id if result.party else None for result in results(csv_file(tmp_path / "a.csv", rows))
    )
    assert first is None  # merged into the next row, which is the same party
    assert len({same, other_number, other_name}) == 3
    assert same.startswith("name-")


def test_two_rows_of_one_party_are_merged_and_the_later_one_stands(tmp_path):
    path = csv_file(
        tmp_path / "a.csv",
        [
            ["企业名称", "信用代码", "注册资本", "网址"],
            ["甲公司", credit_code(1), "1万元", "www.example.com"],
            ["乙公司", credit_code(2), "5万元", ""],
            ["甲公司", credit_code(1), "2万元", ""],
        ],
    )
    first, _, last = results(path)
    assert (first.party, first.merged_into, first.is_rejected) == (None, 4, False)
    assert [problem.code for problem in first.problems] == ["repeated_party"]
    assert last.party.values["registered_capital_wan"] == Decimal(2)
    assert last.party.values["website"] == "www.example.com"


def test_importing_twice_changes_nothing(tmp_path, store):
    rows = firms(BATCH + 10)
    rows[3] = (rows[3][0], rows[BATCH + 5][1], *rows[3][2:])  # the same party in two batches
    path = csv_file(tmp_path / "a.csv", [HEADERS, *rows, ("", "", "", "", "", "无名")])
    first = imported(store, path)
    second = imported(store, path)
    assert (first.rows, first.new, first.rejected, first.merged) == (BATCH + 11, BATCH + 9, 1, 1)
    assert (second.new, second.changed, second.same) == (0, 0, BATCH + 9)
    assert store.parties.count(VIEWER, PartyKind.ENTERPRISE) == BATCH + 9


def test_every_row_is_accounted_for_and_progress_is_told(tmp_path, store):
    path = csv_file(
        tmp_path / "a.csv",
        [
            ["企业名称", "注册资本", "颜色"],
            *([f"示例{number}", "5万元", "红"] for number in range(3)),
            ["示例3", "5", "红"],
            ["示例0", "6万元", "红"],
            ["", "", "红"],
        ],
    )
    told: list[tuple[int, int | None]] = []
    summary = imported(store, path, progress=lambda done, total: told.append((done, total)))
    assert summary.rows == summary.new + summary.changed + summary.same + summary.merged + summary.rejected == 6
    assert (summary.doubtful, summary.rejected, summary.merged) == (1, 1, 1)
    assert summary.reasons == {"repeated_party": 1, "invalid_money": 1, "name_missing": 1}
    assert summary.ignored_columns == ("颜色",)
    assert [item.line for item in summary.examples] == [2, 5, 7]
    assert told == [(0, 6), (6, 6)]


def test_a_file_that_breaks_off_stores_nothing(tmp_path, store):
    rows = "".join(f"示例{number},说明\n" for number in range(2 * BATCH))
    path = text_file(tmp_path / "a.csv", f'企业名称,主营业务\n{rows}"没有闭合,说明\n')
    with pytest.raises(ImportRefused, match="引号没有闭合"):
        imported(store, path)
    assert store.parties.count(VIEWER, PartyKind.ENTERPRISE) == 0


def test_the_problem_file_explains_each_row_and_can_be_imported_again(tmp_path, store):
    path = csv_file(
        tmp_path / "a.csv",
        [
            ["企业名称", "注册资本", "成立日期", "主营业务"],
            ["甲公司", "500", "2019-02-30", "=HYPERLINK(1)"],
            ["乙公司", "5万元", "2020-01-01", "好"],
            ["丙公司", "5万元", "2020-01-01", "多", "多"],
        ],
    )
    rejects = tmp_path / "problems.csv"
    imported(store, path, rejects=rejects)
    assert rejects.read_bytes().startswith(b"\xef\xbb\xbf")
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        header, doubtful, refused = csv.reader(file)
    assert header == [*PROBLEM_HEADINGS, "企业名称", "注册资本", "成立日期", "主营业务"]
    assert doubtful[:4] == ["2", "已导入，存疑", "注册资本；成立日期", "500；2019-02-30"]
    assert "单位" in doubtful[4]
    assert doubtful[5:] == ["甲公司", "500", "2019-02-30", "'=HYPERLINK(1)"]
    assert refused[:2] == ["4", "未导入"]
    again = results(rejects)
    assert again[0].party.id == results(path)[0].party.id
    assert again[0].party.values["main_business"] == "=HYPERLINK(1)"


def test_no_problems_make_no_problem_file(tmp_path, store):
    rejects = tmp_path / "problems.csv"
    imported(store, csv_file(tmp_path / "a.csv", [HEADERS, *firms(2)]), rejects=rejects)
    assert not rejects.exists()
    assert write_problem_file(rejects, HEADERS, []) == 0


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("=1+1", "'=1+1"),
        ("+86 512", "'+86 512"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-12.5", "-12.5"),
        ("+3%", "+3%"),
        ("甲=乙", "甲=乙"),
        ("", ""),
    ],
)
def test_formulas_are_escaped_and_numbers_are_not(text, escaped):
    assert escape_formula(text) == escaped


ANY_HEADERS = (
    "企业名称",
    "信用代码",
    "注册资本",
    "成立日期",
    "省份",
    "地址",
    "行业",
    "开发区",
    "证券代码",
    "研发强度",
    "轮次",
)
ANY_CELL = (
    st.text(max_size=40)
    | st.floats()
    | st.integers()
    | st.booleans()
    | st.dates()
    | st.datetimes()
    | st.just("苏州工业园区")
)


@settings(max_examples=examples(300), deadline=None)
@given(cells=st.tuples(*[ANY_CELL] * (len(ANY_HEADERS) - 1)))
def test_whatever_the_cells_hold_the_row_gives_a_party_that_the_store_takes(cells):
    origin = Origin(PartyKind.ENTERPRISE, "local", "名单", DAY)
    reader = RowReader(plan_columns(ANY_HEADERS, origin.kind, REGISTRY), origin, REGISTRY)
    row = Row(2, ("甲公司", *cells))
    result = reader.read(row)
    assert not result.is_rejected
    assert result.party.id == reader.identify(row)
    assert party_of(row_of(result.party) | {"tenant_id": "local"}) == result.party
