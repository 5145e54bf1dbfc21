"""/v1/oidc: signing in at the configured identity provider (单点登录); only where one is configured."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access.code_flow import CodeFlow, Departure
from api.problems import Problem, Refusal
from api.routes.responses import answered
from api.routes.services import Service, address_of
from api.routes.sessions import with_session
from api.transport.strict_json import StrictRoute

router = APIRouter(prefix="/v1/oidc", tags=["登录与密钥"], route_class=StrictRoute)

PATH = "/v1/oidc"
LEFT_COOKIE = "rongtong_oidc"
LEFT_SECONDS = 600
AFTER = "/console"
"""Where a browser goes once it is signed in."""
Said = Annotated[str, Query(max_length=4096)]


@router.get("/start", summary="去身份服务登录", status_code=303, response_class=Response, responses=answered(None, 404))
def get_start(request: Request, services: Service) -> Response:
    """转到身份服务的登录页；没有配置身份服务时答 404。"""
    left = _flow(services).depart(_callback(request))
    answer = RedirectResponse(left.address, 303)
    kept = urlsafe_b64encode(orjson.dumps([left.state, left.nonce, left.verifier])).decode()
    secure = request.url.scheme == "https"
    answer.set_cookie(LEFT_COOKIE, kept, max_age=LEFT_SECONDS, path=PATH, httponly=True, samesite="lax", secure=secure)
    return answer


@router.get(
    "/callback", summary="从身份服务返回", status_code=303, response_class=Response, responses=answered(None, 404)
)
def get_callback(request: Request, services: Service, state: Said = "", code: Said = "") -> Response:
    """凭返回的代码登录；身份须已与本平台的账号关联。"""
    flow = _flow(services)
    services.limiter.take_sign_in(address_of(request))
    signed = flow.arrive(_left(request), state, code, request.headers.get("user-agent", ""))
    answer = with_session(RedirectResponse(AFTER, 303), signed, request)
    answer.delete_cookie(LEFT_COOKIE, path=PATH, httponly=True, samesite="lax")
    return answer


def _flow(services: Service) -> CodeFlow:
    if services.code_flow is None:
        raise Refusal(Problem.of_status(404))
    return services.code_flow


def _callback(request: Request) -> str:
    """Where the issuer sends the browser back to: the address that it knows this service by."""
    return str(request.url_for("get_callback"))


def _left(request: Request) -> Departure:
    """What the browser left with; nothing of it where the cookie is missing or no longer readable."""
    try:
        state, nonce, verifier = orjson.loads(urlsafe_b64decode(request.cookies.get(LEFT_COOKIE, "")))
    except ValueError:
        return Departure("", "", "", "")
    return Departure(_callback(request), str(state), str(nonce), str(verifier))
