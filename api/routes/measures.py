"""/v1/measures: 评价办法. What carriers are measured by: the built-in measures and a platform's own, by version."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.access.audit import Action
from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.carriers.shelf import MOST_BYTES
from api.clock import now, today
from api.exchange.carriers import measures_document, measures_summary
from api.routes.carrier_answers import MeasuresAnswer, MeasuresListAnswer
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service, allowed
from api.schemas import Identifier, Wire
from api.transport.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["载体评价"], route_class=StrictRoute)

MeasuresReader = Annotated[Viewer, allowed(Permission.CARRIER_READ)]
MeasuresWriter = Annotated[Viewer, allowed(Permission.MEASURES_WRITE)]
Version = Annotated[Identifier, Path(description="评价办法的版本，见 GET /v1/measures")]


class MeasuresBody(Wire):
    """Measures of the platform's own."""

    content: Annotated[str, Field(min_length=1, max_length=MOST_BYTES)] = Field(
        description="评价办法文件的全文（YAML）；写法见 docs/dealflow.md，可由内置的一份改写"
    )
    file: Identifier = Field("评价办法.yaml", description="文件名，用于指出错误的位置")


@router.get("/measures", summary="评价办法", responses=answered(MeasuresListAnswer))
def get_measures(services: Service, viewer: MeasuresReader) -> Response:
    """本平台上传的各版本与内置的一份，以及今年所用的。"""
    shelf = services.carriers.measures
    found = [measures_summary(item) for item in shelf.versions(viewer)]
    in_force = shelf.in_force(viewer, today().year).version
    return json_response({"count": len(found), "in_force": in_force, "measures": found})


@router.post("/measures", summary="上传评价办法", status_code=201, responses=answered(MeasuresAnswer, 201))
def post_measures(body: MeasuresBody, services: Service, viewer: MeasuresWriter, once: WritesOnce) -> Response:
    """保存本平台的评价办法，自文件所写的年度起用；此前各版本留存。文件有误的逐处写明位置。"""

    def write() -> Response:
        by = viewer.name or viewer.role.value
        stated = services.carriers.measures.write(viewer, body.file, body.content, now(), by)
        services.audit.note(viewer, Action.MEASURES_WRITTEN, detail={"version": stated.measures.version})
        return json_response(measures_document(stated), 201)

    return once.answer(write)


@router.get("/measures/{version}", summary="一个版本的评价办法", responses=answered(MeasuresAnswer, 404))
def get_measures_version(version: Version, services: Service, viewer: MeasuresReader) -> Response:
    """各维度、指标、权重与满分值，及文件全文。"""
    return json_response(measures_document(services.carriers.measures.of(viewer, version)))
