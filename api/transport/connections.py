"""A connection that says nothing is closed: uvicorn waits for a request's first line and headers without end.

Where several workers share a port, one that holds clearly more connections than another ends some with their answer.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.transport.fair_loop import FairLoop
from api.transport.shares import Shares

HEADER_SECONDS = 10.0
"""The longest that a client may take from connecting, or from the first byte of a later request, to its last header."""
LEAVING = "leaving"
"""In a request's state: an `asyncio.Event`, set when the server stops, for answers that have no end by themselves."""


class TimedProtocol(HttpToolsProtocol):
    """uvicorn's httptools protocol with a time limit on the head of each request (slowloris).

    On a `FairLoop` it also counts towards the worker's share.
    """

    header_seconds = HEADER_SECONDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head_timer: asyncio.TimerHandle | None = None
        self._leaving = asyncio.Event()
        self._shares = self.loop.shares if isinstance(self.loop, FairLoop) else None
        self._is_going = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A first request's time begins with the connection."""
        super().connection_made(transport)
        if self._shares is not None:
            self._shares.holds(self.connections)
        self._expect_head()

    def on_message_begin(self) -> None:
        """A later request's time begins with its first byte."""
        super().on_message_begin()
        self.scope["state"][LEAVING] = self._leaving
        self._expect_head()

    def on_headers_complete(self) -> None:
        """The head has come."""
        self._forget_head()
        super().on_headers_complete()
        if self._shares is not None and not self._is_going and self._shares.is_too_many():
            self._go_elsewhere(self._shares)

    def shutdown(self) -> None:
        """The server stops: an answer without end comes to one."""
        self._leaving.set()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._forget_head()
        super().connection_lost(exc)
        if self._shares is not None:
            self._shares.going(-self._is_going)
            self._shares.holds(self.connections)

    def _go_elsewhere(self, shares: Shares) -> None:
        """The answer in hand says `Connection: close`: the client's next connection goes to whoever holds fewest."""
        if self.cycle is not None and self.cycle.keep_alive:
            self.cycle.keep_alive = False
            self._is_going = True
            shares.going(1)

    def _expect_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.header_seconds, self.timeout_keep_alive_handler)

    def _forget_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
