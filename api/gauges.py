"""What is true of the whole installation at this moment (现状指标): looked up when the metrics are asked for."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from api.metrics import Gauges, gauge, gauges_by
from api.routes.services import Services
from embeddings.snapshot import current_snapshot


def gauges_of(services: Services) -> Mapping[str, Callable[[], Gauges]]:
    """How to look up each part of an installation; a part that fails is told as unreadable, and the others show."""
    return {
        "database": partial(_feed, services),
        "jobs": partial(_jobs, services),
        "index": partial(_index, services),
        "snapshot": partial(_snapshot, services.settings.snapshot_folder),
    }


def _feed(services: Services) -> Gauges:
    latest = services.store.changes.latest()
    yield from gauge("rongtong_change_sequence", "Number of the last change of a party", latest)


def _jobs(services: Services) -> Gauges:
    counts = services.store.jobs.counts()
    yield from gauges_by("rongtong_jobs", "Jobs by state", "state", counts)
    waiting = services.store.jobs.waiting_seconds()
    yield from gauge("rongtong_job_waiting_seconds", "How long the oldest due job waits", waiting or 0.0)


def _index(services: Services) -> Gauges:
    """The index as the process that answers sees it; the others are at most a second behind or ahead."""
    yield from gauge("rongtong_index_ready", "1 where the index is loaded", float(services.parties.ready))
    view = services.parties.view
    if view is not None:
        yield from gauge("rongtong_index_parties", "Parties in the index", view.alive)
        yield from gauge("rongtong_index_delta_rows", "Rows beside the snapshot", view.delta)
        yield from gauge("rongtong_index_sequence", "Number of the last change that the index holds", view.sequence)


def _snapshot(root: Path) -> Gauges:
    """Age and size of the snapshot that stands on disk; nothing where there is none yet."""
    name = current_snapshot(root)
    if name is not None:
        age = max(0.0, time.time() - (root / name).stat().st_mtime)
        size = sum(path.stat().st_size for path in (root / name).rglob("*") if path.is_file())
        yield from gauge("rongtong_snapshot_age_seconds", "Since the snapshot was written", age)
        yield from gauge("rongtong_snapshot_bytes", "Size of the snapshot", size)
