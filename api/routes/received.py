"""GET /v1/received: 收到的名单. What was sent to the asker's own party, as far as consent goes now."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.access.audit import Action
from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.exchange.received import received_document
from api.routes.received_answers import ReceivedListAnswer, ReceivedWholeAnswer
from api.routes.responses import answered, json_response
from api.routes.services import Service, Services, allowed
from api.schemas import Identifier
from api.transport.strict_json import StrictRoute
from matcher.learning.outcomes import OutcomeState

router = APIRouter(prefix="/v1/received", tags=["送达"], route_class=StrictRoute)

ListReader = Annotated[Viewer, allowed(Permission.DELIVERY_READ)]
MOST = 1_000


@router.get("", summary="收到的名单", responses=answered(ReceivedListAnswer))
def get_received(
    services: Service,
    viewer: ListReader,
    state: Annotated[OutcomeState | None, Query(description="只要到了这一步的")] = None,
    campaign: Annotated[Identifier | None, Query(description="只要这个活动的")] = None,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Response:
    """送达给本机构的名单项，最近的活动在前；未经授权的只有画像，已撤回授权的重新隐去名称。"""
    found = [
        item
        for item in services.inbox.all(viewer)
        if state in (None, item.state) and campaign in (None, item.row.row.campaign_id)
    ]
    page = found[offset : offset + limit]
    after = offset + len(page)
    shown = [received_document(item) for item in page]
    _note(services, viewer, [item.row.row.id for item in page])
    following = after if page and after < len(found) else None
    return json_response({"count": len(found), "received": shown, "next_offset": following})


@router.get("/{assignment_id}", summary="收到的一个名单项", responses=answered(ReceivedWholeAnswer, 404))
def get_one(
    assignment_id: Annotated[Identifier, Path(description="名单编号")], services: Service, viewer: ListReader
) -> Response:
    """附逐条资格（含条款原文）、得分构成与全部反馈；结果由 /v1/campaigns/{id}/outcomes 登记。"""
    document = received_document(services.inbox.one(viewer, assignment_id), whole=True)
    _note(services, viewer, [assignment_id])
    return json_response(document)


def _note(services: Services, viewer: Viewer, assignments: list[str]) -> None:
    """Note what was seen, by the ids of the places on lists: they say to the platform whose each is."""
    services.audit.seen(viewer, Action.LIST_SEEN, detail={"assignments": assignments})
