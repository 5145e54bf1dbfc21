"""Drafts as files (草稿文件): 工作动态信息 as DOCX, 载体绩效目标表 as XLSX; what is not known reads 待补充."""

from datetime import datetime
from io import BytesIO

import xlsxwriter
from docx.enum.text import WD_ALIGN_PARAGRAPH

from api.delivery.word import add_paragraph, new_document, readable, saved
from api.duties.drafting import FORM_NOTE, LACKING, SYNTHETIC_NOTE, Draft, Goal

GOAL_HEADINGS = ("载体", "维度", "指标", "单位", "目标", "完成", "数据来源")
_WIDTHS = (28, 14, 42, 8, 12, 12, 24)


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


def write_goals(draft: Draft) -> bytes:
    """The table of goals as XLSX: a row an indicator of a carrier; numbers are numbers, texts never formulas."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False, "in_memory": True}) as book:
        book.set_properties({"title": draft.title, "created": _made(draft)})
        head, lack = book.add_format({"bold": True, "border": 1}), book.add_format({"bg_color": "#FFF2CC", "border": 1})
        cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("载体绩效目标表")
        for place, width in enumerate(_WIDTHS):
            sheet.set_column(place, place, width)
        for row, note in enumerate((draft.title, *_notes(draft))):
            sheet.write_string(row, 0, readable(note))
        top = 1 + len(_notes(draft))
        sheet.write_row(top, 0, GOAL_HEADINGS, head)
        for row, goal in enumerate(draft.goals, top + 1):
            for place, value in enumerate(_cells(goal)):
                sheet.write(row, place, LACKING if value is None else value, lack if value is None else cell)
        sheet.freeze_panes(top + 1, 0)
    return target.getvalue()


def _cells(goal: Goal) -> tuple[str | float | None, ...]:
    texts = (readable(goal.carrier), goal.dimension, goal.indicator, goal.unit)
    numbers = (None if value is None else float(value) for value in (goal.target, goal.value))
    return (*texts, *numbers, readable(goal.source))


def _notes(draft: Draft) -> tuple[str, ...]:
    form = (FORM_NOTE,) if draft.goals else ()
    return (*form, *((SYNTHETIC_NOTE,) if draft.synthetic else ()))


def _made(draft: Draft) -> datetime:
    day = draft.occasion.ended
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001  # files hold no zone
