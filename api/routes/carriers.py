"""/v1/carriers: 载体评价. Marks by year from records, fields and entered values; what is entered, by whom."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field, StrictInt

from api.access.audit import Action
from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.carriers.desk import Measured
from api.carriers.papers import write_measured
from api.clock import now, today
from api.exchange.carriers import measured_document, summary_document
from api.routes.carrier_answers import CarriersAnswer, MeasuredAnswer
from api.routes.file_answers import DOCX, file_response
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service, Services, allowed
from api.schemas import Identifier, Wire, shown
from api.store.carriers import EnteredFocus, EnteredValue, Told
from api.transport.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["载体评价"], route_class=StrictRoute)

CarrierReader = Annotated[Viewer, allowed(Permission.CARRIER_READ)]
CarrierWriter = Annotated[Viewer, allowed(Permission.CARRIER_WRITE)]
CarrierId = Annotated[Identifier, Path(description="载体的主体编号")]
Year = Annotated[int, Field(ge=2018, le=2200)]
Years = Annotated[list[Year] | None, Query(description="年度，可重复；不填为今年与去年", max_length=10)]
_ONE = "/carriers/{carrier_id}"


class ValueBody(Wire):
    """A value that the records cannot give, or a target."""

    model_config = shown(year=2026, indicator="jobs", value="320", evidence=["统计表-1"])

    kind: Told = Field(Told.ACTUAL, description="actual 为完成值，target 为年度目标；目标可填任一指标")
    year: Annotated[StrictInt, Field(ge=2018, le=2200)] = Field(description="年度")
    indicator: Identifier = Field(description="指标代码")
    value: Annotated[Decimal, Field(ge=0, le=10**12, decimal_places=6)] = Field(description="数值，按指标的单位")
    by: Identifier | None = Field(None, description="填报人；不填为登录的账号")
    evidence: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=50)] = Field(
        description="依据材料的编号"
    )


class FocusedIndustry(Wire):
    """One industry that a carrier focuses on."""

    industry: Identifier = Field(description="行业代码（GB/T 4754），如 2770、C27")
    category: Identifier = Field(description="产业类别：传统优势产业、战略新兴产业、高新技术产业、特色民族产业")


class FocusBody(Wire):
    """What a carrier focuses on."""

    model_config = shown(industries=[{"industry": "2770", "category": "高新技术产业"}])

    industries: Annotated[tuple[FocusedIndustry, ...], Field(max_length=20)] = Field(description="一至两个产业")
    by: Identifier | None = Field(None, description="填报人；不填为登录的账号")


@router.get("/carriers", summary="各载体的评价", responses=answered(CarriersAnswer))
def get_carriers(
    services: Service, viewer: CarrierReader, year: Annotated[Year | None, Query(description="不填为今年")] = None
) -> Response:
    """一年的得分、覆盖的权重、上下界、缺几项、聚焦产业；载体只见自己的。"""
    day = today()
    found = [summary_document(item) for item in services.carriers.all(viewer, [year or day.year], day)]
    return json_response({"count": len(found), "carriers": found})


@router.get(_ONE + "/scorecards", summary="载体评价", responses=answered(MeasuredAnswer, 404))
def get_scorecards(carrier_id: CarrierId, services: Service, viewer: CarrierReader, year: Years = None) -> Response:
    """各年各维度的得分、覆盖的权重、上下界、缺什么，与上一年的比较和雷达图数据。"""
    return json_response(measured_document(_measured(services, viewer, carrier_id, year)))


@router.get(
    _ONE + "/scorecards.docx", summary="载体评价报告（DOCX）", response_class=Response, responses=answered(None, 404)
)
def get_report(carrier_id: CarrierId, services: Service, viewer: CarrierReader, year: Years = None) -> Response:
    """同样的内容；不知道的写作“待补充”。"""
    measured = _measured(services, viewer, carrier_id, year)
    tenants = services.campaigns.store.tenants.list()
    platform = next((item.name for item in tenants if item.id == viewer.tenant), viewer.tenant)
    services.audit.note(viewer, Action.SCORECARD_EXPORTED, subjects=[carrier_id])
    return file_response(write_measured(measured, platform, today()), DOCX, f"{measured.carrier.name}-评价报告.docx")


@router.post(_ONE + "/values", summary="填报指标值", responses=answered(MeasuredAnswer, 404))
def post_value(
    carrier_id: CarrierId, body: ValueBody, services: Service, viewer: CarrierWriter, once: WritesOnce
) -> Response:
    """登记一个指标一年的完成值或目标；再次填报以最后一次为准，此前的留存。由平台记录计算的完成值不能填。"""

    def write() -> Response:
        by, at = body.by or viewer.name or viewer.role.value, now()
        told = EnteredValue(
            carrier_id, body.year, body.indicator, body.value, at, by, today(), body.evidence, body.kind
        )
        services.carriers.enter(viewer, told)
        detail = {"year": body.year, "indicator": body.indicator, "kind": body.kind.value}
        services.audit.note(viewer, Action.CARRIER_ENTERED, subjects=[carrier_id], detail=detail)
        year = min(body.year, today().year)
        return json_response(measured_document(_measured(services, viewer, carrier_id, [year])))

    return once.answer(write)


@router.post(_ONE + "/focus", summary="填报聚焦产业", responses=answered(MeasuredAnswer, 404))
def post_focus(
    carrier_id: CarrierId, body: FocusBody, services: Service, viewer: CarrierWriter, once: WritesOnce
) -> Response:
    """登记聚焦的一至两个产业及其类别；入驻企业的聚焦占比随之计算。"""

    def write() -> Response:
        told = {item.industry: item.category for item in body.industries}
        by = body.by or viewer.name or viewer.role.value
        services.carriers.focus(viewer, carrier_id, EnteredFocus(told, now(), by))
        services.audit.note(viewer, Action.CARRIER_ENTERED, subjects=[carrier_id], detail={"focus": sorted(told)})
        return json_response(measured_document(_measured(services, viewer, carrier_id, None)))

    return once.answer(write)


def _measured(services: Services, viewer: Viewer, carrier: str, years: list[int] | None) -> Measured:
    day = today()
    return services.carriers.measured(viewer, carrier, years or (day.year - 1, day.year), day)
