"""Saved views of a table (视图): columns, order, widths, sorting and filters under a name, kept by the browser."""

import json
from collections.abc import Awaitable, Callable

from nicegui import ui

from api.console.blocks import bare, dialog, line, primary, quiet
from api.console.desk import Desk

WAIT = 10.0
"""How long, in seconds, a busy browser may take to say what it keeps."""


def views(desk: Desk, table: str, grid: ui.aggrid) -> None:
    """Show the choice of views of a table, and the button that saves what is seen as one."""
    key = json.dumps(f"rongtong.views.{table}")
    default = desk.text("table.view.default")
    chosen = ui.select([default], value=default, label=desk.text("table.view")).props("dense outlined options-dense")
    chosen.style("min-width: 140px")

    async def names() -> None:
        script = f"return Object.keys(JSON.parse(localStorage.getItem({key}) || '{{}}'))"
        found = await ui.run_javascript(script, timeout=WAIT)
        if found:
            chosen.set_options([default, *found])

    async def apply() -> None:
        name = json.dumps(chosen.value)
        script = f"return JSON.parse(localStorage.getItem({key}) || '{{}}')[{name}] || null"
        kept = await ui.run_javascript(script, timeout=WAIT)
        if kept is None:
            await grid.run_grid_method("resetColumnState")
            await grid.run_grid_method("setFilterModel", None)
        else:
            await grid.run_grid_method("applyColumnState", {"state": kept["columns"], "applyOrder": True})
            await grid.run_grid_method("setFilterModel", kept["filters"])

    chosen.on_value_change(apply)
    ui.timer(0.2, names, once=True)
    quiet(desk.text("table.view.save"), lambda: _ask(desk, key, grid, names), "bookmark_add")


def _ask(desk: Desk, key: str, grid: ui.aggrid, names: Callable[[], Awaitable[None]]) -> None:
    with dialog(desk.text("table.view.save")) as asking:
        name = ui.input(desk.text("table.view.name")).props("dense outlined autofocus maxlength=40")

        async def save() -> None:
            if not name.value:
                return
            kept = {
                "columns": await grid.run_grid_method("getColumnState"),
                "filters": await grid.run_grid_method("getFilterModel"),
            }
            said, named = json.dumps(kept), json.dumps(name.value)
            await ui.run_javascript(
                f"const all = JSON.parse(localStorage.getItem({key}) || '{{}}'); all[{named}] = {said};"
                f"localStorage.setItem({key}, JSON.stringify(all)); return true"
            )
            asking.close()
            desk.say("table.view.saved", name=name.value)
            await names()

        with line():
            primary(desk.text("save"), save)
            bare(desk.text("cancel"), asking.close)
    asking.open()
