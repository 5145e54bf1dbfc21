"""Where workers come from: handlers by kind over one store, and the loop that runs until it is told to stop."""

from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import timedelta
from signal import SIGINT, SIGTERM, signal
from types import FrameType

import structlog

from api.campaigns import submitting as campaigns
from api.clock import now
from api.indexing.waking import Polling, RedisWakeups
from api.jobs import importing
from api.jobs.context import Handler, JobContext
from api.jobs.worker import Worker
from api.settings import Settings
from api.store.revisions import KEPT
from api.store.store import Store, open_store

_log = structlog.get_logger("jobs")


def handlers_of(settings: Settings, store: Store) -> Mapping[str, Handler]:
    """What this installation can do in the background, by kind of job."""
    return {
        importing.KIND: lambda context: importing.import_file(context, store, settings.data),
        campaigns.JOB: lambda context: _campaign(context, settings, store),
    }


def _campaign(context: JobContext, settings: Settings, store: Store) -> None:
    """A run of a campaign needs the index and the encoder, which no other job does: they are opened for it alone.

    Over the worker's own store: a step of the job writes through it, and a second one would wait for it in vain.
    """
    from api.bootstrap import build_services
    from api.campaigns.job import run_campaign

    with build_services(settings, store) as services:
        run_campaign(context, services.campaigns)


def _swept_runs(settings: Settings, store: Store) -> int:
    """Remove the files of campaigns' runs that were kept as long as jobs are, and are not needed."""
    from api.campaigns.folders import sweep_runs

    before = now() - timedelta(days=settings.keep_jobs_days)
    return sweep_runs(settings.data, lambda: store.campaigns.needed(before))


def work(settings: Settings, *, idle_seconds: float | None = None) -> None:
    """Do jobs until SIGTERM or SIGINT comes, or until none has been due for `idle_seconds`.

    A signal ends the job in hand after its present step; the job goes back to the queue. Raises what `open_store` does.
    """
    with ExitStack() as stack:
        opened = open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)
        store = stack.enter_context(closing(opened))
        url = settings.redis_url
        wakeups = RedisWakeups(url, store.identity()) if url else Polling()
        worker = Worker(store.leases, handlers_of(settings, store), wakeups)

        def stop(_signal: int, _frame: FrameType | None) -> None:
            worker.stop()

        for number in (SIGTERM, SIGINT):
            signal(number, stop)
        forgotten = store.jobs.prune(settings.keep_jobs_days)
        store.revisions.prune(now() - KEPT)
        swept = importing.sweep_uploads(store, settings.data)
        runs = _swept_runs(settings, store)
        _log.info("worker_started", forgotten=forgotten, swept=swept, runs_swept=runs)
        worker.run(idle_seconds=idle_seconds)
        _log.info("worker_stopped")
