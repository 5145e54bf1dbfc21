"""A connection that says nothing is closed: uvicorn waits for a request's first line and headers without end."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 10.0
"""The longest that a client may take from connecting, or from the first byte of a later request, to its last header."""
LEAVING = "leaving"
"""In a request's state: an `asyncio.Event`, set when the server stops, for answers that have no end by themselves."""


class TimedProtocol(HttpToolsProtocol):
    """uvicorn's httptools protocol with a time limit on the head of each request (slowloris)."""

    header_seconds = HEADER_SECONDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head_timer: asyncio.TimerHandle | None = None
        self._leaving = asyncio.Event()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A first request's time begins with the connection."""
        super().connection_made(transport)
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

    def shutdown(self) -> None:
        """The server stops: an answer without end comes to one."""
        self._leaving.set()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._forget_head()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.header_seconds, self.timeout_keep_alive_handler)

    def _forget_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
