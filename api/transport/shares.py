"""How many connections each worker of one port holds (连接分担): a table in a file that all of them map.

A worker writes its own row and reads those of the others. A row whose worker has not been heard of for a second counts
for nothing: what a killed worker held is forgotten, and one that is stuck is not waited for. A worker that still loads
its indexes leaves connections to those that can answer.
"""

import fcntl
import mmap
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import monotonic

SHARES_FILE = "RONGTONG_CONNECTION_SHARES"
"""The variable that tells workers where the table is."""
BEAT_SECONDS = 0.2
FRESH_SECONDS = 1.0
_ROWS_A_WORKER = 4
"""A worker that was killed keeps its row until its process is gone; its successor takes another."""
_BEAT, _HELD, _PROCESS, _READY, _CELLS = range(5)
_CELL_BYTES = 8
_UNEVEN = 2


class Shares:
    """The table as one worker sees it: its own row, and those of others who were heard of lately.

    A row is four doubles, each written whole: when its worker was last heard of (s, the machine's monotonic clock), how
    many connections it holds, its process, and whether it can answer. For one thread, that of the event loop.
    """

    def __init__(self, path: Path) -> None:
        self._open: Collection[object] = ()
        self._coming = self._going = 0
        self._is_ready: Callable[[], bool] = bool
        with path.open("r+b") as file:
            self._cells = memoryview(mmap.mmap(file.fileno(), 0)).cast("d")
            fcntl.flock(file, fcntl.LOCK_EX)  # two workers never take one row
            self._own = min(self._rows(), key=lambda row: (self._is_taken(row), self._cells[row + _BEAT]))
            self._cells[self._own + _PROCESS] = os.getpid()
            self.beat()
            fcntl.flock(file, fcntl.LOCK_UN)  # by hand: the mapping keeps the file open

    def beat(self) -> None:
        """Say that this worker is there, how many connections it holds, and whether it can answer."""
        self._cells[self._own + _HELD] = self.held
        self._cells[self._own + _READY] = self._is_ready()
        self._cells[self._own + _BEAT] = monotonic()

    @property
    def held(self) -> int:
        """Connections of this worker, those that are only just accepted included."""
        return len(self._open) + self._coming

    def ready_when(self, is_ready: Callable[[], bool]) -> None:
        """Ask this, from now on, whether the worker can answer; until then it cannot."""
        self._is_ready = is_ready
        self.beat()

    def must_wait(self) -> bool:
        """Whether this worker cannot answer yet and another can: connections are the other's."""
        return not self._is_ready() and any(self._cells[row + _READY] for row in self._others())

    def is_least(self) -> bool:
        """Whether no other worker that can answer holds fewer connections: the next one is this worker's."""
        least = self._least_of_others()
        return least is None or self.held <= least

    def is_too_many(self) -> bool:
        """Whether it would be more even if one more connection than are told to go already went elsewhere."""
        if self.must_wait():
            return True
        least = self._least_of_others()
        return least is not None and self.held - self._going >= least + self._going + _UNEVEN

    def coming(self, number: int) -> None:
        """So many connections more (or fewer) were accepted and have no protocol yet."""
        self._coming += number
        self.beat()

    def going(self, number: int) -> None:
        """So many connections more (or fewer) were told that they end with the answer in hand."""
        self._going += number

    def holds(self, connections: Collection[object]) -> None:
        """These are open: the server's own collection, which changes with time."""
        self._open = connections
        self.beat()

    def _least_of_others(self) -> int | None:
        able = (row for row in self._others() if self._cells[row + _READY] or not self._is_ready())
        return min((int(self._cells[row + _HELD]) for row in able), default=None)

    def _others(self) -> Iterator[int]:
        return (row for row in self._rows() if row != self._own and self._is_fresh(row))

    def _rows(self) -> range:
        return range(0, len(self._cells), _CELLS)

    def _is_fresh(self, row: int) -> bool:
        return monotonic() - self._cells[row + _BEAT] < FRESH_SECONDS

    def _is_taken(self, row: int) -> bool:
        process = int(self._cells[row + _PROCESS])
        return bool(process) and Path(f"/proc/{process}").exists()


@contextmanager
def shares_of(workers: int) -> Iterator[None]:
    """Give workers that are started inside an empty table; it goes away at the end."""
    with NamedTemporaryFile(prefix="rongtong-shares-") as file:
        file.truncate(workers * _ROWS_A_WORKER * _CELLS * _CELL_BYTES)
        os.environ[SHARES_FILE] = file.name
        try:
            yield
        finally:
            del os.environ[SHARES_FILE]
