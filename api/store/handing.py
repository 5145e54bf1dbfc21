"""What this process has just committed, handed to its own index (转交): nothing need be read back and parsed again.

Only a hint: who finds nothing here reads the feed, which says the same.
"""

from collections import deque
from threading import Lock

from api.store.steps import Step

_MOST = 4_000
"""Parties that are kept for an index that has not come for them; more than that it reads from the feed."""


class Handover:
    """Committed steps of the feed by the number that they follow. Keeps nothing until somebody listens."""

    def __init__(self) -> None:
        self.listened_to = False
        self._steps: deque[tuple[int, Step]] = deque()
        self._guard = Lock()

    def put(self, before: int, step: Step) -> None:
        """Keep a step that was committed; `before` was the feed's last number when its transaction began to write."""
        with self._guard:
            self._steps.append((before, step))
            while sum(len(kept.parties) for _, kept in self._steps) > _MOST:
                self._steps.popleft()

    def take(self, sequence: int) -> Step | None:
        """The step that follows a number, once; None where it was not written here, or is no longer kept."""
        with self._guard:
            while self._steps and self._steps[0][0] < sequence:
                self._steps.popleft()
            if not self._steps or self._steps[0][0] != sequence:
                return None
            return self._steps.popleft()[1]
