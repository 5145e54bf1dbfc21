"""Building and merging in processes of their own (子进程): a serving process goes on answering meanwhile.

One process at a time works on a snapshot folder, over all processes of the machine: a lock file says which. The child
takes its settings from standard input, which stays open: when it closes, the parent is gone and the child ends too.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Literal

from api.settings import Settings

Task = Literal["build", "rebuild", "merge"]
"""`build` leaves a snapshot alone that is there and in order; `rebuild` does not; `merge` needs one."""
Errand = Task | Literal["prepare"]
"""What a child may be sent for: a task, or a whole generation, offers and all."""
LOCK = "lock"
_NICE = 10


class Child:
    """A process that builds or merges the snapshot."""

    def __init__(self, settings: Settings, task: Errand) -> None:
        command = [sys.executable, "-m", "api.indexing", task]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603  # our own module
        if self._process.stdin is not None:
            self._process.stdin.write(settings.model_dump_json().encode() + b"\n")
            self._process.stdin.flush()

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def outcome(self) -> int | None:
        """Its exit status, None while it runs."""
        return self._process.poll()

    def stop(self) -> None:
        """End it, if it still runs; the snapshot stays as it was."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait()
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()


def settings_from_parent() -> Settings:
    """The settings that the parent wrote, in a child; from then on this process ends with its parent."""
    settings = Settings.model_validate_json(sys.stdin.buffer.readline())
    Thread(target=_end_with_parent, name="parent", daemon=True).start()
    return settings


def _end_with_parent() -> None:
    """Wait for the parent's end of the pipe to close. Past the buffer, whose lock Python wants at its end."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(1)


def give_way() -> None:
    """Let those that answer go first: a merge can wait, a build that a service waits for cannot."""
    os.nice(_NICE)


@contextmanager
def working_on(root: Path, *, wait: bool) -> Iterator[bool]:
    """Be the only one who works on a snapshot folder; yields False, without `wait`, where another one does."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
