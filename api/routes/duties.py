"""/v1/duties: 报送. What is due or late, drafts from the platform's records, what was sent."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.access.audit import Action
from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.clock import now, today
from api.duties.drafting import Draft, draft_of
from api.duties.papers import write_goals, write_report
from api.exchange.duties import draft_document, duty_document
from api.routes.deal_bodies import Evidence
from api.routes.duty_answers import DraftAnswer, DutiesAnswer, DutyAnswer
from api.routes.file_answers import DOCX, XLSX, file_response
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service, Services, allowed
from api.schemas import Day, Identifier, Wire, shown
from api.store.duties import Done, DutyStep
from api.transport.strict_json import StrictRoute
from matcher.errors import InvalidDeal

router = APIRouter(prefix="/v1", tags=["报送"], route_class=StrictRoute)

DutyReader = Annotated[Viewer, allowed(Permission.DUTY_READ)]
DutyWriter = Annotated[Viewer, allowed(Permission.DUTY_WRITE)]
DutyId = Annotated[Identifier, Path(description="报送事项的编号，见 GET /v1/duties")]
Period = Annotated[Identifier, Path(description="期间，如 2026年第三季度")]
LOOK_BACK = timedelta(days=400)
"""How long ago a period may have ended and still be listed, where nobody says otherwise: over a year."""
_ONE = "/duties/{duty_id}/{period}"


class SentBody(Wire):
    """It was sent."""

    model_config = shown(how="电子版及纸质盖章一式两份", on="2026-10-09", evidence=["回执-1"])

    how: Identifier = Field(description="怎样报送，如 电子版及纸质盖章一式两份")
    on: Day | None = Field(None, description="报送日期；不填为今天（北京时间）")
    by: Identifier | None = Field(None, description="经办人；不填为登录的账号")
    evidence: Evidence = Field((), description="回执等材料的编号")


@router.get("/duties", summary="报送事项", responses=answered(DutiesAnswer))
def get_duties(
    services: Service,
    viewer: DutyReader,
    since: Annotated[Day | None, Query(description="期间在这一天或之后结束的；不填为约十三个月以内")] = None,
    who: Annotated[Identifier | None, Query(description="只要这一报送主体的，如 实体经济开发区")] = None,
) -> Response:
    """期间已经结束的报送事项：截止日、剩余天数（负数为逾期）、做过什么；未报送的在前。"""
    first = since or _look_back(today())
    found = [duty_document(item) for item in services.duties.due(viewer, first, today(), who=who)]
    return json_response({"count": len(found), "duties": found})


@router.get(_ONE, summary="一个报送事项", responses=answered(DutyAnswer, 404))
def get_duty(duty_id: DutyId, period: Period, services: Service, viewer: DutyReader) -> Response:
    """依据、截止日与做过什么。"""
    return json_response(duty_document(services.duties.one(viewer, duty_id, period)))


@router.post(_ONE + "/sent", summary="登记已报送", responses=answered(DutyAnswer, 404))
def post_sent(
    duty_id: DutyId, period: Period, body: SentBody, services: Service, viewer: DutyWriter, once: WritesOnce
) -> Response:
    """登记何时、由谁、怎样报送；再次报送再登记一次，原来的留存。"""

    def write() -> Response:
        seen = services.duties.one(viewer, duty_id, period)
        by = body.by or viewer.name or viewer.role.value
        step = DutyStep(duty_id, period, Done.SENT, now(), by, body.how, body.on or today(), body.evidence)
        noted = services.duties.note(viewer, seen, step)
        _note(services, viewer, Action.DUTY_SENT, duty_id, period)
        return json_response(duty_document(noted))

    return once.answer(write)


@router.get(_ONE + "/draft", summary="报送草稿", responses=answered(DraftAnswer, 404))
def get_draft(duty_id: DutyId, period: Period, services: Service, viewer: DutyReader) -> Response:
    """由平台记录填写的草稿；missing 逐格列出待补充的内容。"""
    return json_response(draft_document(_draft(services, viewer, duty_id, period)))


@router.get(_ONE + "/draft.docx", summary="报送草稿（DOCX）", response_class=Response, responses=answered(None, 404))
def get_draft_report(duty_id: DutyId, period: Period, services: Service, viewer: DutyWriter) -> Response:
    """《工作动态信息》或管理报告的草稿；不知道的写作“待补充”。"""
    draft = _draft(services, viewer, duty_id, period)
    content = write_report(draft)
    _drafted(services, viewer, draft, "DOCX")
    return file_response(content, DOCX, f"{draft.title}-草稿.docx")


@router.get(
    _ONE + "/draft.xlsx", summary="绩效目标表草稿（XLSX）", response_class=Response, responses=answered(None, 404)
)
def get_draft_goals(duty_id: DutyId, period: Period, services: Service, viewer: DutyWriter) -> Response:
    """《载体绩效目标表》的草稿；不知道的写作“待补充”。"""
    draft = _draft(services, viewer, duty_id, period)
    if not draft.goals:
        raise InvalidDeal(
            found=f"“{draft.title}”没有绩效目标表",
            expected="载体的报送事项，且平台登记有载体",
            remedy="请改用 draft.docx",
        )
    content = write_goals(draft)
    _drafted(services, viewer, draft, "XLSX")
    return file_response(content, XLSX, f"载体绩效目标表（{period}）-草稿.xlsx")


def _look_back(day: date) -> date:
    return day - LOOK_BACK


def _draft(services: Services, viewer: Viewer, duty: str, period: str) -> Draft:
    occasion = services.duties.one(viewer, duty, period).occasion
    return draft_of(services.campaigns.store, services.deals, viewer, occasion)


def _drafted(services: Services, viewer: Viewer, draft: Draft, how: str) -> None:
    """Note that a draft was taken out; it holds what the platform keeps to itself."""
    duty, period = draft.occasion.duty.id, draft.occasion.period
    seen = services.duties.one(viewer, duty, period)
    by = viewer.name or viewer.role.value
    services.duties.note(viewer, seen, DutyStep(duty, period, Done.DRAFTED, now(), by, how, today()))
    _note(services, viewer, Action.DUTY_DRAFTED, duty, period)


def _note(services: Services, viewer: Viewer, action: Action, duty: str, period: str) -> None:
    services.audit.note(viewer, action, detail={"duty": duty, "period": period})
