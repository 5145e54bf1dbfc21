"""A filled-in list handed back (回传结果): tried first, then noted whole, or refused with each place that is wrong."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from nicegui import events, ui

from api.console.blocks import bare, dialog, line, muted, note, primary, tag
from api.console.desk import Desk
from api.console.numbers import count
from api.delivery.receiving import ReturnReport
from api.errors import ServiceError
from matcher.errors import MatcherError

_SHOWN = 20


def upload(desk: Desk) -> None:
    """Ask for the file, say what it holds, and note it when that is confirmed."""
    heading = desk.text("inst.hand_back")
    with dialog(heading) as opened:
        muted(desk.text("inst.hand_back_under"))
        told = tag("div", "stack", role="status")

        async def taken(event: events.UploadEventArguments) -> None:
            content = await event.file.read()
            told.clear()
            with told:
                await _tell(desk, content, opened.close)

        limit = desk.services.settings.max_import_bytes
        chosen = ui.upload(label=desk.text("inst.choose_file"), auto_upload=True, on_upload=taken, max_file_size=limit)
        chosen.props("accept=.xlsx flat bordered").classes("wide")
        bare(desk.text("close"), opened.close)
    opened.open()


async def _tell(desk: Desk, content: bytes, close: Callable[[], object]) -> None:
    try:
        report = await desk.work(_given, desk, content, dry=True)
    except (ServiceError, MatcherError) as error:
        note(str(error), "red")
        return
    note(desk.text("inst.hand_back_found", rows=count(report.rows), added=count(report.added), same=count(report.same)))
    if report.problem_count:
        _problems(desk, report)
        return
    if not report.added:
        return

    async def write() -> None:
        done = await desk.work(_given, desk, content, dry=False)
        close()
        desk.go(f"/received?noted={done.added}")

    with line():
        primary(desk.text("inst.hand_back_write", n=count(report.added)), write)


def _given(desk: Desk, content: bytes, *, dry: bool) -> ReturnReport:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        path.write_bytes(content)
        return desk.services.inbox.hand_back(desk.viewer, path, dry=dry)


def _problems(desk: Desk, report: ReturnReport) -> None:
    """What is wrong, each with its place; nothing of the file is noted before all of it is right."""
    note(desk.text("inst.hand_back_wrong", n=count(report.problem_count)), "red")
    with tag("table", "rows"):
        with tag("thead"), tag("tr"):
            for key in ("where", "found", "remedy"):
                tag("th", "", desk.text(f"inst.problem.{key}"), scope="col")
        with tag("tbody"):
            for problem in report.problems[:_SHOWN]:
                with tag("tr"):
                    tag("td", "", desk.text("inst.problem.at", row=problem.line, column=problem.column))
                    tag("td", "", problem.found)
                    tag("td", "", f"{problem.expected}；{problem.remedy}")
