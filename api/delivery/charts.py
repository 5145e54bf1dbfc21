"""Native charts in Word (图表): drawn by the reader's own Word or WPS, with the figures behind them open to editing.

python-docx knows no charts and xlsxwriter does: a small workbook with a chart is written, its chart is taken over as a
part of the document and the workbook embedded as the chart's data (ECMA-376 part 1, 21.2).
"""

import zipfile
from collections.abc import Iterator
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
_VISIBLE, _GAPS = b'<c:plotVisOnly val="1"/>', b'<c:dispBlanksAs val="gap"/>'
"""Said outright: where it is left out, as xlsxwriter does, readers differ on whether a missing value is a zero."""
_VALUES = b'<c:showVal val="1"/>'
_ONLY_VALUES = (
    b'<c:showLegendKey val="0"/>'
    + _VALUES
    + b"".join(b'<c:show%s val="0"/>' % name for name in (b"CatName", b"SerName", b"Percent", b"BubbleSize"))
)
"""Said outright as well: LibreOffice takes what is left out of a label for shown."""
_FORMER = ("#C98A1B", "#2E9E6B", "#8A5FB8", "#6B7785")
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


@dataclass(frozen=True, slots=True)
class RadarChart:
    """A radar picture: an axis for each name, a line for each series over them, 0 to 100; None is not drawn at all."""

    title: str
    names: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]


def add_chart(document: Any, chart: BarChart | RadarChart, number: int, made: datetime) -> None:
    """Put a chart at the end of a document; `number` counts the charts of the document from 1."""
    book = _book(chart, made)
    with zipfile.ZipFile(BytesIO(book)) as archive:
        drawn = archive.read("xl/charts/chart1.xml")
        plain = packed({name: archive.read(name) for name in archive.namelist()})
    package = document.part.package
    data = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), _BOOK_TYPE, plain, package)
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), _CHART_TYPE, b"", package)
    relation = part.relate_to(data, RELATIONSHIP_TYPE.PACKAGE)
    drawn = drawn.replace(_VISIBLE, _VISIBLE + _GAPS).replace(_VALUES, _ONLY_VALUES)
    part._blob = _with_data(drawn, relation)
    height = Cm(10) if isinstance(chart, RadarChart) else Cm(1.8 + 0.65 * max(2, len(chart.names)))
    key = document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    drawing = parse_xml(_DRAWING.format(width=Cm(15), height=height, number=number, relation=key))
    drawing.xpath(".//wp:docPr")[0].set("descr", _described(chart))
    document.element.body.insert_element_before(drawing, "w:sectPr")


def _book(chart: BarChart | RadarChart, made: datetime) -> bytes:
    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        book.set_properties({"created": made})
        sheet = book.add_worksheet("数据")
        for row, cells in enumerate(_rows(chart)):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                elif cell is not None:
                    sheet.write_number(row, column, cell)
        drawn = _drawn_radar(book, chart) if isinstance(chart, RadarChart) else _drawn(book, chart)
        sheet.insert_chart("F1", drawn)
    return written.getvalue()


def _rows(chart: BarChart | RadarChart) -> Iterator[tuple[str | float | None, ...]]:
    """The figures: a row a name with a column a series; of several series the first row names them."""
    if isinstance(chart, BarChart):
        yield from zip(chart.names, chart.values, strict=True)
        return
    yield (None, *(label for label, _ in chart.series))
    yield from zip(chart.names, *(values for _, values in chart.series), strict=True)


def _drawn_radar(book: Any, chart: RadarChart) -> Any:
    """The last series stands out; where a value is not known its line has a gap, and none runs to the middle."""
    drawn = book.add_chart({"type": "radar", "subtype": "with_markers"})
    last, font = len(chart.names), {"name": BODY, "size": 10}
    for column in range(1, len(chart.series) + 1):
        colour = _BLUE if column == len(chart.series) else _FORMER[(column - 1) % len(_FORMER)]
        drawn.add_series(
            {
                "name": ["数据", 0, column],
                "categories": ["数据", 1, 0, last, 0],
                "values": ["数据", 1, column, last, column],
                "line": {"color": colour, "width": 2},
                "marker": {"type": "circle", "size": 6, "fill": {"color": colour}, "border": {"color": colour}},
            }
        )
    drawn.set_title({"name": chart.title, "name_font": font | {"size": 12, "bold": True}, "overlay": False})
    drawn.set_legend({"position": "bottom", "font": font})
    drawn.set_x_axis({"num_font": font})
    grid = {"visible": True, "line": {"color": "#D9DFE7"}}
    scale = {"min": 0, "max": 100, "major_unit": 25, "major_tick_mark": "none", "minor_tick_mark": "none"}
    drawn.set_y_axis(scale | {"major_gridlines": grid, "num_font": font | {"size": 8}})
    return drawn


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


def _described(chart: BarChart | RadarChart) -> str:
    """What the chart shows, in words, for those who cannot see it; what is not known is not named."""
    series = chart.series if isinstance(chart, RadarChart) else (("", chart.values),)
    told = (f"{label} {_listed(chart.names, values)}".strip() for label, values in series)
    return f"{chart.title}：{'；'.join(told)}"


def _listed(names: tuple[str, ...], values: tuple[float | None, ...]) -> str:
    return "，".join(f"{name} {value:g}" for name, value in zip(names, values, strict=True) if value is not None)
