"""/v1/jobs: what is done in the background (后台任务): looked at, followed, cancelled. Other routes submit."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.exchange.jobs import job_document
from api.routes.job_events import HEADERS, events_of, last_seen, leaving_of
from api.routes.offer_answers import Answer
from api.routes.responses import PROBLEM, answered, json_response
from api.routes.services import Service, allowed
from api.schemas import Identifier
from api.store.jobs import JobState
from api.transport.strict_json import StrictRoute

router = APIRouter(prefix="/v1/jobs", tags=["后台任务"], route_class=StrictRoute)

JobReader = Annotated[Viewer, allowed(Permission.JOB_READ)]
JobCanceller = Annotated[Viewer, allowed(Permission.JOB_CANCEL)]

JobId = Annotated[Identifier, Path(description="任务编号")]
EVENT_STREAM = "text/event-stream"


class JobErrorAnswer(Answer):
    """任务失败（或上次尝试失败）的原因。"""

    code: str
    detail: str


class JobAnswer(Answer):
    """一个后台任务；done、total 为已完成与全部的工作量（如行数），per_second 为速度，seconds_left 为估计的剩余秒数。"""

    id: str
    kind: str
    state: JobState
    label: str
    done: int
    total: int | None
    note: str
    per_second: float | None
    seconds_left: float | None
    attempts: int
    cancel_asked: bool
    request_id: str
    created: str
    started: str | None
    updated: str
    finished: str | None
    result: dict[str, Any] | None
    error: JobErrorAnswer | None


class JobsAnswer(Answer):
    """本平台的任务，新的在前。"""

    jobs: list[JobAnswer]


@router.get("", summary="任务列表", responses=answered(JobsAnswer))
def list_jobs(
    services: Service,
    viewer: JobReader,
    state: Annotated[JobState | None, Query(description="只要这种状态的任务")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="条数")] = 100,
) -> Response:
    """新的在前。"""
    found = services.store.jobs.list(viewer, state=state, limit=limit)
    return json_response({"jobs": [job_document(job) for job in found]})


@router.get("/{job_id}", summary="一个任务", responses=answered(JobAnswer, 404))
def get_job(job_id: JobId, services: Service, viewer: JobReader) -> Response:
    """状态、进度，结束后的结果或原因。"""
    return json_response(job_document(services.store.jobs.get(viewer, job_id)))


@router.post("/{job_id}/cancel", summary="取消任务", responses=answered(JobAnswer, 404))
def cancel_job(job_id: JobId, services: Service, viewer: JobCanceller) -> Response:
    """等待中的立即取消；进行中的在当前一步之后停止，已写入的保留。已结束的不变。"""
    return json_response(job_document(services.store.jobs.cancel(viewer, job_id)))


@router.get(
    "/{job_id}/events",
    summary="跟随任务（SSE）",
    response_class=StreamingResponse,
    responses={
        200: {"description": "事件流", "content": {EVENT_STREAM: {}}},
        204: {"description": "任务已结束，且客户端已收到结果"},
        404: PROBLEM | {"description": "未找到"},
        "default": PROBLEM,
    },
)
def follow_job(
    request: Request,
    job_id: JobId,
    services: Service,
    viewer: JobReader,
    last_event_id: Annotated[str | None, Header(description="断线前收到的最后一个事件的 id")] = None,
) -> Response:
    """事件 progress 为进度，end 为结束；data 与 GET /v1/jobs/{id} 的答复相同。断线后带 Last-Event-ID 重连即可接续。"""
    jobs = services.store.jobs
    job = jobs.get(viewer, job_id)
    seen = last_seen(last_event_id)
    if job.ended and seen == job.revision:
        return Response(status_code=204)
    stream = events_of(lambda: jobs.get(viewer, job_id), job, seen, leaving_of(request.scope))
    return StreamingResponse(stream, headers=HEADERS, media_type=EVENT_STREAM)
