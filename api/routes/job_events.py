"""Server-sent events of a job (WHATWG HTML, section 9.2): its state whenever it changes, its result at the end.

Everything is read from SQL, so that any process can serve any job, and a client that reconnects, to whichever process,
goes on after the last event that it saw: an event's id is the job's revision.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
from starlette.types import Scope

from api.errors import ServiceError, UnknownJob
from api.exchange.jobs import job_document
from api.store.jobs import Job
from api.transport.connections import LEAVING

LOOK_SECONDS = 0.5
HEARTBEAT_SECONDS = 15.0
"""How often a comment is sent where nothing changes, so that no proxy takes the connection for dead."""
RETRY_MILLISECONDS = 2000
_ID = re.compile(r"[0-9]{1,12}")
HEADERS = {"X-Accel-Buffering": "no"}
"""nginx passes each event on at once."""


def last_seen(header: str | None) -> int:
    """The revision that a client saw last (`Last-Event-ID`), 0 for none; what is no id of ours counts as none."""
    return int(header) if header and _ID.fullmatch(header) else 0


async def events_of(find: Callable[[], Job], first: Job, seen: int, leaving: asyncio.Event) -> AsyncIterator[bytes]:
    """Yield events until the job has ended, or until `leaving` (the server stops): the client then comes again."""
    yield b"retry: %d\n\n" % RETRY_MILLISECONDS
    job: Job | None = first
    quiet = 0.0
    while job is not None:
        if job.revision != seen:
            yield event_of(job)
            seen, quiet = job.revision, 0.0
        if job.ended or await _left(leaving):
            return
        quiet += LOOK_SECONDS
        if quiet >= HEARTBEAT_SECONDS:
            yield b": \n\n"
            quiet = 0.0
        job = await _looked_up(find, job)


def event_of(job: Job) -> bytes:
    """One event: `progress` while it waits or runs, `end` at the end; the data is the job as JSON, on one line."""
    name = b"end" if job.ended else b"progress"
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (job.revision, name, orjson.dumps(job_document(job)))


def leaving_of(scope: Scope) -> asyncio.Event:
    """Set when the server wants the connection closed; never set where the server cannot tell."""
    state: dict[str, Any] = scope.get("state", {})
    found: asyncio.Event = state.get(LEAVING) or asyncio.Event()
    return found


async def _looked_up(find: Callable[[], Job], before: Job) -> Job | None:
    """The job now; as before where the database is away for a while, None where the job has been forgotten."""
    try:
        return await asyncio.to_thread(find)
    except UnknownJob:
        return None
    except ServiceError:
        return before


async def _left(leaving: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(leaving.wait(), LOOK_SECONDS)
    except TimeoutError:
        return False
    return True
