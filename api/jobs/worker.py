"""A worker (任务进程): takes up one job after another, says that it is alive, and tells what became of each."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread
from typing import Protocol
from uuid import uuid4

import structlog

from api.crash_points import crash_point
from api.errors import LeaseLost, ServiceError
from api.jobs.context import Handler, Interrupted, JobContext
from api.metrics import job_endings
from api.problems import Problem
from api.store.leases import Lease, LeaseStore

HEARTBEAT_SECONDS = 10.0
POLL_SECONDS = 0.5
_log = structlog.get_logger("jobs")


class Waiting(Protocol):
    """Where a worker waits for work (`api.indexing.waking` satisfies it)."""

    def wait(self, seconds: float) -> None:
        """Return when somebody wrote something, or after so long."""

    def ring(self) -> None:
        """Tell the others that something was written."""

    def stop(self) -> None:
        """Let whoever waits return."""


class Worker:
    """Does jobs of the kinds that it has handlers for, one at a time, until it is stopped."""

    def __init__(
        self,
        leases: LeaseStore,
        handlers: Mapping[str, Handler],
        waiting: Waiting,
        *,
        owner: str | None = None,
        heartbeat: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._leases = leases
        self._handlers = handlers
        self._waiting = waiting
        self._owner = owner or f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._heartbeat = heartbeat
        self._stopping = Event()

    def run(self, *, idle_seconds: float | None = None) -> None:
        """Work until stopped, or until nothing has been due for `idle_seconds`. A database away is waited for."""
        idle = 0.0
        while not self._stopping.is_set() and (idle_seconds is None or idle < idle_seconds):
            if self._tried():
                idle = 0.0
            else:
                self._waiting.wait(POLL_SECONDS)
                idle += POLL_SECONDS

    def run_one(self) -> bool:
        """Take up one job, if one is due, and do it; gives whether there was one. Raises `StoreUnavailable`."""
        lease = self._leases.claim(self._owner, self._handlers.keys())
        if lease is None:
            return False
        crash_point("job.claimed")
        job = lease.job
        with structlog.contextvars.bound_contextvars(request_id=job.request_id, job=job.id, kind=job.kind):
            _log.info("job_started", attempt=job.attempts)
            outcome = self._ended(lease)
            _log.info("job_ended", outcome=outcome)
        job_endings().labels(job.kind, outcome).inc()
        self._waiting.ring()
        return True

    def stop(self) -> None:
        """End after the step in hand; the job goes back to the queue."""
        self._stopping.set()
        self._waiting.stop()

    def _tried(self) -> bool:
        try:
            return self.run_one()
        except ServiceError as error:
            _log.warning("jobs_unreachable", code=error.code)
            return False

    def _ended(self, lease: Lease) -> str:
        """Do the job; the word for what came of it."""
        try:
            return self._done(lease)
        except LeaseLost:
            return "lost"

    def _done(self, lease: Lease) -> str:
        context = JobContext(self._leases, lease, stopping=self._stopping)
        try:
            with self._alive(lease, context):
                result = self._handlers[lease.job.kind](context)
            if not context.finished:
                self._leases.finish(lease, result or {})
        except LeaseLost:
            raise
        except Interrupted:
            return self._interrupted(lease, context)
        except Exception as error:  # noqa: BLE001  # whatever a handler does, the job must be told
            return self._failed(lease, error)
        return "done"

    def _interrupted(self, lease: Lease, context: JobContext) -> str:
        if context.is_cancelled:
            self._leases.cancelled(lease)
            return "cancelled"
        self._leases.release(lease)
        return "released"

    def _failed(self, lease: Lease, error: Exception) -> str:
        """A fault of the input ends the job; one of ours, or of what we stand on, is tried again later."""
        problem = Problem.of_error(error)
        again = problem.status >= 500
        if again:
            _log.error("job_failed", code=problem.code, exc_info=error)
        self._leases.fail(lease, {"code": problem.code, "detail": problem.detail}, again=again)
        return "failed"

    @contextmanager
    def _alive(self, lease: Lease, context: JobContext) -> Iterator[None]:
        ended = Event()
        thread = Thread(target=self._beat, args=(lease, context, ended), name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _beat(self, lease: Lease, context: JobContext, ended: Event) -> None:
        """Extend the lease until the handler has ended; a lost one is met by the handler's next step."""
        while not ended.wait(self._heartbeat):
            try:
                if self._leases.extend(lease):
                    context.cancel()
            except LeaseLost:
                return
            except ServiceError as error:
                _log.warning("heartbeat_failed", code=error.code)
