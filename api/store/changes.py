"""The change feed: which parties were written or removed, in the order of the commits. Indexes catch up from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from sqlalchemy import Connection, delete, func, select

from api.errors import FeedPruned
from api.store.database import Database
from api.store.marks import PRUNED, read_mark, write_mark
from api.store.putting import next_numbers, put_rows
from api.store.tables import changes

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
            return latest(connection)

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
            last = latest(connection)
            old = select(changes.c.sequence, changes.c.at).where(changes.c.sequence < min(before, last))
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


def latest(connection: Connection) -> int:
    """The last sequence number, 0 before the first change."""
    return int(connection.execute(select(func.max(changes.c.sequence))).scalar_one() or 0)


def record_written(connection: Connection, tenant: str, written: Sequence[tuple[int, str]]) -> dict[int, int]:
    """Append one change for each (key, id), in order, in the caller's transaction; gives the numbers by key."""
    return _recorded(connection, tenant, written, ChangeOp.UPSERT)


def record_removed(connection: Connection, tenant: str, removed: Sequence[tuple[int, str]]) -> dict[int, int]:
    """Append one change for each (key, id) that was removed, as `record_written` does."""
    return _recorded(connection, tenant, removed, ChangeOp.DELETE)


def _recorded(connection: Connection, tenant: str, told: Sequence[tuple[int, str]], op: ChangeOp) -> dict[int, int]:
    if not told:
        return {}
    numbers = next_numbers(connection, changes, len(told))
    said = {"tenant_id": tenant, "op": op.value, "at": datetime.now(UTC)}
    rows = [
        {"sequence": number, "party_key": key, "party_id": party, **said}
        for number, (key, party) in zip(numbers, told, strict=True)
    ]
    put_rows(connection, changes, rows)
    return {key: number for number, (key, _) in zip(numbers, told, strict=True)}
