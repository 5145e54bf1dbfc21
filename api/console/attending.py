"""Seeing to it that the console runs beside several workers (控制台进程的看护): started again should it die."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import structlog

from api.kept_process import attended, begun, ended
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
    with attended("console", _attend, settings):
        yield


def _attend(settings: Settings, stopping: Event) -> None:
    child = begun("api.console", settings)
    while not stopping.wait(LOOK_SECONDS):
        if (status := child.poll()) is not None:
            _log.warning("console_ended", status=status)
            if not stopping.wait(REST_SECONDS):
                child = begun("api.console", settings)
    ended(child, STOP_SECONDS)
