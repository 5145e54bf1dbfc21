"""/v1/offers: the catalogue and what platforms and their parties add to it (资源)."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.clock import today
from api.exchange.documents import offer_document, offer_summary
from api.exchange.own_offers import written
from api.routes.offer_answers import OfferAnswer, OffersAnswer
from api.routes.offer_bodies import OfferBody
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service, allowed
from api.schemas import Identifier
from api.transport.strict_json import StrictRoute
from matcher.offers import OfferKind

router = APIRouter(prefix="/v1/offers", tags=["资源"], route_class=StrictRoute)

OfferReader = Annotated[Viewer, allowed(Permission.OFFER_READ)]
OfferWriter = Annotated[Viewer, allowed(Permission.OFFER_WRITE)]
OfferId = Annotated[Identifier, Path(description="资源编号")]

PAGE = 100
MAX_PAGE = 1_000


@router.get("", summary="资源列表", responses=answered(OffersAnswer))
def list_offers(
    services: Service,
    viewer: OfferReader,
    kind: Annotated[OfferKind | None, Query(description="资源类型；不填为全部")] = None,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="从第几项开始，0 为第一项")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="最多几项")] = PAGE,
) -> Response:
    """按载入的先后列出本平台可见的资源。"""
    offers = services.store.offers.list(viewer, kind)
    page = offers[offset : offset + limit]
    following = offset + len(page)
    return json_response(
        {
            "offers": [offer_summary(offer) for offer in page],
            "total": len(offers),
            "next_offset": following if page and following < len(offers) else None,
        }
    )


@router.get("/{offer_id}", summary="一项资源", responses=answered(OfferAnswer, 404))
def get_offer(offer_id: OfferId, services: Service, viewer: OfferReader) -> Response:
    """条件逐条附出处（文件、条款、原文），未写明的为 null。"""
    return json_response(offer_document(services.store.offers.get(viewer, offer_id)))


@router.put("/{offer_id}", summary="写入一项资源", responses=answered(OfferAnswer, 201, 404))
def put_offer(offer_id: OfferId, body: OfferBody, services: Service, viewer: OfferWriter, once: WritesOnce) -> Response:
    """本单位（或本平台）的一项资源改为所给的内容。新建答 201，已有答 200；下一次匹配即生效。"""
    store = services.campaigns.store

    def write() -> Response:
        known = any(offer.id == offer_id for offer in store.offers.list(viewer))
        offer = written(store, viewer, offer_id, body.draft(), today())
        return json_response(offer_document(offer), 200 if known else 201)

    return once.answer(write)


@router.delete("/{offer_id}", status_code=204, summary="删除一项资源", responses=answered(None, 404))
def delete_offer(offer_id: OfferId, services: Service, viewer: OfferWriter, once: WritesOnce) -> Response:
    """删除后不再参加匹配；只想停用的，把截止日期改为今天以前。"""
    store = services.campaigns.store

    def write() -> Response:
        store.offers.offered(viewer, offer_id, Permission.OFFER_WRITE)
        store.offers.delete(viewer, offer_id)
        return Response(status_code=204)

    return once.answer(write)
