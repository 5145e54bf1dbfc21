"""Imports (导入): the files that came, what each did, its problem rows, and undoing it."""

from typing import Any

from nicegui import ui

from api.access.permissions import Permission
from api.access.viewers import STAFF
from api.console.blocks import address, bare, definition, line, link, muted, note, panel, quiet, tag, tile, title
from api.console.columns import Column, ColumnKind, Row
from api.console.desk import Desk
from api.console.long_work import progress
from api.console.numbers import count, moment
from api.console.pages import Page
from api.console.tables import Table
from api.errors import UnknownJob
from api.exchange.import_reports import problem_file
from api.exchange.import_undoing import undo_import
from api.store.imports import ImportRecord
from api.store.jobs import Job
from api.store.revisions import KEPT, Undone
from matcher.fields import PARTY_KIND_LABELS, PartyKind

_COUNTED = ("rows", "new", "changed", "same", "doubtful", "rejected")


async def show_all(desk: Desk) -> None:
    """The form that begins an import, and the imports so far."""
    title(desk, "page.imports", under=desk.text("op.import.under"))
    if desk.query.get("problem"):
        note(desk.query["problem"], "red")
    _begin(desk)
    records = await desk.work(desk.services.store.imports.list, desk.viewer)
    if not records:
        muted(desk.text("op.import.none"))
        return
    text = desk.text
    columns = (
        Column("file", text("op.import.file"), pinned=True, width=280),
        Column("kind", text("op.import.kind"), width=110),
        Column("started", text("op.import.started"), ColumnKind.MOMENT, width=160),
        *(Column(name, text(f"op.import.{name}"), ColumnKind.NUMBER, width=110) for name in _COUNTED),
        Column("state", text("op.import.state")),
    )
    rows = [_row(desk, record) for record in records]
    Table("imports", text("page.imports"), columns, lambda key: desk.go(f"/imports/{key}")).show(desk, rows)


def _begin(desk: Desk) -> None:
    with panel(desk.text("op.import.begin")):
        with tag("form", "line", action=address("/imports/upload"), method="post", enctype="multipart/form-data"):
            with tag("select", "plain-select", name="kind", aria_label=desk.text("op.import.kind")):
                for kind in PartyKind:
                    tag("option", "", PARTY_KIND_LABELS[kind], value=kind.value)
            label = desk.text("op.import.choose")
            tag(
                "input",
                "file-input",
                type="file",
                name="file",
                accept=".xlsx,.csv,.txt",
                required=True,
                aria_label=label,
            )
            tag("button", "submit slim", desk.text("op.import.look"), type="submit")
        with line("small"):
            muted(desk.text("op.import.template_hint"))
            for kind in PartyKind:
                link(PARTY_KIND_LABELS[kind], f"/imports/template.xlsx?kind={kind.value}")


def _row(desk: Desk, record: ImportRecord) -> Row:
    counts = dict(record.counts)
    return {
        "id": record.id,
        "file": record.file_name,
        "kind": PARTY_KIND_LABELS[record.kind],
        "started": record.started.isoformat(),
        "state": _state(desk, record),
        **{name: counts.get(name) for name in _COUNTED},
    }


def _state(desk: Desk, record: ImportRecord) -> str:
    if record.finished is None:
        return desk.text("op.import.running")
    if record.counts.get("refused"):
        return desk.text("op.import.refused")
    return desk.text("op.import.undone" if record.counts.get("undone") else "op.import.finished")


async def show(desk: Desk) -> None:
    """One import: while it runs how far it has come, then what it did, its problem rows, and the way back."""
    record = await desk.work(desk.services.store.imports.get, desk.viewer, desk.path["batch"])
    tag("h1", "", record.file_name)
    job = await desk.work(_job, desk)
    if record.finished is None and job is not None:
        await progress(
            desk, job.id, lambda _: bare(desk.text("op.import.see"), lambda: desk.go(f"/imports/{record.id}"))
        )
        _reload_when_done(desk, job)
        return
    _numbers(desk, record)
    _problems(desk, record, job)
    await _undo(desk, record)


def _job(desk: Desk) -> Job | None:
    """The job of an import; None where it had none, or none is kept any more."""
    try:
        return desk.services.store.jobs.get(desk.viewer, desk.query.get("job", ""))
    except UnknownJob:
        return None


def _reload_when_done(desk: Desk, job: Job) -> None:
    async def look() -> None:
        if (await desk.work(desk.services.store.jobs.get, desk.viewer, job.id)).ended:
            timer.deactivate()
            desk.go(f"/imports/{desk.path['batch']}?job={job.id}")

    timer = ui.timer(1.0, look)


def _numbers(desk: Desk, record: ImportRecord) -> None:
    text, counts = desk.text, record.counts
    if counts.get("refused"):
        note(text("op.import.refused_text"), "red")
        return
    with tag("div", "tiles"):
        for name in _COUNTED:
            tile(text(f"op.import.{name}"), count(counts.get(name)))
    with panel(), tag("dl", "said"):
        definition(text("op.import.kind"), PARTY_KIND_LABELS[record.kind])
        definition(text("op.import.started"), moment(record.started))
        definition(text("op.import.state"), _state(desk, record))


def _problems(desk: Desk, record: ImportRecord, job: Job | None) -> None:
    if not problem_file(desk.services.settings.data, record.id).is_file():
        return
    with panel(desk.text("op.import.problems")):
        muted(desk.text("op.import.problems_under"))
        with line(), tag("a", "file", href=f"/v1/imports/{record.id}/problems.xlsx", download=True):
            ui.icon("download").props("aria-hidden=true")
            tag("span", "", desk.text("op.import.problems_file"))
        report = (job.result or {}) if job is not None else {}
        examples(desk, report.get("examples", ()))


def examples(desk: Desk, found: Any) -> None:
    """Rows with problems: line, column, what stood there, why."""
    if not found:
        return
    text = desk.text
    rows: list[Row] = [
        {
            "id": f"{item['line']}-{place}",
            "line": item["line"],
            "treatment": text("op.import.kept_out" if item["rejected"] else "op.import.came_in"),
            "column": problem["column"],
            "value": problem["value"],
            "why": problem["message"],
        }
        for item in found
        for place, problem in enumerate(item["problems"])
    ]
    columns = (
        Column("line", text("op.import.line"), ColumnKind.NUMBER, width=90),
        Column("treatment", text("op.import.treatment"), width=130),
        Column("column", text("op.import.column"), width=160),
        Column("value", text("op.import.value"), width=180),
        Column("why", text("op.import.why"), width=420),
    )
    Table("import-problems", text("op.import.problems"), columns, height="300px").show(desk, rows)


async def _undo(desk: Desk, record: ImportRecord) -> None:
    """Bring back what the import changed; what was changed since stays."""
    store = desk.services.store
    left = await desk.work(store.revisions.open_of, desk.viewer, record.id)
    if not left or not desk.may(Permission.PARTY_IMPORT):
        return

    async def undo() -> None:
        done = await desk.work(_undone, desk, record)
        said = {"restored": count(done.restored), "removed": count(done.removed), "kept": count(done.kept)}
        place.clear()
        with place:
            note(desk.text("op.import.undo_done", **said))

    with panel(desk.text("op.import.undo")) as place:
        muted(desk.text("op.import.undo_under", n=count(left), days=KEPT.days))
        with line():
            quiet(desk.text("op.import.undo"), undo, "undo")


def _undone(desk: Desk, record: ImportRecord) -> Undone:
    done = undo_import(desk.services.store, desk.services.audit, desk.viewer, record)
    desk.services.parties.catch_up()
    return done


_IMPORT = Permission.PARTY_IMPORT
PAGES = (
    Page("/imports", "imports", show_all, _IMPORT, "upload_file", STAFF),
    Page("/imports/{batch}", "import", show, _IMPORT),
)
