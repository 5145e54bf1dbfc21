"""How ranking works (排序说明), from the weights that are in force: 算法推荐管理规定 16, 个人信息保护法 24."""

from api.access.viewers import Role
from api.console.blocks import muted, panel, span, tag, title
from api.console.desk import Desk
from api.console.numbers import count
from api.console.pages import Page
from api.exchange.algorithm import algorithm_document
from matcher.pairing.scoring import Scoring


async def show(desk: Desk) -> None:
    """Build the page."""
    title(desk, "page.algorithm")
    said = algorithm_document(Scoring())
    muted(said["purpose"])
    with panel(desk.text("algorithm.principles")), tag("ul", "points"):
        for words in said["principles"]:
            tag("li", "", words)
    with panel(desk.text("algorithm.parts")), tag("table", "rows"):
        with tag("thead"), tag("tr"):
            for key in ("part", "meaning", "most"):
                tag("th", "number" if key == "most" else "", desk.text(f"algorithm.{key}"), scope="col")
        with tag("tbody"):
            for part in said["parts"]:
                with tag("tr"):
                    tag("td", "", part["label"], data_label=desk.text("algorithm.part"))
                    tag("td", "", part["meaning"], data_label=desk.text("algorithm.meaning"))
                    most = f"{part['most_points']:g}"
                    tag("td", "number", most, data_label=desk.text("algorithm.most"))
    with panel(desk.text("algorithm.rights")), tag("ul", "points"):
        for key in ("off", "tags", "why", "review"):
            tag("li", "", desk.text(f"algorithm.right.{key}"))
        tag("li", "", desk.text("algorithm.order", order=said["order_without_profile"]))
    span(desk.text("algorithm.version", version=said["version"], n=count(len(said["parts"]))), "muted small")


PAGES = (Page("/algorithm", "algorithm", show, None, "help_outline", frozenset({Role.ENTERPRISE})),)
