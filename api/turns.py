"""How the threads of a serving process share its one interpreter (线程轮换): in short turns, seldom held up.

For the processes that serve alone: whoever calls the library from a notebook keeps Python's own settings.
"""

import gc
import sys

TURN_SECONDS = 0.001
"""A prospect list gives the interpreter away and takes it back some fifty times: beside a batch that is being read,
5 ms each time made its median 1.7 times that with 1 ms; the batch took no longer."""
_YOUNG, _MIDDLE, _OLD = 20_000, 20, 20
"""A batch of 1,000 parties makes some 100,000 objects that live until it is written; Python's 700 had them all gone
through again and again, for 15 % of a write."""


def take_short_turns() -> None:
    """Let a thread that waits have its turn after 1 ms, and look for cycles of objects less often."""
    sys.setswitchinterval(TURN_SECONDS)
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
