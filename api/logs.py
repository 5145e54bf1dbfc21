"""Logs of the running service: one line an event on standard error, for people or as JSON for machines."""

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
import structlog
from structlog.typing import Processor

from api.settings import LogFormat


def configure(log_format: LogFormat, least: int = logging.INFO) -> None:
    """Send events of `least` level, structlog's and the standard library's (uvicorn, SQLAlchemy), one way."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    written = _written_as(log_format)
    structlog.configure(  # straight to the file: by way of the standard library an event takes twice as long
        processors=[*shared, *written],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=lambda *_: _Lines(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *written],
        )
    )
    logging.basicConfig(handlers=[handler], level=least, force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it names whole addresses, with what stands in them


class _Lines(structlog.WriteLogger):
    """Writes lines; one that cannot be written (a full disk, a reader that has gone) must not end what it tells of."""

    def msg(self, message: str) -> None:
        """Write one line, if it can be."""
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def _written_as(log_format: LogFormat) -> list[Processor]:
    if log_format is LogFormat.CONSOLE:
        plain = structlog.dev.plain_traceback  # the default prints local variables: an enterprise's data
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json)]


def _json(event: Any, *, default: Callable[[Any], Any]) -> str:
    return orjson.dumps(event, default).decode()
