"""Import templates (导入模板), made from the field registry: what is asked, in which unit, with which choices."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from matcher.declarations.registry import REGISTRY
from matcher.fields import PARTY_KIND_LABELS, Field, FieldRegistry, FieldType, PartyKind, Source

TYPE_LABELS = {
    FieldType.TEXT: "文字",
    FieldType.CHOICE: "单选",
    FieldType.CHOICES: "多选（用顿号分隔）",
    FieldType.COUNT: "整数",
    FieldType.MONEY: "金额",
    FieldType.PERCENT: "百分数（写上 %，如 3.5%）",
    FieldType.NUMBER: "数字",
    FieldType.DATE: "日期（如 2014-03-12）",
    FieldType.FLAG: "是或否（不清楚时留空）",
    FieldType.REGION: "省、市、县名称或 6 位代码",
    FieldType.INDUSTRY: "国民经济行业名称或代码（GB/T 4754-2017）",
    FieldType.CREDIT_CODE: "18 位代码",
}
_FLAG_CHOICES = ("是", "否")
_NUMERIC = (FieldType.COUNT, FieldType.MONEY, FieldType.NUMBER)
_GUIDE_HEADINGS = ("列名", "字段代码", "分组", "填写方式", "单位", "可选值", "常见来源", "说明")
_GUIDE_WIDTHS = (26, 30, 12, 30, 8, 60, 14, 40)
_LAST_ROW = 10_000


def write_template(path: Path, kind: PartyKind, registry: FieldRegistry = REGISTRY) -> None:
    """Write an XLSX template for a kind of party.

    The first sheet has one column a field, with lists to choose from; it is what an import reads. The second explains
    each field. Numbers are asked for in the field's own unit, which the heading names. Everything but numbers is a
    text cell, so that Excel keeps the last figures of a credit code and the percent sign of a share.
    """
    fields = _ordered(registry.of_kind(kind))
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": f"{PARTY_KIND_LABELS[kind]}导入模板"})
        formats = _formats(book)
        data, guide, lists = (book.add_worksheet(name) for name in (PARTY_KIND_LABELS[kind], "填写说明", "选项"))
        _write_data(data, fields, formats)
        _write_choices(data, lists, fields)
        _write_guide(guide, fields, formats)
        lists.hide()


def heading(field: Field) -> str:
    """Give the heading of a field's column: label and unit, "注册资本（万元）"."""
    return f"{field.label}（{field.unit}）" if field.unit else field.label


def _ordered(fields: Iterable[Field]) -> tuple[Field, ...]:
    """As declared, the name first; those that the system works out itself last."""
    return tuple(sorted(fields, key=lambda field: field.source is Source.DERIVED))


def _formats(book: Any) -> dict[str, Any]:
    frame = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"}
    return {
        "heading": book.add_format(frame | {"bg_color": "#DCE6F1"}),
        "required": book.add_format(frame | {"bg_color": "#F8CBAD"}),
        "derived": book.add_format(frame | {"bg_color": "#EDEDED"}),
        "text": book.add_format({"num_format": "@"}),
        "number": book.add_format({"num_format": "General"}),
        "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _write_data(sheet: Any, fields: Sequence[Field], formats: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 32)
    for place, field in enumerate(fields):
        required = "required" if field.code == "name" else None
        style = required or ("derived" if field.source is Source.DERIVED else "heading")
        cell = formats["number" if field.type in _NUMERIC else "text"]
        sheet.set_column(place, place, _width(field), cell)
        sheet.write_string(0, place, heading(field), formats[style])


def _write_choices(data: Any, lists: Any, fields: Sequence[Field]) -> None:
    """Lists stand on a hidden sheet: Excel takes at most 255 characters in place."""
    for place, field in enumerate(fields):
        choices = _FLAG_CHOICES if field.type is FieldType.FLAG else field.choices
        if not choices or field.type is FieldType.CHOICES:
            continue
        for row, choice in enumerate(choices):
            lists.write_string(row, place, choice)
        letters = xlsxwriter.utility.xl_col_to_name(place)
        rule = {
            "validate": "list",
            "source": f"=选项!${letters}$1:${letters}${len(choices)}",
            "error_title": field.label[:32],
            "error_message": "请从列表中选择；不清楚时留空",
        }
        data.data_validation(1, place, _LAST_ROW, place, rule)


def _write_guide(sheet: Any, fields: Sequence[Field], formats: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    for place, (title, width) in enumerate(zip(_GUIDE_HEADINGS, _GUIDE_WIDTHS, strict=True)):
        sheet.set_column(place, place, width, formats["wrapped"])
        sheet.write_string(0, place, title, formats["heading"])
    for row, field in enumerate(fields, start=1):
        for place, text in enumerate(_explained(field)):
            sheet.write_string(row, place, text, formats["wrapped"])


def _explained(field: Field) -> tuple[str, ...]:
    remarks = ["必填"] if field.code == "name" else []
    if field.derived_from:
        labels = "、".join(REGISTRY[code].label for code in field.derived_from if code in REGISTRY)
        remarks.append(f"可留空：由{labels}推算")
    if field.valid_to:
        remarks.append(f"过了“{REGISTRY[field.valid_to].label}”即不再计入")
    remarks += [field.description] if field.description else []
    return (
        heading(field),
        field.code,
        field.group,
        TYPE_LABELS[field.type],
        field.unit or "",
        "、".join(field.choices),
        field.source.value,
        "；".join(remarks),
    )


def _width(field: Field) -> int:
    return (
        36 if field.code in ("name", "address") or field.group == "业务描述" else max(12, 2 * len(heading(field)) + 2)
    )
