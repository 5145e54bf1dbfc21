"""One database, two ways in: reading and writing. What goes wrong outside becomes `StoreUnavailable` or `StoreFull`."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import local
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from api.errors import StoreUnavailable
from api.store.faults import translated
from api.store.storable import as_json, from_json

LOCK_WAIT_SECONDS = 30
"""How long a writer waits for the one before it."""
STATEMENT_SECONDS = 60
"""The longest that one statement may run on PostgreSQL, and that a transaction may stand idle."""
CONNECT_SECONDS = 5
_WRITER_LOCK = 0x726F6E67  # "rong": the advisory lock that PostgreSQL writers take in turn
_WRITING = "rongtong_writing"
_ENGINE: dict[str, Any] = {"json_serializer": as_json, "json_deserializer": from_json, "hide_parameters": True}
"""Without parameters in messages: an error that is logged would show enterprises' data."""
_CACHE_KIB = 4 * 1024
"""Of each connection, of which a worker keeps as many as it has threads; the system's own cache serves all of them."""
_KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""A server that vanished without a word is noticed after a minute, not after two hours."""


class Database:
    """The engine, and transactions on it.

    Writers take turns on both databases (`BEGIN IMMEDIATE`, an advisory lock): what a writer reads is what it
    overwrites, and the order of the change feed is the order of the commits, so that no reader of the feed can pass by
    a number that is committed later.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._thread = local()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that is rolled back at the end.

        Within `writing` on the same thread it is that connection: what was just written is read.
        """
        if (joined := self._open()) is not None:
            yield joined
            return
        with translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, first: Callable[[Connection], None] | None = None) -> Iterator[Connection]:
        """Yield a connection in the only writing transaction; commit at the end, roll back on any error.

        `first` is called before this writer waits for its turn (on PostgreSQL; SQLite has waited at BEGIN).

        Within another `writing` on the same thread it is a part of that one: it is undone alone when it fails, and
        committed when the outer one is.
        """
        if (joined := self._open()) is not None:
            with self._within(joined):
                yield joined
            return
        afterwards: list[Callable[[], None]] = []
        with (
            translated(),
            self.engine.connect().execution_options(**{_WRITING: True}) as connection,
            connection.begin(),
        ):
            if first is not None:
                first(connection)
            _take_turn(connection)
            self._thread.connection, self._thread.afterwards = connection, afterwards
            try:
                yield connection
            finally:
                self._thread.connection = None
        for action in afterwards:
            action()

    def after_commit(self, action: Callable[[], None]) -> None:
        """Within `writing`, have something done once that is committed, and never if it is undone."""
        self._thread.afterwards.append(action)

    @contextmanager
    def _within(self, outer: Connection) -> Iterator[None]:
        """A part of another transaction: what it asked to be done afterwards is forgotten when it is undone."""
        afterwards = self._thread.afterwards
        asked = len(afterwards)
        try:
            with outer.begin_nested():
                yield
        except BaseException:
            del afterwards[asked:]
            raise

    @contextmanager
    def marking(self) -> Iterator[Connection]:
        """Yield a short writing transaction that takes no turn on PostgreSQL: for rows that no feed tells of (leases).

        Whoever holds a lease must be able to say so while others write at length. On SQLite there is one writer anyway.
        Within `writing` on the same thread it is that connection.
        """
        if (joined := self._open()) is not None:
            yield joined
            return
        with (
            translated(),
            self.engine.connect().execution_options(**{_WRITING: True}) as connection,
            connection.begin(),
        ):
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_WAIT_SECONDS}s'")
            yield connection

    @contextmanager
    def appending(self, log: int) -> Iterator[Connection]:
        """Yield a connection to append to a log whose writers take turns among themselves, not with all writers.

        Within `writing` on the same thread it is that connection: the row is committed with what it tells of. `log`
        is the number of the log's advisory lock on PostgreSQL, which is held to the end of the transaction.
        """
        with self.marking() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({log:d})")
            yield connection

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()

    def _open(self) -> Connection | None:
        """The writing transaction that this thread is in."""
        return getattr(self._thread, "connection", None)


def _take_turn(connection: Connection) -> None:
    """Wait for the writers before this one; SQLite has waited at BEGIN. One round trip: the lock is held all along."""
    if connection.dialect.name != "postgresql":
        return
    waiting = f"SET LOCAL lock_timeout = '{LOCK_WAIT_SECONDS}s'; SELECT pg_advisory_xact_lock({_WRITER_LOCK})"
    connection.exec_driver_sql(waiting, execution_options={"no_parameters": True})


def connect(url: URL | str) -> Database:
    """Make the engine for a URL (`sqlite:///FILE` or `postgresql+psycopg://…`); nothing is opened yet."""
    url = make_url(url)
    if url.get_backend_name() != "sqlite":
        # No prepared statements: their generic plan of `id IN (500 ids)` took 340 ms for 9, and poolers refuse them.
        options = {"connect_timeout": CONNECT_SECONDS, "prepare_threshold": None, **_KEEPALIVE}
        engine = create_engine(url, **_ENGINE, pool_pre_ping=True, connect_args=options)
        event.listen(engine, "connect", _prepare_postgresql)
        return Database(engine)
    _make_folder(Path(url.database or ""))
    engine = create_engine(url, **_ENGINE, connect_args={"timeout": LOCK_WAIT_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine)


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            found=f"不能建立数据文件夹（{error.strerror}）",
            expected="可写的文件夹",
            remedy="请检查 RONGTONG_DATA 或 DATABASE_URL 指向的位置和权限",
        ) from error


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    """Bound every statement. Set here and not in the connection's options, which poolers refuse."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{STATEMENT_SECONDS}s'")
    connection.commit()


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    """Leave transactions to `_begin_sqlite`; readers do not wait for the writer (WAL).

    FULL: what was acknowledged survives a power cut, for one more fsync a commit; with NORMAL a commit may be undone.
    """
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"cache_size=-{_CACHE_KIB}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start, where waiting is possible; a lock taken later can only fail."""
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
