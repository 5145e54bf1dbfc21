"""First answers, kept with what they answered: on SQLite and on a real PostgreSQL, with threads at the same key."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event

import pytest
from sqlalchemy import func, select, update

from api.access.sealing import Seals, new_key
from api.access.viewers import Viewer
from api.errors import KeyInFlight, KeyReused, StoreUnavailable
from api.store.database import connect
from api.store.idempotency import Asked, Kept
from api.store.store import Store, open_store
from api.store.tables import idempotency
from api.store.tenants import Tenant, Tier
from tests.contracts.stored import a_party

VIEWER, OTHER = Viewer(), Viewer(tenant="suzhou")
DAY = timedelta(hours=24)
ASKED = Asked("key-1", "PUT", "/v1/parties/a", "digest-1")
ANSWER = Kept(201, "application/json", b'{"name": "\xe7\x94\xb2"}\x00\xff')


def writing(store: Store, party: str = "a", answer: Kept = ANSWER) -> Callable[[], Kept]:
    def write() -> Kept:
        store.parties.upsert_many(VIEWER, [a_party(party)])
        assert store.parties.get(VIEWER, party).id == party
        return answer

    return write


def never() -> Kept:
    raise AssertionError("written twice")


def test_the_first_answer_is_kept_byte_for_byte(store: Store, database_url: str) -> None:
    assert store.idempotency.find(VIEWER, ASKED, DAY) is None
    assert store.idempotency.run(VIEWER, ASKED, DAY, writing(store)) == (ANSWER, False)
    assert store.idempotency.run(VIEWER, ASKED, DAY, never) == (ANSWER, True)
    again = open_store(database_url, seals=store.seals)
    assert again.idempotency.find(VIEWER, ASKED, DAY) == ANSWER
    assert again.idempotency.run(VIEWER, ASKED, DAY, never, whole=False) == (ANSWER, True)
    again.close()


def test_an_answer_without_a_body(store: Store) -> None:
    empty = Kept(204, None, b"")
    store.idempotency.run(VIEWER, ASKED, DAY, lambda: empty)
    assert store.idempotency.find(VIEWER, ASKED, DAY) == empty


@pytest.mark.parametrize("whole", [True, False])
def test_another_request_under_the_same_key_is_refused(store: Store, *, whole: bool) -> None:
    store.idempotency.run(VIEWER, ASKED, DAY, writing(store))
    changed = Asked(ASKED.key, ASKED.method, ASKED.path, "digest-2")
    with pytest.raises(KeyReused, match="PUT /v1/parties/a"):
        store.idempotency.run(VIEWER, changed, DAY, never, whole=whole)


def test_a_key_is_of_one_platform(store: Store) -> None:
    store.tenants.ensure(Tenant("suzhou", "苏州平台", Tier.LOCAL))
    store.idempotency.run(VIEWER, ASKED, DAY, writing(store))
    assert store.idempotency.find(OTHER, ASKED, DAY) is None
    other = Kept(200, None, b"other")
    assert store.idempotency.run(OTHER, ASKED, DAY, lambda: other) == (other, False)
    assert store.idempotency.find(VIEWER, ASKED, DAY) == ANSWER


def test_a_write_that_fails_leaves_neither_row_nor_answer(store: Store) -> None:
    def fail() -> Kept:
        writing(store)()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.idempotency.run(VIEWER, ASKED, DAY, fail)
    assert (store.parties.count(VIEWER), store.changes.latest()) == (0, 0)
    assert store.idempotency.find(VIEWER, ASKED, DAY) is None
    assert store.idempotency.run(VIEWER, ASKED, DAY, writing(store)) == (ANSWER, False)


def test_an_answer_that_cannot_be_kept_undoes_the_write(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(Exception):
        pass

    def full(*_: object) -> None:
        raise Full

    monkeypatch.setattr("api.store.idempotency.insert", full)
    with pytest.raises(Full):
        store.idempotency.run(VIEWER, ASKED, DAY, writing(store))
    assert store.parties.count(VIEWER) == 0


def test_old_answers_are_forgotten_and_pruned(store: Store, database_url: str) -> None:
    store.idempotency.run(VIEWER, ASKED, DAY, writing(store))
    database = connect(database_url)
    with database.writing() as connection:
        connection.execute(update(idempotency).values(at=datetime.now(UTC) - timedelta(hours=25)))
    assert store.idempotency.find(VIEWER, ASKED, DAY) is None
    assert store.idempotency.find(VIEWER, ASKED, timedelta(hours=26)) == ANSWER
    changed = Asked(ASKED.key, "DELETE", ASKED.path, "digest-2")
    later = Kept(204, None, b"")
    assert store.idempotency.run(VIEWER, changed, DAY, lambda: later) == (later, False)
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(idempotency)).scalar_one() == 1
    database.close()


def test_a_key_that_is_being_worked_on_is_said(store: Store) -> None:
    begun, go_on = Event(), Event()

    def slow() -> Kept:
        begun.set()
        assert go_on.wait(20)
        return ANSWER

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(store.idempotency.run, VIEWER, ASKED, DAY, slow)
        assert begun.wait(20)
        with pytest.raises(KeyInFlight):
            store.idempotency.run(VIEWER, ASKED, DAY, never)
        go_on.set()
        assert first.result() == (ANSWER, False)
    assert store.idempotency.run(VIEWER, ASKED, DAY, never) == (ANSWER, True)


def test_many_threads_and_processes_at_the_same_keys_write_each_once(store: Store, database_url: str) -> None:
    """Two stores stand for two processes. Each key is sent by every thread until it is answered."""
    stores = (store, open_store(database_url, seals=store.seals))
    written: list[str] = []
    start = Barrier(6)

    def send(number: int) -> list[bytes]:
        start.wait()
        return [answered(stores[number % 2], f"key-{key}") for key in range(8)]

    def answered(own: Store, key: str) -> bytes:
        asked = Asked(key, "POST", "/v1/parties/bulk", key)

        def write() -> Kept:
            own.parties.upsert_many(VIEWER, [a_party(key)])
            written.append(key)
            return Kept(200, "application/json", f"{key} {len(written)}".encode())

        while True:
            try:
                return own.idempotency.run(VIEWER, asked, DAY, write)[0].body
            except KeyInFlight:
                continue

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    stores[1].close()
    assert sorted(written) == sorted(f"key-{key}" for key in range(8))
    assert all(answer == answers[0] for answer in answers)
    assert (store.parties.count(VIEWER), store.changes.latest()) == (8, 8)


def test_on_postgresql_another_process_is_told_at_once(postgresql_url: str) -> None:
    url, seals = f"postgresql+psycopg{postgresql_url.removeprefix('postgresql')}", Seals(None, new_key())
    stores = [open_store(url, seals=seals) for _ in range(2)]

    def ask_elsewhere() -> Kept:
        with pytest.raises(KeyInFlight):
            stores[1].idempotency.run(VIEWER, ASKED, DAY, never)
        return ANSWER

    assert stores[0].idempotency.run(VIEWER, ASKED, DAY, ask_elsewhere) == (ANSWER, False)
    for store in stores:
        store.close()


def test_on_sqlite_another_process_is_waited_for(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.store.database.LOCK_WAIT_SECONDS", 0.1)
    stores = [open_store(f"sqlite:///{tmp_path}/x.db") for _ in range(2)]

    def ask_elsewhere() -> Kept:
        with pytest.raises(StoreUnavailable):
            stores[1].idempotency.run(VIEWER, ASKED, DAY, never)
        return ANSWER

    assert stores[0].idempotency.run(VIEWER, ASKED, DAY, ask_elsewhere) == (ANSWER, False)
    assert stores[1].idempotency.run(VIEWER, ASKED, DAY, never) == (ANSWER, True)
    for store in stores:
        store.close()
