"""Tables of rows (表格): AG Grid with Chinese texts, filters, a pinned first column, views, 导出全部; cards on a phone.

Up to `IN_BROWSER` rows go to the browser whole and are sorted and filtered there; of more, a `RowSource` gives each
stretch as it is scrolled to. Rows go as one text: as members of the grid's options each would be watched for changes,
which for a thousand rows takes longer than all else. Cards are made when a narrow window asks for them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from nicegui import events, json, ui

from api.clock import today
from api.console.blocks import Act, bare, line, quiet, span, tag
from api.console.columns import Column, Row, definitions
from api.console.desk import Desk
from api.console.numbers import count
from api.console.sheets import MEDIA, file_name, workbook
from api.console.views import views
from api.console.words import Language, catalogue

IN_BROWSER = 5_000
NARROW = "(max-width: 599px)"
"""When a window shows cards, as console.css says."""
_WHEN_NARROW = f"""() => {{
  const narrow = matchMedia("{NARROW}"), ask = () => narrow.matches && emit();
  ask();
  narrow.addEventListener("change", ask);
}}"""
CARDS = 20
"""So many cards are shown at first at phone width, and so many more each time."""
Open = Callable[[str], Any]
"""Opens the row of an id."""


class RowSource(Protocol):
    """Rows of a long table, read stretch by stretch; called off the event loop."""

    def stretch(self, start: int, end: int, order: Sequence[tuple[str, bool]], filters: Mapping[str, Any]) -> "Stretch":
        """Rows `start` to `end` in an order (field, descending) under AG Grid's filter model, and how many."""

    def all(self) -> Sequence[Row]:
        """Every row, for the export."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some rows of a long table, and how many the filters leave in all."""

    rows: Sequence[Row]
    total: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table as a page names it: `name` keys its views, `title` its file; `open` is called with a row's id."""

    name: str
    title: str
    columns: Sequence[Column]
    open: Open | None = None
    export: bool = True
    height: str = "min(64vh, 640px)"

    def show(self, desk: Desk, rows: Sequence[Row]) -> ui.aggrid:
        """Show rows that go to the browser whole; gives the grid, for selections and updates."""
        with tag("div", "stack"):
            head = line("apart")
            grid = _grid(desk, self, {":rowData": _whole(rows)})
            with head:
                _head(desk, self, grid, len(rows), lambda: rows)
            _cards(desk, self, rows)
        return grid

    async def show_long(self, desk: Desk, source: RowSource, total: int) -> ui.aggrid:
        """Show rows that are read as they are scrolled to; `total` is how many there are without a filter."""
        wanted = f"rows-{uuid4().hex}"
        _answer(desk, wanted, source)
        more = {"rowModelType": "infinite", "cacheBlockSize": 200, ":datasource": _datasource(wanted)}
        with tag("div", "stack"):
            head = line("apart")
            grid = _grid(desk, self, more)
            with head:
                _head(desk, self, grid, total, source.all)
            _cards(desk, self, (await desk.work(source.stretch, 0, 5 * CARDS, (), {})).rows)
        return grid


def _grid(desk: Desk, table: Table, more: dict[str, Any]) -> ui.aggrid:
    options = {
        "columnDefs": definitions(table.columns),
        "defaultColDef": {"sortable": True, "resizable": True, "suppressHeaderMenuButton": False},
        ":getRowId": "p => String(p.data.id)",
        "localeText": _texts(desk.words.language),
        "tooltipShowDelay": 300,
        "suppressCellFocus": False,
        "animateRows": False,
        **more,
    }
    grid = ui.aggrid(options, auto_size_columns=False).classes("wide-only").style(f"height: {table.height}")
    grid.props["aria-label"] = table.title
    if table.open is not None:
        opened = table.open
        grid.on("rowClicked", lambda event: opened(str(event.args["rowId"])), args=["rowId"])
        grid.classes("opens")
    return grid


def _whole(rows: Sequence[Row]) -> str:
    """A script that gives all rows, column by column, a text that comes often once; they stay within a JSON text."""
    fields = list(dict.fromkeys(field for row in rows for field in row))
    columns = [_column([row.get(field) for row in rows]) for field in fields]
    return f"""((fields, columns) => Array.from({{length: {len(rows)}}}, (_, at) => Object.fromEntries(fields.map(
  (name, place) => [name, columns[place].said?.[columns[place].values[at]] ?? columns[place].values[at]]))))(
  {json.dumps(fields)}, JSON.parse({json.dumps(json.dumps(columns))}))"""


def _column(values: list[Any]) -> dict[str, list[Any]]:
    """The values of a column; texts of which at most half differ as places in a list of what is said."""
    if not all(isinstance(value, str) for value in values):
        return {"values": values}
    places: dict[str, int] = {}
    found = [places.setdefault(value, len(places)) for value in values]
    return {"said": list(places), "values": found} if 2 * len(places) <= len(values) else {"values": values}


def _texts(language: Language) -> dict[str, str]:
    """What AG Grid says, from the catalogue."""
    prefix = "grid."
    return {key.removeprefix(prefix): said[language] for key, said in catalogue().items() if key.startswith(prefix)}


def _head(desk: Desk, table: Table, grid: ui.aggrid, total: int, rows: Callable[[], Sequence[Row]]) -> None:
    with line():
        span(desk.text("table.count", n=count(total)), "muted small")
    with line("wide-only"):
        views(desk, table.name, grid)
        if table.export:
            quiet(desk.text("table.export"), _exporting(desk, table, rows), "download")


def _exporting(desk: Desk, table: Table, rows: Callable[[], Sequence[Row]]) -> Act:
    async def export() -> None:
        _ = desk.viewer
        made = await desk.work(lambda: workbook(table.columns, rows()))
        ui.download.content(made, file_name(table.title, today()), MEDIA)

    return export


def _cards(desk: Desk, table: Table, rows: Sequence[Row]) -> None:
    with tag("div", "cards") as cards:
        there = tag("div", "stack")
        shown = 0

        def more() -> None:
            nonlocal shown
            with there:
                for row in rows[shown : shown + CARDS]:
                    _card(table, row)
            shown += CARDS
            button.set_visibility(shown < len(rows))

        def first() -> None:
            if not shown:
                more()

        button = bare(desk.text("table.more", n=CARDS), more)
        button.set_visibility(False)
    cards.on("vnodeMounted", first, js_handler=_WHEN_NARROW)


def _card(table: Table, row: Row) -> None:
    first, *others = table.columns
    with tag("div", "panel"):
        if table.open is None:
            tag("h2", "finding", first.text(row))
        else:
            opened, identifier = table.open, str(row.get("id", ""))
            bare(first.text(row), lambda: opened(identifier)).props("align=left")
        with tag("dl", "facts"):
            for column in others:
                tag("dt", "", column.heading)
                tag("dd", "", column.text(row))


def _datasource(wanted: str) -> str:
    """A script that asks for each stretch by an event of this name, and waits for `_answer`."""
    return f"""{{getRows: params => {{
  const key = String(Math.random());
  (window.rongtongRows ??= {{}})[key] = params;
  emitEvent("{wanted}", {{key, start: params.startRow, end: params.endRow, sort: params.sortModel,
    filter: params.filterModel}});
}}}}"""


def _answer(desk: Desk, wanted: str, source: RowSource) -> None:
    """Give the stretches that a grid asks for; who sits at the desk is asked again each time."""

    async def give(event: events.GenericEventArguments) -> None:
        _ = desk.viewer
        asked = event.args
        order = tuple((item["colId"], item["sort"] == "desc") for item in asked["sort"])
        found = await desk.work(source.stretch, int(asked["start"]), int(asked["end"]), order, asked["filter"])
        said = json.dumps([dict(row) for row in found.rows])
        key = json.dumps(str(asked["key"]))
        ui.run_javascript(f"rongtongRows[{key}]?.successCallback({said}, {found.total}); delete rongtongRows[{key}]")

    ui.on(wanted, give)
