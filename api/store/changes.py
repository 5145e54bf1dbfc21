"""The change feed: which parties were written or removed, in the order of the commits. Indexes catch up from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from sqlalchemy import ColumnElement, Connection, delete, func, insert, literal, select

from api.errors import FeedPruned
from api.store.database import Database
from api.store.marks import PRUNED, read_mark, write_mark
from api.store.tables import changes, parties
from api.store.upserting import chunks

_COPIED = 1_000
_PIECE = 20_000
"""Changes removed in one transaction: a writer waits for one piece, not for all."""


class ChangeOp(StrEnum):
    """What was done to a party."""

    UPSERT = "upsert"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """One party written or removed. `sequence` grows with every change; numbers may be left out, never reused."""

    sequence: int
    key: int
    tenant: str
    id: str
    op: ChangeOp
    at: datetime


class ChangeStore:
    """The change feed of parties; it is written by `PartyStore` alone, in the same transaction as the party."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self) -> int:
        """The last sequence number, 0 before the first change."""
        with self._database.reading() as connection:
            return connection.execute(select(func.max(changes.c.sequence))).scalar_one() or 0

    def since(self, sequence: int, limit: int = 1000) -> list[Change]:
        """The first `limit` changes after `sequence`, oldest first.

        Raises `FeedPruned` where changes after `sequence` are no longer held.
        """
        query = select(changes).where(changes.c.sequence > sequence).order_by(changes.c.sequence).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            require_held(connection, sequence)
        return [
            Change(row.sequence, row.party_key, row.tenant_id, row.party_id, ChangeOp(row.op), row.at) for row in rows
        ]

    def prune(self, before_sequence: int, *, older_than: timedelta = timedelta(0)) -> int:
        """Remove changes below `before_sequence` that are older than `older_than`; gives how many.

        `before_sequence` is the sequence of the oldest snapshot that anybody may still open: who is at that number or
        later misses nothing. The last change always stays, for `latest` is read from it. Works in pieces, so that
        writers come in between.
        """
        removed = 0
        while piece := self._prune_piece(before_sequence, datetime.now(UTC) - older_than):
            removed += piece
        return removed

    def _prune_piece(self, before: int, until: datetime) -> int:
        with self._database.writing() as connection:
            latest = connection.execute(select(func.max(changes.c.sequence))).scalar_one() or 0
            old = select(changes.c.sequence, changes.c.at).where(changes.c.sequence < min(before, latest))
            rows = connection.execute(old.order_by(changes.c.sequence).limit(_PIECE)).all()
            removable = [row.sequence for row in takewhile(lambda row: row.at < until, rows)]
            if not removable:
                return 0
            connection.execute(delete(changes).where(changes.c.sequence <= removable[-1]))
            write_mark(connection, PRUNED, str(removable[-1]))
        return len(removable)


def require_held(connection: Connection, sequence: int) -> None:
    """Raise `FeedPruned` unless every change after `sequence` is still in the feed.

    To be asked in the same transaction after the changes were read: what was pruned before is then seen.
    """
    pruned = int(read_mark(connection, PRUNED) or 0)
    if sequence < pruned:
        raise FeedPruned(
            found=f"变更序号 {sequence} 之后的记录已清理到 {pruned}",
            expected=f"不早于 {pruned} 的索引快照",
            remedy="请从数据库重建索引（rongtong index build）",
        )


def record_written(connection: Connection, written: Sequence[tuple[int, str]]) -> None:
    """Append one change for each (key, id) that stands in the table of parties, by key, in the caller's transaction.

    The database copies them itself: a row a parameter set cost more than all else of a batch.
    """
    said = (parties.c.key, parties.c.tenant_id, parties.c.id, literal(ChangeOp.UPSERT.value), _now())
    names = ("party_key", "tenant_id", "party_id", "op", "at")
    for chunk in chunks(sorted(key for key, _ in written), _COPIED):
        these = select(*said).where(_among(chunk)).order_by(parties.c.key)
        connection.execute(insert(changes).from_select(names, these))


def record_removed(connection: Connection, tenant: str, removed: Iterable[tuple[int, str]]) -> None:
    """Append one change for each (key, id) that was removed, in order, in the caller's transaction."""
    said = {"tenant_id": tenant, "op": ChangeOp.DELETE.value, "at": datetime.now(UTC)}
    rows = [{"party_key": key, "party_id": party, **said} for key, party in removed]
    if rows:
        connection.execute(insert(changes), rows)


def _among(keys: Sequence[int]) -> ColumnElement[bool]:
    """Rows of these rising keys; new ones have keys one after the other, which is a range."""
    if keys[-1] - keys[0] == len(keys) - 1:
        return parties.c.key.between(keys[0], keys[-1])
    return parties.c.key.in_(keys)


def _now() -> ColumnElement[datetime]:
    return literal(datetime.now(UTC), changes.c.at.type)
