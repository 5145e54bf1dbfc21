"""Looks on their way into the audit log (查阅登记): written within half a second, while who looks does not wait.

A look changes nothing, and must go on while a large import holds the database or its disk is full: the judgment of a
look is noted in memory at once and written by one thread, in order. What is waiting is lost if the process is killed
in that half second; an export, a consent or any other change is noted before its answer instead (`Audit.note`). When
too many wait, because nothing can be written for long, nobody is shown anything any more.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence

import structlog

from api.access.audit import Entry
from api.errors import StoreUnavailable

MOST_WAITING = 10_000
"""So many looks may wait; each names at most a list's parties."""
_SECONDS = 0.2
_AT_ONCE = 200
_log = structlog.get_logger("audit")


class Looks:
    """A queue of looks and the thread that writes them. Safe to use from several threads."""

    def __init__(
        self,
        write: Callable[[Sequence[Entry]], object],
        *,
        most: int = MOST_WAITING,
        seconds: float = _SECONDS,
    ) -> None:
        self._write = write
        self._most = most
        self._seconds = seconds
        self._waiting: deque[Entry] = deque()
        self._writing = threading.Lock()
        self._starting = threading.Lock()
        self._rung = threading.Event()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def note(self, entry: Entry) -> None:
        """Have a look written soon; raise `StoreUnavailable` where so many wait that it might not be."""
        if len(self._waiting) >= self._most:
            raise StoreUnavailable(
                found=f"审计日志有 {len(self._waiting)} 条未能写入", expected="写得进去的数据库", remedy="请稍后重试"
            )
        self._waiting.append(entry)
        self._started()
        self._rung.set()

    def flush(self) -> bool:
        """Write what waits; gives whether all of it is written. What cannot be written goes on waiting, in order."""
        with self._writing:
            while self._waiting:
                batch = [self._waiting[place] for place in range(min(_AT_ONCE, len(self._waiting)))]
                try:
                    self._write(batch)
                except Exception as error:  # noqa: BLE001  # whatever it is, the looks wait
                    _log.warning("audit.waiting", waiting=len(self._waiting), reason=type(error).__name__)
                    return False
                for _ in batch:
                    self._waiting.popleft()
        return True

    def close(self) -> None:
        """Write what waits and end the thread; what cannot be written now is lost and said."""
        self._closing.set()
        self._rung.set()
        if self._thread is not None:
            self._thread.join()
        if not self.flush():
            _log.error("audit.lost", lost=len(self._waiting))

    def _started(self) -> None:
        if self._thread is not None:
            return
        with self._starting:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._rung.wait()
            self._rung.clear()
            if not self._closing.wait(self._seconds) and not self.flush():
                self._rung.set()
