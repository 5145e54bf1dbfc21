"""/v1/pipelines, /v1/funds, /v1/deals: 投资+孵化. What may happen is decided by the pipeline that it began under."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.access.audit import Action
from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.clock import now, today
from api.errors import UnknownPipeline
from api.exchange.deals import (
    deal_document,
    deal_summary,
    fund_document,
    fund_summary,
    pipeline_document,
    pipeline_summary,
)
from api.routes.deal_answers import (
    DealAnswer,
    DealsAnswer,
    FundAnswer,
    FundsAnswer,
    PipelineAnswer,
    PipelinesAnswer,
)
from api.routes.deal_bodies import (
    CheckBody,
    DealEventBody,
    DealOpening,
    FundEventBody,
    FundOpening,
    PipelineBody,
)
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service, Services, allowed
from api.schemas import Identifier
from api.store.deal_rows import kind_of
from api.store.deals import NewDeal
from api.transport.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["投资+孵化"], route_class=StrictRoute)

DealReader = Annotated[Viewer, allowed(Permission.DEAL_READ)]
DealWriter = Annotated[Viewer, allowed(Permission.DEAL_WRITE)]
FundId = Annotated[Identifier, Path(description="基金编号")]
DealId = Annotated[Identifier, Path(description="项目编号")]
PipelineId = Annotated[Identifier, Path(description="流程编号")]
MOST_LISTED = 500


@router.get("/pipelines", summary="流程", responses=answered(PipelinesAnswer))
def get_pipelines(services: Service, viewer: DealReader) -> Response:
    """内置的和本平台自己的流程，各为最新版本。"""
    found = [pipeline_summary(item) for item in services.deals.pipelines.current(viewer).values()]
    return json_response({"count": len(found), "pipelines": found})


@router.post("/pipelines", summary="写流程", status_code=201, responses=answered(PipelineAnswer, 201))
def post_pipeline(body: PipelineBody, services: Service, viewer: DealWriter, once: WritesOnce) -> Response:
    """保存本平台自己的流程；已开立的项目仍按原来的版本办理。"""

    def write() -> Response:
        stated = services.deals.pipelines.write(viewer, "流程文件", body.content)
        services.audit.note(viewer, Action.PIPELINE_WRITTEN, subjects=[stated.pipeline.id])
        return json_response(pipeline_document(stated), 201)

    return once.answer(write)


@router.get("/pipelines/{pipeline_id}", summary="一个流程", responses=answered(PipelineAnswer, 404))
def get_pipeline(pipeline_id: PipelineId, services: Service, viewer: DealReader) -> Response:
    """阶段、门槛、材料、表决、退出条件，各有条款原文或约定。"""
    stated = services.deals.pipelines.current(viewer).get(pipeline_id)
    if stated is None:
        raise UnknownPipeline(
            found=f"流程 {pipeline_id[:80]!a}", expected="GET /v1/pipelines 所列的流程", remedy="请核对编号"
        )
    return json_response(pipeline_document(stated))


@router.get("/funds", summary="基金", responses=answered(FundsAnswer))
def get_funds(services: Service, viewer: DealReader) -> Response:
    """本平台管理的基金。"""
    found = [fund_summary(record, pipeline) for record, pipeline in services.deals.funds(viewer)]
    return json_response({"count": len(found), "funds": found})


@router.post("/funds", summary="开立基金", status_code=201, responses=answered(FundAnswer, 201))
def post_fund(body: FundOpening, services: Service, viewer: DealWriter, once: WritesOnce) -> Response:
    """按一个流程开立基金；认缴、托管等随后逐条登记。"""

    def write() -> Response:
        seen = services.deals.open_fund(viewer, body.pipeline, body.name, now())
        services.audit.note(viewer, Action.FUND_ENTERED, subjects=[seen.record.id], detail={"kind": "opened"})
        return json_response(fund_document(seen, today()), 201)

    return once.answer(write)


@router.get("/funds/{fund_id}", summary="一只基金", responses=answered(FundAnswer, 404))
def get_fund(fund_id: FundId, services: Service, viewer: DealReader) -> Response:
    """阶段、认缴实缴、已投、已决未付、退出、管理费、各项目与全部记录。"""
    return json_response(fund_document(services.deals.fund(viewer, fund_id), today()))


@router.post("/funds/{fund_id}/events", summary="登记基金账", responses=answered(FundAnswer, 404, 409))
def post_fund_event(
    fund_id: FundId, body: FundEventBody, services: Service, viewer: DealWriter, once: WritesOnce
) -> Response:
    """登记一条；超出规模、余额或办法的答 409 并写明条款。"""

    def write() -> Response:
        event = body.body()
        seen = services.deals.enter(viewer, fund_id, body.said(viewer, now()), event)
        services.audit.note(viewer, Action.FUND_ENTERED, subjects=[fund_id], detail={"kind": kind_of(event)})
        return json_response(fund_document(seen, today()))

    return once.answer(write)


@router.get("/deals", summary="项目", responses=answered(DealsAnswer))
def get_deals(
    services: Service,
    viewer: DealReader,
    pipeline: Annotated[Identifier | None, Query(description="只要这一流程的")] = None,
    stage: Annotated[Identifier | None, Query(description="只要在这一阶段的")] = None,
    fund: Annotated[Identifier | None, Query(description="只要这只基金的")] = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000, description="从第几个起")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED, description="最多几个")] = 100,
) -> Response:
    """项目库：在现阶段最久的在前。"""
    listed = services.deals.list(viewer, pipeline, stage=stage, fund=fund, offset=offset, limit=limit)
    found = [deal_summary(record, of) for record, of in listed]
    return json_response({"count": len(found), "deals": found})


@router.post("/deals", summary="开立项目", status_code=201, responses=answered(DealAnswer, 201))
def post_deal(body: DealOpening, services: Service, viewer: DealWriter, once: WritesOnce) -> Response:
    """在流程的第一个阶段开立项目。"""

    def write() -> Response:
        new = NewDeal(body.name, body.fund, None, body.party_id)
        seen = services.deals.open(viewer, body.pipeline, new, body.said(viewer, now()))
        _note(services, viewer, seen.record.id, "opened")
        return json_response(deal_document(seen, today()), 201)

    return once.answer(write)


@router.get("/deals/{deal_id}", summary="一个项目", responses=answered(DealAnswer, 404))
def get_deal(deal_id: DealId, services: Service, viewer: DealReader) -> Response:
    """现在何处、接下来可往何处、还缺什么、表决、资金与全部记录。"""
    return json_response(deal_document(services.deals.get(viewer, deal_id), today()))


@router.post("/deals/{deal_id}/events", summary="登记项目记录", responses=answered(DealAnswer, 404, 409))
def post_deal_event(
    deal_id: DealId, body: DealEventBody, services: Service, viewer: DealWriter, once: WritesOnce
) -> Response:
    """阶段变更、材料、方案、表决、计票、注资、退出、更正；不许可的答 409，写明哪道门槛缺什么。"""

    def write() -> Response:
        event = body.body()
        seen = services.deals.append(viewer, deal_id, body.said(viewer, now()), event)
        _note(services, viewer, deal_id, kind_of(event))
        return json_response(deal_document(seen, today()))

    return once.answer(write)


@router.post("/deals/{deal_id}/checks", summary="条件审查", responses=answered(DealAnswer, 404, 409))
def post_check(deal_id: DealId, body: CheckBody, services: Service, viewer: DealWriter, once: WritesOnce) -> Response:
    """按平台所知的企业数据逐条判断，并登记结果；需人工核验的条件可附依据确认。"""

    def write() -> Response:
        said = body.said(viewer, now())
        seen = services.deals.check(viewer, deal_id, body.check, body.confirmed, said, body.on or today())
        _note(services, viewer, deal_id, "check")
        return json_response(deal_document(seen, today()))

    return once.answer(write)


def _note(services: Services, viewer: Viewer, deal: str, kind: str) -> None:
    services.audit.note(viewer, Action.DEAL_ENTERED, subjects=[deal], detail={"kind": kind})
