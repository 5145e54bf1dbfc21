"""GET /v1/fields: the field registry, from which forms, templates and checks derive (字段表)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.exchange.documents import Document
from api.routes.answers import FieldsAnswer
from api.routes.responses import answered, json_response
from api.routes.services import allowed
from api.transport.strict_json import StrictRoute
from matcher.declarations.registry import REGISTRY
from matcher.fields import Field, PartyKind

router = APIRouter(prefix="/v1/fields", tags=["字段"], route_class=StrictRoute)


FieldReader = Annotated[Viewer, allowed(Permission.FIELD_READ)]


@router.get("", summary="字段表", responses=answered(FieldsAnswer))
async def list_fields(
    _viewer: FieldReader,
    kind: Annotated[PartyKind | None, Query(description="主体类型；不填为全部")] = None,
) -> Response:
    """每个字段的代码、名称、类型、单位、可选值、常见来源与敏感级别。"""
    fields = REGISTRY if kind is None else REGISTRY.of_kind(kind)
    return json_response({"fields": [field_document(field) for field in fields]})


def field_document(field: Field) -> Document:
    """One field (字段) as JSON."""
    return {
        "code": field.code,
        "label": field.label,
        "type": field.type.value,
        "group": field.group,
        "kinds": sorted(kind.value for kind in field.kinds),
        "unit": field.unit,
        "choices": list(field.choices),
        "source": field.source.value,
        "sensitivity": field.sensitivity.value,
        "aliases": list(field.aliases),
        "derived_from": list(field.derived_from),
        "valid_to": field.valid_to,
        "description": field.description,
    }
