"""The background thread of a serving process (跟随): it applies what others wrote, takes over new snapshots, merges."""

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Protocol

import structlog

from api.indexing.children import Child
from api.indexing.waking import POLL_SECONDS, Wakeups
from api.metrics import index_seconds

MERGE_REST_SECONDS = 60.0
"""How long a merge that failed (disk full, say) is left before the next one."""
MERGE_PAUSE_SECONDS = 5.0
"""The least time between two merges."""
MERGE_REST_TIMES = 3.0
"""A merge is followed by a rest of so many times what it took, up to `MERGE_REST_SECONDS`."""
LOAD_REST_SECONDS = 2.0
"""How long an index that could not be loaded is left before it is tried again."""
_log = structlog.get_logger("index")


def merge_rest(took: float) -> float:
    """Seconds to the next merge after one that took so many: under steady writing a merge would follow on the other."""
    return min(max(MERGE_PAUSE_SECONDS, MERGE_REST_TIMES * took), MERGE_REST_SECONDS)


class Followed(Protocol):
    """What the thread keeps fresh."""

    def load(self) -> None:
        """Open the snapshot, or have it built."""

    def follow(self) -> None:
        """Take over a new snapshot if there is one, and apply what was written."""

    def merging(self) -> Child | None:
        """Begin to merge if that is due."""


class Follower:
    """Keeps an index fresh from a thread of its own, until stopped. A failed step is logged and tried again."""

    def __init__(self, index: Followed, wakeups: Wakeups) -> None:
        self._index = index
        self._wakeups = wakeups
        self._child: Child | None = None
        self._next_merge = 0.0
        self._merge_began = 0.0
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="index", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and a merge that it started; returns when both are gone."""
        self._stopped.set()
        self._wakeups.stop()
        self._thread.join()
        if self._child is not None:
            self._child.stop()

    def _run(self) -> None:
        while not self._stopped.is_set() and not self._tried("load", self._index.load):
            self._stopped.wait(LOAD_REST_SECONDS)
        while not self._stopped.is_set():
            if not self._tried("follow", self._index.follow):
                self._stopped.wait(POLL_SECONDS)
            self._tried("merge", self._merge)
            self._wakeups.wait(POLL_SECONDS)

    def _tried(self, step: str, action: Callable[[], None]) -> bool:
        try:
            action()
        except Exception:  # noqa: BLE001  # a background thread has nobody to raise to; the old view stays
            _log.exception("index.step_failed", step=step)
            return False
        return True

    def _merge(self) -> None:
        """Start a merge when one is due and none runs; see to one that has ended."""
        if self._child is not None:
            status = self._child.outcome()
            if status is None:
                return
            self._child.stop()
            self._child = None
            took = time.monotonic() - self._merge_began
            self._next_merge = time.monotonic() + (MERGE_REST_SECONDS if status else merge_rest(took))
            if not status:
                index_seconds().labels("merge").observe(took)
            _log.log(30 if status else 20, "index.merge_ended", status=status)
        if time.monotonic() >= self._next_merge:
            self._child = self._index.merging()
            self._merge_began = time.monotonic()
            if self._child is not None:
                _log.info("index.merge_started", process=self._child.pid)
