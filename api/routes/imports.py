"""POST /v1/imports: a file of parties (导入). Single bad rows are reported and downloadable; no good row is lost."""

from collections.abc import Mapping
from typing import Annotated

import orjson
from fastapi import APIRouter, Form, Header, Path, Request, Response, UploadFile
from pydantic import ConfigDict, Field

from api.access.audit import Action
from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.clock import today
from api.exchange.documents import Document
from api.exchange.import_reports import problems_of, report_document
from api.exchange.jobs import job_document
from api.problems import Problem, Refusal
from api.routes.answers import ImportAnswer, ImportReportAnswer
from api.routes.jobs import JobAnswer
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service, Services, allowed
from api.routes.uploads import Origin, import_upload, laid_down, queue_upload
from api.schemas import Day, Identifier, Source, Wire
from api.store.imports import ImportRecord
from api.transport.strict_json import FORM, StrictRoute
from api.transport.tracing import request_id_of
from matcher.errors import InvalidValue
from matcher.fields import PARTY_KIND_LABELS, PartyKind

router = APIRouter(prefix="/v1/imports", tags=["导入"], route_class=StrictRoute)

Importer = Annotated[Viewer, allowed(Permission.PARTY_IMPORT)]

ImportId = Annotated[Identifier, Path(description="导入批次编号")]


ASYNC = "respond-async"


class ImportForm(Wire):
    """A file and what it holds."""

    model_config = ConfigDict(extra="forbid")

    file: UploadFile = Field(description="CSV（UTF-8、GB18030 或 UTF-16）或 XLSX")
    kind: PartyKind = Field(description="文件中主体的类型")
    source: Source | None = Field(None, description="数据来源；不填为文件名")
    observed_on: Day | None = Field(None, description="数据截至日期；不填为今天（北京时间）")
    template: Identifier | None = Field(None, description="列模板编号（见 /v1/import-templates）；不填则只按列名识别")


@router.post(
    "",
    summary="导入主体",
    status_code=201,
    responses=answered(ImportReportAnswer, 201) | {202: {"model": JobAnswer, "description": "已受理，在后台导入"}},
)
def post_import(
    form: Annotated[ImportForm, Form(media_type=FORM)],
    request: Request,
    services: Service,
    viewer: Importer,
    once: WritesOnce,
    prefer: Annotated[str | None, Header(description="respond-async：在后台导入，立即答 202（RFC 7240）")] = None,
) -> Response:
    """逐行导入；存疑的值留空并说明原因，无法导入的行列入问题文件。同一文件导入两次不会有任何变化。

    大文件宜带请求头 Prefer: respond-async：答 202，进度与结果见 /v1/jobs/{job_id}。
    """
    settings = services.settings
    what: Origin = {
        "kind": form.kind,
        "source": form.source or "",
        "observed_on": form.observed_on or today(),
        "columns": columns_of(services, viewer, form),
    }
    name = form.file.filename or ""
    later = prefers_async(prefer)
    with laid_down(form.file.file, name, settings.data / "uploads", settings.max_import_bytes) as upload:

        def write() -> Response:
            if later:
                job = queue_upload(services, viewer, upload, request_id=request_id_of(request.scope), **what)
                services.audit.note(viewer, Action.PARTIES_IMPORTED, detail={"job": job.id})
                return json_response(job_document(job), 202)
            record, summary = import_upload(services, viewer, upload, **what)
            return json_response(record_document(record) | report_document(summary), 201)

        said = (upload.sha256, name, form.kind.value, form.source, form.observed_on, later, form.template)
        return _pointed(once.about(repr(said)).answer(write, apart=not later))


def columns_of(services: Services, viewer: Viewer, form: ImportForm) -> Mapping[str, str]:
    """Which heading fills which field, by the form's template. Raises `UnknownImport`, `InvalidValue`."""
    if form.template is None:
        return {}
    found = services.campaigns.store.import_templates.get(viewer, form.template)
    if found.kind is not form.kind:
        raise InvalidValue(
            found=f"列模板“{found.name}”用于{PARTY_KIND_LABELS[found.kind]}",
            expected=f"用于{PARTY_KIND_LABELS[form.kind]}的列模板",
            remedy="请换一个列模板，或改主体类型",
        )
    return found.columns


def _pointed(response: Response) -> Response:
    """Say where an accepted job is followed, of a repeated answer too."""
    if response.status_code == 202:
        job = orjson.loads(response.body)["id"]
        response.headers["Location"] = f"/v1/jobs/{job}"
        response.headers["Preference-Applied"] = ASYNC
    return response


def prefers_async(header: str | None) -> bool:
    """Whether a `Prefer` header (RFC 7240 section 4.1) asks for an answer before the work is done."""
    return ASYNC in {part.split(";")[0].strip().lower() for part in (header or "").split(",")}


@router.get("/{import_id}", summary="一次导入", responses=answered(ImportAnswer, 404))
def get_import(import_id: ImportId, services: Service, viewer: Importer) -> Response:
    """文件、时间与各类行数。"""
    return json_response(record_document(services.store.imports.get(viewer, import_id)))


@router.get("/{import_id}/problems.csv", summary="问题文件", response_class=Response, responses=answered(None, 404))
def get_problems(import_id: ImportId, services: Service, viewer: Importer) -> Response:
    """被拒与存疑的行，附行号、列、原值与原因；改正后可直接再导入。"""
    record = services.store.imports.get(viewer, import_id)
    content = problems_of(services.settings.data, record.id, services.store.seals)
    if content is None:
        raise Refusal(Problem(404, "no_problems", "这次导入没有问题文件；应为：有问题行的导入。无需处理。"))
    services.audit.note(viewer, Action.PROBLEMS_EXPORTED, detail={"import": record.id})
    headers = {"Content-Disposition": f'attachment; filename="problems-{record.id}.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def record_document(record: ImportRecord) -> Document:
    """An import (导入批次) as JSON; `counts` is empty while it runs, and says `refused` of a file that was no table."""
    return {
        "id": record.id,
        "kind": record.kind.value,
        "file_name": record.file_name,
        "sha256": record.sha256,
        "started": record.started.isoformat(),
        "finished": record.finished.isoformat() if record.finished else None,
        "counts": dict(record.counts),
    }
