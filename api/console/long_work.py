"""A long job's page (任务): done and left, time left, what happens now, cancel; all of it from the store of jobs.

Closing the browser changes nothing: the job runs elsewhere, and its page is the same when it is opened again.
"""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from api.access.permissions import Permission
from api.console.blocks import definition, line, note, panel, quiet, span, tag, title
from api.console.desk import Desk
from api.console.numbers import UNKNOWN, count, moment
from api.console.pages import Page
from api.exchange.jobs import job_document
from api.store.jobs import Job, JobState

LOOK_SECONDS = 1.0
Done = Callable[[Job], Any]
"""Shows what came of a job that ended well, beneath its numbers."""


async def show(desk: Desk) -> None:
    """The page of the job that the address names."""
    title(desk, "page.job")
    await progress(desk, desk.path["job"])


async def progress(desk: Desk, job_id: str, done: Done | None = None) -> None:
    """Show a job until it has ended; another page may put it among its own parts. Raises `UnknownJob`."""
    job = await desk.work(desk.services.store.jobs.get, desk.viewer, job_id)
    view = _View(desk, done)
    view.show(job)
    if job.ended:
        return

    async def look() -> None:
        found = await desk.work(desk.services.store.jobs.get, desk.viewer, job_id)
        view.show(found)
        if found.ended:
            timer.deactivate()

    timer = ui.timer(LOOK_SECONDS, look)


class _View:
    """What of a job is on the page: the parts are made once and change in place, so that nothing jumps."""

    def __init__(self, desk: Desk, done: Done | None) -> None:
        self._desk = desk
        self._done = done
        self._revision = -1
        with panel():
            with line("apart"):
                self._state = tag("h2", "", "")
                self._cancel = quiet(desk.text("job.cancel"), self._ask_cancel, "stop")
            self._bar = ui.linear_progress(value=0, show_value=False, size="10px")
            self._bar.props["aria-label"] = desk.text("job.progress")
            self._now = tag("p", "", "")
            self._facts = tag("dl", "said")
            self._outcome = tag("div", "stack")
        self._job: Job | None = None

    def show(self, job: Job) -> None:
        """Bring the page up to date with a job."""
        if job.revision == self._revision and job.state is not JobState.RUNNING:
            return
        self._job, self._revision = job, job.revision
        document = job_document(job)
        self._state.set_text(self._desk.text(f"job.{job.state.value}"))  # type: ignore[attr-defined]
        self._now.set_text(job.note)  # type: ignore[attr-defined]
        self._bar.props["indeterminate"] = job.state is JobState.RUNNING and not job.total
        self._bar.set_value(1.0 if job.state is JobState.DONE else job.done / job.total if job.total else 0.0)
        self._cancel.set_visibility(not job.ended and self._desk.may(Permission.JOB_CANCEL))
        self._cancel.set_enabled(not job.cancel_asked)
        self._show_facts(job, document)
        if job.ended:
            self._show_outcome(job)

    def _show_facts(self, job: Job, document: dict[str, Any]) -> None:
        text, left = self._desk.text, document["seconds_left"]
        self._facts.clear()
        with self._facts:
            definition(text("job.done_of"), f"{count(job.done)} / {count(job.total)}")
            if not job.ended:
                definition(text("job.left"), UNKNOWN if left is None else text("job.seconds", n=count(round(left))))
            definition(text("job.started"), moment(job.started))
            if job.ended:
                definition(text("job.finished"), moment(job.finished))
            else:
                definition(text("job.stay"), text("job.stay_text"))

    def _show_outcome(self, job: Job) -> None:
        self._outcome.clear()
        with self._outcome:
            if job.error is not None:
                note(str(job.error.get("detail", "")), "red")
            elif job.state is JobState.DONE and self._done is not None:
                self._done(job)
            elif job.result:
                for key, value in job.result.items():
                    span(f"{key}: {value}", "small")

    async def _ask_cancel(self) -> None:
        if self._job is not None:
            desk = self._desk
            self.show(await desk.work(desk.services.store.jobs.cancel, desk.viewer, self._job.id))
            desk.say("job.cancel_asked")


PAGES = (Page("/jobs/{job}", "job", show, Permission.JOB_READ),)
