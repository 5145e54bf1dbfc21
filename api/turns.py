"""How the threads of a serving process share its one interpreter (线程轮换): in short turns, seldom held up.

For the processes that serve alone: whoever calls the library from a notebook keeps Python's own settings.
"""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Event, Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

TURN_SECONDS = 0.001
"""A prospect list gives the interpreter away and takes it back some fifty times: beside a batch that is being read,
5 ms each time made its median 1.7 times that with 1 ms; the batch took no longer."""
_YOUNG, _MIDDLE, _OLD = 100_000, 20, 20
"""A batch of 1,000 parties makes some 100,000 objects that live until it is written; Python's 700 had them all gone
through again and again. By turns, a batch took 308 ms of processor time with 20,000, 257 with this, 270 with none."""

REST_SECONDS = 0.05
"""The longest that a write rests at one time for questions in hand: many at once cannot hold it up for ever."""


class Turns:
    """Questions before writes: what a write does at length it does in slices, and rests between two of them.

    With a turn each, a question beside a batch takes twice as long and more; a batch that rests takes little longer,
    for questions are short.
    """

    def __init__(self) -> None:
        self._asked = 0
        self._guard = Lock()
        self._idle = Event()
        self._idle.set()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """A question is in hand."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def give_way(self) -> None:
        """Rest while questions are in hand, not for long. Never to be called in a transaction: others wait for it."""
        if self._asked:
            self._idle.wait(REST_SECONDS)

    def _count(self, step: int) -> None:
        with self._guard:
            self._asked += step
            if self._asked:
                self._idle.clear()
            else:
                self._idle.set()


TURNS = Turns()
"""A process has one interpreter."""


def asked(answer: Callable[P, T]) -> Callable[P, T]:
    """Mark a function as the answering of a question, which writes give way to."""

    @wraps(answer)
    def answered(*args: P.args, **kwargs: P.kwargs) -> T:
        with TURNS.asking():
            return answer(*args, **kwargs)

    return answered


def take_short_turns() -> None:
    """Let a thread that waits have its turn after 1 ms, and look for cycles of objects less often."""
    sys.setswitchinterval(TURN_SECONDS)
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
