"""A database full of synthetic enterprises (灌库): written as the service writes, but beside it, in large steps."""

import sys
from pathlib import Path

from api.access.viewers import Viewer
from api.settings import Settings
from api.store.store import open_store
from tests.benchmarks.world import chunks, party

_STEP = 5_000


def fill(settings: Settings, rows: int) -> None:
    """Write so many enterprises to the platform of the settings; those that are there already are not written again."""
    viewer = Viewer(tenant=settings.tenant)
    settings.data.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.store_url, tenant=settings.tenant)
    try:
        there = store.parties.count(viewer)
        for place, frame in enumerate(chunks(rows)):
            if (place + 1) * len(frame) <= there:
                continue
            for start in range(0, len(frame), _STEP):
                step = frame.slice(start, _STEP).iter_rows(named=True)
                store.parties.upsert_many(viewer, [party(row, settings.tenant) for row in step])
    finally:
        store.close()


if __name__ == "__main__":
    fill(Settings.load(data=Path(sys.argv[1])), int(sys.argv[2]))
