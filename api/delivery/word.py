"""Word documents in Chinese (公文排版): fonts by name, header and footer, and files that are the same when made twice.

Fonts are named for both scripts (`w:ascii` and `w:eastAsia`), so that figures and Latin letters do not fall back to
another typeface; a machine without the named font takes its own Chinese one, for the text is marked as zh-CN.
"""

import zipfile
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

BODY, TITLE = "宋体", "黑体"
"""In every Chinese Windows, in WPS and under Office for Mac; elsewhere replaced by what is there."""
_TABLES = ("Table Grid", "Normal Table")
_FAST = 4
_TABLE_CM, _FIRST_CM = 15.4, 5.4
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNUSED = ("/thumbnail", "/stylesWithEffects", "/customXml")
"""Kinds of parts in the library's template that say nothing here: a preview, a copy of the styles, a bibliography."""


def new_document(title: str, header: str, footer: str, made: datetime) -> Any:
    """An empty A4 document with a header, a footer with page numbers, and Chinese fonts in all styles used here."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.8)
    section.top_margin, section.bottom_margin = Cm(3), Cm(2.5)
    for name, size, face in (("Normal", 12, BODY), ("Title", 20, TITLE), ("Heading 1", 14, TITLE)):
        _set_font(document.styles[name], size, face)
    document.styles["Normal"].paragraph_format.line_spacing = 1.5
    _mark_chinese(document)
    _write_line(section.header.paragraphs[0], header, WD_ALIGN_PARAGRAPH.RIGHT)
    foot = section.footer.paragraphs[0]
    _write_line(foot, f"{footer}　第 ", WD_ALIGN_PARAGRAPH.CENTER)
    _add_page_number(foot)
    foot.add_run(" 页").font.size = Pt(9)
    _drop_unused(document)
    said = document.core_properties
    said.title, said.author, said.comments = title, header, ""
    said.created = said.modified = made
    return document


def clear(document: Any) -> None:
    """Take everything out of the body but the page's own settings."""
    body = document.element.body
    for child in list(body):
        if child.tag != qn("w:sectPr"):
            body.remove(child)


def add_paragraph(document: Any, text: str, *, indent: bool = True, bold: bool = False) -> Any:
    """A paragraph, its first line indented by two characters."""
    paragraph = document.add_paragraph()
    paragraph.add_run(text).bold = bold
    paragraph.paragraph_format.space_after = Pt(0)
    if indent:
        _indent(paragraph)
    return paragraph


def add_table(
    document: Any, headings: tuple[str, ...], lines: list[tuple[str, ...]], *, of_numbers: bool = False
) -> None:
    """A table with a heading row that repeats on every page; no row goes over two.

    Of numbers the first column, which names them, is the widest, and all others are set to the right.
    """
    table = document.add_table(rows=1, cols=len(headings), style="Table Grid")
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(mark)
    for row in (headings, *lines):
        cells = table.rows[0].cells if row is headings else table.add_row().cells
        for place, (cell, text) in enumerate(zip(cells, row, strict=True)):
            _fill(cell, text, bold=row is headings, right=of_numbers and place > 0)
    for table_row in table.rows:
        table_row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    if of_numbers:
        _widen_first(table)


def _widen_first(table: Any) -> None:
    table.autofit = False
    rest = (_TABLE_CM - _FIRST_CM) / (len(table.columns) - 1)
    for place, column in enumerate(table.columns):
        column.width = Cm(rest if place else _FIRST_CM)
        for cell in column.cells:
            cell.width = column.width


def saved(document: Any) -> bytes:
    """The file, the same bytes for the same content: members bear no time of writing."""
    written = BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as archive:
        return packed({name: archive.read(name) for name in archive.namelist()})


def packed(members: Mapping[str, bytes]) -> bytes:
    """An archive of members under a fixed time."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(fixed(name, zipfile.ZIP_DEFLATED), content, compresslevel=_FAST)
    return made.getvalue()


def fixed(name: str, compression: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    """A member of an archive under a fixed time and the same rights everywhere."""
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type, info.create_system, info.external_attr = compression, 3, 0o644 << 16
    return info


def readable(text: str) -> str:
    """Text without the control characters that XML has no way to write."""
    return "".join(char for char in text if char in "\t\n" or _writable(char))


@cache
def _writable(char: str) -> bool:
    code = ord(char)
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def _drop_unused(document: Any) -> None:
    _shorten_styles(document)
    for relations in (document.part.rels, document.part.package.rels):
        for key in [key for key, item in relations.items() if item.reltype.endswith(_UNUSED)]:
            del relations[key]


def _shorten_styles(document: Any) -> None:
    """Take out the table styles that are not used: nine tenths of every file."""
    for style in list(document.styles.element.style_lst):
        if style.get(qn("w:type")) == "table" and style.name_val not in _TABLES:
            document.styles.element.remove(style)


def _set_font(style: Any, size: float, face: str) -> None:
    style.font.size, style.font.name = Pt(size), face
    style.font.color.rgb = None
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), face)


def _mark_chinese(document: Any) -> None:
    properties = document.styles["Normal"].element.get_or_add_rPr()
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "zh-CN")
    language.set(qn("w:eastAsia"), "zh-CN")
    properties.append(language)


def _write_line(paragraph: Any, text: str, alignment: WD_ALIGN_PARAGRAPH) -> None:
    paragraph.alignment = alignment
    paragraph.add_run(text).font.size = Pt(9)


def _add_page_number(paragraph: Any) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = paragraph.add_run("1")
    run.font.size = Pt(9)
    field.append(run._r)
    paragraph._p.append(field)


def _indent(paragraph: Any) -> None:
    """Two characters, whatever the size of the font."""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), "200")


def _fill(cell: Any, text: str, *, bold: bool = False, right: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(10.5)
    paragraph.paragraph_format.line_spacing = 1.0
