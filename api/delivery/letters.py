"""One letter an enterprise (告知书): which institutions, why, what is lacking still, on what basis.

The parts that all letters of a run share are made once; of each letter only its body is made anew.
"""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH

from api.delivery.lists import Delivery, Item
from api.delivery.shown import Grounds, grounds
from api.delivery.word import add_paragraph, clear, new_document, packed, readable, saved
from api.exchange.exporting import SYNTHETIC_LABEL
from matcher.eligibility.results import STATE_LABELS, State

CONTACT = "〔请填写联系人、电话、地址〕"
_BODY = "word/document.xml"
_MOST_REASONS = 5


class LetterWriter:
    """Writes the letters of one run."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._document = new_document(
            f"{delivery.campaign.name}对接告知书", delivery.platform, delivery.campaign.name, delivery.moment
        )
        with zipfile.ZipFile(BytesIO(saved(self._document))) as archive:
            self._members = {name: archive.read(name) for name in archive.namelist()}

    def letter(self, items: Sequence[Item]) -> bytes:
        """The letter to the enterprise of these pairs, which are all of one; a DOCX file."""
        clear(self._document)
        for line in letter_lines(self._delivery, items):
            _add(self._document, *line)
        return packed(self._members | {_BODY: self._document.part.blob})


Line = tuple[str, str]
"""A style (title, to, text, heading, point, sign) and its text."""


def letter_lines(delivery: Delivery, items: Sequence[Item]) -> list[Line]:
    """What a letter says, line by line."""
    plan = delivery.plan
    seeker = items[0].row.match["seeker"]
    lines: list[Line] = [("title", "对接告知书"), ("to", f"{readable(seeker['name'])}：")]
    lines.append(
        (
            "text",
            f"为{plan.purpose}，我平台组织“{delivery.campaign.name}”（{plan.starts} 至 {plan.ends}）。"
            f"根据截至 {delivery.run.frozen.get('at', '未记录')} 的数据，贵单位与以下 {len(items)} 项资源相匹配，"
            "已列入相应机构的对接名单：",
        )
    )
    for number, item in enumerate(items, 1):
        lines += _offer_lines(number, item)
    lines.append(("heading", "说明"))
    lines.append(("text", f"本次活动依据：{readable(delivery.basis)}。"))
    lines.append(
        (
            "text",
            "匹配度为各得分项之和（0 至 100），只用于排序，不是信用评分；是否办理及条件由机构决定。"
            "机构收到的名单不含贵单位名称和联系方式，须经贵单位授权后提供。",
        )
    )
    promise = delivery.promise
    lines.append(
        (
            "text",
            f"机构将在收到推送后 {promise.accept_days} 个工作日内受理、{promise.contact_days} 个工作日内对接、"
            f"{promise.decide_days} 个工作日内作出决定。如有疑问或不愿参加，请与我平台联系：{CONTACT}",
        )
    )
    if any(item.row.match["synthetic"] for item in items):
        lines.append(("text", f"本告知书含{SYNTHETIC_LABEL}，仅供演示。"))
    return [
        *lines,
        ("sign", delivery.platform),
        ("sign", f"{delivery.day.year} 年 {delivery.day.month} 月 {delivery.day.day} 日"),
    ]


def _offer_lines(number: int, item: Item) -> list[Line]:
    row = item.row
    found = grounds(row)
    name = readable(row.match["offer"]["name"])
    lines = [
        ("heading", f"{number}．{name}" + ("" if item.provider in name else f"——{readable(item.provider)}")),
        ("point", f"名单编号 {row.id}；匹配度 {row.points / 100:g}；资格：{STATE_LABELS[State(row.eligibility)]}"),
        ("point", f"为什么：{_why(found, row.match['reasons'])}"),
    ]
    if found.gaps:
        lines.append(("point", f"尚有差距：{readable('；'.join(found.gaps))}"))
    if found.unknowns:
        lines.append(("point", f"请补充后再判断：{'、'.join(found.unknowns)}"))
    return lines


def _why(found: Grounds, reasons: Sequence[str]) -> str:
    said = "；".join(reasons[:_MOST_REASONS]) or "；".join(found.conditions[:_MOST_REASONS])
    return readable(said or "未记录具体理由")


def _add(document: Any, style: str, text: str) -> None:
    if style == "title":
        document.add_paragraph(text, style="Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif style == "heading":
        document.add_paragraph(text, style="Heading 1")
    elif style == "sign":
        add_paragraph(document, text, indent=False).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    else:
        add_paragraph(document, text, indent=style != "to", bold=style == "to")
