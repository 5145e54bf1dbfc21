"""One hypothesis profile for all tests: no deadline (machines are shared), the same examples on every run in CI."""

import ctypes
import gc
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shutil import copyfile
from uuid import uuid4

import pytest
import structlog
from hypothesis import settings

from tests.thorough import examples

os.environ.setdefault("RONGTONG_ACCESS", "open")
"""Tests of access say that they want accounts; the others are about something else."""

settings.register_profile("here", deadline=None, max_examples=examples(100))
settings.register_profile("ci", deadline=None, max_examples=examples(100), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

_LONGEST = (
    "tests/test_notebooks.py",
    "tests/api/http/test_http_workers.py",
    "tests/faults/test_kills.py",
    "tests/api/campaigns/test_killed_runs.py",
    "tests/api/access/test_matrix.py",
    "tests/api/test_encoder_change.py",
    "tests/embeddings/test_training.py",
)
"""Begun first where several processes share the tests by files: begun last, one would work on while others rest."""

structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
"""Events go nowhere unless a test says otherwise: a thread that still runs must not write into another test."""


_MUCH_MIB = 128
"""More than most modules of tests need."""


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Undo what a command or a server configured, so that tests may run in any order."""
    handlers, level, configured = list(logging.root.handlers), logging.root.level, structlog.get_config()
    yield
    structlog.configure(**configured)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.split("::")[0], len(places)))


@pytest.fixture(scope="session", autouse=True)
def _migrated_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Begin a new SQLite file as a copy of one that was migrated: most of many a test would be the migrations."""
    from api.store import migrating, store
    from api.store.database import Database, connect

    migrate, upgrade, template = store.migrate, migrating.upgrade, tmp_path_factory.mktemp("migrated") / "empty.sqlite3"

    def migrated(database: Database) -> None:
        file = Path(database.engine.url.database or "")
        is_new = database.engine.dialect.name == "sqlite" and file.name and not file.exists()
        if is_new and migrating.upgrade is upgrade:  # a test that looks at the migrations themselves has them
            if not template.exists():
                first = connect(f"sqlite:///{template}")
                migrate(first)
                first.close()
            begun = Path(copyfile(template, file.with_name(f"{file.name}.{uuid4().hex}")))
            with suppress(FileExistsError):  # another thread was first
                file.hardlink_to(begun)
            begun.unlink()
        migrate(database)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "migrate", migrated)
        yield


@pytest.fixture(scope="module", autouse=True)
def _memory_given_back() -> Iterator[None]:
    """Collect what the services of a module left, where it is much: each froze all that there was when it began.

    Looking costs nothing, collecting half a second.
    """
    before = _resident_mib()
    yield
    if _resident_mib() - before > _MUCH_MIB:
        gc.unfreeze()
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)


def _resident_mib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20
