"""What a handler has in hand while it works on one job: the job, its transactions, and whether it should stop."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event
from typing import Any

from api.store.jobs import Document, Job
from api.store.leases import Lease, LeaseStore, Step

REPORT_SECONDS = 0.5
"""How often progress is written at most, where it is not written with a step anyway."""


class Interrupted(Exception):  # no error: the handler is asked to stop, and stops
    """The job must not go on here: it is to be cancelled, or this worker is told to end."""


class JobContext:
    """One attempt at one job.

    A handler does its work in steps. A step is one transaction: what it writes, how far the job has come, what the next
    attempt begins with, and a look at the fence are committed together or not at all. So each step's effects happen
    once, however often workers die. Every method may raise `LeaseLost` and `Interrupted`; a handler lets them pass.
    """

    def __init__(self, leases: LeaseStore, lease: Lease, *, stopping: Event) -> None:
        self._leases = leases
        self._lease = lease
        self._stopping = stopping
        self._cancelled = Event()
        self._next_report = 0.0
        self.finished = False

    @property
    def job(self) -> Job:
        """The job as it was taken up."""
        return self._lease.job

    @property
    def arguments(self) -> Document:
        """What was asked for."""
        return self._lease.job.arguments

    @property
    def checkpoint(self) -> Document | None:
        """What the last attempt's last step saved; None at the beginning."""
        return self._lease.checkpoint

    @contextmanager
    def step(self) -> Iterator[Step]:
        """Yield a step; stores that are called inside write in its transaction. `Step.finish` ends the job with it."""
        self.check()
        with self._leases.step(self._lease) as step:
            if step.cancel_asked:
                self.cancel()
                self.check()
            yield step
        self.finished = self.finished or step.finishes

    def report(self, done: int, total: int | None, note: str = "") -> None:
        """Say how far the job has come, outside of a step; written at most every `REPORT_SECONDS`."""
        if time.monotonic() >= self._next_report:
            with self.step() as step:
                step.report(done, total, note)
            self._next_report = time.monotonic() + REPORT_SECONDS

    def check(self) -> None:
        """Raise `Interrupted` where the job is to be cancelled or this worker is to end."""
        if self._cancelled.is_set() or self._stopping.is_set():
            raise Interrupted

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked for the job to be cancelled."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the handler to stop at its next step; called by the heartbeat as well."""
        self._cancelled.set()


Handler = Callable[[JobContext], Mapping[str, Any] | None]
"""Does the jobs of one kind. What it returns is the result, unless a step has finished the job."""
