"""Limits on what a client may send and on how long it may take; uvicorn has neither."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, Refusal
from api.transport.tracing import request_id_of


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How large (bytes) and how slow (seconds) a request body may be.

    `paths` give single addresses their own size. `idle` is the longest wait for the next piece, `total` for the whole
    body, `drain` how long a refused body is still read and thrown away, piece by piece, so that the client sees the
    answer instead of a broken connection.
    """

    size: int
    paths: Mapping[str, int] = field(default_factory=dict)
    idle: float = 15.0
    total: float = 120.0
    drain: float = 10.0

    def of_path(self, path: str) -> int:
        """The size limit at an address."""
        return self.paths.get(path.rstrip("/"), self.size)


class BodyGuard:
    """Middleware: refuses (413) what is over the size, said or counted, and (408) what comes too slowly."""

    def __init__(self, app: ASGIApp, limits: BodyLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, watched, or refuse it before it is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = _Body(headers, receive, self._limits, self._limits.of_path(scope["path"]))
        if _declared_length(headers) > body.limit:
            refusal = too_large(body.limit).problem.response(request_id_of(scope))
            await refusal(scope, receive, body.finishing(send))
        else:
            await self._app(scope, body.receive, body.finishing(send))


class _Body:
    """One request's body as it comes in, counted and timed; what the answer leaves unread is drained."""

    def __init__(self, headers: Headers, receive: Receive, limits: BodyLimits, limit: int) -> None:
        self.limit = limit
        self._receive = receive
        self._limits = limits
        self._deadline: float | None = None
        self._size = 0
        self._ended = "transfer-encoding" not in headers and _declared_length(headers) == 0
        self._expected = headers.get("expect", "").lower() == "100-continue"

    async def receive(self) -> Message:
        """The next piece; once the body has ended, whatever the server says next, without a limit of time."""
        if self._ended:
            return await self._receive()
        message = self._noted(await self._timed())
        if self._size > self.limit:
            raise too_large(self.limit)
        return message

    def _noted(self, message: Message) -> Message:
        self._size += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        return message

    async def _timed(self) -> Message:
        now = asyncio.get_running_loop().time()
        self._deadline = self._deadline or now + self._limits.total
        try:
            async with asyncio.timeout_at(min(self._deadline, now + self._limits.idle)):
                return await self._receive()
        except TimeoutError:
            raise Refusal(Problem.of_status(408)) from None

    def finishing(self, send: Send) -> Send:
        """`send` that closes the connection after an answer to a body not read to its end, having drained it first.

        The answer goes out whole before the draining, so that a client that reads early need not wait.
        """
        closing = False

        async def finish(message: Message) -> None:
            nonlocal closing
            if message["type"] == "http.response.start" and not self._ended:
                closing = True
                MutableHeaders(scope=message)["Connection"] = "close"
            if closing and message["type"] == "http.response.body" and not message.get("more_body", False):
                await send({**message, "more_body": True})
                await self._drain()
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        return finish

    async def _drain(self) -> None:
        """Read on for a while. A client that awaits "100 Continue" has sent nothing yet and will not."""
        if self._expected and self._size == 0:
            return
        try:
            async with asyncio.timeout(self._limits.drain):
                while not self._ended:
                    self._noted(await self._receive())
        except TimeoutError:
            return


def too_large(limit: int) -> Refusal:
    """The refusal of a body over `limit` bytes (413)."""
    return Refusal.because(
        413, "payload_too_large", found="请求内容过大", expected=f"不超过 {limit:,} 字节", remedy="请拆分后再发送"
    )


def _declared_length(headers: Headers) -> int:
    declared = headers.get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 20 else 0
