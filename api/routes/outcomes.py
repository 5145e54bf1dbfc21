"""/v1/campaigns/{id}/outcomes: 反馈. What institutions did, how far it came, what is late."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, Field, model_validator

from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.clock import now, today
from api.delivery.filled import LONGEST_REASON, MOST_PCT, MOST_WAN
from api.delivery.tracking import Group, followed, late
from api.exchange.outcomes import event_document, funnel_document, late_document, result_document
from api.routes.once import WritesOnce
from api.routes.outcome_answers import FunnelsAnswer, HistoryAnswer, RemindersAnswer, ResultsAnswer
from api.routes.responses import answered, json_response
from api.routes.services import Service, allowed
from api.schemas import Day, Identifier, Wire
from api.store.outcome_rows import OutcomeReport, ReportState
from api.transport.strict_json import StrictRoute
from matcher.learning.funnel import by_group, funnel
from matcher.learning.outcomes import Event, OutcomeState

router = APIRouter(prefix="/v1/campaigns", tags=["反馈"], route_class=StrictRoute)

OutcomeWriter = Annotated[Viewer, allowed(Permission.OUTCOME_WRITE)]
OutcomeReader = Annotated[Viewer, allowed(Permission.OUTCOME_READ)]

CampaignId = Annotated[Identifier, Path(description="活动编号")]
MOST_REPORTS = 1_000
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class OutcomeBody(Wire):
    """What became of one pair on a list."""

    assignment_id: Identifier = Field(description="名单编号")
    state: OutcomeState = Field(description="结果；推送由送达登记，不在此反馈")
    by: Identifier = Field(description="反馈人或机构")
    at: AwareDatetime | None = Field(None, description="发生的时间（带时区）；不填为现在")
    reason: Annotated[str, Field(max_length=LONGEST_REASON)] = Field("", description="拒绝或撤回的原因")
    amount_wan: Annotated[Decimal, Field(ge=0, le=MOST_WAN, decimal_places=6)] | None = Field(
        None, description="批准金额（万元）"
    )
    rate_pct: Annotated[Decimal, Field(ge=0, le=MOST_PCT, decimal_places=6)] | None = Field(
        None, description="年利率（%）"
    )

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.state is OutcomeState.PUSHED:
            raise ValueError("pushed is noted by delivery")
        if self.at is not None and self.at < _EARLIEST:
            raise ValueError("before any campaign")
        return self

    def report(self, moment: datetime) -> OutcomeReport:
        """The domain's report."""
        event = Event(self.state, self.at or moment, self.by, self.reason.strip(), self.amount_wan, self.rate_pct)
        return OutcomeReport(self.assignment_id, event)


class OutcomesBody(Wire):
    """A batch of reports, judged one after the other."""

    outcomes: Annotated[tuple[OutcomeBody, ...], Field(min_length=1, max_length=MOST_REPORTS)] = Field(
        description="各条反馈；同一名单项的先后相接"
    )


@router.post("/{campaign_id}/outcomes", summary="登记反馈", responses=answered(ResultsAnswer, 404))
def post_outcomes(
    campaign_id: CampaignId, body: OutcomesBody, services: Service, viewer: OutcomeWriter, once: WritesOnce
) -> Response:
    """逐条登记，各有结果；同一反馈再发一次不会重复登记，有问题的不影响其余。"""
    store = services.campaigns.store

    def write() -> Response:
        store.campaigns.get(viewer, campaign_id)
        moment = now()
        results = store.outcomes.add(viewer, campaign_id, [item.report(moment) for item in body.outcomes], moment)
        counts = {state.value: sum(result.state is state for result in results) for state in ReportState}
        return json_response(counts | {"results": [result_document(result) for result in results]})

    return once.answer(write)


@router.get("/{campaign_id}/outcomes", summary="一个名单项的反馈", responses=answered(HistoryAnswer, 404))
def get_outcomes(
    campaign_id: CampaignId,
    assignment: Annotated[Identifier, Query(description="名单编号")],
    services: Service,
    viewer: OutcomeReader,
) -> Response:
    """按次序的全部反馈；只增不改。"""
    store = services.campaigns.store
    store.campaigns.get(viewer, campaign_id)
    row = store.campaigns.assignment(viewer, assignment)
    history = store.outcomes.history(viewer, row.id)
    return json_response({"assignment_id": row.id, "events": [event_document(event) for event in history]})


@router.get("/{campaign_id}/funnel", summary="漏斗", responses=answered(FunnelsAnswer, 404))
def get_funnel(
    campaign_id: CampaignId,
    services: Service,
    viewer: OutcomeReader,
    group_by: Annotated[Group | None, Query(description="按机构、行业门类或地区分组")] = None,
) -> Response:
    """已推送的名单项走到哪一步、金额多少、为何被拒、时限守住了多少。"""
    found = followed(services.campaigns.store, viewer, campaign_id)
    tracked = [item.tracked for item in found]
    groups = {} if group_by is None else by_group(tracked, group_by.value)
    document = {
        "synthetic": any(item.pair.synthetic for item in found),
        "funnel": funnel_document(funnel(tracked)),
        "group_by": None if group_by is None else group_by.value,
        "groups": [{"value": value, "funnel": funnel_document(item)} for value, item in groups.items()],
    }
    return json_response(document)


@router.get("/{campaign_id}/reminders", summary="逾期提醒", responses=answered(RemindersAnswer, 404))
def get_reminders(
    campaign_id: CampaignId,
    services: Service,
    viewer: OutcomeReader,
    at: Annotated[Day | None, Query(description="截至哪一天；不填为今天（北京时间）")] = None,
) -> Response:
    """逾期未受理、未对接、未决定的名单项；期限以方案为准，未写明的为推送后 1、3、5 个工作日，工作日含调休。"""
    day = at or today()
    pairs = followed(services.campaigns.store, viewer, campaign_id)
    found = list(late(pairs, day))
    masker = services.sights.masker(viewer, {item.pair.seeker_id for item in found})
    shown = [late_document(item, masker) for item in found]
    return json_response({"at": day.isoformat(), "count": len(found), "reminders": shown})
