"""The service's own worker (随服务运行的任务进程): a child process that is there while there is something to do.

A child, not a thread: an import keeps a processor busy, and queries must not wait for it. It is started when a job is
due, ends by itself when none has been due for a minute, and is started again should it die.
"""

from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from threading import Event

import structlog

from api.errors import ServiceError
from api.jobs.working import handlers_of
from api.kept_process import Child, attended, begun, ended
from api.settings import Settings
from api.store.database import connect
from api.store.leases import LeaseStore
from api.store.store import Store

LOOK_SECONDS = 0.5
REST_SECONDS = 5.0
"""How long after a child that failed the next one is started."""
STOP_SECONDS = 20.0
"""A job that does not come to the end of its step by then is taken up by its lease."""
_log = structlog.get_logger("jobs")


@contextmanager
def attended_jobs(settings: Settings) -> Iterator[None]:
    """See to it that jobs are done while this context lasts; nothing where `settings.jobs` is off."""
    if not settings.jobs:
        yield
        return
    with attended("jobs", _attend, settings):
        yield


def _attend(settings: Settings, stopping: Event) -> None:
    child: Child | None = None
    with closing(connect(settings.store_url)) as database:
        store = Store(database, settings.seals)
        kinds = handlers_of(settings, store).keys()
        while not stopping.wait(LOOK_SECONDS):
            if child is not None and (status := child.poll()) is not None:
                _log.log(30 if status else 20, "worker_ended", status=status)
                child = None
                stopping.wait(REST_SECONDS if status else 0.0)
            if child is None and not stopping.is_set() and _due(store.leases, kinds):
                child = begun("api.jobs", settings)
    if child is not None:
        ended(child, STOP_SECONDS)


def _due(leases: LeaseStore, kinds: Collection[str]) -> bool:
    try:
        return leases.due(kinds)
    except ServiceError:
        return False
