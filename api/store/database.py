"""One database, two ways in: reading and writing. Errors of the connection become `StoreUnavailable`."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.errors import StoreUnavailable

LOCK_WAIT_SECONDS = 30
"""How long a writer waits for the one before it."""
CONNECT_SECONDS = 5
_WRITER_LOCK = 0x726F6E67  # "rong": the advisory lock that PostgreSQL writers take in turn
_WRITING = "rongtong_writing"

_log = structlog.get_logger(__name__)


class Database:
    """The engine, and transactions on it.

    Writers take turns on both databases (`BEGIN IMMEDIATE`, an advisory lock): what a writer reads is what it
    overwrites, and the order of the change feed is the order of the commits, so that no reader of the feed can pass by
    a number that is committed later.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that is rolled back at the end."""
        with _translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection in the only writing transaction; commit at the end, roll back on any error."""
        with (
            _translated(),
            self.engine.connect().execution_options(**{_WRITING: True}) as connection,
            connection.begin(),
        ):
            if self.engine.dialect.name == "postgresql":
                connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT_SECONDS}s'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITER_LOCK})
            yield connection

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def connect(url: URL | str) -> Database:
    """Make the engine for a URL (`sqlite:///FILE` or `postgresql+psycopg://…`); nothing is opened yet."""
    url = make_url(url)
    dump = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
    if url.get_backend_name() != "sqlite":
        # No prepared statements: their generic plan of `id IN (500 ids)` took 340 ms for 9, and poolers refuse them.
        options = {"connect_timeout": CONNECT_SECONDS, "prepare_threshold": None}
        return Database(create_engine(url, json_serializer=dump, pool_pre_ping=True, connect_args=options))
    _make_folder(Path(url.database or ""))
    engine = create_engine(url, json_serializer=dump, connect_args={"timeout": LOCK_WAIT_SECONDS})
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


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    """Leave transactions to `_begin_sqlite`; readers do not wait for the writer (WAL)."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start, where waiting is possible; a lock taken later can only fail."""
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise _unavailable(error) from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # the others are mistakes in the code, not in the database
            raise
        raise _unavailable(error) from error


def _unavailable(error: Exception) -> StoreUnavailable:
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()
    _log.error("store_unavailable", cause=cause[0] if cause else type(error).__name__)
    return StoreUnavailable(
        found="数据库现在不能读写（原因见日志）",
        expected="可连接、未被长期锁定、磁盘有余量的数据库",
        remedy="请稍后重试；仍不行时请管理员检查 DATABASE_URL、数据库服务和磁盘",
    )
