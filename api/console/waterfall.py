"""The contributions to 匹配度 as a waterfall (得分构成): each step begins where the last one ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.console.blocks import span, tag
from api.console.desk import Desk
from api.console.numbers import points

Contribution = Mapping[str, Any]


def waterfall(desk: Desk, contributions: Sequence[Contribution], total: float) -> None:
    """Show what moved the number, the largest first, and name what moved nothing."""
    moved = sorted((item for item in contributions if item["points"]), key=lambda item: -item["points"])
    still = [str(item["label"]) for item in contributions if not item["points"]]
    most = max(total, sum(item["points"] for item in moved if item["points"] > 0), 1.0)
    with tag("table", "waterfall"), tag("tbody"):
        at = 0.0
        for item in moved:
            _step(item, at, most)
            at += item["points"]
        with tag("tr", "sum"):
            tag("th", "", desk.text("match.total"), scope="row")
            with tag("td", "wide-only"):
                _track(0.0, total, most)
            tag("td", "number", desk.text("match.total_points", points=f"{total:g}", shown=round(total)))
    if still:
        span(desk.text("match.unmoved", names=desk.text("list.comma").join(still)), "muted small")


def _step(item: Contribution, at: float, most: float) -> None:
    with tag("tr"):
        with tag("th", scope="row"):
            span(str(item["label"]))
            if item["evidence"]:
                span(f" {item['evidence']}", "muted small")
        with tag("td", "wide-only"):
            _track(at, item["points"], most)
        tag("td", "number", points(item["points"]))


def _track(at: float, length: float, most: float) -> None:
    begin, size = min(at, at + length), abs(length)
    with tag("div", "track", aria_hidden="true"):
        step = tag("div", "step less" if length < 0 else "step")
        step.style(f"left: {100 * begin / most:.2f}%; width: {100 * size / most:.2f}%")
