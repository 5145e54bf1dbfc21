"""/v1/accounts: the accounts of a platform, for its admin (账号管理)."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.access.administering import MAX_NAME, NewAccount
from api.access.permissions import Permission
from api.access.viewers import Role, Viewer
from api.exchange.accounts import account_document
from api.routes.account_answers import AccountsAnswer, NewAccountAnswer, ResetAnswer
from api.routes.responses import answered, json_response
from api.routes.services import Service, allowed
from api.schemas import NO_CONTROL, Identifier, Wire
from api.transport.strict_json import StrictRoute

router = APIRouter(prefix="/v1/accounts", tags=["账号"], route_class=StrictRoute)

AccountManager = Annotated[Viewer, allowed(Permission.ACCOUNT_MANAGE)]
AccountId = Annotated[Identifier, Path(description="账号编号")]


class AccountBody(Wire):
    """An account to be made."""

    login: Annotated[str, Field(min_length=2, max_length=64, pattern=NO_CONTROL)] = Field(description="登录名")
    role: Role = Field(description="角色")
    name: Annotated[str, Field(max_length=MAX_NAME, pattern=NO_CONTROL)] = Field("", description="显示的名称")
    party_id: Identifier | None = Field(None, description="所代表的主体；机构没有编号的为名称")
    subject: Identifier | None = Field(None, description="OIDC 身份：签发者|用户标识；给出则没有口令")


@router.get("", summary="本平台的账号", responses=answered(AccountsAnswer))
def get_accounts(services: Service, viewer: AccountManager) -> Response:
    """按登录名排列。"""
    return json_response({"accounts": [account_document(item) for item in services.accounts.list(viewer)]})


@router.post("", summary="新建账号", status_code=201, responses=answered(NewAccountAnswer, 201))
def post_account(body: AccountBody, services: Service, viewer: AccountManager) -> Response:
    """一次性口令只在本次答复中出现，首次登录须修改。"""
    new = NewAccount(body.login, body.role, body.name, body.party_id, body.subject)
    made, password = services.accounts.add(viewer, new)
    return json_response(account_document(made) | {"one_time_password": password}, 201)


@router.post("/{account_id}/disable", status_code=204, summary="停用账号", responses=answered(None, 404))
def post_disable(account_id: AccountId, services: Service, viewer: AccountManager) -> Response:
    """会话与密钥立即失效。"""
    services.accounts.disable(viewer, account_id)
    return Response(status_code=204)


@router.post("/{account_id}/enable", status_code=204, summary="恢复账号", responses=answered(None, 404))
def post_enable(account_id: AccountId, services: Service, viewer: AccountManager) -> Response:
    """未过期的密钥随之恢复。"""
    services.accounts.disable(viewer, account_id, disabled=False)
    return Response(status_code=204)


@router.post("/{account_id}/reset", summary="重置口令", responses=answered(ResetAnswer, 404))
def post_reset(account_id: AccountId, services: Service, viewer: AccountManager) -> Response:
    """原有会话立即失效，锁定解除；一次性口令只在本次答复中出现。"""
    return json_response({"one_time_password": services.accounts.reset(viewer, account_id)})
