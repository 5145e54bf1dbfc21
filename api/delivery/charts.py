"""Native charts in Word (图表): drawn by the reader's own Word or WPS, with the figures behind them open to editing.

python-docx knows no charts and xlsxwriter does: a small workbook with a chart is written, its chart is taken over as a
part of the document and the workbook embedded as the chart's data (ECMA-376 part 1, 21.2).
"""

import zipfile
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Cm

from api.delivery.word import BODY, packed

_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BLUE = "#1F5FBF"
_DRAWING = """<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:pPr><w:jc w:val="center"/></w:pPr>
<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>
<wp:docPr id="{number}" name="图{number}" descr=""/><wp:cNvGraphicFramePr/><a:graphic>
<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart r:id="{relation}"/></a:graphicData>
</a:graphic></wp:inline></w:drawing></w:r></w:p>"""


@dataclass(frozen=True, slots=True)
class BarChart:
    """A bar for each name, the first on top; the title says what is counted, in which unit."""

    title: str
    names: tuple[str, ...]
    values: tuple[float, ...]


def add_chart(document: Any, chart: BarChart, number: int, made: datetime) -> None:
    """Put a chart at the end of a document; `number` counts the charts of the document from 1."""
    book = _book(chart, made)
    with zipfile.ZipFile(BytesIO(book)) as archive:
        drawn = archive.read("xl/charts/chart1.xml")
        plain = packed({name: archive.read(name) for name in archive.namelist()})
    package = document.part.package
    data = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), _BOOK_TYPE, plain, package)
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), _CHART_TYPE, b"", package)
    relation = part.relate_to(data, RELATIONSHIP_TYPE.PACKAGE)
    part._blob = _with_data(drawn, relation)
    height = Cm(1.5 + 0.9 * max(2, len(chart.names)))
    key = document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    drawing = parse_xml(_DRAWING.format(width=Cm(15), height=height, number=number, relation=key))
    drawing.xpath(".//wp:docPr")[0].set("descr", _described(chart))
    document.element.body.insert_element_before(drawing, "w:sectPr")


def _book(chart: BarChart, made: datetime) -> bytes:
    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        book.set_properties({"created": made})
        sheet = book.add_worksheet("数据")
        for row, (name, value) in enumerate(zip(chart.names, chart.values, strict=True)):
            sheet.write_string(row, 0, name)
            sheet.write_number(row, 1, value)
        sheet.insert_chart("D1", _drawn(book, chart))
    return written.getvalue()


def _drawn(book: Any, chart: BarChart) -> Any:
    drawn = book.add_chart({"type": "bar"})
    last = len(chart.names) - 1
    font = {"name": BODY, "size": 10}
    drawn.add_series(
        {
            "categories": ["数据", 0, 0, last, 0],
            "values": ["数据", 0, 1, last, 1],
            "fill": {"color": _BLUE},
            "gap": 60,
            "data_labels": {"value": True, "font": font},
        }
    )
    drawn.set_title({"name": chart.title, "name_font": font | {"size": 12, "bold": True}, "overlay": False})
    drawn.set_legend({"none": True})
    drawn.set_y_axis({"reverse": True, "num_font": font, "major_tick_mark": "none"})
    drawn.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    return drawn


def _with_data(drawn: bytes, relation: str) -> bytes:
    """The chart with its data's place; the element stands after the text properties and before print settings."""
    place = drawn.rindex(b"<c:printSettings>")
    link = f'<c:externalData xmlns:r="{_RELATIONS}" r:id="{relation}"><c:autoUpdate val="0"/></c:externalData>'
    return drawn[:place] + link.encode() + drawn[place:]


_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _described(chart: BarChart) -> str:
    """What the chart shows, in words, for those who cannot see it."""
    return f"{chart.title}：" + "，".join(
        f"{name} {value:g}" for name, value in zip(chart.names, chart.values, strict=True)
    )
