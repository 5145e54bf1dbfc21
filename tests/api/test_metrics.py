"""Metrics: one process counts for itself, several are summed, a part that is broken does not hide the others."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.parser import text_string_to_metric_families

from api.gauges import gauges_of
from api.metrics import SHARED_FOLDER, database_errors, exposition, gauge, gauges_by, shared_by_workers
from api.store.jobs import JobState
from tests.fakes.services import JOB, fake_services

ROOT = Path(__file__).parents[2]


def samples(text: bytes) -> dict[str, float]:
    """Every sample by its name and labels."""
    found = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            labels = ",".join(f"{key}={value}" for key, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def broken() -> Iterable[Metric]:
    raise RuntimeError


def test_parts_are_looked_up_each_by_itself() -> None:
    parts = {
        "good": lambda: gauge("rongtong_good", "said", 7.0),
        "broken": broken,
        "unknown": lambda: gauge("rongtong_unknown", "said", None),
        "many": lambda: gauges_by("rongtong_many", "said", "state", {"a": 1.0, "b": 2.0}),
    }
    found = samples(exposition(CollectorRegistry(), parts))
    assert found["rongtong_good"] == 7
    assert (found["rongtong_many{state=a}"], found["rongtong_many{state=b}"]) == (1, 2)
    assert "rongtong_unknown" not in found, "unknown is absent, never zero"
    readable = {part: found[f"rongtong_part_readable{{part={part}}}"] for part in parts}
    assert readable == {"good": 1, "broken": 0, "unknown": 1, "many": 1}


def test_what_an_installation_holds_is_told(tmp_path: Path) -> None:
    services = fake_services(tmp_path)
    services.store.jobs.rows = {"a": JOB, "b": JOB}
    snapshot = services.settings.snapshot_folder
    (snapshot / "1").mkdir(parents=True)
    found = samples(exposition(CollectorRegistry(), gauges_of(services)))
    assert (found["rongtong_index_parties"], found["rongtong_index_delta_rows"]) == (3, 1)
    assert found["rongtong_index_sequence"] == 5
    assert {state: found[f"rongtong_jobs{{state={state}}}"] for state in JobState} == {
        state: 2 if state is JobState.QUEUED else 0 for state in JobState
    }
    assert found["rongtong_job_waiting_seconds"] == 7
    assert "rongtong_snapshot_age_seconds" not in found
    services.parties.ready = False
    found = samples(exposition(CollectorRegistry(), gauges_of(services)))
    assert found["rongtong_index_ready"] == 0
    assert "rongtong_index_parties" not in found


def test_the_age_of_the_snapshot_is_that_of_its_folder(tmp_path: Path) -> None:
    from embeddings.snapshot import write_snapshot

    services = fake_services(tmp_path)
    root = services.settings.snapshot_folder
    write_snapshot(root, fingerprint="f", sequence=1, write={"a.txt": lambda path: path.write_bytes(b"12345")})
    folder = next(path for path in root.iterdir() if path.is_dir())
    hour_ago = time.time() - 3600
    os.utime(folder, (hour_ago, hour_ago))
    found = samples(exposition(CollectorRegistry(), gauges_of(services)))
    assert 3600 <= found["rongtong_snapshot_age_seconds"] < 3700
    assert found["rongtong_snapshot_bytes"] >= 5


COUNTING = """
import os, signal, sys
from prometheus_client import CollectorRegistry
from api.metrics import database_errors, exposition, index_seconds
from api.transport.tracing import HttpMetrics
http = HttpMetrics(CollectorRegistry())
for _ in range(int(sys.argv[1])):
    http.observe("GET", "/v1/offers", 200, 0.004)
    database_errors().labels("full").inc()
    index_seconds().labels("apply").observe(0.5)
if sys.argv[2] == "die":
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "show":
    sys.stdout.buffer.write(exposition(CollectorRegistry(), {}))
"""


def test_several_processes_are_summed_and_a_dead_one_keeps_what_it_counted() -> None:
    def counting(count: int, then: str) -> bytes:
        run = subprocess.run(
            [sys.executable, "-c", COUNTING, str(count), then], cwd=ROOT, capture_output=True, timeout=60, check=False
        )
        assert run.returncode == (-signal.SIGKILL if then == "die" else 0), run.stderr.decode()
        return run.stdout

    with shared_by_workers():
        folder = Path(os.environ[SHARED_FOLDER])
        counting(2, "die")
        counting(3, "end")
        found = samples(counting(4, "show"))
    assert found["rongtong_database_errors_total{kind=full}"] == 9
    assert found["rongtong_http_requests_total{method=GET,route=/v1/offers,status=200}"] == 9
    assert found["rongtong_http_request_seconds_bucket{le=0.005,method=GET,route=/v1/offers}"] == 9
    assert found["rongtong_http_request_seconds_bucket{le=0.0025,method=GET,route=/v1/offers}"] == 0
    assert found["rongtong_index_step_seconds_sum{step=apply}"] == pytest.approx(4.5)
    assert not folder.exists()
    assert SHARED_FOLDER not in os.environ


def test_an_error_of_the_database_is_counted(tmp_path: Path) -> None:
    from sqlalchemy.exc import OperationalError

    from api.errors import StoreUnavailable
    from api.store.faults import translated

    counted = database_errors().labels("unavailable")
    before = counted._value.get()
    with pytest.raises(StoreUnavailable), translated():
        raise OperationalError("SELECT 1", {}, Exception("away"))
    assert counted._value.get() == before + 1
