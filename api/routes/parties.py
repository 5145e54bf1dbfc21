"""GET, PUT and DELETE /v1/parties/{id}: what is known of an organisation (主体). The next query sees every change."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.access.audit import Action
from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.clock import today
from api.exchange.documents import party_document, profile_of_party
from api.routes.answers import PartyAnswer
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service, allowed
from api.schemas import Identifier, PartyBody
from api.transport.strict_json import StrictRoute

router = APIRouter(prefix="/v1/parties", tags=["主体"], route_class=StrictRoute)

PartyReader = Annotated[Viewer, allowed(Permission.PARTY_READ)]
PartyWriter = Annotated[Viewer, allowed(Permission.PARTY_WRITE)]
PartyRemover = Annotated[Viewer, allowed(Permission.PARTY_DELETE)]

PartyId = Annotated[Identifier, Path(description="主体编号；按统一社会信用代码导入的为 uscc-代码")]


@router.get("/{party_id}", summary="一个主体", responses=answered(PartyAnswer, 404))
def get_party(party_id: PartyId, services: Service, viewer: PartyReader) -> Response:
    """只列已知的字段，每项附来源与日期。"""
    party = services.store.parties.get(viewer, services.sights.party_of(viewer, party_id))
    document = party_document(party) | {"profile": profile_of_party(party, today())}
    seen = services.sights.masker(viewer, [party.id]).seen(document)
    if party.id != viewer.party_id:
        services.audit.seen(viewer, Action.PARTY_OPENED, subjects=[party.id])
    return json_response(seen)


@router.put("/{party_id}", summary="写入一个主体", responses=answered(PartyAnswer, 201))
def put_party(party_id: PartyId, body: PartyBody, services: Service, viewer: PartyWriter, once: WritesOnce) -> Response:
    """主体改为所给的内容：未给出的字段不再保留。新建答 201，已有答 200。"""
    party = body.party(party_id, viewer.tenant, today())

    def write() -> Response:
        counts = services.store.parties.upsert_many(viewer, [party], merge=False)
        services.audit.note(viewer, Action.PARTY_WRITTEN, subjects=[party_id])
        stored = services.store.parties.get(viewer, party_id)
        return json_response(party_document(stored), 201 if counts.new else 200)

    return once.answer(write)


@router.delete("/{party_id}", status_code=204, summary="删除一个主体", responses=answered(None, 404))
def delete_party(party_id: PartyId, services: Service, viewer: PartyRemover, once: WritesOnce) -> Response:
    """删除后，下一次查询即不再出现。"""

    def write() -> Response:
        services.store.parties.delete(viewer, party_id)
        services.audit.note(viewer, Action.PARTY_DELETED, subjects=[party_id])
        return Response(status_code=204)

    return once.answer(write)
