"""Matches and prospect lists as files (导出): CSV for machines and mail, XLSX for officers.

Every text is written as text: a name that begins with = is not a formula. In XLSX numbers are numbers, and further
sheets hold each condition with its clause and each part of the score, so that the list can be defended to an auditor.
"""

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import xlsxwriter

from api.exchange.documents import value_text
from api.exchange.problems import escape_formula
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.gaps import requirement
from matcher.eligibility.results import STATE_LABELS
from matcher.offers import OFFER_KIND_LABELS, OfferStatus
from matcher.pairing.matches import Match

_LONGEST = 32_767  # characters that Excel takes in a cell; xlsxwriter leaves out a longer text without a word

SYNTHETIC_LABEL = "演示数据（虚构）"
STATUS_LABELS = {
    OfferStatus.DRAFT: "征求意见稿",
    OfferStatus.APPROVED: "现行",
    OfferStatus.SUPERSEDED: "已被取代",
}
Line = tuple[str | int | float | None, ...]
"""One row of a sheet; None is an empty cell: not stated, not known."""

_RESULTS = (
    ("序号", 6), ("需求方", 30), ("需求方编号", 24), ("资源", 24), ("资源编号", 24), ("资源类型", 14), ("提供方", 22),
    ("匹配度", 8), ("资格", 12), ("推荐理由", 60), ("差距", 40), ("待补充", 30), ("金额下限（万元）", 12),
    ("金额上限（万元）", 12), ("期限上限（月）", 10), ("年利率下限（%）", 10), ("年利率上限（%）", 10),
    ("担保方式", 20), ("效力", 12), ("来源可信度", 8), ("演示数据", 16),
)  # fmt: skip
_CONDITIONS = (
    ("序号", 6), ("需求方", 30), ("资源", 24), ("条件", 40), ("字段", 18), ("要求", 24), ("需求方的值", 24),
    ("结果", 12), ("差距", 40), ("所属选项", 20), ("起决定作用", 10), ("文件", 36), ("条款", 14), ("原文", 60),
    ("理解与假设", 30), ("演示数据", 16),
)  # fmt: skip
_PARTS = (("序号", 6), ("需求方", 30), ("资源", 24), ("得分项", 18), ("得分", 8), ("依据", 60), ("演示数据", 16))


class FileFormat(StrEnum):
    """Formats of a file of matches (导出格式)."""

    CSV = "csv"
    XLSX = "xlsx"


def write_matches(path: Path, matches: Sequence[Match], format: str) -> None:
    """Write matches in their order as `csv` (UTF-8 with BOM) or `xlsx`; a `ValueError` for another format.

    The same columns serve both ways: offers for a seeker, and a prospect list for an offer.
    """
    write = {FileFormat.CSV: _write_csv, FileFormat.XLSX: _write_xlsx}[FileFormat(format)]
    write(path, matches)


def _write_csv(path: Path, matches: Sequence[Match]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([title for title, _ in _RESULTS])
        for line in _result_lines(matches):
            writer.writerow(["" if cell is None else _csv_cell(cell) for cell in line])


def _csv_cell(cell: str | int | float) -> str | int | float:
    return escape_formula(cell) if isinstance(cell, str) else cell


def _write_xlsx(path: Path, matches: Sequence[Match]) -> None:
    with xlsxwriter.Workbook(path) as book:
        bold = book.add_format({"bold": True, "border": 1, "bg_color": "#DCE6F1", "text_wrap": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for name, columns, lines in (
            ("匹配结果", _RESULTS, _result_lines(matches)),
            ("条件核验", _CONDITIONS, _condition_lines(matches)),
            ("得分构成", _PARTS, _part_lines(matches)),
        ):
            _write_sheet(book.add_worksheet(name), columns, lines, (bold, wrapped))


def _write_sheet(
    sheet: Any, columns: Sequence[tuple[str, int]], lines: Iterator[Line], styles: tuple[Any, Any]
) -> None:
    bold, wrapped = styles
    sheet.freeze_panes(1, 0)
    for place, (title, width) in enumerate(columns):
        sheet.set_column(place, place, width, wrapped)
        sheet.write_string(0, place, title, bold)
    count = 0
    for count, line in enumerate(lines, start=1):
        for place, cell in enumerate(line):
            _write_cell(sheet, count, place, cell)
    sheet.autofilter(0, 0, count, len(columns) - 1)


def _write_cell(sheet: Any, row: int, place: int, cell: str | int | float | None) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, place, cell if len(cell) <= _LONGEST else f"{cell[: _LONGEST - 1]}…")
    elif cell is not None:
        sheet.write_number(row, place, cell)


def _result_lines(matches: Sequence[Match]) -> Iterator[Line]:
    for place, match in enumerate(matches, start=1):
        offer, terms = match.offer, match.offer.terms
        yield (
            place,
            match.seeker_name,
            match.seeker_id,
            offer.name,
            offer.id,
            OFFER_KIND_LABELS[offer.kind],
            offer.provider,
            match.score,
            STATE_LABELS[match.eligibility.state],
            "；".join(match.reasons),
            "；".join(match.gaps),
            "、".join(REGISTRY[code].label for code in match.unknowns),
            _number(terms.amount_min_wan),
            _number(terms.amount_max_wan),
            terms.term_months_max,
            _number(terms.rate_min_pct),
            _number(terms.rate_max_pct),
            "、".join(terms.guarantee_modes),
            STATUS_LABELS[offer.status],
            offer.confidence.value,
            _synthetic(match),
        )


def _condition_lines(matches: Sequence[Match]) -> Iterator[Line]:
    for place, match in enumerate(matches, start=1):
        for finding in match.eligibility.findings:
            leaf, clause = finding.leaf, finding.leaf.clause
            yield (
                place,
                match.seeker_name,
                match.offer.name,
                leaf.label,
                REGISTRY[leaf.field].label,
                requirement(leaf),
                None if finding.value is None else value_text(leaf.field, finding.value),
                STATE_LABELS[finding.state],
                finding.gap,
                finding.group,
                "是" if finding.decisive else "否",
                clause.document,
                clause.article,
                clause.quote,
                leaf.assumption,
                _synthetic(match),
            )


def _part_lines(matches: Sequence[Match]) -> Iterator[Line]:
    for place, match in enumerate(matches, start=1):
        for part in match.contributions:
            head = (place, match.seeker_name, match.offer.name)
            yield (*head, part.label, part.points, part.evidence, _synthetic(match))


def _synthetic(match: Match) -> str:
    return SYNTHETIC_LABEL if match.seeker_synthetic or match.offer.synthetic else ""


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
