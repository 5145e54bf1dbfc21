"""Requests that write once however often they are sent (幂等): the first answer is kept with what it answered.

After draft-ietf-httpapi-idempotency-key-header: the answer stands in the database in the same transaction as the write,
so that a crash leaves both or neither. Only answers to writes that were done are kept: a refusal wrote nothing, and the
same request may succeed later.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock
from typing import TypeVar

from sqlalchemy import Connection, delete, insert, select, text

from api.access.sealing import Seals
from api.access.viewers import Viewer
from api.errors import KeyInFlight, KeyReused
from api.store.database import Database
from api.store.sealed_facts import claim_key
from api.store.tables import idempotency

Written = TypeVar("Written")

_KEYS = 0x6B657973  # "keys": the advisory locks of keys, apart from the writers' turn


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that bears a key: the key, method and path for the operator, SHA-256 of all that it asks for."""

    key: str
    method: str
    path: str
    digest: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, byte for byte; `media_type` None is an answer without a body."""

    status: int
    media_type: str | None
    body: bytes


class IdempotencyStore:
    """Answers by platform and key. Bodies are sealed: an answer to a write may hold personal data."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals
        self._running: set[tuple[str, str]] = set()
        self._guard = Lock()

    def find(self, viewer: Viewer, asked: Asked, kept_for: timedelta) -> Kept | None:
        """The answer that the request had before, None before the first. Raises `KeyReused`."""
        with self._database.reading() as connection:
            return _found(connection, viewer.tenant, asked, datetime.now(UTC) - kept_for, self._seals)

    def run(
        self, viewer: Viewer, asked: Asked, kept_for: timedelta, write: Callable[[], Kept], *, whole: bool = True
    ) -> tuple[Kept, bool]:
        """Give the answer and whether it was given before; `write` runs once, in the transaction that keeps its answer.

        With `whole=False` it runs in transactions of its own and the answer is kept after the last: for a long write
        that changes nothing when it is done again.

        Raises `KeyReused`; `KeyInFlight` while the same key is worked on in this process, or in any process on
        PostgreSQL. On SQLite the other process is waited for, as with every write, and its answer is given.
        """
        with self._alone((viewer.tenant, asked.key)):
            if not whole:
                return self._after(viewer, asked, kept_for, write)
            with self._database.writing(first=partial(_claim, viewer.tenant, asked.key)) as connection:
                return self._once(connection, viewer.tenant, asked, kept_for, write)

    def together(self, write: Callable[[], Written]) -> Written:
        """Run `write` in one transaction, all that it writes or nothing."""
        with self._database.writing():
            return write()

    def _after(self, viewer: Viewer, asked: Asked, kept_for: timedelta, write: Callable[[], Kept]) -> tuple[Kept, bool]:
        if (kept := self.find(viewer, asked, kept_for)) is not None:
            return kept, True
        made = write()
        with self._database.writing() as connection:
            return self._once(connection, viewer.tenant, asked, kept_for, lambda: made)

    def _once(
        self, connection: Connection, tenant: str, asked: Asked, kept_for: timedelta, write: Callable[[], Kept]
    ) -> tuple[Kept, bool]:
        now = datetime.now(UTC)
        kept = _found(connection, tenant, asked, now - kept_for, self._seals)
        if kept is not None:
            return kept, True
        connection.execute(delete(idempotency).where(idempotency.c.at < now - kept_for))
        made = write()
        claim_key(connection, self._seals)
        said = {"method": asked.method, "path": asked.path, "digest": asked.digest}
        body = self._seals.seal_bytes(made.body, tenant, asked.key)
        answer = {"status": made.status, "media_type": made.media_type, "body": body}
        connection.execute(insert(idempotency).values(tenant_id=tenant, key=asked.key, at=now, **said, **answer))
        return made, False

    @contextmanager
    def _alone(self, name: tuple[str, str]) -> Iterator[None]:
        with self._guard:
            if name in self._running:
                raise _in_flight()
            self._running.add(name)
        try:
            yield
        finally:
            with self._guard:
                self._running.remove(name)


def _claim(tenant: str, key: str, connection: Connection) -> None:
    """Tell, before waiting for the writers in front, whether another process is at the same key. SQLite cannot."""
    if connection.dialect.name != "postgresql":
        return
    claim = text("SELECT pg_try_advisory_xact_lock(:space, hashtext(:name))")
    if not connection.execute(claim, {"space": _KEYS, "name": f"{tenant}\n{key}"}).scalar_one():
        raise _in_flight()


def _found(connection: Connection, tenant: str, asked: Asked, since: datetime, seals: Seals) -> Kept | None:
    columns = idempotency.c
    same = (columns.tenant_id == tenant) & (columns.key == asked.key) & (columns.at >= since)
    row = connection.execute(select(idempotency).where(same)).one_or_none()
    if row is None:
        return None
    if row.digest != asked.digest:
        raise KeyReused(
            found=f"Idempotency-Key 已用于另一个请求（{row.method} {row.path[:80]}）",
            expected="与首次相同的方法、地址和内容",
            remedy="请为新的请求换一个键",
        )
    return Kept(row.status, row.media_type, seals.open_bytes(row.body, tenant, asked.key))


def _in_flight() -> KeyInFlight:
    return KeyInFlight(
        found="相同 Idempotency-Key 的请求正在处理", expected="前一个请求已有结果", remedy="请稍候重试，将得到同一结果"
    )
