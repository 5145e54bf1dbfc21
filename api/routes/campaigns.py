"""/v1/campaigns: 对接活动. A plan becomes a run, a run becomes lists, lists are approved; every pair has its answer."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field, StrictBool

from api.access.audit import Action
from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.campaigns.left_out import left_out
from api.campaigns.planning import plan_of, prepared
from api.campaigns.questions import comparison, last_before, require_decided, why
from api.campaigns.submitting import approve_run, cancel_run, job_of_run, preview, refill_run, submit_run
from api.clock import now, today
from api.exchange.campaigns import (
    campaign_document,
    chance_document,
    comparison_document,
    masked_assignment,
    run_document,
    why_document,
)
from api.exchange.documents import Document
from api.routes.campaign_answers import (
    AssignmentsAnswer,
    CampaignAnswer,
    CampaignsAnswer,
    ComparisonAnswer,
    LeftOutAnswer,
    PreviewAnswer,
    RunAnswer,
    RunsAnswer,
    WhyAnswer,
)
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service, Services, allowed
from api.schemas import Identifier, Wire
from api.store.campaign_rows import AssignmentStatus, Run
from api.store.campaigns import CampaignStore
from api.transport.strict_json import StrictRoute

router = APIRouter(prefix="/v1/campaigns", tags=["对接活动"], route_class=StrictRoute)

CampaignReader = Annotated[Viewer, allowed(Permission.CAMPAIGN_READ)]
CampaignWriter = Annotated[Viewer, allowed(Permission.CAMPAIGN_WRITE)]
CampaignApprover = Annotated[Viewer, allowed(Permission.CAMPAIGN_APPROVE)]

CampaignId = Annotated[Identifier, Path(description="活动编号")]
Number = Annotated[int, Path(ge=1, le=1_000_000, description="第几次运行")]
MOST_LISTED = 1_000


class PlanBody(Wire):
    """A plan."""

    plan: Annotated[str, Field(min_length=1, max_length=200_000)] = Field(
        description="活动方案的全文（YAML 或 JSON）；写法见 docs/campaigns.md"
    )


class RunBody(Wire):
    """How to run."""

    dry: StrictBool = Field(False, description="只试算：得到数字，不生成名单")


class ApproveBody(Wire):
    """Who approves."""

    by: Identifier = Field(description="批准人，须为方案中写明的批准人")


@router.post("/preview", summary="检查方案", responses=answered(PreviewAnswer))
def post_preview(body: PlanBody, services: Service, viewer: CampaignWriter) -> Response:
    """检查方案并给出数字：范围内有多少主体、哪些资源参加、共有多少名额。什么都不写入。"""
    return json_response(preview(services.campaigns, plan_of(body.plan), viewer, today()))


@router.post("", summary="新建活动", status_code=201, responses=answered(CampaignAnswer, 201))
def post_campaign(body: PlanBody, services: Service, viewer: CampaignWriter, once: WritesOnce) -> Response:
    """检查方案后存为草稿。"""
    plan = plan_of(body.plan)
    prepared(plan, services.campaigns.store, viewer, today())
    return once.answer(
        lambda: json_response(campaign_document(_store(services).create(viewer, plan.name, body.plan, now())), 201)
    )


@router.get("", summary="全部活动", responses=answered(CampaignsAnswer))
def get_campaigns(services: Service, viewer: CampaignReader) -> Response:
    """本平台的活动，最近的在前。"""
    found = [campaign_document(campaign) for campaign in _store(services).list(viewer)]
    return json_response({"count": len(found), "campaigns": found})


@router.get("/{campaign_id}", summary="一个活动", responses=answered(CampaignAnswer, 404))
def get_campaign(campaign_id: CampaignId, services: Service, viewer: CampaignReader) -> Response:
    """活动及其方案全文。"""
    return json_response(campaign_document(_store(services).get(viewer, campaign_id)))


@router.put("/{campaign_id}", summary="修改方案", responses=answered(CampaignAnswer, 404, 409))
def put_campaign(
    campaign_id: CampaignId, body: PlanBody, services: Service, viewer: CampaignWriter, once: WritesOnce
) -> Response:
    """修改草稿的方案；已有批准的名单后不能再改。"""
    plan = plan_of(body.plan)
    prepared(plan, services.campaigns.store, viewer, today())
    return once.answer(
        lambda: json_response(
            campaign_document(_store(services).replace(viewer, campaign_id, plan.name, body.plan, now()))
        )
    )


@router.delete("/{campaign_id}", status_code=204, summary="删除活动", responses=answered(None, 404, 409))
def delete_campaign(campaign_id: CampaignId, services: Service, viewer: CampaignWriter, once: WritesOnce) -> Response:
    """删除没有运行过的活动。"""

    def write() -> Response:
        _store(services).delete(viewer, campaign_id)
        return Response(status_code=204)

    return once.answer(write)


@router.post("/{campaign_id}/close", summary="结束活动", responses=answered(CampaignAnswer, 404))
def post_close(campaign_id: CampaignId, services: Service, viewer: CampaignWriter, once: WritesOnce) -> Response:
    """不再运行；结果仍可反馈。"""
    return once.answer(lambda: json_response(campaign_document(_store(services).close(viewer, campaign_id, now()))))


@router.post("/{campaign_id}/runs", summary="运行", status_code=202, responses=answered(RunAnswer, 202, 404, 409))
def post_run(
    campaign_id: CampaignId, body: RunBody, services: Service, viewer: CampaignWriter, once: WritesOnce
) -> Response:
    """在后台运行：固定数据与规则，生成候选，分配名额。进度见答复中 job_id 的任务。"""

    def write() -> Response:
        run = submit_run(services.campaigns.store, viewer, campaign_id, dry=body.dry)
        return json_response(_run(services, viewer, run), 202)

    return once.answer(write)


@router.get("/{campaign_id}/runs", summary="全部运行", responses=answered(RunsAnswer, 404))
def get_runs(campaign_id: CampaignId, services: Service, viewer: CampaignReader) -> Response:
    """各次运行，最近的在前。"""
    found = [_run(services, viewer, run) for run in _store(services).runs(viewer, campaign_id)]
    return json_response({"count": len(found), "runs": found})


@router.get("/{campaign_id}/runs/{number}", summary="一次运行", responses=answered(RunAnswer, 404))
def get_run(campaign_id: CampaignId, number: Number, services: Service, viewer: CampaignReader) -> Response:
    """状态、固定的版本与数字：每项资源的名额、已用、再加一个名额的价值，以及没有守住的底线。"""
    return json_response(_run(services, viewer, _store(services).run(viewer, campaign_id, number)))


@router.post("/{campaign_id}/runs/{number}/approve", summary="批准名单", responses=answered(RunAnswer, 404, 409))
def post_approve(
    campaign_id: CampaignId,
    number: Number,
    body: ApproveBody,
    services: Service,
    viewer: CampaignApprover,
    once: WritesOnce,
) -> Response:
    """批准后才能导出和送达。已批准的名单补位之后再次批准，批准的是补入的各项。"""
    store = services.campaigns.store

    def approve() -> Run:
        run = approve_run(store, viewer, campaign_id, number, body.by)
        detail = {"campaign": campaign_id, "run": number, "by": body.by}
        services.audit.note(viewer, Action.RUN_APPROVED, purpose=campaign_id, detail=detail)
        return run

    return _changed(services, viewer, once, approve)


@router.post("/{campaign_id}/runs/{number}/cancel", summary="取消运行", responses=answered(RunAnswer, 404, 409))
def post_cancel(
    campaign_id: CampaignId, number: Number, services: Service, viewer: CampaignWriter, once: WritesOnce
) -> Response:
    """取消排队或运行中的一次；已有结果的不能取消。"""
    return _changed(services, viewer, once, lambda: cancel_run(services.campaigns.store, viewer, campaign_id, number))


@router.post("/{campaign_id}/runs/{number}/refill", summary="补位", responses=answered(RunAnswer, 404, 409))
def post_refill(
    campaign_id: CampaignId, number: Number, services: Service, viewer: CampaignWriter, once: WritesOnce
) -> Response:
    """被拒绝的名单项让出名额，由其余候选补上；已受理和未答复的不动，被拒绝的不再列入。

    名单已批准的，补入的各项状态为 proposed，须再次批准后才导出和送达；待批准的条数见 counts.waiting。
    """
    return once.answer(
        lambda: json_response(_run(services, viewer, refill_run(services.campaigns, viewer, campaign_id, number))),
        apart=True,
    )


@router.get("/{campaign_id}/runs/{number}/assignments", summary="名单", responses=answered(AssignmentsAnswer, 404, 409))
def get_assignments(  # noqa: PLR0913, PLR0917  # each is a parameter of the query
    campaign_id: CampaignId,
    number: Number,
    services: Service,
    viewer: CampaignReader,
    institution: Annotated[Identifier | None, Query(description="只要这家机构的")] = None,
    status: Annotated[AssignmentStatus | None, Query(description="只要这种状态的，如 proposed（待批准的补位）")] = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
) -> Response:
    """名单，按资源和名次；每项附逐条资格、得分构成与理由。"""
    run = require_decided(_store(services).run(viewer, campaign_id, number))
    rows, count = _store(services).page(run, institution, offset, limit, status=status)
    after, seekers = offset + len(rows), [row.seeker_id for row in rows]
    masker = services.sights.masker(viewer, seekers)
    shown = [masked_assignment(row, masker) for row in rows]
    detail = {"campaign": campaign_id, "run": number}
    services.audit.seen(viewer, Action.LIST_SEEN, subjects=seekers, purpose=campaign_id, detail=detail)
    return json_response({"count": count, "assignments": shown, "next_offset": after if after < count else None})


@router.get("/{campaign_id}/runs/{number}/why", summary="为什么没有", responses=answered(WhyAnswer, 404, 409))
def get_why(
    campaign_id: CampaignId,
    number: Number,
    seeker: Annotated[Identifier, Query(description="主体编号")],
    offer: Annotated[Identifier, Query(description="资源编号")],
    services: Service,
    viewer: CampaignReader,
) -> Response:
    """任一主体与资源为什么没有列入名单，差多少，最近的机会在哪里。"""
    run = _store(services).run(viewer, campaign_id, number)
    answer = why(services.campaigns, viewer, run, seeker, offer)
    detail = {"campaign": campaign_id, "run": number, "offer": offer}
    services.audit.seen(viewer, Action.PAIR_SEEN, subjects=[seeker], purpose=campaign_id, detail=detail)
    return json_response(why_document(answer, seeker, offer))


@router.get("/{campaign_id}/runs/{number}/left-out", summary="未列入名单", responses=answered(LeftOutAnswer, 404, 409))
def get_left_out(
    campaign_id: CampaignId,
    number: Number,
    services: Service,
    viewer: CampaignWriter,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
) -> Response:
    """没有进入任何名单的主体及其最近的机会，差得最少的在前。"""
    run = require_decided(_store(services).run(viewer, campaign_id, number))
    found, count = left_out(services.campaigns, viewer, run, offset, limit)
    detail = {"campaign": campaign_id, "run": number}
    subjects = [chance.seeker_id for chance in found]
    services.audit.seen(viewer, Action.LIST_SEEN, subjects=subjects, purpose=campaign_id, detail=detail)
    after = offset + limit
    return json_response(
        {
            "count": count,
            "without_candidates": int(run.counts["seekers"]) - int(run.counts["with_candidates"]),
            "seekers": [chance_document(chance) for chance in found],
            "next_offset": after if after < count else None,
        }
    )


@router.get(
    "/{campaign_id}/runs/{number}/comparison", summary="与上次对比", responses=answered(ComparisonAnswer, 404, 409)
)
def get_comparison(
    campaign_id: CampaignId,
    number: Number,
    services: Service,
    viewer: CampaignReader,
    before: Annotated[int | None, Query(ge=1, le=1_000_000, description="与第几次对比；不填为前一次有名单的")] = None,
) -> Response:
    """新增、退出与保留，以及每一项退出的原因。"""
    run, runner = _store(services).run(viewer, campaign_id, number), services.campaigns
    earlier = _store(services).run(viewer, campaign_id, before) if before else last_before(runner, viewer, run)
    found, departures = comparison(runner, viewer, run, earlier)
    return json_response(comparison_document(found, departures, earlier.number, number))


def _store(services: Services) -> CampaignStore:
    return services.campaigns.store.campaigns


def _changed(services: Services, viewer: Viewer, once: WritesOnce, change: Callable[[], Run]) -> Response:
    return once.answer(lambda: json_response(_run(services, viewer, change())))


def _run(services: Services, viewer: Viewer, run: Run) -> Document:
    return run_document(run, job_of_run(services.campaigns.store, viewer, run))
