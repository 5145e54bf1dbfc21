"""Which methods an address takes (RFC 9110 section 15.5.6): the frameworks name only those of the first route there."""

from collections.abc import Iterable, Mapping

from fastapi.routing import APIRoute, APIRouter
from starlette.types import Scope


def methods_of(routers: Iterable[APIRouter]) -> Mapping[str, frozenset[str]]:
    """The methods of every address template of some routers."""
    found: dict[str, frozenset[str]] = {}
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                found[route.path] = found.get(route.path, frozenset()) | frozenset(route.methods or ())
    return found


def allow_header(scope: Scope, methods: Mapping[str, frozenset[str]]) -> Mapping[str, str]:
    """The header `Allow` of a 405 answer, of the address as it stands before its template; empty at an unknown one."""
    allowed = methods.get(scope["path"]) or methods.get(getattr(scope.get("route"), "path", ""), frozenset())
    return {"Allow": ", ".join(sorted(allowed))} if allowed else {}
