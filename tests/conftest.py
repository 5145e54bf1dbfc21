"""One hypothesis profile for all tests: no deadline (machines are shared), the same examples on every run in CI."""

import logging
import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

os.environ.setdefault("RONGTONG_ACCESS", "open")
"""Tests of access say that they want accounts; the others are about something else."""

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
"""Events go nowhere unless a test says otherwise: a thread that still runs must not write into another test."""


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Undo what a command or a server configured, so that tests may run in any order."""
    handlers, level, configured = list(logging.root.handlers), logging.root.level, structlog.get_config()
    yield
    structlog.configure(**configured)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
