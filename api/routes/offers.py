"""GET /v1/offers: the catalogue and what platforms add to it (资源)."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.exchange.documents import offer_document, offer_summary
from api.routes.offer_answers import OfferAnswer, OffersAnswer
from api.routes.responses import answered, json_response
from api.routes.services import Service, allowed
from api.schemas import Identifier
from api.transport.strict_json import StrictRoute
from matcher.offers import OfferKind

router = APIRouter(prefix="/v1/offers", tags=["资源"], route_class=StrictRoute)

OfferReader = Annotated[Viewer, allowed(Permission.OFFER_READ)]

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
def get_offer(offer_id: Annotated[Identifier, Path()], services: Service, viewer: OfferReader) -> Response:
    """条件逐条附出处（文件、条款、原文），未写明的为 null。"""
    return json_response(offer_document(services.store.offers.get(viewer, offer_id)))
