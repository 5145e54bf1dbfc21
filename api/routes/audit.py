"""GET /v1/audit: 审计日志. Who saw, exported or changed what, and whether the log is whole."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.exchange.consents import audit_document, verification_document
from api.routes.consent_answers import AuditAnswer, VerificationAnswer
from api.routes.responses import answered, json_response
from api.routes.services import Service, allowed
from api.schemas import Identifier
from api.store.audit import AuditQuery
from api.transport.strict_json import StrictRoute

router = APIRouter(prefix="/v1/audit", tags=["审计"], route_class=StrictRoute)

AuditReader = Annotated[Viewer, allowed(Permission.AUDIT_READ)]
MOST = 1_000


class AuditParameters(BaseModel):
    """Which rows are wanted."""

    model_config = ConfigDict(extra="forbid")

    action: Annotated[Identifier | None, Field(description="只要这类事项，如 list.exported")] = None
    subject: Annotated[Identifier | None, Field(description="只要涉及这个主体的")] = None
    account: Annotated[Identifier | None, Field(description="只要这个账号的")] = None
    since: Annotated[AwareDatetime | None, Field(description="自何时（带时区）")] = None
    until: Annotated[AwareDatetime | None, Field(description="至何时（带时区）")] = None
    before: Annotated[int | None, Field(ge=1, le=2**53, description="上一页的 next_before")] = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 100

    def query(self) -> AuditQuery:
        """The store's query."""
        given = self.model_dump(exclude={"account"})
        return AuditQuery(account_id=self.account, **given)


@router.get("", summary="审计日志", responses=answered(AuditAnswer))
def get_audit(services: Service, viewer: AuditReader, asked: Annotated[AuditParameters, Query()]) -> Response:
    """审计与平台管理员看到全平台，企业看到自己账号所做的；最近的在前。"""
    rows = services.audit.read(viewer, asked.query())
    following = rows[-1].number if len(rows) == asked.limit else None
    return json_response({"count": len(rows), "rows": [audit_document(row) for row in rows], "next_before": following})


@router.get("/verification", summary="校验审计日志", responses=answered(VerificationAnswer))
def get_verification(services: Service, viewer: AuditReader) -> Response:
    """逐条核对全平台的校验值：改动、删除、插入任一条都会被发现。请另存 rows 与 head，日后可查是否截去了末尾。"""
    return json_response(verification_document(services.audit.verify(viewer)))
