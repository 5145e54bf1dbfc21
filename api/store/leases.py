"""Leases on jobs (任务租约): one worker at a time holds a job, and can write for it only while it does.

Each time that a job is taken up its fence grows by one. Whatever a worker writes for a job stands in one transaction
with a look at the fence (Kleppmann 2016, fencing tokens): a worker that was believed dead, and was not, writes nothing.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, RowMapping, select, update

from api.crash_points import crash_point
from api.errors import LeaseLost
from api.store.database import Database
from api.store.jobs import Document, Job, JobState, job_of, moment
from api.store.tables import jobs

LEASE_SECONDS = 30.0
"""For how long a worker that says nothing is believed to be alive."""
MOST_ATTEMPTS = 5
MOST_REST_SECONDS = 300.0
_FIRST_REST_SECONDS = 2.0
_log = structlog.get_logger("jobs")


@dataclass(frozen=True, slots=True)
class Lease:
    """A job in a worker's hands: the job as it was taken up, its fencing token, where the one before had come to."""

    job: Job
    fence: int
    checkpoint: Document | None


class LeaseStore:
    """What workers do with jobs. Every method that writes for a lease raises `LeaseLost` where it has been lost."""

    def __init__(self, database: Database, *, seconds: float = LEASE_SECONDS) -> None:
        self._database = database
        self._length = timedelta(seconds=seconds)

    def claim(self, owner: str, kinds: Collection[str]) -> Lease | None:
        """Take up the job that is due longest, of some kinds; None where none is due.

        A running job whose worker has been silent too long is due again. One that was begun too often is given up, one
        that was to be cancelled is cancelled.
        """
        if not self.due(kinds):
            return None
        with self._database.marking() as connection:
            while (row := self._next(connection, kinds)) is not None:
                now = moment(connection)
                given_up = _given_up(row)
                if given_up is None:
                    return self._taken(connection, row, owner, now)
                _change(connection, row["id"], now, finished=now, lease_owner=None, lease_until=None, **given_up)
                _log.warning("job_given_up", job=row["id"], kind=row["kind"], attempts=row["attempts"])
        return None

    def due(self, kinds: Collection[str]) -> bool:
        """Whether there is a job to take up; asking costs no writer's turn."""
        with self._database.reading() as connection:
            query = select(jobs.c.id).where(_is_due(moment(connection), kinds)).limit(1)
            return connection.execute(query).first() is not None

    def extend(self, lease: Lease) -> bool:
        """Hold on for another while; gives whether the job is to be cancelled."""
        with self._database.marking() as connection:
            return self._held(connection, lease)

    @contextmanager
    def step(self, lease: Lease) -> Iterator["Step"]:
        """Yield a transaction in which something is written for the job: all of it, or nothing where the lease is lost.

        Stores that are called inside on the same thread write in this transaction too.
        """
        with self._database.writing() as connection:
            step = Step(connection, lease, cancel_asked=self._held(connection, lease))
            yield step
            step._write(moment(connection))
            crash_point("job.before_commit")
        crash_point("job.after_commit")

    def finish(self, lease: Lease, result: Document) -> None:
        """End the job with its result."""
        with self.step(lease) as step:
            step.finish(result)

    def fail(self, lease: Lease, error: Document, *, again: bool) -> None:
        """End the job with an error; with `again` and attempts left, queue it for later, longer each time."""
        with self.step(lease) as step:
            later = again and lease.job.attempts < MOST_ATTEMPTS
            rest = min(_FIRST_REST_SECONDS * 4 ** (lease.job.attempts - 1), MOST_REST_SECONDS)
            step._fail(error, timedelta(seconds=rest) if later else None)

    def release(self, lease: Lease) -> None:
        """Give the job back for another worker: this one is told to stop. The attempt does not count."""
        with self.step(lease) as step:
            step._release()

    def cancelled(self, lease: Lease) -> None:
        """End the job as cancelled."""
        with self.step(lease) as step:
            step._cancel()

    def _next(self, connection: Connection, kinds: Collection[str]) -> RowMapping | None:
        query = select(jobs).where(_is_due(moment(connection), kinds)).order_by(jobs.c.due, jobs.c.created, jobs.c.id)
        return connection.execute(query.limit(1).with_for_update(skip_locked=True)).mappings().first()

    def _taken(self, connection: Connection, row: RowMapping, owner: str, now: datetime) -> Lease:
        _change(
            connection,
            row["id"],
            now,
            state=JobState.RUNNING.value,
            attempts=row["attempts"] + 1,
            fence=row["fence"] + 1,
            lease_owner=owner,
            lease_until=now + self._length,
            started=now,
            resumed_at=row["done"],
        )
        taken = connection.execute(select(jobs).where(jobs.c.id == row["id"])).mappings().one()
        return Lease(job_of(taken), taken["fence"], taken["checkpoint"])

    def _held(self, connection: Connection, lease: Lease) -> bool:
        """Lock the job's row, see that the lease stands, and extend it. Gives whether the job is to be cancelled."""
        held = (jobs.c.id == lease.job.id) & (jobs.c.fence == lease.fence) & (jobs.c.state == JobState.RUNNING.value)
        until = moment(connection) + self._length
        change = update(jobs).where(held).values(lease_until=until).returning(jobs.c.cancel_asked)
        asked: bool | None = connection.execute(change).scalar_one_or_none()
        if asked is None:
            raise LeaseLost(
                found=f"任务 {lease.job.id} 已由其他进程接手或已结束", expected="持有该任务的进程", remedy="无需处理"
            )
        return asked


class Step:
    """What one step writes into its job's row, together with whatever else stands in the transaction."""

    def __init__(self, connection: Connection, lease: Lease, *, cancel_asked: bool) -> None:
        self.connection = connection
        self.cancel_asked = cancel_asked
        self._lease = lease
        self._values: dict[str, Any] = {}
        self._rest: timedelta | None = None

    @property
    def finishes(self) -> bool:
        """Whether the job ends with this step."""
        return self._values.get("state") == JobState.DONE

    def report(self, done: int, total: int | None, note: str = "") -> None:
        """Say how far the job has come; `note` is one Chinese phrase that names no party."""
        self._values |= {"done": done, "total": total, "note": note}

    def save(self, checkpoint: Document) -> None:
        """Keep what the next attempt begins with, should this one be the last of its worker."""
        self._values["checkpoint"] = dict(checkpoint)

    def finish(self, result: Document) -> None:
        """End the job with its result when this transaction is committed."""
        self._end(JobState.DONE, result=dict(result), note="")

    def _fail(self, error: Document, rest: timedelta | None) -> None:
        if rest is None:
            self._end(JobState.FAILED, error=dict(error))
        else:
            self._rest = rest
            self._queue(error=dict(error))

    def _release(self) -> None:
        self._queue(attempts=jobs.c.attempts - 1)

    def _cancel(self) -> None:
        self._end(JobState.CANCELLED)

    def _queue(self, **values: Any) -> None:
        self._values |= {"state": JobState.QUEUED.value, "lease_owner": None, "lease_until": None, **values}
        self._rest = self._rest or timedelta()

    def _end(self, state: JobState, **values: Any) -> None:
        self._values |= {"state": state.value, "lease_owner": None, "lease_until": None, "checkpoint": None, **values}

    def _write(self, now: datetime) -> None:
        if not self._values:
            return
        if self._values.get("state") in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}:
            self._values["finished"] = now
        if self._values.get("state") == JobState.DONE:
            self._values["error"] = None
        if self._rest is not None:
            self._values["due"] = now + self._rest
        _change(self.connection, self._lease.job.id, now, **self._values)


def _is_due(now: datetime, kinds: Collection[str]) -> Any:
    waits = (jobs.c.state == JobState.QUEUED.value) & (jobs.c.due <= now)
    orphaned = (jobs.c.state == JobState.RUNNING.value) & (jobs.c.lease_until < now)
    return jobs.c.kind.in_(sorted(kinds)) & (waits | orphaned)


def _given_up(row: RowMapping) -> dict[str, Any] | None:
    """How a job that must not be taken up again ends."""
    if row["cancel_asked"]:
        return {"state": JobState.CANCELLED.value, "checkpoint": None}
    if row["attempts"] < MOST_ATTEMPTS:
        return None
    detail = f"任务执行了 {row['attempts']} 次都没有结束；应为：能够完成。请查看日志中的任务编号。"
    error = row["error"] or {"code": "job_abandoned", "detail": detail}
    return {"state": JobState.FAILED.value, "checkpoint": None, "error": error}


def _change(connection: Connection, job: str, now: datetime, **values: Any) -> None:
    change = update(jobs).where(jobs.c.id == job)
    connection.execute(change.values(revision=jobs.c.revision + 1, updated=now, **values))
