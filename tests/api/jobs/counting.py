"""A kind of job whose effects can be counted: each step adds one to a number in SQL. As a program it is a victim."""

import sys
from contextlib import closing

from sqlalchemy import insert, select, update

from api.indexing.waking import Polling
from api.jobs.context import JobContext
from api.jobs.worker import Worker
from api.settings import Settings
from api.store.store import Store, open_store
from api.store.tables import marks

KIND = "count"
STEPS = 3


def count(context: JobContext) -> dict[str, int]:
    """Add one to a number of this job's own in each of its steps; gives what it has come to."""
    at = (context.checkpoint or {"at": 0})["at"]
    for step_number in range(at, context.arguments.get("steps", STEPS)):
        with context.step() as step:
            name = f"count-{context.job.id}"
            found = step.connection.execute(select(marks.c.value).where(marks.c.name == name)).scalar_one_or_none()
            if found is None:
                step.connection.execute(insert(marks).values(name=name, value="1"))
            else:
                step.connection.execute(update(marks).where(marks.c.name == name).values(value=str(int(found) + 1)))
            step.save({"at": step_number + 1})
            step.report(step_number + 1, STEPS, "计数")
    return {"steps": STEPS}


def counted(store: Store, job: str) -> int:
    with store._database.reading() as connection:
        found = connection.execute(select(marks.c.value).where(marks.c.name == f"count-{job}")).scalar_one_or_none()
    return int(found or 0)


def worker_of(store: Store, owner: str = "test") -> Worker:
    return Worker(store.leases, {KIND: count}, Polling(), owner=owner)


if __name__ == "__main__":
    with closing(open_store(Settings.load(database_url=sys.argv[1]).store_url)) as opened:
        worker_of(opened, "victim").run(idle_seconds=1)
