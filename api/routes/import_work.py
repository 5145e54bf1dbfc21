"""What is done about imports besides importing (导入管理): all of them, a trial, problem rows as XLSX, undoing."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Response
from pydantic import Field

from api.access.audit import Action
from api.clock import today
from api.exchange.import_reports import counts_of, problems_of, report_document
from api.exchange.import_trials import trial
from api.exchange.import_undoing import undo_import
from api.exchange.problem_books import problem_book
from api.problems import Problem, Refusal
from api.routes.answers import ImportAnswer, RowAnswer
from api.routes.imports import Importer, ImportForm, ImportId, columns_of, record_document
from api.routes.offer_answers import Answer
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service
from api.routes.uploads import laid_down
from api.transport.strict_json import FORM, StrictRoute

router = APIRouter(prefix="/v1/imports", tags=["导入"], route_class=StrictRoute)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportsAnswer(Answer):
    """导入批次，最近的在前。"""

    count: int
    imports: list[ImportAnswer]


class TrialAnswer(Answer):
    """若现在导入会怎样；什么都没有写入。"""

    description: str
    counts: dict[str, int]
    ignored_columns: list[str]
    notices: list[str]
    reasons: dict[str, int]
    examples: list[RowAnswer]
    seconds: float


class UndoneAnswer(Answer):
    """撤销的结果。"""

    restored: int = Field(description="恢复到导入前的主体数")
    removed: int = Field(description="移除的新增主体数")
    kept: int = Field(description="之后又改过、没有动的主体数")


@router.get("", summary="全部导入", responses=answered(ImportsAnswer))
def get_imports(services: Service, viewer: Importer) -> Response:
    """本平台最近的 100 次导入。"""
    found = [record_document(record) for record in services.campaigns.store.imports.list(viewer)]
    return json_response({"count": len(found), "imports": found})


@router.post("/trial", summary="试导入", responses=answered(TrialAnswer))
def post_trial(form: Annotated[ImportForm, Form(media_type=FORM)], services: Service, viewer: Importer) -> Response:
    """读一遍文件，说出会新增、更新、不变、被拒多少行以及原因；不写入。"""
    settings = services.settings
    name, folder = form.file.filename or "", settings.data / "uploads"
    with laid_down(form.file.file, name, folder, settings.max_import_bytes) as upload:
        found = trial(
            services.campaigns.store.revisions,
            viewer,
            upload.path,
            kind=form.kind,
            source=form.source or upload.name,
            observed_on=form.observed_on or today(),
            chosen=columns_of(services, viewer, form),
        )
    return json_response({"counts": counts_of(found)} | report_document(found))


@router.get(
    "/{import_id}/problems.xlsx", summary="问题行（XLSX）", response_class=Response, responses=answered(None, 404)
)
def get_problem_book(import_id: ImportId, services: Service, viewer: Importer) -> Response:
    """被拒与存疑的行，列与原文件相同，末尾多一列原因；改正后可直接再导入。"""
    record = services.store.imports.get(viewer, import_id)
    content = problems_of(services.settings.data, record.id, services.store.seals)
    if content is None:
        raise Refusal(Problem(404, "no_problems", "这次导入没有问题文件；应为：有问题行的导入。无需处理。"))
    services.audit.note(viewer, Action.PROBLEMS_EXPORTED, detail={"import": record.id})
    name = quote(f"问题行-{record.file_name.rpartition('.')[0] or record.file_name}.xlsx", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(problem_book(content), media_type=_XLSX, headers=headers)


@router.post("/{import_id}/undo", summary="撤销导入", responses=answered(UndoneAnswer, 404))
def post_undo(import_id: ImportId, services: Service, viewer: Importer, once: WritesOnce) -> Response:
    """把这次导入改动的主体恢复到导入前，移除新增的；之后又改过的不动。导入后 30 天内可撤销。"""

    def write() -> Response:
        record = services.store.imports.get(viewer, import_id)
        done = undo_import(services.campaigns.store, services.audit, viewer, record)
        return json_response({"restored": done.restored, "removed": done.removed, "kept": done.kept})

    return once.answer(write, apart=True)
