"""Seeing to it that the console runs beside several workers (控制台进程的看护): started again should it die."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import structlog

from api.settings import Settings

REST_SECONDS = 3.0
"""How long after one that died the next is started."""
LOOK_SECONDS = 0.5
STOP_SECONDS = 35.0
_log = structlog.get_logger("console")


@contextmanager
def attended_console(settings: Settings) -> Iterator[None]:
    """Keep the console's process running while this context lasts; nothing where `settings.console` is off."""
    if not settings.console:
        yield
        return
    stopping = Event()
    thread = Thread(target=_attend, args=(settings, stopping), name="console", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _attend(settings: Settings, stopping: Event) -> None:
    child = _started(settings)
    while not stopping.wait(LOOK_SECONDS):
        if (status := child.poll()) is not None:
            _log.warning("console_ended", status=status)
            if not stopping.wait(REST_SECONDS):
                child = _started(settings)
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdin is not None:
        with suppress(OSError):
            child.stdin.close()


def _started(settings: Settings) -> "subprocess.Popen[bytes]":
    child = subprocess.Popen([sys.executable, "-m", "api.console"], stdin=subprocess.PIPE)  # our own module
    if child.stdin is not None:
        with suppress(OSError):
            child.stdin.write(settings.model_dump_json().encode() + b"\n")
            child.stdin.flush()
    return child
