"""/v1/consents: 授权. An enterprise lets one recipient see some of its data for one purpose, and takes it back."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.access.consents import WORDING_VERSION, Purpose, Scope
from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.clock import today
from api.exchange.consents import asked_document, consent_document, consent_event_document
from api.routes.consent_answers import ConsentAnswer, ConsentHistoryAnswer, ConsentsAnswer, WordingAnswer
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service, allowed
from api.schemas import Day, Identifier, Wire
from api.transport.strict_json import StrictRoute

router = APIRouter(prefix="/v1/consents", tags=["授权"], route_class=StrictRoute)

ConsentReader = Annotated[Viewer, allowed(Permission.CONSENT_READ)]
ConsentGiver = Annotated[Viewer, allowed(Permission.CONSENT_GRANT)]
ConsentId = Annotated[Identifier, Path(description="授权编号")]


class RefusalBody(Wire):
    """Whom nothing is given, for which purpose."""

    recipient: Identifier = Field(description="接收方的主体编号；没有编号的机构为其名称")
    purpose: Purpose = Field(description="用途")


class ConsentBody(RefusalBody):
    """What is agreed to."""

    scopes: Annotated[frozenset[Scope], Field(min_length=1)] = Field(description="信息范围")
    until: Day = Field(description="有效期至（含当日），不超过三年")


@router.get("", summary="授权", responses=answered(ConsentsAnswer))
def get_consents(services: Service, viewer: ConsentReader) -> Response:
    """企业看到自己给出的，机构看到给自己的，平台看到全部；最近变化的在前。"""
    found = [consent_document(item, today()) for item in services.consents.of(viewer)]
    return json_response({"count": len(found), "consents": found})


@router.post("/wording", summary="授权书文字", responses=answered(WordingAnswer))
def post_wording(body: ConsentBody, services: Service, viewer: ConsentGiver) -> Response:
    """给出授权之前请企业阅读的全文；什么都不写入。"""
    asked = services.consents.proposed(viewer, body.recipient, body.purpose, body.scopes, body.until)
    text = services.consents.words(viewer, asked)
    return json_response(asked_document(asked) | {"wording": WORDING_VERSION, "text": text})


@router.post("", summary="给出授权", status_code=201, responses=answered(ConsentAnswer, 201))
def post_consent(body: ConsentBody, services: Service, viewer: ConsentGiver, once: WritesOnce) -> Response:
    """即时生效；取代此前对同一接收方、同一用途的授权。全文见 /v1/consents/wording。"""

    def write() -> Response:
        made = services.consents.grant(viewer, body.recipient, body.purpose, body.scopes, body.until)
        return json_response(consent_document(made, today()), 201)

    return once.answer(write)


@router.post("/refusals", summary="不同意授权", status_code=201, responses=answered(ConsentAnswer, 201))
def post_refusal(body: RefusalBody, services: Service, viewer: ConsentGiver, once: WritesOnce) -> Response:
    """不向该接收方提供；此前给出的同一用途的授权随之终止。"""

    def write() -> Response:
        made = services.consents.refuse(viewer, body.recipient, body.purpose)
        return json_response(consent_document(made, today()), 201)

    return once.answer(write)


@router.get("/{consent_id}", summary="一项授权", responses=answered(ConsentHistoryAnswer, 404))
def get_consent(consent_id: ConsentId, services: Service, viewer: ConsentReader) -> Response:
    """及其全部变化：何时、何人、当时展示的全文。"""
    found, events = services.consents.one(viewer, consent_id)
    history = [consent_event_document(event) for event in events]
    return json_response(consent_document(found, today()) | {"events": history})


@router.post("/{consent_id}/withdraw", summary="撤回授权", responses=answered(ConsentAnswer, 404))
def post_withdrawal(consent_id: ConsentId, services: Service, viewer: ConsentGiver, once: WritesOnce) -> Response:
    """即时生效，已送达的名单随之隐去名称并标明“已撤回授权”；再次撤回没有变化。"""
    return once.answer(lambda: json_response(consent_document(services.consents.withdraw(viewer, consent_id), today())))
