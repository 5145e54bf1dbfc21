"""/v1/import-templates: which heading fills which field, kept for files of one source (导入列模板)."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.clock import now
from api.exchange.documents import Document
from api.routes.imports import Importer
from api.routes.offer_answers import Answer
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service
from api.schemas import NO_CONTROL, Identifier, Wire
from api.store.import_columns import LONGEST_HEADING, MOST_COLUMNS
from api.store.import_templates import ImportTemplate
from api.transport.strict_json import StrictRoute
from matcher.fields import PartyKind

router = APIRouter(prefix="/v1/import-templates", tags=["导入"], route_class=StrictRoute)

LONGEST_NAME = 60
Heading = Annotated[str, Field(max_length=LONGEST_HEADING)]
Code = Annotated[str, Field(max_length=100)]
TemplateId = Annotated[Identifier, Path(description="列模板编号")]


class TemplateBody(Wire):
    """A template to be kept."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=NO_CONTROL)] = Field(
        description="名称；已有同名的，以这次为准"
    )
    kind: PartyKind = Field(description="文件中主体的类型")
    columns: Annotated[Mapping[Heading, Code], Field(min_length=1, max_length=MOST_COLUMNS)] = Field(
        description="列名 → 字段代码（见 /v1/fields）；空代码表示不导入该列"
    )


class TemplateAnswer(Answer):
    """一个列模板。"""

    id: str
    name: str
    kind: PartyKind
    columns: dict[str, str]
    updated: str


class TemplatesAnswer(Answer):
    """本平台的列模板，按名称。"""

    count: int
    templates: list[TemplateAnswer]


@router.get("", summary="导入列模板", responses=answered(TemplatesAnswer))
def get_templates(services: Service, viewer: Importer) -> Response:
    """导入与试导入时以 template 指明。"""
    found = [template_document(item) for item in services.campaigns.store.import_templates.list(viewer)]
    return json_response({"count": len(found), "templates": found})


@router.post("", summary="保存列模板", status_code=201, responses=answered(TemplateAnswer, 201))
def post_template(body: TemplateBody, services: Service, viewer: Importer, once: WritesOnce) -> Response:
    """同一来源的文件下次不必再逐列选择。"""
    keep = services.campaigns.store.import_templates.keep
    return once.answer(
        lambda: json_response(template_document(keep(viewer, body.name, body.kind, body.columns, now())), 201)
    )


@router.get("/{template_id}", summary="一个列模板", responses=answered(TemplateAnswer, 404))
def get_template(template_id: TemplateId, services: Service, viewer: Importer) -> Response:
    """列名与所对应的字段。"""
    return json_response(template_document(services.campaigns.store.import_templates.get(viewer, template_id)))


@router.delete("/{template_id}", status_code=204, summary="删除列模板", responses=answered(None, 404))
def delete_template(template_id: TemplateId, services: Service, viewer: Importer, once: WritesOnce) -> Response:
    """用它导入过的数据不变。"""

    def write() -> Response:
        services.campaigns.store.import_templates.delete(viewer, template_id)
        return Response(status_code=204)

    return once.answer(write)


def template_document(template: ImportTemplate) -> Document:
    """A template (列模板) as JSON."""
    return {
        "id": template.id,
        "name": template.name,
        "kind": template.kind.value,
        "columns": dict(template.columns),
        "updated": template.updated.isoformat(),
    }
