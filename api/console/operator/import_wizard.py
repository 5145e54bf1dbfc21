"""The wizard of an import (导入向导): columns as they were guessed, a trial that writes nothing, then the job."""

from datetime import date
from typing import Any

from nicegui import ui

from api.access.permissions import Permission
from api.clock import now, today
from api.console.blocks import bare, line, muted, note, panel, primary, quiet, tag, tile, title
from api.console.desk import Desk
from api.console.numbers import count
from api.console.operator.imports import examples
from api.console.pages import Page
from api.exchange.import_drafts import Draft, Drafts
from api.exchange.import_reports import report_document
from api.exchange.import_trials import Outlook, SeenColumn, outlook, trial
from api.exchange.importing import ImportSummary
from api.jobs.importing import KIND, import_arguments, keep_upload
from api.store.import_columns import checked_columns
from api.store.import_templates import ImportTemplate
from api.store.jobs import Job
from matcher.declarations.registry import REGISTRY
from matcher.errors import MatcherError
from matcher.fields import PARTY_KIND_LABELS

_COUNTED = ("new", "changed", "same", "merged", "doubtful", "rejected")


async def show(desk: Desk) -> None:
    """The wizard over a file that was laid down."""
    drafts = Drafts(desk.services.settings.data)
    draft = await desk.work(drafts.get, desk.viewer, desk.path["draft"])
    title(desk, "page.import_new", under=f"{draft.name} · {PARTY_KIND_LABELS[draft.kind]}")
    wizard = _Wizard(desk, drafts, draft)
    await wizard.show()


class _Wizard:
    """The choices made so far; columns, trial and run stand beneath each other, so that one may go back."""

    def __init__(self, desk: Desk, drafts: Drafts, draft: Draft) -> None:
        self._desk = desk
        self._drafts = drafts
        self._draft = draft
        self._chosen: dict[str, str] = {}
        self._used = ""
        fields = REGISTRY.of_kind(draft.kind)
        leave = desk.text("op.import.leave_out")
        self._options = {"": leave} | {field.code: f"{field.label}（{field.group}）" for field in fields}

    async def show(self) -> None:
        """Build the parts."""
        desk = self._desk
        with panel(desk.text("op.import.step_columns")):
            muted(desk.text("op.import.columns_under"))
            self._kept = tag("div", "line top")
            self._columns = tag("div", "stack")
        with panel(desk.text("op.import.step_trial")):
            with line("top"):
                self._source = ui.input(desk.text("op.import.source"), value=self._draft.name).props("dense outlined")
                label = desk.text("op.import.observed_on")
                self._day = ui.input(label, value=today().isoformat()).props("dense outlined")
                primary(desk.text("op.import.try"), self._try, "fact_check")
            self._outcome = tag("div", "stack", role="status")
        await self._begin()

    async def _begin(self) -> None:
        """Take up the template that was kept for a file of just these columns, if there is one."""
        seen = await self._seen()
        headings = {item.header for item in seen.columns if not item.joint}
        fitting = next((item for item in self._fitting_kind() if item.columns.keys() == headings), None)
        if fitting is not None:
            self._used, self._chosen = fitting.id, dict(fitting.columns)
        self._templates()
        self._show_columns(seen if fitting is None else await self._seen())

    async def _seen(self) -> Outlook:
        return await self._desk.work(outlook, self._drafts.file(self._draft), self._draft.kind, self._chosen)

    def _fitting_kind(self) -> list[ImportTemplate]:
        found = self._desk.services.store.import_templates.list(self._desk.viewer)
        return [item for item in found if item.kind is self._draft.kind]

    async def _look(self) -> None:
        self._show_columns(await self._seen())

    def _show_columns(self, seen: Outlook) -> None:
        desk = self._desk
        unused = sum(not item.field and not item.joint for item in seen.columns)
        self._columns.clear()
        with self._columns:
            note(desk.text("op.import.columns_found", n=len(seen.columns), unused=unused, about=seen.description))
            for notice in seen.notices:
                note(notice, "amber")
            with tag("table", "rows"):
                with tag("thead"), tag("tr"):
                    for key in ("heading", "samples", "fills"):
                        tag("th", "", desk.text(f"op.import.{key}"), scope="col")
                with tag("tbody"):
                    for item in seen.columns:
                        self._column(item)

    def _column(self, item: SeenColumn) -> None:
        desk = self._desk
        with tag("tr"):
            tag("td", "", item.header, data_label=desk.text("op.import.heading"))
            tag("td", "muted", "；".join(item.samples) or "—", data_label=desk.text("op.import.samples"))
            with tag("td", data_label=desk.text("op.import.fills")):
                if item.joint:
                    tag("span", "muted", desk.text("op.import.joint"))
                    return
                choice = ui.select(self._options, value=item.field, with_input=True)
                choice.props("dense outlined options-dense").style("min-width: 240px")
                choice.props["aria-label"] = f"{desk.text('op.import.fills')} {item.header}"
                choice.on_value_change(lambda event: self._choose(item.header, event.value))

    def _choose(self, header: str, code: str | None) -> None:
        self._chosen[header] = code or ""
        self._outcome.clear()

    def _templates(self) -> None:
        """Kept choices for files of one source."""
        desk = self._desk
        kept = {item.id: item for item in self._fitting_kind()}
        self._kept.clear()
        with self._kept:
            if kept:
                names = {key: item.name for key, item in kept.items()}
                used = self._used if self._used in names else None
                chosen = ui.select(names, label=desk.text("op.import.use_template"), value=used)
                chosen.props("dense outlined options-dense").style("min-width: 240px")
                chosen.on_value_change(lambda event: self._apply(kept[event.value]))
            if self._used in kept:
                bare(desk.text("op.import.drop_template"), self._drop_template, "delete_outline")
            name = ui.input(desk.text("op.import.template_name")).props("dense outlined maxlength=60")
            quiet(desk.text("op.import.keep_template"), lambda: self._keep(name.value), "bookmark_add")

    async def _apply(self, template: ImportTemplate) -> None:
        self._used, self._chosen = template.id, dict(template.columns)
        self._outcome.clear()
        self._templates()
        await self._look()

    async def _drop_template(self) -> None:
        """The choices stay as they are, the template goes."""
        desk = self._desk
        await desk.work(desk.services.store.import_templates.delete, desk.viewer, self._used)
        self._used = ""
        desk.say("op.import.template_dropped")
        self._templates()

    async def _keep(self, name: str) -> None:
        desk = self._desk
        if not name.strip():
            return
        seen = await self._seen()
        columns = {item.header: item.field for item in seen.columns if not item.joint}
        keep = desk.services.store.import_templates.keep
        kept = await desk.work(keep, desk.viewer, name.strip(), self._draft.kind, columns, now())
        self._used = kept.id
        desk.say("op.import.template_kept", name=name.strip())
        self._templates()

    async def _try(self) -> None:
        self._outcome.clear()
        try:
            found = await self._desk.work(self._tried)
        except (MatcherError, ValueError) as error:
            with self._outcome:
                note(str(error), "red")
            return
        with self._outcome:
            self._show_trial(found)

    def _tried(self) -> ImportSummary:
        desk, draft = self._desk, self._draft
        return trial(
            desk.services.store.revisions,
            desk.viewer,
            self._drafts.file(draft),
            kind=draft.kind,
            source=self._source.value or draft.name,
            observed_on=date.fromisoformat(self._day.value),
            chosen=checked_columns(draft.kind, self._chosen),
        )

    def _show_trial(self, found: ImportSummary) -> None:
        desk = self._desk
        tag("p", "conclusion", desk.text("op.import.trial_finding", rows=count(found.rows)))
        with tag("div", "tiles"):
            for name in _COUNTED:
                tile(desk.text(f"op.import.{name}"), count(getattr(found, name)))
        if found.ignored_columns:
            muted(desk.text("op.import.ignored", names="、".join(found.ignored_columns)))
        examples(desk, report_document(found)["examples"])
        with line():
            primary(desk.text("op.import.run", n=count(found.rows - found.rejected)), self._run, "play_arrow")
            bare(desk.text("op.import.forget"), self._forget)

    async def _run(self) -> None:
        desk = self._desk
        job = await desk.work(self._queued)
        desk.go(f"/imports/{job.arguments['import']}?job={job.id}")

    def _queued(self) -> Job:
        desk, draft = self._desk, self._draft
        viewer, store = desk.viewer, desk.services.store
        begun = store.imports.start(viewer, kind=draft.kind, file_name=draft.name, sha256=draft.sha256)
        keep_upload(desk.services.settings.data, self._drafts.file(draft), begun.id)
        arguments: dict[str, Any] = import_arguments(
            begun,
            source=self._source.value,
            observed_on=date.fromisoformat(self._day.value),
            columns=self._chosen,
            by=viewer.name or viewer.role.value,
        )
        job = store.jobs.submit(viewer, KIND, arguments, key=begun.id, request_id="")
        self._drafts.forget(draft)
        return job

    def _forget(self) -> None:
        self._drafts.forget(self._draft)
        self._desk.go("/imports")


PAGES = (Page("/imports/new/{draft}", "import_new", show, Permission.PARTY_IMPORT),)
