"""Metrics of the service (运行指标): counted where things happen, summed over all processes when they are asked for.

Counters and times are counted by each process. With several (`serve --workers`) the client library keeps them in files
of a folder that they share, and whichever process is asked answers for all; a worker that died keeps what it counted.
What is true of the installation as a whole (rows, queue, snapshot) is looked up at that moment instead: the answer is
then the same from every process, and nothing stays behind of one that is gone.

No label ever holds a name, an id or a text of a party: routes are templates, the rest are words of this file.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from tempfile import TemporaryDirectory

import structlog
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The client library's own variable; it must be set before the library is imported, hence before a worker starts."""
REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_STEP_SECONDS = (0.001, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0, 900.0)
_log = structlog.get_logger(__name__)

Gauges = Iterable[Metric]


@contextmanager
def shared_by_workers() -> Iterator[None]:
    """Give processes that are started inside one folder for their counts; it goes away at the end."""
    with TemporaryDirectory(prefix="rongtong-metrics-", ignore_cleanup_errors=True) as folder:
        before = os.environ.get(SHARED_FOLDER)
        os.environ[SHARED_FOLDER] = before or folder
        try:
            yield
        finally:
            if before is None:
                os.environ.pop(SHARED_FOLDER, None)


def exposition(registry: CollectorRegistry, gauges: Mapping[str, Callable[[], Gauges]]) -> bytes:
    """All metrics in Prometheus' text format. `gauges` are looked up now, each part by itself: one fails, others show.

    `registry` is what one application counted; it is not needed where the files of all processes are read. Memory and
    processor time of the one process that happens to answer would mislead there, and are left out.
    """
    looked_up = CollectorRegistry(auto_describe=False)
    looked_up.register(_LookedUp(gauges))
    if SHARED_FOLDER not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(registry) + generate_latest(looked_up)
    everyone = CollectorRegistry()
    MultiProcessCollector(everyone)  # type: ignore[no-untyped-call]
    return generate_latest(everyone) + generate_latest(looked_up)


class _LookedUp(Collector):
    def __init__(self, gauges: Mapping[str, Callable[[], Gauges]]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        readable = GaugeMetricFamily(
            "rongtong_part_readable", "1 where a part could be looked up, 0 where not", labels=["part"]
        )
        for part, look_up in self._gauges.items():
            try:
                found = list(look_up())
            except Exception as error:  # noqa: BLE001  # the other metrics are wanted most when something is broken
                _log.warning("metrics_part_failed", part=part, cause=type(error).__name__)
                readable.add_metric([part], 0)
                continue
            readable.add_metric([part], 1)
            yield from found
        yield readable


def gauge(name: str, said: str, value: float | None) -> Gauges:
    """One number; none where it is unknown (unknown is absent, never zero)."""
    if value is not None:
        yield GaugeMetricFamily(name, said, value=value)


def gauges_by(name: str, said: str, label: str, values: Mapping[str, float]) -> Gauges:
    """One number for each value of a label."""
    family = GaugeMetricFamily(name, said, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    yield family


@cache
def cache_lookups() -> Counter:
    """Keys looked up in the cache, by `outcome` (hit, miss)."""
    return Counter("rongtong_cache_lookups", "Keys looked up in the cache", ["outcome"])


@cache
def cache_failures() -> Counter:
    """Operations that Redis did not answer, by `operation` (get, set)."""
    return Counter("rongtong_cache_failures", "Cache operations that Redis did not answer", ["operation"])


@cache
def database_errors() -> Counter:
    """Errors of the database that reached a caller, by `kind` (unavailable, full)."""
    return Counter("rongtong_database_errors", "Errors of the database", ["kind"])


@cache
def index_seconds() -> Histogram:
    """How long a step of the index took, by `step` (apply, merge, build)."""
    return Histogram("rongtong_index_step_seconds", "Steps of the index", ["step"], buckets=_STEP_SECONDS)


@cache
def job_endings() -> Counter:
    """Attempts at jobs that ended in this process, by `kind` of job and `outcome`."""
    return Counter("rongtong_job_attempts", "Attempts at jobs that ended", ["kind", "outcome"])
