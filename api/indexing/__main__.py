"""The child process that builds or merges the snapshot: `python -m api.indexing build|rebuild|merge`.

Its settings come from its parent, over standard input (see `children`); its exit status says whether it worked.
"""

import os
import sys
from contextlib import closing

import structlog

from api.encoders import open_encoder
from api.indexing.building import Workshop
from api.indexing.children import Task, give_way, settings_from_parent, working_on
from api.indexing.making import Maker
from api.indexing.pooling import PooledParts
from api.logs import configure
from api.store.store import open_store


def main(task: Task) -> int:
    """Do the task once the folder is free; a merge is left to whoever is at work on the folder already."""
    settings = settings_from_parent()
    configure(settings.log_format)
    if task == "merge":
        give_way()
    with working_on(settings.snapshot_folder, wait=task != "merge") as free:
        if not free:
            return 0
        try:
            with (
                closing(open_store(settings.store_url, tenant=settings.tenant)) as store,
                open_encoder(settings) as encoder,
            ):
                parts = PooledParts(settings, processes=len(os.sched_getaffinity(0)))
                Workshop(store, Maker(encoder), settings.snapshot_folder, parts).do(task)
        except Exception:  # noqa: BLE001  # the parent sees the status, the operator this line
            structlog.get_logger("index").exception("index.task_failed", task=task)
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))  # type: ignore[arg-type]  # checked by the only caller
