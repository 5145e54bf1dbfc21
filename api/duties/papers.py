"""Drafts as files (草稿文件): 工作动态信息 as DOCX, 载体绩效目标表 as XLSX; what is not known reads 待补充."""

from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from docx.enum.text import WD_ALIGN_PARAGRAPH

from api.delivery.word import add_paragraph, new_document, readable, saved
from api.duties.drafting import FORM_NOTE, LACKING, SYNTHETIC_NOTE, Draft
from api.duties.goals import Goal

_TEXTS = ("载体", "维度", "指标", "单位")
_WIDTHS = (30, 14, 40, 7, 12, 12, 11, 12, 12, 26)
_REACHED, _BEFORE = 6, (7, 8)
_UNKNOWN = "未登记"
"""What stands in a cell of the year before of which nothing is known: nobody must add it."""


def write_report(draft: Draft) -> bytes:
    """The report as DOCX; the same draft is the same bytes."""
    title = readable(draft.title)
    document = new_document(title, readable(draft.platform), title, _made(draft))
    document.add_paragraph(title, style="Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    duty, last = draft.occasion.duty, draft.occasion.deadline.day
    for text in (
        *_notes(draft),
        f"期间 {draft.first} 至 {draft.occasion.ended}，报送 {'、'.join(duty.to)}，{last} 前。",
    ):
        add_paragraph(document, readable(text), bold=text == SYNTHETIC_NOTE)
    for section in draft.sections:
        document.add_paragraph(section.heading, style="Heading 1")
        for line in section.lines:
            add_paragraph(document, readable(line))
        for name in section.missing:
            add_paragraph(document, f"{readable(name)}：{LACKING}", bold=True)
    add_paragraph(document, f"报送单位（盖章）：{LACKING}", bold=True)
    return saved(document)


def goal_headings(year: int) -> tuple[str, ...]:
    """The headings of the table of goals for a year."""
    years = (f"{year}年目标", "本期完成", "完成率（%）", f"{year - 1}年目标", f"{year - 1}年完成")
    return (*_TEXTS, *years, "数据来源")


def write_goals(draft: Draft) -> bytes:
    """The table of goals as XLSX: a row an indicator of a carrier; numbers are numbers, texts never formulas."""
    target = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": draft.title, "created": _made(draft)})
        sheet = book.add_worksheet("载体绩效目标表")
        for place, width in enumerate(_WIDTHS):
            sheet.set_column(place, place, width)
        heads = goal_headings(draft.occasion.ended.year)
        title = book.add_format({"bold": True, "font_size": 14})
        for row, note in enumerate((draft.title, *_notes(draft))):
            sheet.write_string(row, 0, readable(note), None if row else title)
        top = 1 + len(_notes(draft))
        sheet.write_row(top, 0, heads, book.add_format(_HEAD))
        _write_rows(book, sheet, draft.goals, top + 1)
        sheet.freeze_panes(top + 1, 3)
        sheet.autofilter(top, 0, top + max(1, len(draft.goals)), len(heads) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
    return target.getvalue()


_CELL = {"border": 1, "text_wrap": True, "valign": "top"}
_HEAD = _CELL | {"bold": True, "bg_color": "#EEF2F7"}


def _write_rows(book: Any, sheet: Any, goals: tuple[Goal, ...], top: int) -> None:
    """The rows; what must be added by hand stands out, what is not known of the year before only says so."""
    cell = book.add_format(_CELL)
    lack = book.add_format(_CELL | {"bg_color": "#FFF2CC"})
    quiet = book.add_format(_CELL | {"font_color": "#6B7785"})
    for row, goal in enumerate(goals, top):
        for place, value in enumerate(_cells(goal)):
            if value is not None or place == _REACHED:
                sheet.write(row, place, value, cell)
            elif place in _BEFORE:
                sheet.write_string(row, place, _UNKNOWN, quiet)
            else:
                sheet.write_string(row, place, LACKING, lack)


def _cells(goal: Goal) -> tuple[str | float | None, ...]:
    texts = (readable(goal.carrier), goal.dimension, goal.indicator, goal.unit)
    figures = (goal.target, goal.value, goal.reached_pct, goal.target_before, goal.value_before)
    return (*texts, *(None if value is None else float(value) for value in figures), readable(goal.source))


def _notes(draft: Draft) -> tuple[str, ...]:
    form = (FORM_NOTE,) if draft.goals else ()
    return (*form, *((SYNTHETIC_NOTE,) if draft.synthetic else ()))


def _made(draft: Draft) -> datetime:
    day = draft.occasion.ended
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001  # files hold no zone
