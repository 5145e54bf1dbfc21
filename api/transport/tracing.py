"""Every request gets an id, a line in the log, a place in the metrics, and headers that keep browsers safe."""

import re
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from uuid import uuid4

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import REQUEST_SECONDS
from api.problems import Problem

REQUEST_ID = "X-Request-ID"
UNMATCHED = "unmatched"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

SAFE_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # without any, a browser sends its own forms with "Origin: null"
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Set where a route has not set its own (OWASP REST Security Cheat Sheet)."""
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""The content security policy of an answer that is no page; a page brings its own."""
_SAFE = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in SAFE_HEADERS.items()]
_POLICY = (b"content-security-policy", DATA_POLICY.encode("latin-1"))
_ID_HEADER = REQUEST_ID.lower().encode("ascii")


class HttpMetrics:
    """Counts and times of requests, by method, route (the template, never an id) and status."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ("method", "route", "status")
        self._seconds = Histogram(
            "rongtong_http_request_seconds", "Time to answer", labels[:2], registry=registry, buckets=REQUEST_SECONDS
        )
        self._requests = Counter("rongtong_http_requests", "Requests answered", labels, registry=registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._seconds.labels(method, route).observe(seconds)
        self._requests.labels(method, route, str(status)).inc()


class Tracing:
    """Middleware, the outermost: request id, access log without bodies, names or ids, metrics, safe headers.

    An error that nobody foresaw is logged with its trace and leaves as a problem that tells nothing of our insides.
    """

    def __init__(self, app: ASGIApp, metrics: HttpMetrics) -> None:
        self._app = app
        self._metrics = metrics
        self._log = structlog.get_logger("rongtong.http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, traced."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _given_id(scope) or uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id)
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, answer.send)
            except Exception:  # noqa: BLE001  # the last line of defence: it must answer whatever it was
                self._log.exception("request_failed", route=_route(scope))
                await answer.fail(scope, receive)
            finally:
                self._finish(scope, answer, time.perf_counter() - started)

    def _finish(self, scope: Scope, answer: "_Answer", seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = _route(scope)
        self._metrics.observe(method, route, answer.status, seconds)
        self._log.info(
            "request", method=method, route=route, status=answer.status, ms=round(seconds * 1000, 1), bytes=answer.size
        )


class _Answer:
    """One answer on its way out. `status` 499 stands for a client that left before any answer (nginx's number)."""

    def __init__(self, send: Send, request_id: str) -> None:
        self.status = 499
        self.size = 0
        self._send = send
        self._request_id = request_id
        self._started = False

    async def send(self, message: Message) -> None:
        """Pass on, with the headers that every answer carries."""
        if message["type"] == "http.response.start":
            self._started = True
            self.status = message["status"]
            message["headers"] = self._completed(message.get("headers", ()))
        self.size += len(message.get("body", b""))
        await self._send(message)

    def _completed(self, given: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The headers with those that every answer carries; names come in lower case (ASGI)."""
        headers = [*given, (_ID_HEADER, self._request_id.encode("ascii"))]
        named = dict(headers)
        headers += [header for header in _SAFE if header[0] not in named]
        if not named.get(b"content-type", b"").startswith(b"text/html") and _POLICY[0] not in named:
            headers.append(_POLICY)
        return headers

    async def fail(self, scope: Scope, receive: Receive) -> None:
        """Answer 500, unless an answer has begun: then it can only be cut off, so that nobody takes it for whole."""
        if self._started:
            raise ConnectionAbortedError("an answer was cut off by an error")
        with suppress(OSError):
            await Problem.of_status(500).response(self._request_id)(scope, receive, self.send)


def request_id_of(scope: Scope) -> str:
    """The id of the request in hand; empty outside of one."""
    return str(scope.get("state", {}).get("request_id", ""))


def _given_id(scope: Scope) -> str | None:
    given = next((value for name, value in scope["headers"] if name == _ID_HEADER), b"").decode("latin-1")
    return given if _GIVEN_ID.fullmatch(given) else None


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", UNMATCHED))
