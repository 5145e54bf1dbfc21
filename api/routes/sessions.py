"""/v1/session, /v1/sessions and /v1/keys: signing in, one's own sessions, and keys for machines (登录与密钥).

None of these bears an Idempotency-Key: what they give must not be kept to be given again.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field, StrictInt

from api.access.accounts import LONGEST_PASSWORD, SignedIn
from api.access.administering import KEY_DAYS, LONGEST_KEY_DAYS, MAX_NAME
from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.exchange.accounts import key_document, session_document, viewer_document
from api.routes.account_answers import KeysAnswer, NewKeyAnswer, SessionsAnswer, ViewerAnswer
from api.routes.responses import answered, json_response
from api.routes.services import SESSION_COOKIE, Asker, Service, address_of, allowed, credential_of
from api.schemas import NO_CONTROL, Identifier, Wire
from api.transport.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["登录与密钥"], route_class=StrictRoute)

Self = Annotated[Viewer, allowed(Permission.ACCOUNT_SELF)]
KeyManager = Annotated[Viewer, allowed(Permission.KEY_MANAGE)]
KeyId = Annotated[Identifier, Path(description="密钥编号")]
Password = Annotated[str, Field(min_length=1, max_length=LONGEST_PASSWORD)]


class SignInBody(Wire):
    """A login and its password."""

    login: Annotated[str, Field(min_length=1, max_length=64, pattern=NO_CONTROL)] = Field(description="登录名")
    password: Password = Field(description="口令")


class PasswordBody(Wire):
    """A change of password."""

    old: Password = Field(description="原口令")
    new: Password = Field(description="新口令")


class KeyBody(Wire):
    """A key to be made."""

    name: Annotated[str, Field(max_length=MAX_NAME, pattern=NO_CONTROL)] = Field("", description="用途")
    permissions: Annotated[frozenset[Permission], Field(min_length=1)] = Field(description="权限，不超出账号已有的")
    days: Annotated[StrictInt, Field(ge=1, le=LONGEST_KEY_DAYS)] = Field(KEY_DAYS, description="有效天数")
    account_id: Identifier | None = Field(None, description="为哪个账号；不填为自己（管理员可为本平台任一账号）")


@router.post("/session", summary="登录", status_code=201, responses=answered(ViewerAnswer, 201))
def post_session(body: SignInBody, request: Request, services: Service) -> Response:
    """成功则设置会话 cookie；登录名、口令不对或账号锁定，答复相同。"""
    services.limiter.take_sign_in(address_of(request))
    label = request.headers.get("user-agent", "")
    return _entered(services.access.sign_in(body.login, body.password, label), request)


@router.get("/session", summary="当前访问者", responses=answered(ViewerAnswer))
def get_session(viewer: Asker) -> Response:
    """会话、密钥或令牌属于谁，可以做什么。"""
    return json_response(viewer_document(viewer))


@router.delete("/session", status_code=204, summary="退出登录", responses=answered(None))
def delete_session(request: Request, services: Service, viewer: Asker) -> Response:
    """会话在所有进程中立即失效；密钥不受影响。"""
    if viewer.session_id is not None:
        services.access.sign_out(credential_of(request))
    answer = Response(status_code=204)
    answer.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
    return answer


@router.post("/session/password", summary="修改口令", status_code=201, responses=answered(ViewerAnswer, 201))
def post_password(body: PasswordBody, request: Request, services: Service, viewer: Self) -> Response:
    """修改后其他会话全部失效，本会话换新。"""
    return _entered(services.accounts.change_password(viewer, body.old, body.new), request)


@router.get("/sessions", summary="自己的会话", responses=answered(SessionsAnswer))
def get_sessions(services: Service, viewer: Self) -> Response:
    """最近的在前。"""
    found = [session_document(item, viewer) for item in services.accounts.sessions(viewer)]
    return json_response({"sessions": found})


@router.delete("/sessions/{session_id}", status_code=204, summary="结束一个会话", responses=answered(None, 404))
def delete_one_session(
    session_id: Annotated[Identifier, Path(description="会话编号")], services: Service, viewer: Self
) -> Response:
    """立即失效。"""
    services.accounts.end_session(viewer, session_id)
    return Response(status_code=204)


@router.get("/keys", summary="接口密钥", responses=answered(KeysAnswer))
def get_keys(services: Service, viewer: KeyManager) -> Response:
    """自己的；管理员为本平台的。"""
    return json_response({"keys": [key_document(item) for item in services.accounts.keys(viewer)]})


@router.post("/keys", summary="新建密钥", status_code=201, responses=answered(NewKeyAnswer, 201))
def post_key(body: KeyBody, services: Service, viewer: KeyManager) -> Response:
    """密钥只在本次答复中出现。"""
    made = services.accounts.new_key(viewer, body.name, body.permissions, days=body.days, account=body.account_id)
    return json_response(key_document(made[0]) | {"secret": made[1]}, 201)


@router.post("/keys/{key_id}/rotate", summary="更换密钥", status_code=201, responses=answered(NewKeyAnswer, 201, 404))
def post_rotate(key_id: KeyId, services: Service, viewer: KeyManager) -> Response:
    """给出同样权限的新密钥；旧的 24 小时后失效。"""
    key, secret = services.accounts.rotate_key(viewer, key_id)
    return json_response(key_document(key) | {"secret": secret}, 201)


@router.delete("/keys/{key_id}", status_code=204, summary="吊销密钥", responses=answered(None, 404))
def delete_key(key_id: KeyId, services: Service, viewer: KeyManager) -> Response:
    """立即生效，不可恢复。"""
    services.accounts.revoke_key(viewer, key_id)
    return Response(status_code=204)


def _entered(signed: SignedIn, request: Request) -> Response:
    """The answer to a sign-in: who it is; the token is in the cookie alone."""
    answer = json_response(viewer_document(signed.viewer, must_change=signed.must_change), 201)
    return with_session(answer, signed, request)


def with_session(answer: Response, signed: SignedIn, request: Request) -> Response:
    """The answer with the session's cookie, which no script reads and which leaves TLS only where there is none."""
    answer.set_cookie(
        SESSION_COOKIE,
        signed.token,
        expires=signed.expires,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer
