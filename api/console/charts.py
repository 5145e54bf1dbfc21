"""Charts (图表): ECharts whose title says the finding, with labelled axes, no 3D and at most five colours."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from api.console.blocks import stack, tag
from api.console.desk import Desk

COLOURS = ("#1F5FBF", "#2E9E6B", "#C98A1B", "#8A5FB8", "#6B7785")
"""No more than five; each stands out from white and from the dark ground by 3:1."""
INK = "var(--muted)"
"""What words and figures are written in: the page's own, one for light and one for dark (console.css), 4.5:1 on each.

Only a drawing in SVG takes it, for its parts are parts of the page.
"""
MOST_SERIES = len(COLOURS)


def bars(
    desk: Desk, finding: str, values: Sequence[tuple[str, float]], *, axis: str, across: bool = True, height: int = 0
) -> ui.echart:
    """Bars of one series, the first on top; `finding` is the title in words, `axis` what is counted, with its unit."""
    names, numbers = [name for name, _ in values], [number for _, number in values]
    category: dict[str, Any] = {"type": "category", "data": names, "axisTick": {"show": False}, "inverse": across}
    category["axisLabel"] = {"color": INK}
    value = _value_axis(axis)
    options = _options([{"type": "bar", "name": axis, "data": numbers, "barMaxWidth": 22, **_labelled(across)}])
    options |= {"yAxis": category, "xAxis": value} if across else {"xAxis": category, "yAxis": value}
    return _chart(
        desk, finding, options, values=values, height=height or (max(160, 60 + 28 * len(values)) if across else 280)
    )


def lines(
    desk: Desk, finding: str, names: Sequence[str], series: Mapping[str, Sequence[float | None]], *, axis: str
) -> ui.echart:
    """Lines over the same names (months, say); raise `ValueError` for more series than there are colours."""
    if len(series) > MOST_SERIES:
        raise ValueError(f"{len(series)} series are more than {MOST_SERIES} colours")
    made = [
        {"type": "line", "name": name, "data": list(data), "symbolSize": 6, "connectNulls": False}
        for name, data in series.items()
    ]
    options = _options(made)
    options |= {"xAxis": {"type": "category", "data": list(names)}, "yAxis": _value_axis(axis)}
    if len(series) > 1:
        options["legend"] = {"top": 0, "right": 0, "textStyle": {"color": INK}}
    first = next(iter(series.values()), ())
    return _chart(desk, finding, options, values=[(name, data) for name, data in zip(names, first, strict=True)])


def radar(
    desk: Desk, finding: str, axes: Sequence[str], series: Mapping[str, Sequence[float | None]], *, most: float = 100
) -> ui.echart:
    """A line a series around the same axes, the last one in front; what is not known leaves a gap.

    Drawn on polar axes: the library's own radar puts a missing value into the middle, where it reads as a zero. Raises
    `ValueError` for more series than there are colours.
    """
    if len(series) > MOST_SERIES:
        raise ValueError(f"{len(series)} series are more than {MOST_SERIES} colours")
    former = iter(COLOURS[2:])
    made = [
        _around(name, data, COLOURS[0] if place == len(series) else next(former), last=place == len(series))
        for place, (name, data) in enumerate(series.items(), 1)
    ]
    options = {name: said for name, said in _options(made).items() if name != "grid"} | _polar(axes, most)
    told = [(f"{name} {axis}", mark) for name, data in series.items() for axis, mark in zip(axes, data, strict=True)]
    return _chart(desk, finding, options, values=[(name, mark) for name, mark in told if mark is not None], height=360)


def _around(name: str, data: Sequence[float | None], colour: str, *, last: bool) -> dict[str, Any]:
    """A line around the axes that comes back to its first point; former ones are dashed, with other marks."""
    return {
        "type": "line",
        "coordinateSystem": "polar",
        "name": name,
        "data": [["-" if mark is None else mark, at] for at, mark in enumerate((*data, data[0]))],
        "lineStyle": {"color": colour, "width": 2.5 if last else 1.5, "type": "solid" if last else "dashed"},
        "symbol": "circle" if last else "diamond",
        "symbolSize": 8,
        "itemStyle": {"color": colour},
    }


def _polar(axes: Sequence[str], most: float) -> dict[str, Any]:
    """The axes of a radar: names in two lines, so that they stand beside it on a phone too."""
    faint = {"lineStyle": {"color": "#8884"}}
    names = json.dumps(list(axes))
    halved = json.dumps([f"{name[: len(name) // 2]}\n{name[len(name) // 2 :]}" for name in axes])
    told = f"p => p.seriesName + ' ' + {names}[p.value[1] % {len(axes)}] + ' ' + p.value[0]"
    angle = {"type": "value", "min": 0, "max": len(axes), "interval": 1, "startAngle": 90, "splitLine": faint}
    radius = {"min": 0, "max": most, "interval": most / 4, "splitLine": faint}
    return {
        "polar": {"radius": "68%", "center": ["50%", "47%"]},
        "angleAxis": angle
        | {"axisLine": faint, "axisTick": {"show": False}}
        | {"axisLabel": {"color": INK, "fontSize": 13, "lineHeight": 17, ":formatter": f"at => {halved}[at] ?? ''"}},
        "radiusAxis": radius
        | {"axisLine": {"show": False}, "axisTick": {"show": False}, "axisLabel": {"color": INK, "fontSize": 11}},
        "legend": {"bottom": 0, "textStyle": {"color": INK}},
        "tooltip": {"confine": True, ":formatter": told},
    }


def funnel(desk: Desk, finding: str, steps: Sequence[tuple[str, int]], *, axis: str) -> ui.echart:
    """Steps that grow narrower, as bars: widths can be compared, which a drawn funnel's cannot."""
    return bars(desk, finding, steps, axis=axis)


def _value_axis(name: str) -> dict[str, Any]:
    return {
        "type": "value",
        "name": name,
        "nameLocation": "end",
        "nameTextStyle": {"color": INK},
        "axisLabel": {"color": INK},
        "splitLine": {"lineStyle": {"color": "#8884"}},
    }


def _labelled(across: bool) -> dict[str, Any]:
    return {"label": {"show": True, "position": "right" if across else "top", "color": INK}}


def _options(series: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "color": list(COLOURS),
        "animation": False,
        "aria": {"enabled": True},
        "grid": {"left": 8, "right": 56, "top": 28, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis", "confine": True},
        "textStyle": {"fontFamily": "inherit", "color": INK},
        "series": series,
    }


def _chart(
    desk: Desk, finding: str, options: dict[str, Any], *, values: Sequence[tuple[str, float | None]], height: int = 280
) -> ui.echart:
    """The chart under its finding; a reader of the screen gets the values as a table."""
    with stack("tight"):
        tag("h2", "finding", finding)
        chart = ui.echart(options, renderer="svg").style(f"width: 100%; height: {height}px")
        chart.props["role"] = "img"
        chart.props["aria-label"] = finding + desk.text("chart.values") + "; ".join(f"{a} {b}" for a, b in values[:20])
    return chart
