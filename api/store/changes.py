"""The change feed: which parties were written or removed, in the order of the commits. Indexes catch up from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Connection, func, insert, select

from api.store.database import Database
from api.store.tables import changes


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
        """The first `limit` changes after `sequence`, oldest first."""
        query = select(changes).where(changes.c.sequence > sequence).order_by(changes.c.sequence).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            Change(row.sequence, row.party_key, row.tenant_id, row.party_id, ChangeOp(row.op), row.at) for row in rows
        ]


def record(connection: Connection, tenant: str, op: ChangeOp, written: Iterable[tuple[int, str]]) -> None:
    """Append one change for each (key, id), in order, in the caller's transaction."""
    now = datetime.now(UTC)
    rows = [
        {"party_key": key, "tenant_id": tenant, "party_id": party, "op": op.value, "at": now} for key, party in written
    ]
    if rows:
        connection.execute(insert(changes), rows)
