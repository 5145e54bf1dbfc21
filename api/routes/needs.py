"""/v1/needs: 限额抢单. An enterprise posts a need; the institutions that fit are told; the first so many take it.

The platform's own people may act for any institution, and name it; an institution's account acts for its own.
"""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import AwareDatetime, Field, StrictBool, StrictInt

from api.access.permissions import Permission
from api.access.viewers import STAFF, Viewer
from api.claims.hall import NeedRequest
from api.clock import now
from api.exchange.documents import Document
from api.exchange.needs import hall_document, need_document, notice_document
from api.routes.need_answers import HallAnswer, NeedAnswer, PostedNeedAnswer, TakenAnswer
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response, unchanged_response
from api.routes.services import Service, allowed
from api.schemas import Facts, Identifier, Text, Wire, checked_facts, shown
from api.store.needs import NeedRecord
from api.transport.strict_json import StrictRoute
from matcher.campaigns.claiming import MOST_TAKERS
from matcher.offers import OfferKind

router = APIRouter(prefix="/v1/needs", tags=["抢单"], route_class=StrictRoute)

NeedPoster = Annotated[Viewer, allowed(Permission.NEED_POST)]
NeedReader = Annotated[Viewer, allowed(Permission.NEED_READ)]
NeedClaimer = Annotated[Viewer, allowed(Permission.NEED_CLAIM)]

NeedId = Annotated[Identifier, Path(description="需求编号")]
_DAYS = 3


class NeedBody(Wire):
    """A need to be posted."""

    model_config = shown(text="做体外诊断试剂，想贷款300万周转，没有房产抵押", kinds=["loan"], limit=3)

    text: Text = Field("", description="企业用自己的话说的需求；其中的证件号码、电话、邮箱对机构隐去")
    party_id: Identifier | None = Field(None, description="已入库主体的编号")
    facts: Facts = Field({}, description="更正或补充的字段值")
    kinds: frozenset[OfferKind] = Field(frozenset(), description="只要这些类型的资源；不填为全部")
    limit: Annotated[StrictInt, Field(ge=1, le=MOST_TAKERS)] = Field(3, description="最多由几家机构接单")
    closes: AwareDatetime | None = Field(None, description=f"截止时间（带时区）；不填为 {_DAYS} 天后")

    def request(self, posted: datetime) -> NeedRequest:
        """The domain's request; raises `Refusal` with one violation for each fact that a field cannot take."""
        closes = self.closes or posted + timedelta(days=_DAYS)
        return NeedRequest(self.text, self.limit, closes, self.party_id, checked_facts(self.facts), self.kinds)


class ClaimBody(Wire):
    """A claim."""

    institution: Identifier = Field(description="机构编号；没有编号的为机构名称")
    offer_id: Identifier = Field(description="用本机构的哪一项资源接单")
    wait: StrictBool = Field(False, description="名额已满时排队等候；有机构退出时依次递补")


class ReleaseBody(Wire):
    """A claim given back."""

    institution: Identifier = Field(description="机构编号；没有编号的为机构名称")
    reason: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="退出的原因")


@router.post("", summary="发布需求", status_code=201, responses=answered(PostedNeedAnswer, 201))
def post_need(body: NeedBody, services: Service, viewer: NeedPoster, once: WritesOnce) -> Response:
    """发布一条限额需求，并通知相合的机构；答复中列出通知了谁。"""
    if (replayed := once.replayed()) is not None:
        return replayed
    drafted = services.hall.drafted(viewer, body.request(now()))

    def write() -> Response:
        record, notices = services.hall.publish(viewer, drafted)
        told = [notice_document(notice) for notice in notices]
        return json_response(need_document(record, now()) | {"told": told}, 201)

    return once.answer(write)


@router.get("/open", summary="抢单大厅", responses=answered(HallAnswer))
def get_open_needs(
    institution: Annotated[Identifier, Query(description="机构编号；没有编号的为机构名称")],
    services: Service,
    viewer: NeedClaimer,
    if_none_match: Annotated[str | None, Header(description="上次答复的 ETag；没有变化时答 304")] = None,
) -> Response:
    """本机构现在可接的需求，最相合的在前。接单之前只显示行业、地区、规模、需求与匹配度。"""
    document = hall_document(services.hall.open_to(viewer, institution), institution, now())
    return unchanged_response(document, if_none_match)


@router.get("/taken", summary="我接的单", responses=answered(TakenAnswer))
def get_taken_needs(
    institution: Annotated[Identifier, Query(description="机构编号；没有编号的为机构名称")],
    services: Service,
    viewer: NeedClaimer,
) -> Response:
    """本机构已接和在等候的需求，最近的在前。"""
    found = services.hall.taken(viewer, institution)
    shown = [need_document(record, now(), institution) for record in found]
    return json_response({"institution": institution, "count": len(shown), "needs": shown})


@router.get("/{need_id}", summary="一条需求", responses=answered(NeedAnswer, 404))
def get_need(need_id: NeedId, services: Service, viewer: NeedReader) -> Response:
    """需求的状态、余下名额与接单情况。"""
    return json_response(_document(services.hall.get(viewer, need_id), viewer))


@router.post("/{need_id}/claims", summary="接单", responses=answered(NeedAnswer, 404, 409))
def post_claim(need_id: NeedId, body: ClaimBody, services: Service, viewer: NeedClaimer, once: WritesOnce) -> Response:
    """先到先得，限额之内即接；名额已满答 409。同一机构重复接单不会占两个名额。"""

    def write() -> Response:
        record = services.hall.claim(viewer, need_id, body.institution, body.offer_id, wait=body.wait)
        return json_response(_document(record, viewer))

    return once.answer(write, apart=True)


@router.post("/{need_id}/release", summary="退出接单", responses=answered(NeedAnswer, 404, 409))
def post_release(
    need_id: NeedId, body: ReleaseBody, services: Service, viewer: NeedClaimer, once: WritesOnce
) -> Response:
    """退出后名额归还；有机构等候的，由最先等候的递补。"""

    def write() -> Response:
        record = services.hall.release(viewer, need_id, body.institution, body.reason)
        return json_response(_document(record, viewer))

    return once.answer(write)


@router.post("/{need_id}/withdraw", summary="撤回需求", responses=answered(NeedAnswer, 404))
def post_withdraw(need_id: NeedId, services: Service, viewer: NeedPoster, once: WritesOnce) -> Response:
    """撤回后不再接受接单；已接的机构不受影响。"""

    def write() -> Response:
        return json_response(need_document(services.hall.withdraw(viewer, need_id), now()))

    return once.answer(write)


def _document(record: NeedRecord, viewer: Viewer) -> Document:
    """A need; whoever only may take it sees no claim but their own."""
    whole = viewer.role in STAFF or record.party_id == viewer.party_id
    return need_document(record, now(), None if whole else viewer.party_id)
