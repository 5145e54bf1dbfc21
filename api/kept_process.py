"""A process of our own that a service keeps beside itself (随服务运行的进程): begun with its settings, ended with time.

Settings go to it on standard input, where no list of processes shows a password; that it is open tells the child that
its parent lives.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from api.settings import Settings

Child = subprocess.Popen[bytes]


@contextmanager
def attended(name: str, attend: Callable[[Settings, Event], None], settings: Settings) -> Iterator[None]:
    """Run `attend` in a thread while this context lasts; it is to return soon after the event is set."""
    stopping = Event()
    thread = Thread(target=attend, args=(settings, stopping), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def begun(module: str, settings: Settings) -> Child:
    """Start a module of ours as a process and give it its settings."""
    child = subprocess.Popen([sys.executable, "-m", module], stdin=subprocess.PIPE)  # noqa: S603  # our own module
    if child.stdin is not None:
        with suppress(OSError):
            child.stdin.write(settings.model_dump_json().encode() + b"\n")
            child.stdin.flush()
    return child


def ended(child: Child, seconds: float) -> None:
    """Ask it to end, and end it where it has not after so many seconds."""
    child.terminate()
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdin is not None:
        with suppress(OSError):
            child.stdin.close()
