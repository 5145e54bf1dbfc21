"""POST /v1/parties/bulk: up to 1,000 parties at once (批量写入). A bad row is refused, no good one is lost."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic.json_schema import models_json_schema

from api.access.audit import Action
from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.clock import today
from api.routes.answers import BulkAnswer
from api.routes.bulk_rows import DELETE, PARTIES, Batch, BulkBody, BulkMode, read_batch, refused_later
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service, Services, allowed
from api.schemas import BulkPartyBody
from api.store.parties import PreparedBatch
from api.transport.strict_json import JSON, StrictRoute, check_media_type, decode

router = APIRouter(prefix="/v1/parties", tags=["主体"], route_class=StrictRoute)

Importer = Annotated[Viewer, allowed(Permission.PARTY_IMPORT)]

PATH = "/v1/parties/bulk"
_BODY = {"required": True, "content": {JSON: {"schema": {"$ref": "#/components/schemas/BulkBody"}}}}


async def _json_bytes(request: Request) -> bytes:
    """The body unread: a megabyte of JSON is read in the route's thread, not in the event loop."""
    check_media_type(request.headers.get("content-type"), JSON)
    return await request.body()


@router.post("/bulk", summary="批量写入主体", responses=answered(BulkAnswer), openapi_extra={"requestBody": _BODY})
def post_bulk(
    body: Annotated[bytes, Depends(_json_bytes)], services: Service, viewer: Importer, once: WritesOnce
) -> Response:
    """一次写入或删除至多各 1,000 个主体，在一个事务中完成；不合规的行逐一列出位置与原因，其余照常写入。

    答复后，下一次查询即可见。建议每批使用一个新的 Idempotency-Key，未收到答复时原样重发。
    """
    if (replayed := once.replayed()) is not None:
        return replayed
    batch = read_batch(decode(body), viewer.tenant, today())
    prepared = services.store.parties.prepare(viewer, list(batch.parties.values()))
    return once.answer(partial(_written, services, viewer, batch, prepared))


def _written(services: Services, viewer: Viewer, batch: Batch, prepared: PreparedBatch) -> Response:
    removed, merge = list(batch.removed.values()), batch.mode is BulkMode.MERGE
    done = services.store.parties.write_batch(viewer, prepared, removed, merge=merge)
    refused = [
        *batch.refused,
        *refused_later(PARTIES, batch.parties, done.refused),
        *refused_later(DELETE, batch.removed, done.missing),
    ]
    counts = {"new": done.counts.new, "changed": done.counts.changed, "same": done.counts.same}
    services.audit.note(viewer, Action.PARTIES_IMPORTED, detail=counts | {"deleted": done.deleted})
    document = {
        "counts": counts | {"deleted": done.deleted, "refused": len(refused)},
        "refused": [row.document() for row in sorted(refused, key=lambda row: (row.list != PARTIES, row.place))],
    }
    return json_response(document)


def schemas(reference: str) -> dict[str, Any]:
    """The schemas of the body for the OpenAPI document, which cannot see into it."""
    _, found = models_json_schema([(BulkBody, "validation"), (BulkPartyBody, "validation")], ref_template=reference)
    return dict(found["$defs"])
