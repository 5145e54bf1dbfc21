"""GET /healthz, /readyz and /metrics: what an operator's machinery asks (存活、就绪、指标)."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.errors import Forbidden
from api.gauges import gauges_of
from api.metrics import exposition
from api.problems import Problem, Refusal
from api.requests import MatchRequest
from api.routes.answers import HealthAnswer
from api.routes.responses import answered, json_response
from api.routes.services import Service, Services, allowed

WARMING = "企业融资"

router = APIRouter(tags=["运行"])

MetricsReader = Annotated[Viewer, allowed(Permission.METRICS_READ)]


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", summary="是否存活", responses=answered(HealthAnswer))
async def healthz() -> Response:
    """进程能应答即为 ok；不查数据库。"""
    return json_response({"status": "ok"})


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", summary="是否就绪", responses=answered(HealthAnswer, 503))
def readyz(services: Service) -> Response:
    """数据库可读、索引已载入为 ok；否则答 503，不应把请求分到这里。"""
    if not services.parties.ready:
        loading = Problem(503, "index_loading", "索引正在载入；应为：索引已载入。请稍后重试。")
        raise Refusal(loading, {"Retry-After": "2"})
    services.store.changes.latest()
    return json_response({"status": "ok"})


@router.get("/metrics", summary="运行指标（Prometheus）", response_class=Response, responses=answered(None))
def metrics(request: Request, services: Service, viewer: MetricsReader) -> Response:
    """请求、数据库、索引、任务与缓存的指标；多进程时为各进程之和。数字是全部平台的，只给本机所属平台的人看。"""
    if viewer.tenant != services.settings.tenant:
        raise Forbidden(
            found=f"账号属于平台 {viewer.tenant!a}",
            expected="运行本服务的平台的账号",
            remedy="请向运行本服务的平台索取指标",
        )
    body = exposition(request.app.state.metrics, gauges_of(services))
    return Response(body, media_type=CONTENT_TYPE_LATEST)


def warm(services: Services) -> None:
    """Load the offers before the first query, then start the index of parties, which is what /readyz looks at.

    A failure with the offers is logged, and met again, with its answer, by that query; the index tries by itself.
    """
    log = structlog.get_logger("rongtong.http")
    try:
        services.matchmaker.match(Viewer(tenant=services.settings.tenant), MatchRequest(text=WARMING, limit=1))
    except Exception:  # a background thread has nobody to raise to
        log.exception("offers_not_loaded")
    services.parties.start()
