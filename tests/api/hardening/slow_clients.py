"""Clients that keep a connection and say next to nothing (慢速连接), by hundreds, on one thread."""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

HEAD = b"POST /v1/readings HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
WAYS: tuple[bytes, ...] = (
    b"",  # open and silent
    HEAD + b"X-Slow: ",  # headers, a letter at a time
    HEAD + b"Content-Length: 100000\r\n\r\n{",  # a body, a letter at a time
)


TURNS = 20
"""They write in so many turns: who asks from the same process is not kept waiting by all of them at once."""


@dataclass
class SlowClients:
    """Some connections to a server: each begins in one of `WAYS` and sends a letter every `pause` seconds."""

    address: tuple[str, int]
    count: int
    pause: float
    again: bool = False
    """Whether one that is closed comes back."""
    open: dict[socket.socket, bytes] = field(default_factory=dict)
    closed: int = 0
    _watched: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    @contextlib.contextmanager
    def running(self) -> Iterator["SlowClients"]:
        """Hold them until the end of the context."""
        for number in range(self.count):
            self._begin(WAYS[number % len(WAYS)])
        stop = threading.Event()
        thread = threading.Thread(target=self._live, args=(stop,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            stop.set()
            thread.join()
            self._watched.close()
            for one in list(self.open):
                one.close()

    def all_closed(self, seconds: float) -> bool:
        """Whether the server closes every one within a time."""
        deadline = time.monotonic() + seconds
        while self.open and time.monotonic() < deadline:
            time.sleep(0.02)
        return not self.open

    def _begin(self, way: bytes) -> None:
        one = socket.create_connection(self.address, timeout=20)
        one.setblocking(False)
        self.open[one] = way
        self._watched.register(one, selectors.EVENT_READ)
        self._send(one, way)

    def _live(self, stop: threading.Event) -> None:
        turn = 0
        while not stop.wait(self.pause / TURNS):
            for key, _ in self._watched.select(0):
                self._read(key.fileobj)  # type: ignore[arg-type]
            turn += 1
            for one, way in list(self.open.items())[turn % TURNS :: TURNS]:
                if way:
                    self._send(one, b"a")

    def _read(self, one: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            try:
                more = one.recv(65536)
            except OSError:
                more = b""
            if not more:
                self._end(one)

    def _send(self, one: socket.socket, letters: bytes) -> None:
        try:
            if letters and one in self.open:
                one.send(letters)
        except BlockingIOError:
            pass
        except OSError:
            self._end(one)

    def _end(self, one: socket.socket) -> None:
        way = self.open.pop(one, None)
        self._watched.unregister(one)
        one.close()
        self.closed += 1
        if self.again and way is not None:
            self._begin(way)
