"""/v1/investments: 投资记录. Who put money into whom; they are the portfolios that funds are matched by."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response, UploadFile
from pydantic import ConfigDict, Field

from api.access.audit import Action
from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.exchange.import_reports import counts_of, report_document
from api.exchange.investment_files import InvestmentOrigin
from api.exchange.investments import history_document, listed_document, parties_of, record_document
from api.investments.importing import import_investments
from api.routes.deal_bodies import Money, Share
from api.routes.investment_answers import (
    InvestmentAnswer,
    InvestmentHistoryAnswer,
    InvestmentReportAnswer,
    InvestmentsAnswer,
)
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service, Services, allowed
from api.routes.uploads import laid_down
from api.schemas import Day, Identifier, Source, Wire, shown
from api.store.investments import InvestmentRecord, Wanted
from api.transport.strict_json import FORM, StrictRoute
from matcher.investments import Investment
from matcher.taxonomy import industries

router = APIRouter(prefix="/v1/investments", tags=["投资记录"], route_class=StrictRoute)

InvestmentReader = Annotated[Viewer, allowed(Permission.INVESTMENT_READ)]
InvestmentWriter = Annotated[Viewer, allowed(Permission.INVESTMENT_WRITE)]
InvestmentId = Annotated[Identifier, Path(description="投资记录编号")]
MOST_LISTED = 1_000


class InvestmentBody(Wire):
    """One investment: what is not known is left out."""

    model_config = shown(
        investor="青山资本", firm="示例诊断有限公司", on="2026-05-08", round="A轮", amount_wan="3000", source="公开报道"
    )

    investor: Identifier | None = Field(None, description="投资机构或基金的名称；给了编号时可不填")
    investor_id: Identifier | None = Field(None, description="投资机构的主体编号")
    offer_id: Identifier | None = Field(None, description="基金（资源）的编号；一家机构有几只基金时用它分清")
    firm: Identifier | None = Field(None, description="被投企业的名称；可以不在平台上")
    party_id: Identifier | None = Field(None, description="被投企业的主体编号")
    industry: Identifier | None = Field(None, description="被投企业的行业代码（GB/T 4754）；在平台上的以主体为准")
    business: Annotated[str, Field(max_length=2_000)] = Field("", description="被投企业做什么；在平台上的以主体为准")
    on: Day | None = Field(None, description="投资日期")
    round: Annotated[str, Field(max_length=100)] = Field("", description="轮次")
    amount_wan: Money | None = Field(None, description="金额（万元）；不知道不填，不要填 0")
    stake_pct: Share | None = Field(None, description="持股比例（%）")
    source: Source = Field("自填", description="来源")
    why: Annotated[str, Field(max_length=500)] = Field("", description="为什么登记或更正")

    def investment(self) -> Investment:
        """The domain's investment. Raises `UnknownIndustry`."""
        given = self.model_dump(exclude={"why", "investor", "firm", "industry"})
        code = industries.industry(self.industry).code if self.industry else ""
        return Investment(investor=self.investor or "", firm=self.firm or "", industry=code, **given)


class InvestmentForm(Wire):
    """A file of investments."""

    model_config = ConfigDict(extra="forbid")

    file: UploadFile = Field(description="CSV 或 XLSX；列名如 投资机构、被投企业、轮次、金额(万元)、日期")
    source: Source | None = Field(None, description="数据来源；不填为文件名")
    investor_id: Identifier | None = Field(None, description="整份文件是这一机构（主体编号）的")
    offer_id: Identifier | None = Field(None, description="整份文件是这一基金（资源编号）的")


@router.get("", summary="投资记录", responses=answered(InvestmentsAnswer))
def get_investments(
    services: Service,
    viewer: InvestmentReader,
    investor: Annotated[Identifier | None, Query(description="投资机构：名称、主体编号或基金编号")] = None,
    firm: Annotated[Identifier | None, Query(description="被投企业：名称或主体编号")] = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000, description="从第几条起")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED, description="最多几条")] = 100,
) -> Response:
    """现行的投资记录，最近的在前；paid 为本平台项目已注资的，由项目记录而来，不必再登记。"""
    listed = services.investments.list(viewer, Wanted(investor, firm, offset, limit))
    return json_response(listed_document(listed, services.sights.masker(viewer, parties_of(listed))))


@router.post("", summary="登记投资", status_code=201, responses=answered(InvestmentAnswer, 201, 404))
def post_investment(body: InvestmentBody, services: Service, viewer: InvestmentWriter, once: WritesOnce) -> Response:
    """登记一笔；同一笔（投资方、被投企业、日期、轮次相同）再登记即为更正，原来的留存。"""

    def write() -> Response:
        record = services.investments.put(viewer, body.investment(), by=_by(viewer), why=body.why)
        return _written(services, viewer, record, 201)

    return once.answer(write)


@router.post("/imports", summary="导入投资记录", status_code=201, responses=answered(InvestmentReportAnswer, 201, 404))
def post_investments(
    form: Annotated[InvestmentForm, Form(media_type=FORM)],
    services: Service,
    viewer: InvestmentWriter,
    once: WritesOnce,
) -> Response:
    """逐行导入；存疑的值留空并说明原因。同一文件导入两次不会有任何变化，此后更正或移除过的也不会恢复。"""
    settings, name = services.settings, form.file.filename or ""
    with laid_down(form.file.file, name, settings.data / "uploads", settings.max_import_bytes) as upload:
        origin = InvestmentOrigin(form.source or upload.name, form.investor_id, form.offer_id)

        def write() -> Response:
            store = services.campaigns.store
            summary = import_investments(store, services.investments, viewer, upload.path, origin, by=_by(viewer))
            detail = {"sha256": upload.sha256, "rows": summary.rows, "new": summary.new, "changed": summary.changed}
            services.audit.note(viewer, Action.INVESTMENTS_IMPORTED, detail=detail)
            return json_response(counts_of(summary) | report_document(summary), 201)

        said = (upload.sha256, name, form.source, form.investor_id, form.offer_id)
        return once.about(repr(said)).answer(write, apart=True)


@router.get("/{investment_id}", summary="一笔投资", responses=answered(InvestmentHistoryAnswer, 404))
def get_investment(investment_id: InvestmentId, services: Service, viewer: InvestmentReader) -> Response:
    """现在的内容与此前每一次登记、更正、移除。"""
    history = services.investments.history(viewer, investment_id)
    parties = [item.investment.party_id for item in history if item.investment.party_id]
    return json_response(history_document(history, services.sights.masker(viewer, parties)))


@router.put("/{investment_id}", summary="更正一笔投资", responses=answered(InvestmentAnswer, 404))
def put_investment(
    investment_id: InvestmentId, body: InvestmentBody, services: Service, viewer: InvestmentWriter, once: WritesOnce
) -> Response:
    """以给出的内容为准；原来的留存。"""

    def write() -> Response:
        told = body.investment()
        record = services.investments.put(viewer, told, by=_by(viewer), why=body.why, key=investment_id)
        return _written(services, viewer, record, 200)

    return once.answer(write)


@router.delete("/{investment_id}", status_code=204, summary="移除一笔投资", responses=answered(None, 404))
def delete_investment(
    investment_id: InvestmentId,
    services: Service,
    viewer: InvestmentWriter,
    once: WritesOnce,
    why: Annotated[str, Query(max_length=500, description="为什么移除")] = "",
) -> Response:
    """不再计入；记录留存，再登记即恢复。"""

    def write() -> Response:
        record = services.investments.remove(viewer, investment_id, by=_by(viewer), why=why)
        services.audit.note(viewer, Action.INVESTMENT_REMOVED, subjects=_subjects(record), detail={"id": record.id})
        return Response(status_code=204)

    return once.answer(write)


def _written(services: Services, viewer: Viewer, record: InvestmentRecord, status: int) -> Response:
    subjects = _subjects(record)
    detail = {"id": record.id, "number": record.number}
    services.audit.note(viewer, Action.INVESTMENT_WRITTEN, subjects=subjects, detail=detail)
    return json_response(record_document(record, services.sights.masker(viewer, subjects)), status)


def _subjects(record: InvestmentRecord) -> list[str]:
    return [key for key in (record.investment.investor_id, record.investment.party_id) if key]


def _by(viewer: Viewer) -> str:
    return viewer.name or viewer.role.value
