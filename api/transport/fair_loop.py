"""Accepting connections in turn (均衡接入): whichever worker holds fewest takes the next one.

Workers share one listening socket, and the kernel wakes any of them; libuv then accepts whatever waits, so that eight
clients that come together may all fall to one worker of two. Here each accepts one connection at a time, and leaves
it for a moment to a worker that holds fewer; where nobody takes it in that moment, it is taken after all. A worker
that still loads leaves it to one that can answer for as long as there is one.
"""

import asyncio
import os
import select
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop

from api.transport.shares import BEAT_SECONDS, SHARES_FILE, Shares

_MOMENT = 0.001
_PATIENCE = 0.05
"""Seconds that a connection is left to a worker that holds fewer, looked after every moment."""
_NO_ROOM_SECONDS = 1.0
"""How long nothing is accepted where the process may open no more files, as asyncio has it."""


def ready_when(is_ready: Callable[[], bool]) -> None:
    """Let the worker whose loop runs here take connections from others only once this says that it can answer."""
    loop = asyncio.get_running_loop()
    if isinstance(loop, FairLoop):
        loop.shares.ready_when(is_ready)


class FairLoop(uvloop.Loop):
    """uvloop whose server on a given socket takes its fair share of connections; for workers under `shares_of`."""

    def __init__(self) -> None:
        super().__init__()
        self.shares = Shares(Path(os.environ[SHARES_FILE]))

    async def create_server(self, protocol_factory: Any, *args: Any, **options: Any) -> Any:
        """Accept on a plain listening socket in turn with the other workers; anything else is uvloop's."""
        listening, backlog = options.get("sock"), options.get("backlog", 100)
        if listening is None or options.get("ssl") is not None:
            return await super().create_server(protocol_factory, *args, **options)
        listening.setblocking(False)
        listening.listen(backlog)
        return _Acceptor(self, listening, protocol_factory)


class _Acceptor:
    """One worker's part in a listening socket that it shares with others; what uvicorn asks of a server."""

    def __init__(self, loop: FairLoop, listening: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> None:
        self._loop = loop
        self._listening = listening
        self._protocol = protocol
        self._since: float | None = None
        self._later: asyncio.TimerHandle | None = None
        self._beats = loop.call_later(BEAT_SECONDS, self._beat)
        self._connecting: set[asyncio.Task[Any]] = set()
        loop.add_reader(listening, self._knocked)

    def close(self) -> None:
        """Accept no more; what is open goes on."""
        self._beats.cancel()
        if self._later is None:
            self._loop.remove_reader(self._listening)
        else:
            self._later.cancel()

    async def wait_closed(self) -> None:
        """Nothing is left to wait for."""

    def _beat(self) -> None:
        self._loop.shares.beat()
        self._beats = self._loop.call_later(BEAT_SECONDS, self._beat)

    def _knocked(self) -> None:
        shares = self._loop.shares
        if shares.must_wait() or (not shares.is_least() and self._is_patient()):
            self._look_again_in(_MOMENT)
            return
        self._since = None
        try:
            connection, _ = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another worker was first, or the client went
        except OSError:
            self._look_again_in(_NO_ROOM_SECONDS)
            return
        shares.coming(1)
        task = self._loop.create_task(self._loop.connect_accepted_socket(self._protocol, connection))
        self._connecting.add(task)
        task.add_done_callback(self._connected)

    def _is_patient(self) -> bool:
        if self._since is None:
            self._since = self._loop.time()
        return self._loop.time() - self._since < _PATIENCE

    def _look_again_in(self, seconds: float) -> None:
        if self._later is None:
            self._loop.remove_reader(self._listening)
        self._later = self._loop.call_later(seconds, self._look_again)

    def _look_again(self) -> None:
        self._later = None
        if not self._is_knocking():
            self._since = None
        self._loop.add_reader(self._listening, self._knocked)

    def _is_knocking(self) -> bool:
        asked = select.poll()
        asked.register(self._listening, select.POLLIN)
        return bool(asked.poll(0))

    def _connected(self, task: asyncio.Task[Any]) -> None:
        self._loop.shares.coming(-1)
        self._connecting.discard(task)
        if not task.cancelled():
            task.exception()  # a client that went at once is no fault of ours
