"""/v1/platforms: the tiers of platforms, and what those below share (上下级平台)."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.access.permissions import Permission
from api.access.profiles import coarse, masked_name
from api.access.viewers import Viewer
from api.clock import today
from api.exchange.documents import Document, profile_of_party
from api.routes.account_answers import PlatformAnswer, PlatformsAnswer, SharedPartiesAnswer
from api.routes.responses import answered, json_response
from api.routes.services import Service, allowed
from api.schemas import Identifier, Wire
from api.store.sharing import Below
from api.store.tenants import SHARING_LABELS, TIER_LABELS, Sharing
from api.transport.strict_json import StrictRoute
from matcher.fields import PARTY_KIND_LABELS
from matcher.parties import Party

router = APIRouter(prefix="/v1/platforms", tags=["平台"], route_class=StrictRoute)

PlatformReader = Annotated[Viewer, allowed(Permission.PLATFORM_READ)]
PlatformManager = Annotated[Viewer, allowed(Permission.PLATFORM_MANAGE)]
MAX_PAGE = 1_000
_LAST_NUMBER = 2**63 - 1


class SharingBody(Wire):
    """What the platform lets those above it see."""

    shares: Sharing = Field(description="nothing 不共享、counts 数量、profiles 数量与脱敏画像")


@router.get("", summary="本平台与下级平台", responses=answered(PlatformsAnswer))
def get_platforms(services: Service, viewer: PlatformReader) -> Response:
    """下级平台只给出它愿意共享的：数量，或数量与脱敏画像。"""
    found = [_document(item) for item in services.platforms.below(viewer)]
    return json_response({"own": _document(Below(services.platforms.own(viewer), None)), "below": found})


@router.put("/sharing", summary="决定向上共享什么", responses=answered(PlatformAnswer))
def put_sharing(body: SharingBody, services: Service, viewer: PlatformManager) -> Response:
    """立即生效；由本平台的管理员决定。"""
    return json_response(_document(Below(services.platforms.share(viewer, body.shares), None)))


@router.get("/{platform}/parties", summary="下级平台共享的主体", responses=answered(SharedPartiesAnswer))
def get_shared(
    platform: Annotated[Identifier, Path(description="下级平台的代码")],
    services: Service,
    viewer: PlatformReader,
    after: Annotated[int, Query(ge=0, le=_LAST_NUMBER, description="从哪个序号之后开始")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="最多几家")] = 100,
) -> Response:
    """只读，只有脱敏画像；不共享、不是下级或不存在的平台，答复相同：没有。"""
    page = services.platforms.shared(viewer, platform, after, limit)
    rows = [_shared(number, party) for number, party in page.parties.items()]
    return json_response({"platform": platform, "parties": rows, "next_after": page.following})


def _document(item: Below) -> Document:
    tenant = item.tenant
    return {
        "id": tenant.id,
        "name": tenant.name,
        "tier": tenant.tier.value,
        "tier_label": TIER_LABELS[tenant.tier],
        "parent_id": tenant.parent_id,
        "shares": tenant.shares.value,
        "shares_label": SHARING_LABELS[tenant.shares],
        "counts": None if item.counts is None else dict(item.counts),
    }


def _shared(number: int, party: Party) -> Document:
    profile = profile_of_party(party, today())
    return {
        "number": number,
        "kind": party.kind.value,
        "kind_label": PARTY_KIND_LABELS[party.kind],
        "name": masked_name(party.kind, profile),
        "profile": coarse(profile),
        "synthetic": party.synthetic,
    }
