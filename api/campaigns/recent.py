"""The last few runs that were asked about (最近问过的运行): opened and checked once, not at every question."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

_Made = TypeVar("_Made")


class Recent(Generic[_Made]):
    """Keeps the last `most` things that were made, by key; safe to use from several threads.

    What is let go is closed with its last user: a run's files are mapped, and the system unmaps them then.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, _Made] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """What was made under a key, or is made now; one at a time, for opening a run takes memory."""
        with self._lock:
            if key not in self._kept:
                made = make()
                while len(self._kept) >= self._most:
                    self._kept.popitem(last=False)
                self._kept[key] = made
            self._kept.move_to_end(key)
            return self._kept[key]

    def clear(self) -> None:
        """Let everything go."""
        with self._lock:
            self._kept.clear()
