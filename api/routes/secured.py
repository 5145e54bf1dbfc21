"""What the OpenAPI document says of coming in: which operations ask who is there, and what one shows them."""

from collections.abc import Iterable
from typing import Any, get_args

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIRouter

from api.routes.services import SESSION_COOKIE, Asker

SCHEMES: dict[str, Any] = {
    "key": {"type": "http", "scheme": "bearer", "description": "接口密钥（rt_…），或身份提供方的令牌（OIDC）"},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE, "description": "控制台的会话"},
}
_ASKS = get_args(Asker)[1].dependency


def tell_security(document: dict[str, Any], routers: Iterable[APIRouter]) -> None:
    """Note in an OpenAPI document which operations of some routers take a key or a session."""
    document["components"]["securitySchemes"] = SCHEMES
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute) and route.include_in_schema and _asks(route.dependant):
                for method in route.methods or ():
                    operation = document["paths"][route.path][method.lower()]
                    operation["security"] = [{name: []} for name in SCHEMES]


def _asks(dependant: Dependant) -> bool:
    return dependant.call is _ASKS or any(_asks(part) for part in dependant.dependencies)
