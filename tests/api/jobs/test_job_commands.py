"""Jobs from a terminal: listed, followed to the end, cancelled; and a worker as a process of its own."""

import json
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from api.access.viewers import Viewer
from api.cli import jobs as commands
from api.cli.main import app
from api.errors import UnknownJob
from api.jobs import importing
from api.jobs.attending import attended_jobs
from api.settings import Settings
from api.store.jobs import Job, JobState
from api.store.store import open_store
from tests.api.jobs.counting import KIND, worker_of
from tests.api.jobs.test_import_job import queued, table

HERE = Viewer()
ROOT = Path(__file__).parents[3]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(data=tmp_path / "data", database_url=None, redis_url=None)


def run(settings: Settings, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["--data", str(settings.data), *arguments], catch_exceptions=False)
    return done.stdout


def test_jobs_are_listed_and_cancelled(settings: Settings) -> None:
    with closing(open_store(settings.store_url)) as store:
        job = store.jobs.submit(HERE, KIND, {})
    assert job.id[:6] in run(settings, "jobs")
    assert [found["id"] for found in json.loads(run(settings, "jobs", "--format", "json"))] == [job.id]
    assert json.loads(run(settings, "jobs", job.id))["state"] == "queued"
    assert json.loads(run(settings, "jobs", job.id, "--cancel"))["state"] == "cancelled"
    with pytest.raises(UnknownJob):
        run(settings, "jobs", "none")


def test_a_job_is_followed_to_its_end(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "LOOK_SECONDS", 0.05)
    with closing(open_store(settings.store_url)) as store:
        job = store.jobs.submit(HERE, KIND, {})
        thread = Thread(target=worker_of(store).run_one)
        thread.start()
        shown = json.loads(run(settings, "jobs", job.id, "--follow"))
        thread.join()
    assert (shown["state"], shown["done"], shown["result"]) == ("done", 3, {"steps": 3})


def ended(settings: Settings, job: Job) -> Job:
    deadline = time.monotonic() + 60
    with closing(open_store(settings.store_url)) as store:
        while not (found := store.jobs.get(HERE, job.id)).ended and time.monotonic() < deadline:
            time.sleep(0.1)
    return found


def test_a_worker_works_until_it_is_told_to_stop(settings: Settings) -> None:
    with closing(open_store(settings.store_url)) as store:
        job = queued(settings, store, table(10))
    process = subprocess.Popen(
        [sys.executable, "-c", "from api.cli.main import main; main()", "--data", str(settings.data), "worker"],
        cwd=ROOT, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        found = ended(settings, job)
    finally:
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=60)
    assert (found.state, process.returncode) == (JobState.DONE, 0), log
    assert "worker_stopped" in log


def test_the_service_s_own_worker_comes_when_there_is_something_to_do(settings: Settings) -> None:
    with closing(open_store(settings.store_url)) as store, attended_jobs(settings):
        job = queued(settings, store, table(10))
        assert ended(settings, job).state is JobState.DONE


def test_without_a_worker_of_its_own_a_service_leaves_jobs_alone(settings: Settings) -> None:
    off = settings.model_copy(update={"jobs": False})
    with closing(open_store(settings.store_url)) as store:
        job = store.jobs.submit(HERE, importing.KIND, {"import": "x"})
        with attended_jobs(off):
            time.sleep(1.2)
        assert store.jobs.get(HERE, job.id).state is JobState.QUEUED
