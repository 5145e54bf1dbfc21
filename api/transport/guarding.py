"""What every answer and every write from a browser is held to (安全头、跨站写入).

A write that a browser sends with somebody's cookie must come from a page of this service: `Origin`, and where a browser
sends none `Sec-Fetch-Site`, say where it comes from (OWASP CSRF Prevention Cheat Sheet, Fetch Metadata). Programs send
neither, and what they send with `Authorization` no browser sends by itself.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem
from api.transport.tracing import request_id_of

RATE = "rate"
"""In a request's state: headers that tell how much of a limit is left."""
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""The policy of a page that has none of its own: NiceGUI starts from an inline script and compiles templates."""
HSTS = "max-age=31536000; includeSubDomains"
_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OURS = frozenset({"same-origin", "none"})
_FOREIGN = Problem(403, "forbidden", "请求来自其他网站的页面；应为：从本服务的页面发出。请回到本服务的页面操作。")


class Guard:
    """Middleware: refuses writes and sockets from other sites' pages, and completes the headers of answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        foreign = _asks_to_write(scope) and comes_from_elsewhere(Headers(scope=scope))
        if scope["type"] == "websocket":
            if foreign:
                await send({"type": "websocket.close", "code": 1008, "reason": ""})
                return
            await self._app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*_completed(scope, message.get("headers", ()))]
            await send(message)

        answer = _FOREIGN.response(request_id_of(scope)) if foreign else self._app
        await answer(scope, receive, complete)


def comes_from_elsewhere(headers: Headers) -> bool:
    """Whether a browser says that a request comes from a page of another site."""
    if "authorization" in headers:
        return False
    origin = headers.get("origin")
    if origin is not None:
        return not _same_host(origin, headers.get("host", ""))
    return headers.get("sec-fetch-site", "none") not in _OURS


def _same_host(origin: str, host: str) -> bool:
    """Whether an origin is this host; a host without a port, as proxies send it, is compared without one."""
    try:
        ours = urlsplit(f"//{host}")
        theirs = urlsplit(origin)
        same_port = ours.port is None or ours.port == theirs.port
    except ValueError:
        return False
    return bool(theirs.hostname) and theirs.hostname == ours.hostname and same_port


def _asks_to_write(scope: Scope) -> bool:
    return scope["type"] == "websocket" or scope["method"] not in _SAFE


def _completed(scope: Scope, given: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
    """The headers, with those that every answer carries; names come in lower case (ASGI)."""
    headers = list(given)
    names = {name for name, _ in headers}
    rate = scope.get("state", {}).get(RATE, {})
    headers += [(name.lower().encode(), value.encode()) for name, value in rate.items()]
    if scope.get("scheme") == "https":
        headers.append((b"strict-transport-security", HSTS.encode()))
    is_page = any(name == b"content-type" and value.startswith(b"text/html") for name, value in headers)
    if is_page:
        headers.append((b"permissions-policy", _PERMISSIONS.encode()))
        if b"content-security-policy" not in names:
            headers.append((b"content-security-policy", PAGE_POLICY.encode()))
    return headers
