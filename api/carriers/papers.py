"""The report of a measured carrier as DOCX (载体评价报告): each year's marks, what changed, what is missing."""

from datetime import date, datetime

from docx.enum.text import WD_ALIGN_PARAGRAPH

from api.carriers.desk import Measured
from api.delivery.word import add_paragraph, add_table, new_document, readable, saved
from api.exchange.carriers import number
from matcher.carriers.scorecard import Scorecard

LACKING = "待补充"
ASSUMED = "六个维度出自工信厅联企业函〔2019〕92号 三（三）；指标、权重与满分值为约定，见评价办法文件。"
SYNTHETIC_NOTE = "本报告含虚构的演示数据。"
_HEADINGS = ("维度", "指标", "数值", "单位", "得分", "来源")


def write_measured(measured: Measured, platform: str, on: date) -> bytes:
    """The report as DOCX; the same marks on the same day are the same bytes."""
    title = f"{readable(measured.carrier.name)}载体评价报告"
    made = datetime(on.year, on.month, on.day)  # noqa: DTZ001  # files hold no zone
    document = new_document(title, readable(platform), title, made)
    document.add_paragraph(title, style="Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    if measured.carrier.synthetic:
        add_paragraph(document, SYNTHETIC_NOTE, bold=True)
    add_paragraph(document, f"评价办法：{measured.measures.name}（{measured.measures.version}）。{ASSUMED}")
    for card in measured.scorecards:
        document.add_paragraph(f"{card.year} 年度", style="Heading 1")
        add_paragraph(document, _summary(card))
        add_table(document, _HEADINGS, _lines(card))
    for year, changes in measured.changes:
        document.add_paragraph(f"{year} 年度与上一所选年度比较", style="Heading 1")
        lines: list[tuple[str, ...]] = [
            (x.name, _shown(number(x.before)), _shown(number(x.after)), number(x.by) or "不可比") for x in changes
        ]
        add_table(document, ("维度", "此前", "此后", "变化"), lines)
    return saved(document)


def _summary(card: Scorecard) -> str:
    mark = "尚不能评分" if card.mark is None else f"已知部分得分 {number(card.mark)}"
    bounds = f"补齐后总分在 {number(card.least)} 至 {number(card.most)} 之间"
    return f"{mark}，覆盖权重 {number(card.covered_pct)}%；{bounds}。{LACKING} {len(card.missing)} 项。"


def _lines(card: Scorecard) -> list[tuple[str, ...]]:
    return [
        (
            item.dimension.name,
            x.indicator.label,
            LACKING if x.given is None else number(x.given.value) or "",
            x.indicator.unit,
            _shown(number(x.mark)),
            "" if x.given is None else readable(f"{x.given.source}，{x.given.on}"),
        )
        for item in card.dimensions
        for x in item.indicators
    ]


def _shown(text: str | None) -> str:
    return LACKING if text is None else text
