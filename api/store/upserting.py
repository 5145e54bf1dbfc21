"""Writing many rows of one platform at once: what is the same is left alone, so that writing twice changes nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, select

from api.store.putting import next_numbers, put_rows

Row = dict[str, Any]
Stored = Mapping[Any, Any]
"""A row as the database gives it, by column name."""
Merge = Callable[[Stored, Row], Row]
T = TypeVar("T")
CHUNK = 500
"""Rows a statement; under the variable limits of both databases (SQLite 32,766, PostgreSQL 65,535)."""


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """Rows that were new, changed, or the same as what is stored (and therefore left alone)."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: "UpsertCounts") -> "UpsertCounts":
        return UpsertCounts(self.new + other.new, self.changed + other.changed, self.same + other.same)


@dataclass(frozen=True, slots=True)
class Upserted:
    """What was done, and each row that was written, once, as it now stands, by rising key."""

    counts: UpsertCounts
    written: tuple[Row, ...]


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def replaced(_stored: Stored, incoming: Row) -> Row:
    """The merge that keeps nothing of what is stored."""
    return incoming


def upsert(connection: Connection, table: Table, tenant: str, rows: Sequence[Row], merge: Merge) -> Upserted:
    """Write rows (each with `id` and `digest`) into `table` (with `key`, `tenant_id`, `updated_at`).

    `merge` makes the new row of the stored one and the incoming one; an id that comes twice is merged with itself.
    """
    counts, said = UpsertCounts(), {"tenant_id": tenant, "updated_at": datetime.now(UTC)}
    written: list[Row] = []
    for chunk in chunks(rows):
        digests = _digests(connection, table, tenant, [row["id"] for row in chunk])
        other = {row["id"] for row in chunk if digests.get(row["id"]) != row["digest"]}
        stored = _stored(connection, table, tenant, sorted(other & digests.keys()))
        current, done = _folded(stored, [row for row in chunk if row["id"] in other], merge)
        counts += done + UpsertCounts(same=sum(row["id"] not in other for row in chunk))
        changed = [row for id_, row in current.items() if id_ not in stored or row["digest"] != stored[id_]["digest"]]
        fresh = iter(next_numbers(connection, table, sum(row["id"] not in stored for row in changed)))
        keys = [stored[row["id"]]["key"] if row["id"] in stored else next(fresh) for row in changed]
        rows = [{**row, **said, "key": key} for key, row in zip(keys, changed, strict=True)]
        put_rows(connection, table, rows)
        written += rows
    return Upserted(counts, tuple(sorted(written, key=itemgetter("key"))))


def _digests(connection: Connection, table: Table, tenant: str, ids: Sequence[str]) -> dict[str, str]:
    """The digests of the stored rows: most rows of a second import are the same, and need no more to tell."""
    query = select(table.c.id, table.c.digest).where(table.c.tenant_id == tenant, table.c.id.in_(ids))
    return {row.id: row.digest for row in connection.execute(query)}


def _stored(connection: Connection, table: Table, tenant: str, ids: Sequence[str]) -> dict[str, Stored]:
    query = select(table).where(table.c.tenant_id == tenant, table.c.id.in_(ids))
    return {row["id"]: row for row in connection.execute(query).mappings()} if ids else {}


def _folded(stored: Mapping[str, Stored], incoming: Sequence[Row], merge: Merge) -> tuple[dict[str, Row], UpsertCounts]:
    """Merge the incoming rows, in order, with what is stored and with each other."""
    current: dict[str, Row] = {}
    new = changed = same = 0
    for row in incoming:
        before = current.get(row["id"]) or stored.get(row["id"])
        if before is None:
            new += 1
            current[row["id"]] = row
            continue
        after = merge(before, row)
        if after["digest"] == before["digest"]:
            same += 1
            continue
        changed += 1
        current[row["id"]] = after
    return current, UpsertCounts(new, changed, same)
