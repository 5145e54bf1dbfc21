"""The child process that works on the index: `python -m api.indexing build|rebuild|merge|prepare`.

Its settings come from its parent, over standard input (see `children`); its exit status says whether it worked.
"""

import os
import sys
from contextlib import closing

import structlog

from api.encoders import open_encoder
from api.indexing.building import Workshop
from api.indexing.children import Errand, give_way, settings_from_parent, working_on
from api.indexing.generations import GenerationFolders
from api.indexing.making import Maker
from api.indexing.parts import Parts, WrittenParts
from api.indexing.pooling import PooledParts
from api.indexing.preparing import prepare
from api.logs import configure
from api.settings import Settings
from api.store.store import open_store


def main(errand: Errand) -> int:
    """Do the errand; a merge or a change of encoder is left to whoever is at work on it already."""
    settings = settings_from_parent()
    configure(settings.log_format)
    if errand in {"merge", "prepare"}:
        give_way()
    try:
        _done(settings, errand)
    except Exception:  # noqa: BLE001  # the parent sees the status, the operator this line
        structlog.get_logger("index").exception("index.task_failed", task=errand)
        return 1
    return 0


def _done(settings: Settings, errand: Errand) -> None:
    if errand == "prepare":
        with working_on(GenerationFolders(settings).root, wait=False) as free:
            if free:
                prepare(settings)
        return
    opened = open_store(settings.store_url, tenant=settings.tenant, seals=settings.seals)
    with closing(opened) as store, open_encoder(settings) as encoder:
        folder = GenerationFolders(settings).folder(encoder.fingerprint)
        with working_on(folder, wait=errand != "merge") as free:
            if free:
                parts: Parts = PooledParts(settings, processes=len(os.sched_getaffinity(0)))
                if errand == "merge":  # it can wait: no more processes to start, no more processors to take
                    parts = WrittenParts(store.feed, encoder)
                Workshop(store, Maker(encoder), folder, parts).do(errand)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))  # type: ignore[arg-type]  # checked by the only caller
