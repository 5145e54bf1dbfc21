"""What a chart writes can be read: its ink is the page's own, 4.5:1 on the light grounds and the dark."""

import re

import pytest

from api.console.charts import INK
from api.console.mounting import STATIC


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def themes() -> list[dict[str, str]]:
    """The colours of the light page, and of the dark one, by name."""
    css = (STATIC / "console.css").read_text("utf-8")
    blocks = re.findall(r"\{([^{}]*--ground:[^{}]*)\}", css)
    return [dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{6})", block)) for block in blocks]


@pytest.mark.parametrize(("theme", "ground"), [(theme, ground) for theme in (0, 1) for ground in ("panel", "ground")])
def test_the_words_of_a_chart_stand_out(theme: int, ground: str) -> None:
    name = INK.removeprefix("var(--").removesuffix(")")
    colours = themes()[theme]
    assert contrast(colours[name], colours[ground]) >= 4.5
