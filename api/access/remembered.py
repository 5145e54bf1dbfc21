"""What was found for a credential is remembered for a moment (凭证缓存): a busy key asks the database rarely."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic

from api.access.viewers import Viewer

SECONDS = 0.5
"""For how long: what is revoked in one process is refused in the others within a second."""
MOST = 4_096
"""How many: whoever sends random credentials must not fill the memory. Only good ones are kept."""


class Remembered:
    """Viewers by the digest of their credential, each for `SECONDS`, at most `MOST` of them."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, Viewer]] = OrderedDict()
        self._lock = Lock()

    def find(self, digest: str) -> Viewer | None:
        """Give the viewer, None where none is remembered or it was too long ago."""
        kept = self._kept.get(digest)
        return kept[1] if kept is not None and kept[0] > self._clock() else None

    def keep(self, digest: str, viewer: Viewer) -> Viewer:
        """Remember one from now on; the oldest makes room."""
        with self._lock:
            self._kept.pop(digest, None)
            self._kept[digest] = (self._clock() + SECONDS, viewer)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return viewer

    def forget(self) -> None:
        """Forget all: something was revoked in this process."""
        with self._lock:
            self._kept.clear()
