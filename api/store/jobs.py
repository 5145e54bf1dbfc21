"""Jobs (任务): work that outlives a request. Here they are submitted, looked at and cancelled.

`api.store.leases` is the side of those who do them. SQL alone holds their state. Times are the database's own: the
clocks of workers on several machines may differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, text, update

from api.access.viewers import Viewer
from api.errors import UnknownJob
from api.store.database import Database
from api.store.storable import digest, is_id
from api.store.tables import jobs
from api.store.tenants import require_tenant

Document = Mapping[str, Any]
"""A JSON object."""


class JobState(StrEnum):
    """Where a job stands (任务状态)."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Job:
    """One job.

    `done` of `total` units of work (rows, say; None while that is not known), `note` what is happening now;
    `resumed_at` is how much was done when the present attempt, begun at `started`, took over. `revision` grows with
    every change that an onlooker may see. `due` is when it may be taken up (again). `error` holds `code` and `detail`,
    in Chinese.
    """

    id: str
    tenant: str
    kind: str
    arguments: Document
    state: JobState
    revision: int
    done: int
    total: int | None
    note: str
    resumed_at: int
    attempts: int
    cancel_asked: bool
    request_id: str
    result: Document | None
    error: Document | None
    due: datetime
    created: datetime
    started: datetime | None
    updated: datetime
    finished: datetime | None

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ENDED


class JobStore:
    """Jobs of a platform, as who asked for them sees them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(
        self, viewer: Viewer, kind: str, arguments: Document, *, key: str | None = None, request_id: str = ""
    ) -> Job:
        """Queue a job; the same `key` (of one kind and platform) gives the job that is there already.

        Within a transaction of the caller's it is queued with what the caller writes, or not at all. Raises
        `UnknownTenant`, and `InvalidValue` for text that cannot be stored.
        """
        digest([kind, dict(arguments), key])
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            same = (jobs.c.tenant_id == viewer.tenant) & (jobs.c.kind == kind) & (jobs.c.key == key)
            found = connection.execute(select(jobs).where(same)).mappings().first() if key is not None else None
            if found is None:
                row = _new(viewer, kind, arguments, key, request_id, moment(connection))
                connection.execute(insert(jobs).values(**row))
                found = _row(connection, viewer, row["id"])
            return job_of(found)

    def get(self, viewer: Viewer, job: str) -> Job:
        """Give one job of the viewer's platform; raise `UnknownJob`."""
        with self._database.reading() as connection:
            return job_of(_row(connection, viewer, job))

    def list(self, viewer: Viewer, *, state: JobState | None = None, limit: int = 100) -> tuple[Job, ...]:
        """The platform's jobs, the latest first."""
        query = select(jobs).where(jobs.c.tenant_id == viewer.tenant)
        if state is not None:
            query = query.where(jobs.c.state == state.value)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(jobs.c.created.desc(), jobs.c.id).limit(limit)).mappings().all()
        return tuple(job_of(row) for row in rows)

    def cancel(self, viewer: Viewer, job: str) -> Job:
        """Cancel a job that waits; ask the worker of one that runs to stop at its next step. One that ended stays.

        What was written up to that step stays written. Raises `UnknownJob`.
        """
        with self._database.marking() as connection:
            row = _row(connection, viewer, job, lock=True)
            now = moment(connection)
            change: dict[str, Any] = {"cancel_asked": True, "revision": jobs.c.revision + 1, "updated": now}
            if row["state"] == JobState.QUEUED:
                change |= {"state": JobState.CANCELLED.value, "finished": now}
            if JobState(row["state"]) not in ENDED and not row["cancel_asked"]:
                connection.execute(update(jobs).where(jobs.c.id == job).values(**change))
            return job_of(_row(connection, viewer, job))

    def counts(self) -> dict[str, int]:
        """How many jobs there are in each state, over all platforms."""
        query = select(jobs.c.state, func.count()).group_by(jobs.c.state)
        with self._database.reading() as connection:
            found = {row[0]: row[1] for row in connection.execute(query)}
        return {state.value: found.get(state.value, 0) for state in JobState}

    def waiting_seconds(self) -> float | None:
        """For how long the job that is due longest has been waiting; None where none waits."""
        query = select(func.min(jobs.c.due)).where(jobs.c.state == JobState.QUEUED.value)
        with self._database.reading() as connection:
            due = connection.execute(query).scalar_one_or_none()
            return None if due is None else max(0.0, (moment(connection) - due).total_seconds())

    def open_keys(self, kind: str) -> frozenset[str]:
        """The keys of all jobs of a kind that have not ended, over all platforms."""
        ended = jobs.c.state.in_([state.value for state in ENDED])
        query = select(jobs.c.key).where(jobs.c.kind == kind, jobs.c.key.is_not(None), ~ended)
        with self._database.reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def prune(self, days: float) -> int:
        """Forget jobs that ended longer ago than `days`; gives how many."""
        ended = jobs.c.state.in_([state.value for state in ENDED])
        with self._database.marking() as connection:
            before = moment(connection) - timedelta(days=days)
            return connection.execute(delete(jobs).where(ended, jobs.c.finished < before)).rowcount


def moment(connection: Connection) -> datetime:
    """What time it is for the database."""
    if connection.dialect.name == "postgresql":
        found: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return found
    said = connection.execute(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")).scalar_one()
    return datetime.fromisoformat(said).replace(tzinfo=UTC)


def job_of(row: RowMapping) -> Job:
    """A job as its row tells it."""
    plain = {name: row[name] for name in Job.__slots__ if name not in {"tenant", "state"}}
    return Job(tenant=row["tenant_id"], state=JobState(row["state"]), **plain)


def _new(
    viewer: Viewer, kind: str, arguments: Document, key: str | None, request_id: str, now: datetime
) -> dict[str, Any]:
    return {
        "id": uuid4().hex,
        "tenant_id": viewer.tenant,
        "kind": kind,
        "key": key,
        "arguments": dict(arguments),
        "state": JobState.QUEUED.value,
        "revision": 1,
        "done": 0,
        "note": "",
        "resumed_at": 0,
        "attempts": 0,
        "fence": 0,
        "due": now,
        "cancel_asked": False,
        "request_id": request_id,
        "created": now,
        "updated": now,
    }


def _row(connection: Connection, viewer: Viewer, job: str, *, lock: bool = False) -> RowMapping:
    query = select(jobs).where(jobs.c.id == job, jobs.c.tenant_id == viewer.tenant)
    if lock:
        query = query.with_for_update()
    row = connection.execute(query).mappings().one_or_none() if is_id(job) else None
    if row is None:
        raise UnknownJob(found=f"任务 {job[:40]!a}", expected="本平台的任务", remedy="请核对任务编号")
    return row
