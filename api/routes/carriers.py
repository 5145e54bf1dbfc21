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
from api.exchange.carriers import measured_document
from api.routes.carrier_answers import MeasuredAnswer
from api.routes.file_answers import DOCX, file_response
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service, Services, allowed
from api.schemas import Identifier, Wire, shown
from api.store.carriers import EnteredValue
from api.transport.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["载体评价"], route_class=StrictRoute)

CarrierReader = Annotated[Viewer, allowed(Permission.CARRIER_READ)]
CarrierWriter = Annotated[Viewer, allowed(Permission.CARRIER_WRITE)]
CarrierId = Annotated[Identifier, Path(description="载体的主体编号")]
Year = Annotated[int, Field(ge=2018, le=2200)]
Years = Annotated[list[Year] | None, Query(description="年度，可重复；不填为今年与去年", max_length=10)]
_ONE = "/carriers/{carrier_id}"


class ValueBody(Wire):
    """A value that the records cannot give."""

    model_config = shown(year=2026, indicator="jobs", value="320", evidence=["统计表-1"])

    year: Annotated[StrictInt, Field(ge=2018, le=2200)] = Field(description="年度")
    indicator: Identifier = Field(description="指标代码")
    value: Annotated[Decimal, Field(ge=0, le=10**12, decimal_places=6)] = Field(description="数值，按指标的单位")
    by: Identifier | None = Field(None, description="填报人；不填为登录的账号")
    evidence: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=50)] = Field(
        description="依据材料的编号"
    )


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
    """登记一个指标一年的值；再次填报以最后一次为准，此前的留存。由平台记录计算的指标不能填。"""

    def write() -> Response:
        by = body.by or viewer.name or viewer.role.value
        entered = EnteredValue(carrier_id, body.year, body.indicator, body.value, now(), by, today(), body.evidence)
        services.carriers.enter(viewer, entered)
        detail = {"year": body.year, "indicator": body.indicator}
        services.audit.note(viewer, Action.CARRIER_ENTERED, subjects=[carrier_id], detail=detail)
        return json_response(measured_document(_measured(services, viewer, carrier_id, [body.year])))

    return once.answer(write)


def _measured(services: Services, viewer: Viewer, carrier: str, years: list[int] | None) -> Measured:
    day = today()
    return services.carriers.measured(viewer, carrier, years or (day.year - 1, day.year), day)
