"""Files that come in through the operator's pages (上传): plain forms, answered with the page that shows what came of it."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import RedirectResponse

from api.access.permissions import Permission, require
from api.clock import now
from api.console.desk import ROOT, Desk, desk_of
from api.delivery.receiving import Receiving, receive
from api.errors import NotSignedIn
from api.routes.uploads import laid_down
from matcher.errors import MatcherError

router = APIRouter(prefix=ROOT, include_in_schema=False)
RETURNS = "/campaigns/{campaign}/returns"
_MOST_SHOWN = 600


@router.post(RETURNS)
def post_return(request: Request, campaign: str, file: UploadFile, run: Annotated[int, Form()] = 1) -> RedirectResponse:
    """A filled list: recorded whole or not at all; the page's address says what came of it."""
    desk = desk_of(request)
    try:
        said = _returned(desk, campaign, file)
    except NotSignedIn:
        return _see("/sign-in", {})
    except MatcherError as error:
        said = {"problem": str(error)[:_MOST_SHOWN], "problems": 1}
    return _see(f"/campaigns/{campaign}", {"step": "outcomes", "run": run} | said)


def _returned(desk: Desk, campaign: str, file: UploadFile) -> dict[str, object]:
    viewer, services = desk.viewer, desk.services
    require(viewer, Permission.OUTCOME_WRITE)
    settings = services.settings
    with laid_down(file.file, file.filename or "", settings.data / "uploads", settings.max_import_bytes) as upload:
        report = receive(services.store, viewer, campaign, upload.path, now(), Receiving(viewer.name or "平台"))
    if report.problem_count:
        lines = "\n".join(
            f"{item.sheet} 第 {item.line} 行 {item.column}：{item.found}；应为：{item.expected}。{item.remedy}"
            for item in report.problems[:5]
        )
        return {"problem": lines[:_MOST_SHOWN], "problems": report.problem_count}
    return {"rows": report.rows, "said": report.said, "same": report.same, "added": report.added}


def _see(path: str, said: dict[str, object]) -> RedirectResponse:
    query = f"?{urlencode(said)}" if said else ""
    return RedirectResponse(f"{ROOT}{path}{query}", status_code=303)
