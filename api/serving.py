"""The service in several processes on one port (多进程服务): uvicorn's supervisor starts and replaces workers.

Workers are forked from a fork server: a process of its own that has loaded what they have in common
(`api.preloaded`) and has opened nothing. Each next one costs what it holds of its own. Besides that memory they share
the listening socket, a table of how many connections each holds, the database, the mapped snapshot and one Redis that
belongs to the parent. Settings reach them through the environment, as `WORKER_SETTINGS`.
"""

import os
import sys
from contextlib import ExitStack
from multiprocessing import get_context, parent_process
from signal import SIGTERM
from threading import Thread

import uvicorn
from fastapi import FastAPI
from uvicorn import _subprocess
from uvicorn.supervisors import multiprocess

from api.bootstrap import build_services
from api.console.attending import attended_console
from api.jobs.attending import attended_jobs
from api.logs import configure
from api.main import create_app, server_options
from api.metrics import shared_by_workers
from api.servers import redis_server
from api.settings import Settings
from api.store.store import open_store
from api.transport.shares import shares_of
from api.turns import take_short_turns

WORKER_SETTINGS = "RONGTONG_WORKER_SETTINGS"
_LOOP = "api.transport.fair_loop:FairLoop"
_ARENAS = "2"
"""glibc gives each of some forty threads a heap of its own that it seldom gives back; two serve them as well."""
_ALLOCATORS = ("_RJEM_MALLOC_CONF", "JE_ARROW_MALLOC_CONF")
"""What the allocators (jemalloc) of polars and pyarrow are told; polars has set its own when it was imported."""
_NO_THREADS = "background_thread:false"
"""They start threads of their own where they are let; a process to fork from is to have none."""
_ANSWER_SECONDS = 60
"""How long a worker may leave the supervisor's question unanswered before it is replaced."""


def serve_many(settings: Settings) -> None:
    """Serve with `settings.workers` processes until told to stop. Raises what `open_store` raises.

    The store is opened once before the workers: its tables are then up to date, and what cannot work fails here.
    """
    open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals).close()
    with ExitStack() as stack:
        url = stack.enter_context(redis_server(settings))
        shared = settings.model_copy(update={"redis_url": url})
        os.environ[WORKER_SETTINGS] = shared.model_dump_json()
        os.environ.setdefault("MALLOC_ARENA_MAX", _ARENAS)
        stack.enter_context(shared_by_workers())
        stack.enter_context(attended_jobs(shared))
        stack.enter_context(attended_console(shared))
        stack.enter_context(shares_of(settings.workers))
        fork_workers()
        uvicorn.run(
            "api.serving:worker",
            factory=True,
            workers=settings.workers,
            timeout_worker_healthcheck=_ANSWER_SECONDS,
            **server_options(settings) | {"loop": _LOOP},
        )


class ForkedWorker(multiprocess.Process):
    """A worker as uvicorn's supervisor has it, whose death ends the supervisor's question whether it is alive.

    uvicorn keeps the worker's end of their connection open, so that a worker killed with the question in hand is
    waited for as long as one that is busy.
    """

    def start(self) -> None:
        """Start it, and leave the worker's end of the connection to it."""
        super().start()
        self.child_conn.close()


def fork_workers() -> None:
    """Have uvicorn's supervisor fork its workers from a fork server, which starts with the first of them.

    The fork server ends when the supervisor and all workers are gone. Should it die, the supervisor takes its workers
    for dead: it lets go of them, whereupon they end, and starts others from a new one. Elsewhere than on Linux the
    system's own libraries cannot be forked, and workers are spawned as uvicorn has it.
    """
    if sys.platform != "linux":
        return
    for allocator in _ALLOCATORS:
        os.environ[allocator] = ",".join(filter(None, (os.environ.get(allocator), _NO_THREADS)))
    context = get_context("forkserver")
    context.set_forkserver_preload(["api.preloaded"])
    _subprocess.spawn = context  # type: ignore[assignment]  # uvicorn has no setting for either
    multiprocess.Process = ForkedWorker  # type: ignore[misc]


def worker() -> FastAPI:
    """One worker's application, over services of its own that close with it; called by uvicorn in the worker."""
    settings = Settings.model_validate_json(os.environ[WORKER_SETTINGS])
    configure(settings.log_format)
    take_short_turns()
    Thread(target=_end_with_parent, name="parent", daemon=True).start()
    stack = ExitStack()
    services = stack.enter_context(build_services(settings))
    return create_app(services, closing=stack.close)


def _end_with_parent() -> None:
    """A worker whose supervisor was killed would hold the port against its successor."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), SIGTERM)
