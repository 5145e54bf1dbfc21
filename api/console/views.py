"""Saved views of a table (视图): columns, order, widths, sorting and filters under a name, kept by account.

They are kept on the server, so that they are there on every machine at which one signs in.
"""

from collections.abc import Callable

from nicegui import ui

from api.clock import now
from api.console.blocks import bare, dialog, line, primary, quiet
from api.console.desk import Desk
from api.store.views import LONGEST_NAME, View

WAIT = 10.0
"""How long, in seconds, a busy browser may take to say what is seen."""


def views(desk: Desk, table: str, grid: ui.aggrid) -> None:
    """Show the choice of views of a table, and the button that saves what is seen as one."""
    _Views(desk, table, grid).show()


class _Views:
    """The choice, and what may be done with what is chosen."""

    def __init__(self, desk: Desk, table: str, grid: ui.aggrid) -> None:
        self._desk = desk
        self._table = table
        self._grid = grid
        self._kept: dict[str, View] = {}
        self._default = desk.text("table.view.default")

    def show(self) -> None:
        """Build the parts; what is kept is read once the page stands."""
        desk = self._desk
        self._chosen = ui.select([self._default], value=self._default, label=desk.text("table.view"))
        self._chosen.props("dense outlined options-dense").style("min-width: 140px")
        self._chosen.on_value_change(self._apply)
        self._drop = bare(desk.text("table.view.drop"), self._dropped)
        self._drop.set_visibility(False)
        quiet(desk.text("table.view.save"), self._ask, "bookmark_add")
        ui.timer(0.2, self._read, once=True)

    async def _read(self) -> None:
        desk = self._desk
        self._kept = await desk.work(desk.services.store.views.of, desk.viewer, self._table)
        if self._kept:
            self._chosen.set_options([self._default, *self._kept])

    def _apply(self) -> None:
        kept, grid = self._kept.get(self._chosen.value or ""), self._grid
        self._drop.set_visibility(kept is not None)
        if kept is None:
            grid.run_grid_method("resetColumnState")
            grid.run_grid_method("setFilterModel", None)
        else:
            grid.run_grid_method("applyColumnState", {"state": kept["columns"], "applyOrder": True})
            grid.run_grid_method("setFilterModel", kept["filters"])

    async def _dropped(self) -> None:
        desk, name = self._desk, str(self._chosen.value)
        await desk.work(desk.services.store.views.drop, desk.viewer, self._table, name)
        self._kept.pop(name, None)
        self._chosen.set_options([self._default, *self._kept], value=self._default)
        desk.say("table.view.dropped", name=name)

    def _ask(self) -> None:
        desk = self._desk
        with dialog(desk.text("table.view.save")) as asking:
            name = ui.input(desk.text("table.view.name"))
            name.props(f"dense outlined autofocus maxlength={LONGEST_NAME}")

            async def save() -> None:
                if name.value.strip():
                    await self._save(name.value.strip(), asking.close)

            name.on("keydown.enter", save)
            with line():
                primary(desk.text("save"), save)
                bare(desk.text("cancel"), asking.close)
        asking.open()

    async def _save(self, name: str, close: Callable[[], object]) -> None:
        desk, grid = self._desk, self._grid
        view = {
            "columns": await grid.run_grid_method("getColumnState", timeout=WAIT),
            "filters": await grid.run_grid_method("getFilterModel", timeout=WAIT),
        }
        await desk.work(desk.services.store.views.keep, desk.viewer, self._table, name, view, now())
        close()
        desk.say("table.view.saved", name=name)
        await self._read()
