"""Files that come in through the operator's pages (上传): plain forms; the page they lead to shows what came of it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from api.access.permissions import Permission, require
from api.clock import now
from api.console.desk import ROOT, Desk, desk_of
from api.delivery.receiving import Receiving, receive
from api.errors import NotSignedIn
from api.exchange.import_drafts import Drafts
from api.exchange.import_trials import outlook
from api.exchange.templates import write_template
from api.routes.uploads import laid_down
from matcher.errors import MatcherError
from matcher.fields import PARTY_KIND_LABELS, PartyKind

router = APIRouter(prefix=ROOT, include_in_schema=False)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_SHOWN = 600


@router.post("/imports/upload")
def post_import(request: Request, file: UploadFile, kind: Annotated[PartyKind, Form()]) -> RedirectResponse:
    """A file of parties: laid down for the wizard, nothing is imported yet."""
    desk = desk_of(request)
    try:
        draft = _laid(desk, file, kind)
    except NotSignedIn:
        return _see("/sign-in", {})
    except MatcherError as error:
        return _see("/imports", {"problem": str(error)[:_MOST_SHOWN]})
    return _see(f"/imports/new/{draft}", {})


def _laid(desk: Desk, file: UploadFile, kind: PartyKind) -> str:
    viewer, settings = desk.viewer, desk.services.settings
    require(viewer, Permission.PARTY_IMPORT)
    with laid_down(file.file, file.filename or "", settings.data / "uploads", settings.max_import_bytes) as upload:
        outlook(upload.path, kind, {})
        return Drafts(settings.data).keep(viewer, upload.path, upload.name, upload.sha256, kind).id


@router.get("/imports/template.xlsx")
def get_template(request: Request, kind: PartyKind = PartyKind.ENTERPRISE) -> Response:
    """The template to fill in for a kind of party."""
    desk = desk_of(request)
    require(desk.viewer, Permission.FIELD_READ)
    with TemporaryDirectory() as folder:
        path = Path(folder, "template.xlsx")
        write_template(path, kind)
        content = path.read_bytes()
    name = quote(f"{desk.text('imports.template_of', kind=PARTY_KIND_LABELS[kind])}.xlsx", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, media_type=_XLSX, headers=headers)


@router.post("/returns")
def post_return(
    request: Request, file: UploadFile, campaign: Annotated[str, Form(max_length=64)], run: Annotated[int, Form()] = 1
) -> RedirectResponse:
    """A filled list: recorded whole or not at all; the page's address says what came of it."""
    desk = desk_of(request)
    try:
        said = _returned(desk, campaign, file)
    except NotSignedIn:
        return _see("/sign-in", {})
    except MatcherError as error:
        said = {"problem": str(error)[:_MOST_SHOWN], "problems": 1}
    return _see(f"/campaigns/{quote(campaign, safe='')}", {"step": "outcomes", "run": run} | said)


def _returned(desk: Desk, campaign: str, file: UploadFile) -> dict[str, object]:
    viewer, services = desk.viewer, desk.services
    require(viewer, Permission.OUTCOME_WRITE)
    settings = services.settings
    with laid_down(file.file, file.filename or "", settings.data / "uploads", settings.max_import_bytes) as upload:
        by = Receiving(viewer.name or viewer.role.value)
        report = receive(services.store, viewer, campaign, upload.path, now(), by)
    if report.problem_count:
        lines = "\n".join(
            desk.text(
                "returns.problem",
                sheet=item.sheet,
                line=item.line,
                column=item.column,
                found=item.found,
                expected=item.expected,
                remedy=item.remedy,
            )
            for item in report.problems[:5]
        )
        return {"problem": lines[:_MOST_SHOWN], "problems": report.problem_count}
    return {"rows": report.rows, "said": report.said, "same": report.same, "added": report.added}


def _see(path: str, said: dict[str, object]) -> RedirectResponse:
    query = f"?{urlencode(said)}" if said else ""
    return RedirectResponse(f"{ROOT}{path}{query}", status_code=303)
