"""From a driver's error to ours: what the client may do (wait, free space) decides, not which database it was."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.errors import ServiceError, StoreFull, StoreUnavailable

_SQLITE_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
_POSTGRESQL_FULL = "53100"
_AWAY_INTERNALLY = frozenset({"25006", "XX001", "XX002"})
"""Internal errors that are the server's state and not our mistake: a standby without writes, damaged pages."""

_log = structlog.get_logger(__name__)


@contextmanager
def translated() -> Iterator[None]:
    """Raise `StoreFull` or `StoreUnavailable` for what is wrong outside; a mistake in the code passes unchanged."""
    try:
        yield
    except (DatabaseError, InterfaceError, PoolTimeout) as error:
        if not _is_outside(error):
            raise
        designed = _designed(error)
        _count(designed)
        raise designed from error


def _is_outside(error: Exception) -> bool:
    """Constraint violations, wrong types and wrong SQL are ours; a bare DatabaseError is a torn SQLite file."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return True
    if isinstance(error, InternalError):
        return _sqlstate(error) in _AWAY_INTERNALLY
    return type(error) is DatabaseError


def _designed(error: Exception) -> ServiceError:
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()
    said = cause[0] if cause else type(error).__name__
    if _is_full(error):
        _log.error("store_full", cause=said)
        return StoreFull(
            found="存储空间已满，这次写入没有保存",
            expected="数据库所在的磁盘有余量",
            remedy="请联系管理员清理或扩充磁盘后重试；查询不受影响",
        )
    _log.error("store_unavailable", cause=said)
    return StoreUnavailable(
        found="数据库现在不能读写（原因见日志）",
        expected="可连接、未被长期锁定的数据库",
        remedy="请稍后重试；仍不行时请管理员检查 DATABASE_URL、数据库服务和磁盘",
    )


def _count(error: ServiceError) -> None:
    from api.metrics import database_errors  # a command that meets no error does without

    database_errors().labels("full" if isinstance(error, StoreFull) else "unavailable").inc()


def _is_full(error: Exception) -> bool:
    orig = getattr(error, "orig", None)
    return getattr(orig, "sqlite_errorcode", None) in _SQLITE_FULL or _sqlstate(error) == _POSTGRESQL_FULL


def _sqlstate(error: Exception) -> str | None:
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    return state if isinstance(state, str) else None
