"""The report of a measured carrier as DOCX (载体评价报告): each year's marks, a radar, what changed, what lacks."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm

from api.carriers.desk import Measured
from api.delivery.charts import RadarChart, add_chart
from api.delivery.word import add_paragraph, add_table, new_document, readable, saved
from api.exchange.decimals import plain
from api.store.carriers import EnteredFocus
from matcher.carriers.scorecard import IndicatorMark, Scorecard
from matcher.taxonomy import industries

LACKING = "待补充"
ASSUMED = "六个维度出自工信厅联企业函〔2019〕92号 三（三）；指标、权重与满分值为约定，见评价办法文件。"
SYNTHETIC_NOTE = "本报告含虚构的演示数据。"
FEWEST = 3
"""A radar of fewer known dimensions shows nothing."""
_WIDTHS = (2.4, 4.6, 1.5, 1.7, 1.2, 1.5, 2.5)
"""Of the columns, in cm; together the width of the text."""
_HEADINGS = ("维度", "指标", "目标", "数值", "单位", "得分", "来源")


def write_measured(measured: Measured, platform: str, on: date) -> bytes:
    """The report as DOCX; the same marks on the same day are the same bytes."""
    title = f"{readable(measured.carrier.name)}载体评价报告"
    made = datetime(on.year, on.month, on.day)  # noqa: DTZ001  # files hold no zone
    document = new_document(title, readable(platform), title, made)
    document.add_paragraph(title, style="Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    if measured.carrier.synthetic:
        add_paragraph(document, SYNTHETIC_NOTE, bold=True)
    add_paragraph(document, readable(f"评价办法：{measured.measures.name}（{measured.measures.version}）。{ASSUMED}"))
    add_paragraph(document, _focus(measured.focus))
    _add_radar(document, measured, made)
    for card in measured.scorecards:
        document.add_paragraph(f"{card.year} 年度", style="Heading 1")
        add_paragraph(document, _summary(card))
        add_table(document, _HEADINGS, _lines(measured, card))
        _widen(document.tables[-1])
    for year, changes in measured.changes:
        document.add_paragraph(f"{year} 年度与上一所选年度比较", style="Heading 1")
        lines: list[tuple[str, ...]] = [
            (x.name, _shown(plain(x.before)), _shown(plain(x.after)), plain(x.by) or "不可比") for x in changes
        ]
        add_table(document, ("维度", "此前", "此后", "变化"), lines)
    return saved(document)


def _widen(table: Any) -> None:
    """Give the indicators room, and each figure no more than it needs."""
    table.autofit = False
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, _WIDTHS, strict=True):
            cell.width = Cm(width)


def _focus(focus: EnteredFocus | None) -> str:
    if focus is None:
        return f"聚焦产业：{LACKING}。"
    told = (f"{industries.industry(code).name}（{kind}）" for code, kind in focus.industries.items())
    return f"聚焦产业：{'、'.join(told)}。"


def _add_radar(document: Any, measured: Measured, made: datetime) -> None:
    """The radar of all years, where one of them knows enough dimensions; which are not drawn is said under it."""
    cards = measured.scorecards
    if all(sum(item.mark is not None for item in card.dimensions) < FEWEST for card in cards):
        return
    names = tuple(dict.fromkeys(item.dimension.name for card in cards for item in card.dimensions))
    series = tuple((f"{card.year} 年", tuple(_mark(card, name) for name in names)) for card in cards)
    add_chart(document, RadarChart("各维度得分（0 至 100，已知部分）", names, series), 1, made)
    unknown = [
        f"{card.year} 年{'、'.join(lacking)}"
        for card in cards
        if (lacking := [name for name in names if _mark(card, name) is None])
    ]
    if unknown:
        add_paragraph(document, f"未知而未画出：{'；'.join(unknown)}。")


def _mark(card: Scorecard, name: str) -> float | None:
    mark: Decimal | None = next((item.mark for item in card.dimensions if item.dimension.name == name), None)
    return None if mark is None else float(mark)


def _summary(card: Scorecard) -> str:
    mark = "尚不能评分" if card.mark is None else f"已知部分得分 {plain(card.mark)}"
    bounds = f"补齐后总分在 {plain(card.least)} 至 {plain(card.most)} 之间"
    return f"{mark}，覆盖权重 {plain(card.covered_pct)}%；{bounds}。{LACKING} {len(card.missing)} 项。"


def _lines(measured: Measured, card: Scorecard) -> list[tuple[str, ...]]:
    return [
        (
            item.dimension.name,
            x.indicator.label,
            _target(measured, card.year, x),
            LACKING if x.given is None else plain(x.given.value) or "",
            x.indicator.unit,
            _shown(plain(x.mark)),
            "" if x.given is None else readable(f"{x.given.source}，{x.given.on}"),
        )
        for item in card.dimensions
        for x in item.indicators
    ]


def _target(measured: Measured, year: int, item: IndicatorMark) -> str:
    told = measured.target(year, item.indicator.id)
    return "未设" if told is None else plain(told.value) or ""


def _shown(text: str | None) -> str:
    return LACKING if text is None else text
