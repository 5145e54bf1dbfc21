"""/v1/campaigns/{id}/runs/{n}: 送达. Lists, letters and bundles out; /v1/returns: filled lists in."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import ConfigDict, Field

from api.access.audit import Action
from api.access.permissions import Permission, require
from api.access.viewers import Viewer
from api.campaigns.submitting import job_of_run
from api.clock import now, today
from api.delivery.bundles import bundle, list_file, whole_list
from api.delivery.delivering import deliver
from api.delivery.letters import LetterWriter
from api.delivery.lists import lists_of, no_list_of
from api.delivery.noted import note_export
from api.delivery.receiving import RETURNED_BY, Receiving, receive
from api.delivery.reports import report_of, write_report
from api.exchange.campaigns import run_document
from api.exchange.outcomes import return_document
from api.routes.campaigns import ApproveBody, CampaignId, Number
from api.routes.file_answers import DOCX, XLSX, disposition, file_response
from api.routes.once import WritesOnce
from api.routes.outcome_answers import DeliveredAnswer, ListsAnswer, ReturnAnswer
from api.routes.responses import answered, json_response
from api.routes.services import Service, allowed
from api.routes.uploads import laid_down
from api.schemas import Day, Identifier, Wire
from api.store.queries import speaks_for
from api.transport.strict_json import FORM, StrictRoute

router = APIRouter(prefix="/v1", tags=["送达"], route_class=StrictRoute)

Deliverer = Annotated[Viewer, allowed(Permission.CAMPAIGN_APPROVE)]
ListReader = Annotated[Viewer, allowed(Permission.DELIVERY_READ)]
ListExporter = Annotated[Viewer, allowed(Permission.DELIVERY_EXPORT)]
BundleExporter = Annotated[Viewer, allowed(Permission.DELIVERY_BUNDLE)]
OutcomeWriter = Annotated[Viewer, allowed(Permission.OUTCOME_WRITE)]

PATH = "/v1/returns"
_RUN = "/campaigns/{campaign_id}/runs/{number}"
_ZIP = "application/zip"


class ReturnForm(Wire):
    """A list that came back."""

    model_config = ConfigDict(extra="forbid")

    file: UploadFile = Field(description="填好的名单（XLSX）")
    campaign_id: Identifier = Field(description="活动编号")
    by: Identifier = Field(RETURNED_BY, description="反馈人或机构")
    dry: bool = Field(False, description="只试读，不登记")
    partial: bool = Field(False, description="有问题的行之外的照样登记；不填则整份文件要么全部登记，要么都不登记")


@router.post(_RUN + "/deliver", summary="送达", responses=answered(DeliveredAnswer, 404, 409))
def post_deliver(
    campaign_id: CampaignId, number: Number, body: ApproveBody, services: Service, viewer: Deliverer, once: WritesOnce
) -> Response:
    """登记名单已推送，办理时限自此起算；再次送达只推送新补入的。"""

    def write() -> Response:
        store = services.campaigns.store
        run, pushed = deliver(store, viewer, campaign_id, number, body.by, now())
        detail = {"campaign": campaign_id, "run": number, "pushed": pushed}
        services.audit.note(viewer, Action.RUN_DELIVERED, purpose=campaign_id, detail=detail)
        return json_response({"run": run_document(run, job_of_run(store, viewer, run)), "pushed": pushed})

    return once.answer(write)


@router.get(_RUN + "/lists", summary="有名单的机构", responses=answered(ListsAnswer, 404, 409))
def get_lists(campaign_id: CampaignId, number: Number, services: Service, viewer: ListReader) -> Response:
    """已批准的运行中，各机构及其名单条数。"""
    lists = lists_of(services.campaigns.store, viewer, campaign_id, number)
    standing = services.campaigns.store.outcomes.standing(lists.delivery.run)
    pairs = [pair for pair in standing if speaks_for(viewer, pair.institution, Permission.DELIVERY_READ)]
    counts = Counter((pair.institution, pair.provider) for pair in pairs)
    found = [{"institution": key, "provider": name, "count": count} for (key, name), count in sorted(counts.items())]
    return json_response({"count": len(found), "lists": found})


@router.get(_RUN + "/list.xlsx", summary="名单（XLSX）", response_class=Response, responses=answered(None, 404, 409))
def get_list(
    campaign_id: CampaignId,
    number: Number,
    services: Service,
    viewer: ListExporter,
    institution: Annotated[Identifier | None, Query(description="机构编号；不填为平台总名单（内部）")] = None,
) -> Response:
    """机构的名单只含画像与判断，名称等须企业授权；平台总名单含全部信息，仅供内部使用。"""
    lists = lists_of(services.campaigns.store, viewer, campaign_id, number)
    if institution is None:
        require(viewer, Permission.DELIVERY_BUNDLE)
        note_export(services.audit, viewer, Action.LIST_EXPORTED, lists)
        return file_response(whole_list(lists), XLSX, f"{lists.delivery.campaign.name}-总名单（内部）.xlsx")
    if not speaks_for(viewer, institution, Permission.DELIVERY_EXPORT):
        raise no_list_of(institution)
    name, content = list_file(lists, institution)
    note_export(services.audit, viewer, Action.LIST_EXPORTED, lists, institution)
    return file_response(content, XLSX, f"{lists.delivery.campaign.name}-{name}.xlsx")


@router.get(
    _RUN + "/letter.docx", summary="企业告知书（DOCX）", response_class=Response, responses=answered(None, 404, 409)
)
def get_letter(
    campaign_id: CampaignId,
    number: Number,
    seeker: Annotated[Identifier, Query(description="主体编号")],
    services: Service,
    viewer: BundleExporter,
) -> Response:
    """告诉企业：列入了哪些机构的名单、为什么、还差什么、依据是什么。"""
    lists = lists_of(services.campaigns.store, viewer, campaign_id, number)
    items = lists.of_seeker(seeker)
    detail = {"campaign": campaign_id, "run": number}
    services.audit.note(viewer, Action.LETTER_EXPORTED, subjects=[seeker], purpose=campaign_id, detail=detail)
    return file_response(
        LetterWriter(lists.delivery).letter(items), DOCX, f"{items[0].row.match['seeker']['name']}-告知书.docx"
    )


@router.get(
    _RUN + "/bundle.zip", summary="全部文件（ZIP）", response_class=Response, responses=answered(None, 404, 409)
)
def get_bundle(campaign_id: CampaignId, number: Number, services: Service, viewer: BundleExporter) -> Response:
    """总名单、各机构名单、各企业告知书与清单（含校验和）；同一运行导出两次逐字节相同。"""
    lists = lists_of(services.campaigns.store, viewer, campaign_id, number)
    note_export(services.audit, viewer, Action.BUNDLE_EXPORTED, lists)
    headers = disposition(f"{lists.delivery.campaign.name}-第{number}次运行.zip")
    return StreamingResponse(bundle(lists), media_type=_ZIP, headers=headers)


@router.get(
    "/campaigns/{campaign_id}/report.docx",
    summary="活动报告（DOCX）",
    response_class=Response,
    responses=answered(None, 404),
)
def get_report(
    campaign_id: CampaignId,
    services: Service,
    viewer: BundleExporter,
    at: Annotated[Day | None, Query(description="截至哪一天；不填为今天（北京时间）")] = None,
) -> Response:
    """数字、图表，以及由数字得出的结论；未知的写明未知。"""
    report = report_of(services.campaigns.store, viewer, campaign_id, at or today())
    return file_response(write_report(report), DOCX, f"{report.campaign.name}-活动报告.docx")


@router.post("/returns", summary="回传名单", responses=answered(ReturnAnswer, 404))
def post_return(
    form: Annotated[ReturnForm, Form(media_type=FORM)], services: Service, viewer: OutcomeWriter, once: WritesOnce
) -> Response:
    """机构填好的名单。只登记新的结果；有一处问题即整份不登记，问题逐格列出。"""
    settings = services.settings
    how = Receiving(form.by, form.dry, form.partial)
    folder = settings.data / "uploads"
    with laid_down(form.file.file, form.file.filename or "", folder, settings.max_import_bytes) as upload:

        def write() -> Response:
            store = services.campaigns.store
            return json_response(return_document(receive(store, viewer, form.campaign_id, upload.path, now(), how)))

        said = (upload.sha256, form.campaign_id, form.by, form.dry, form.partial)
        return once.about(repr(said)).answer(write, apart=True)
