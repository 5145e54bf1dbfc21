"""All carriers of a platform (载体评价): each with the mark of a year, bounds, what lacks; a carrier has its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.access.viewers import Role
from api.clock import today
from api.console.blocks import address, empty, line, link, tag, tile, title
from api.console.carriers import scorecard
from api.console.columns import Column, ColumnKind
from api.console.desk import Desk
from api.console.numbers import count, percent
from api.console.tables import Table
from api.exchange.carriers import summary_document
from matcher.carriers.measures import FIRST_YEAR

_YEARS = 4
Row = Mapping[str, Any]


async def show(desk: Desk) -> None:
    """The carriers that may be seen, for a year."""
    viewer = desk.viewer
    if viewer.role is Role.CARRIER and viewer.party_id:
        await scorecard.show_one(desk, viewer.party_id, home=True)
        return
    year = year_of(desk)
    found = await desk.work(desk.services.carriers.all, viewer, [year], today())
    rows = [_row(summary_document(item)) for item in found]
    with line("apart"):
        with tag("div"):
            title(desk, "page.carriers", under=desk.text("carrier.under"))
        link(desk.text("carrier.measures"), "/carriers/measures")
    years(desk, "/carriers", year)
    if not rows:
        empty(desk.text("carrier.none"), [(desk.text("carrier.import"), lambda: desk.go("/imports"))])
        return
    _tiles(desk, rows)
    Table(
        "carriers", desk.text("page.carriers"), _columns(desk), lambda key: desk.go(f"/carriers/{key}?year={year}")
    ).show(desk, rows)


def year_of(desk: Desk) -> int:
    """The year that the address asks for; this one where it names none that is measured."""
    asked, this = desk.query.get("year", ""), today().year
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= len(str(this)) else this
    return min(max(year, FIRST_YEAR), this)


def years(desk: Desk, path: str, current: int) -> None:
    """The years to choose from, the last first; one further back stands beside them while it is shown."""
    last = today().year
    offered = sorted({*range(max(FIRST_YEAR, last - _YEARS + 1), last + 1), current}, reverse=True)
    with tag("nav", "tabs", aria_label=desk.text("carrier.year")):
        for year in offered:
            said = desk.text("carrier.of_year", year=year)
            chosen = "page" if year == current else None
            tag("a", "tab", said, href=address(f"{path}?year={year}"), aria_current=chosen)


def _row(document: Row) -> Row:
    focus = document["focus"]
    named = None if focus is None else "、".join(item["name"] for item in focus["industries"])
    return {
        **document,
        "mark": _number(document["mark"]),
        "covered_pct": _number(document["covered_pct"]),
        "bounds": f"{_number(document['least']):.0f}–{_number(document['most']):.0f}",
        "focus": named,
    }


def _number(said: str | None) -> float | None:
    return None if said is None else float(said)


def _tiles(desk: Desk, rows: Sequence[Row]) -> None:
    covered = [row["covered_pct"] for row in rows]
    with tag("div", "tiles"):
        tile(desk.text("carrier.tile.count"), count(len(rows)))
        tile(desk.text("carrier.tile.marked"), count(sum(row["mark"] is not None for row in rows)))
        tile(desk.text("carrier.tile.covered"), percent(sum(covered) / len(covered)))
        tile(desk.text("carrier.tile.focus"), count(sum(row["focus"] is None for row in rows)))


def _columns(desk: Desk) -> tuple[Column, ...]:
    text = desk.text
    return (
        Column("name", text("carrier.name"), pinned=True, width=280),
        Column("kind", text("carrier.kind"), width=200),
        Column("mark", text("carrier.mark"), ColumnKind.NUMBER, width=160),
        Column("covered_pct", text("carrier.covered"), ColumnKind.PERCENT, width=130),
        Column("bounds", text("carrier.bounds"), width=120),
        Column("missing", text("carrier.missing_count"), ColumnKind.NUMBER, width=110),
        Column("focus", text("carrier.focus"), width=240),
    )
