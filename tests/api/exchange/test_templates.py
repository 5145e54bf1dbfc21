import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from api.exchange.columns import plan_columns
from api.exchange.importing import read_parties
from api.exchange.templates import heading, write_template
from matcher.declarations.registry import REGISTRY
from matcher.fields import Field, FieldType, PartyKind
from tests.api.exchange.files import credit_code, xlsx_file

EXAMPLES = {
    FieldType.TEXT: ("示例文字", "示例文字"),
    FieldType.COUNT: (12, 12),
    FieldType.MONEY: (1234.5, Decimal("1234.5")),
    FieldType.PERCENT: ("3.5%", Decimal("3.5")),
    FieldType.NUMBER: (2.5, Decimal("2.5")),
    FieldType.DATE: ("2014-03-12", date(2014, 3, 12)),
    FieldType.FLAG: ("是", True),
    FieldType.REGION: ("江苏省苏州市昆山市", "320583"),
    FieldType.INDUSTRY: ("医药制造业", "27"),
    FieldType.CREDIT_CODE: (credit_code(1), credit_code(1)),
}


def example(field: Field):
    if field.type is FieldType.CHOICE:
        return field.choices[0], field.choices[0]
    if field.type is FieldType.CHOICES:
        return "、".join(field.choices[:2]), field.choices[:2]
    return EXAMPLES[field.type]


@pytest.fixture(scope="module", params=list(PartyKind))
def template(request, tmp_path_factory) -> tuple[PartyKind, Path]:
    path = tmp_path_factory.mktemp("template") / "a.xlsx"
    write_template(path, request.param)
    return request.param, path


def headings(path: Path) -> list[str]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[0]


def test_every_field_of_the_kind_has_a_column_that_an_import_reads(template):
    kind, path = template
    plan = plan_columns(headings(path), kind, REGISTRY)
    assert {item.field.code for item in (plan.name, *plan.bindings)} == {field.code for field in REGISTRY.of_kind(kind)}
    assert (plan.ignored, plan.notices) == ((), ())
    assert headings(path)[0] == "名称"


def test_a_filled_template_is_read_back_without_a_doubt(template, tmp_path):
    kind, path = template
    by_heading = {heading(field): field for field in REGISTRY.of_kind(kind)}
    fields = [by_heading[title] for title in headings(path)]
    filled = xlsx_file(tmp_path / "filled.xlsx", [headings(path), [example(field)[0] for field in fields]])
    (result,) = read_parties(filled, kind=kind, tenant="local", source="模板", observed_on=date(2026, 11, 22))
    assert result.problems == ()
    assert result.party.name == "示例文字"
    assert result.party.values == {field.code: example(field)[1] for field in fields if field.code != "name"}


def test_an_empty_template_gives_no_rows(template):
    kind, path = template
    assert list(read_parties(path, kind=kind, tenant="t", source="模板", observed_on=date(2026, 11, 22))) == []


def test_the_second_sheet_explains_every_field(template):
    kind, path = template
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name("填写说明").to_python()
    guide = {row[1]: dict(zip(header, row, strict=True)) for row in rows}
    assert set(guide) == {field.code for field in REGISTRY.of_kind(kind)}
    assert guide["registered_capital_wan"]["单位"] == "万元"
    assert guide["name"]["说明"].startswith("必填")
    assert guide["age_years"]["说明"].startswith("可留空：由成立日期推算")


def test_choices_and_flags_are_lists(tmp_path):
    path = tmp_path / "a.xlsx"
    write_template(path, PartyKind.ENTERPRISE)
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    listed = [
        field for field in REGISTRY.of_kind(PartyKind.ENTERPRISE) if field.type in (FieldType.FLAG, FieldType.CHOICE)
    ]
    assert xml.count('<dataValidation type="list"') == len(listed)
    assert xml.count("<formula1>选项!") == len(listed)
