"""The audit log in SQL (审计日志): rows are linked where they are written, so that many processes make one chain.

Writers of the log take turns: SQLite has one writer anyway, PostgreSQL gives an advisory lock; the primary key
(platform, number) would refuse a fork all the same. A row noted within a writing transaction is committed with it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, select

from api.access.audit import START, AuditRow, Entry, VerifyResult, fault_of, linked
from api.store.audit_tables import audit_log
from api.store.database import Database

_LOCK = 0x61756474  # "audt": the advisory lock of the log's writers
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which rows are wanted; the latest first, below `before` where a page came before."""

    action: str | None = None
    subject: str | None = None
    account_id: str | None = None
    party_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 100


class AuditStore:
    """The log of each platform. Each method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, entry: Entry) -> AuditRow:
        """Link a row to the last one of its platform and write it."""
        with self._database.appending(_LOCK) as connection:
            return _appended(connection, entry)

    def append_many(self, entries: Sequence[Entry]) -> tuple[AuditRow, ...]:
        """Link rows one after another and write them together, all or none."""
        with self._database.appending(_LOCK) as connection:
            return tuple([_appended(connection, entry) for entry in entries])

    def read(self, tenant: str, query: AuditQuery) -> tuple[AuditRow, ...]:
        """The rows of a platform that a query asks for, the latest first."""
        table = audit_log.c
        asked = select(audit_log).where(table.tenant_id == tenant).order_by(table.number.desc())
        for column, wanted in ((table.action, query.action), (table.account_id, query.account_id)):
            asked = asked if wanted is None else asked.where(column == wanted)
        if query.party_id is not None:
            asked = asked.where(table.party_id == query.party_id)
        if query.since is not None:
            asked = asked.where(table.at >= query.since)
        if query.until is not None:
            asked = asked.where(table.at <= query.until)
        return tuple(self._page(asked, query))

    def _page(self, asked: Select[Any], query: AuditQuery) -> Iterator[AuditRow]:
        """Walk down in batches: whether a row concerns a party is seen in its list of ids, on every database alike."""
        before, found = query.before, 0
        while True:
            page = asked if before is None else asked.where(audit_log.c.number < before)
            with self._database.reading() as connection:
                rows = [row_of(row) for row in connection.execute(page.limit(_BATCH)).mappings()]
            for row in rows:
                if query.subject is None or query.subject in row.entry.subjects:
                    yield row
                    found += 1
                    if found == query.limit:
                        return
            if len(rows) < _BATCH:
                return
            before = rows[-1].number

    def chain(self, tenant: str) -> Iterator[AuditRow]:
        """Every row of a platform from the first."""
        after = 0
        while True:
            query = select(audit_log).where(audit_log.c.tenant_id == tenant, audit_log.c.number > after)
            with self._database.reading() as connection:
                found = connection.execute(query.order_by(audit_log.c.number).limit(_BATCH)).mappings().all()
            rows = [row_of(row) for row in found]
            yield from rows
            if len(rows) < _BATCH:
                return
            after = rows[-1].number

    def tenants(self) -> tuple[str, ...]:
        """The platforms that have a log."""
        with self._database.reading() as connection:
            return tuple(sorted(connection.execute(select(audit_log.c.tenant_id).distinct()).scalars()))

    def verify(self, tenant: str, known: Mapping[int, str] | None = None) -> VerifyResult:
        """Check every hash of a platform's chain; `known` are hashes kept elsewhere, by number: they must stand."""
        return verified(tenant, self.chain(tenant), known or {})


def _appended(connection: Connection, entry: Entry) -> AuditRow:
    last = connection.execute(_last(entry.tenant)).one_or_none()
    number, previous = (last.number + 1, last.hash) if last else (1, START)
    row = linked(entry, number, previous)
    connection.execute(insert(audit_log).values(**_values(row)))
    return row


def verified(tenant: str, rows: Iterable[AuditRow], known: Mapping[int, str]) -> VerifyResult:
    """Check a chain from its first row."""
    number, head = 0, START
    for row in rows:
        fault = fault_of(row, number + 1, head)
        if fault is None and known.get(row.number, row.hash) != row.hash:
            fault = f"第 {row.number} 条与另存的校验值不符"
        if fault is not None:
            return VerifyResult(tenant, number, head, fault)
        number, head = row.number, row.hash
    beyond = [kept for kept in known if kept > number]
    fault = f"第 {min(beyond)} 条不见了：日志只到第 {number} 条" if beyond else None
    return VerifyResult(tenant, number, head, fault)


def _last(tenant: str) -> Select[Any]:
    own = select(audit_log.c.number, audit_log.c.hash).where(audit_log.c.tenant_id == tenant)
    return own.order_by(audit_log.c.number.desc()).limit(1)


def _values(row: AuditRow) -> dict[str, Any]:
    entry = row.entry
    return {
        "tenant_id": entry.tenant,
        "number": row.number,
        "at": entry.at,
        "account_id": entry.account_id,
        "account": entry.account,
        "role": entry.role,
        "party_id": entry.party_id,
        "action": entry.action,
        "count": len(entry.subjects),
        "subjects_digest": row.subjects_digest,
        "subjects": list(entry.subjects),
        "purpose": entry.purpose,
        "detail": dict(entry.detail),
        "previous": row.previous,
        "hash": row.hash,
    }


def row_of(row: RowMapping) -> AuditRow:
    """A row of the table as a row of the log."""
    entry = Entry(
        tenant=row["tenant_id"],
        at=row["at"],
        account_id=row["account_id"],
        account=row["account"],
        role=row["role"],
        party_id=row["party_id"],
        action=row["action"],
        subjects=tuple(row["subjects"]),
        purpose=row["purpose"],
        detail=row["detail"],
    )
    return AuditRow(row["number"], entry, row["subjects_digest"], row["previous"], row["hash"])
