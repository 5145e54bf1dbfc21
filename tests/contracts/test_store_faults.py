"""What goes wrong with databases, and what is said of it: never a driver's error, never a password."""

import os
import sqlite3
import threading
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from api.access.viewers import Viewer
from api.errors import ServiceError, StoreFull, StoreUnavailable
from api.settings import Settings
from api.store.database import connect
from api.store.idempotency import Asked, Kept
from api.store.store import Store, open_store
from matcher.parties import Party
from tests.contracts.conftest import stop
from tests.contracts.stored import a_party

VIEWER = Viewer()


def test_a_server_that_is_not_there_is_said_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        open_store(f"postgresql+psycopg://u:hush@/db?host={tmp_path}")
    assert "hush" not in str(caught.value)
    assert "DATABASE_URL" in str(caught.value)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "rongtong.sqlite3"
    file.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreUnavailable):
        open_store(Settings.load(data=tmp_path).store_url)
    assert file.read_bytes() == b"not a database" * 100


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="不能建立数据文件夹"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'inside' / 'x.db'}")


def test_a_torn_database_is_unavailable_and_not_an_unknown_party(tmp_path: Path) -> None:
    url = Settings.load(data=tmp_path).store_url
    store = open_store(url)
    store.parties.upsert_many(VIEWER, [a_party(f"p-{number}", products="试剂" * 200) for number in range(300)])
    store.close()
    file = tmp_path / "rongtong.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    os.truncate(file, file.stat().st_size // 2 // 4096 * 4096)
    with pytest.raises(StoreUnavailable):
        list(open_store(url).parties.iterate(VIEWER))


def test_a_writer_that_waits_too_long_is_told(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.store.database.LOCK_WAIT_SECONDS", 0.2)
    store, other = open_store(database_url), connect(database_url)
    with other.writing(), pytest.raises(StoreUnavailable):
        store.parties.upsert_many(VIEWER, [a_party()])
    assert store.parties.upsert_many(VIEWER, [a_party()]).new == 1
    other.close()
    store.close()


def test_readers_do_not_wait_for_a_writer(store: Store, database_url: str) -> None:
    store.parties.upsert_many(VIEWER, [a_party("a")])
    other = connect(database_url)
    with other.writing() as connection:
        connection.execute(text("UPDATE parties SET name = '未提交'"))
        assert store.parties.get(VIEWER, "a").name == "企业 a"
        assert store.changes.latest() > 0
    other.close()
    assert store.parties.get(VIEWER, "a").name == "未提交"


def test_connections_that_the_server_cut_are_made_anew(postgresql_url: str) -> None:
    store = open_store(Settings.load(database_url=postgresql_url).store_url)
    store.parties.upsert_many(VIEWER, [a_party("a")])
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    assert store.parties.get(VIEWER, "a").id == "a"
    store.close()


def test_a_full_disk_keeps_nothing_of_a_write_and_reads_go_on(store: Store, fill: Callable[[], None]) -> None:
    store.parties.upsert_many(VIEWER, [a_party("a", products="早先")])
    fill()
    many = [a_party(f"p-{number}", products="试剂" * 500) for number in range(300)]
    for _ in range(3):
        with pytest.raises(StoreFull, match="存储空间已满"):
            store.parties.upsert_many(VIEWER, [a_party("a", products="后来"), *many])
    assert (store.parties.count(VIEWER), store.changes.latest()) == (1, 1)
    assert store.parties.get(VIEWER, "a").values == {"products": "早先"}
    asked = Asked("key", "POST", "/v1/parties/bulk", "digest")
    with pytest.raises(StoreFull):
        store.idempotency.run(VIEWER, asked, timedelta(hours=1), lambda: _kept(store, many))
    assert store.idempotency.find(VIEWER, asked, timedelta(hours=1)) is None


def _kept(store: Store, many: list[Party]) -> Kept:
    store.parties.upsert_many(VIEWER, many)
    return Kept(200, None, b"")


@pytest.fixture
def fill(store: Store, database_url: str) -> Callable[[], None]:
    """Make the disk full as far as the database can tell: SQLite may take no further page, PostgreSQL raises 53100."""
    engine = store._database.engine
    if engine.dialect.name == "sqlite":

        def bound(connection: Any, _: object) -> None:
            connection.execute("PRAGMA max_page_count = 60")

        def bind() -> None:
            event.listen(engine, "connect", bound)
            engine.dispose()

        return bind
    full = (
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF NEW.id = 'p-299' THEN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END IF;"
        " RETURN NEW; END $$;"
        " CREATE TRIGGER full_disk BEFORE INSERT ON parties FOR EACH ROW EXECUTE FUNCTION full_disk()"
    )

    def trigger() -> None:
        with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(full)

    return trigger


def test_a_mistake_in_the_code_is_not_called_an_outage(store: Store, database_url: str) -> None:
    database = connect(database_url)
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(text("INSERT INTO tenants (id, name, tier) VALUES ('local', '', '')"))
    database.close()


def test_a_server_that_is_restarted_is_away_and_then_back(restartable: Any) -> None:
    """Backends killed in a write, the server stopped and started: an outage is said as one, nothing is half written."""
    url = restartable.get_uri()
    store = open_store(Settings.load(database_url=url).store_url)
    store.parties.upsert_many(VIEWER, [a_party("a")])
    with psycopg.connect(url, autocommit=True) as killer:

        def kill() -> Kept:
            store.parties.upsert_many(VIEWER, [a_party("b")])
            killer.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            store.parties.upsert_many(VIEWER, [a_party("c")])
            return Kept(200, None, b"")

        with pytest.raises(StoreUnavailable):
            store.idempotency.run(VIEWER, Asked("k", "PUT", "/", "d"), timedelta(hours=1), kill)
    assert store.parties.count(VIEWER) == 1
    stop(restartable)
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            store.parties.count(VIEWER)
        with pytest.raises(StoreUnavailable):
            store.parties.upsert_many(VIEWER, [a_party("d")])
    restartable.ensure_postgres_running()
    assert store.parties.count(VIEWER) == 1
    assert store.parties.upsert_many(VIEWER, [a_party("d")]).new == 1
    store.close()


def test_a_statement_that_runs_too_long_is_ended(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.store.database.STATEMENT_SECONDS", 0.1)
    database = connect(Settings.load(database_url=postgresql_url).store_url)
    with pytest.raises(StoreUnavailable), database.reading() as connection:
        connection.execute(text("SELECT pg_sleep(20)"))
    with database.reading() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    database.close()


def test_what_is_logged_of_an_error_shows_no_data(store: Store) -> None:
    insert = text("INSERT INTO tenants (id, name, tier) VALUES (:id, :secret, '')")
    secret = "某秘密" + "公司"  # whole in the data alone: a trace shows the lines of this file too
    with pytest.raises(IntegrityError) as caught, store._database.writing() as connection:
        connection.execute(insert, {"id": "local", "secret": secret})
    assert secret not in "".join(traceback.format_exception(caught.value))


def test_a_write_within_a_write_is_part_of_it(store: Store) -> None:
    """A part that fails is undone alone, for whoever goes on; what is read within is what was written."""
    database = store._database

    def fail() -> None:
        with database.writing():
            store.parties.upsert_many(VIEWER, [a_party("b")])
            raise RuntimeError

    with database.writing():
        store.parties.upsert_many(VIEWER, [a_party("a")])
        with pytest.raises(RuntimeError):
            fail()
        assert store.parties.count(VIEWER) == 1
    assert [change.id for change in store.changes.since(0)] == ["a"]
    with pytest.raises(RuntimeError):
        fail()
    assert store.parties.count(VIEWER) == 1


def test_threads_share_one_store(store: Store) -> None:
    """More threads than the pool has connections: they wait for each other, none fails."""
    failed: list[ServiceError] = []

    def work(number: int) -> None:
        try:
            store.parties.upsert_many(VIEWER, [a_party(f"p-{number}")])
            store.parties.get(VIEWER, f"p-{number}")
        except ServiceError as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert store.parties.count(VIEWER) == 40


def test_sqlite_is_set_up_for_a_service(tmp_path: Path) -> None:
    store_url = Settings.load(data=tmp_path).store_url
    open_store(store_url).close()
    database = connect(store_url)
    with database.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    database.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
