"""Workers: what becomes of a job when its handler ends, fails, is told to stop, or dies at any point."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest
import structlog
from structlog.testing import capture_logs

from api.access.viewers import Viewer
from api.crash_points import VARIABLE
from api.errors import ImportRefused, LeaseLost, StoreUnavailable
from api.indexing.waking import Polling
from api.jobs.context import Handler, JobContext
from api.jobs.worker import Worker
from api.store.jobs import Job, JobState
from api.store.leases import LeaseStore
from api.store.store import Store, open_store
from tests.api.jobs.counting import KIND, STEPS, counted, worker_of
from tests.api.jobs.test_job_store import lapse

HERE = Viewer()
ROOT = Path(__file__).parents[3]


@pytest.fixture
def quick(tmp_path: Path) -> Store:
    """SQLite alone, for what does not hang on the database."""
    return open_store(f"sqlite:///{tmp_path}/quick.sqlite3")


def doing(store: Store, handler: Handler, **given: float) -> Worker:
    return Worker(store.leases, {KIND: handler}, Polling(), **given)  # type: ignore[arg-type]


def queued(store: Store) -> Job:
    return store.jobs.submit(HERE, KIND, {}, request_id="request-1")


def test_a_job_is_done_with_its_result_and_its_request_s_id_in_the_log(store: Store) -> None:
    job = queued(store)
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        assert worker_of(store).run_one()
    seen = store.jobs.get(HERE, job.id)
    assert (seen.state, seen.result, seen.done, seen.total) == (JobState.DONE, {"steps": STEPS}, STEPS, STEPS)
    assert counted(store, job.id) == STEPS
    assert {(entry["event"], entry["request_id"], entry["job"]) for entry in logs} == {
        ("job_started", "request-1", job.id),
        ("job_ended", "request-1", job.id),
    }
    assert not worker_of(store).run_one()


def test_a_fault_of_the_input_ends_the_job_and_one_of_ours_is_tried_again(quick: Store) -> None:
    refused = ImportRefused(found="甲", expected="乙", remedy="丙")
    for error, state, code in (
        (refused, JobState.FAILED, "import_refused"),
        (RuntimeError("内部 91350100M000100Y43"), JobState.QUEUED, "internal_error"),
        (StoreUnavailable(found="甲", expected="乙", remedy="丙"), JobState.QUEUED, "store_unavailable"),
    ):

        def fail(_: JobContext, error: Exception = error) -> None:
            raise error

        job = queued(quick)
        assert doing(quick, fail).run_one()
        seen = quick.jobs.get(HERE, job.id)
        assert (seen.state, (seen.error or {})["code"]) == (state, code)
        assert "9135" not in str(seen.error)
    assert (quick.jobs.list(HERE)[-1].error or {})["detail"] == str(refused)


def test_a_result_replaces_the_error_of_an_earlier_attempt(quick: Store) -> None:
    attempts = []

    def at_last(context: JobContext) -> dict[str, int]:
        attempts.append(context.job.attempts)
        if len(attempts) == 1:
            raise RuntimeError
        return {"tried": len(attempts)}

    job = queued(quick)
    worker = doing(quick, at_last)
    worker.run_one()
    lapse(quick)
    worker.run_one()
    seen = quick.jobs.get(HERE, job.id)
    assert (seen.state, seen.result, seen.error, attempts) == (JobState.DONE, {"tried": 2}, None, [1, 2])


def test_a_worker_that_is_told_to_stop_gives_its_job_back_after_the_step(quick: Store) -> None:
    begun, go_on = Event(), Event()

    def slow(context: JobContext) -> None:
        with context.step() as step:
            step.save({"at": 1})
        begun.set()
        go_on.wait(20)
        with context.step() as step:
            step.save({"at": 2})

    job = queued(quick)
    worker = doing(quick, slow)
    thread = Thread(target=worker.run)
    thread.start()
    assert begun.wait(20)
    worker.stop()
    go_on.set()
    thread.join(20)
    assert not thread.is_alive()
    seen = quick.jobs.get(HERE, job.id)
    assert (seen.state, seen.attempts) == (JobState.QUEUED, 0)
    again = quick.leases.claim("b", [KIND])
    assert again is not None
    assert again.checkpoint == {"at": 1}


@pytest.mark.parametrize("by", ["step", "heartbeat"])
def test_a_running_job_is_cancelled_at_its_next_step(quick: Store, by: str) -> None:
    job = queued(quick)

    def cancelled_meanwhile(context: JobContext) -> None:
        with context.step() as step:
            step.save({"at": 1})
        quick.jobs.cancel(HERE, job.id)
        if by == "heartbeat":
            while True:
                context.check()
        with context.step():
            raise AssertionError("a cancelled job went on")

    worker = doing(quick, cancelled_meanwhile, heartbeat=0.05)
    assert worker.run_one()
    assert quick.jobs.get(HERE, job.id).state == JobState.CANCELLED


def test_a_handler_that_outlives_its_lease_is_not_disturbed_while_its_heart_beats(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/d.sqlite3")
    store.leases = LeaseStore(store._database, seconds=0.5)
    stolen = []

    def slow(context: JobContext) -> None:
        for _ in range(15):
            Event().wait(0.1)
            stolen.append(store.leases.claim("thief", [KIND]))
            context.check()

    job = queued(store)
    assert doing(store, slow, heartbeat=0.05).run_one()
    assert stolen == [None] * 15
    assert store.jobs.get(HERE, job.id).state == JobState.DONE
    store.close()


def test_a_worker_that_lost_its_job_says_nothing_about_it(quick: Store) -> None:
    job = queued(quick)

    def overtaken(context: JobContext) -> None:
        lapse(quick)
        assert quick.leases.claim("other", [KIND]) is not None
        with pytest.raises(LeaseLost), context.step():
            raise AssertionError("it wrote without its lease")
        raise RuntimeError

    with capture_logs() as logs:
        assert doing(quick, overtaken).run_one()
    assert [entry.get("outcome") for entry in logs if entry["event"] == "job_ended"] == ["lost"]
    seen = quick.jobs.get(HERE, job.id)
    assert (seen.state, seen.attempts, seen.error) == (JobState.RUNNING, 2, None)


def killed_worker(url: str, at: str) -> None:
    """Run a worker that dies at a point, with SIGKILL."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.api.jobs.counting", url],
        cwd=ROOT,
        env=os.environ | {VARIABLE: at},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == -signal.SIGKILL, run.stderr.decode()[-2000:]


POINTS = {
    "job.claimed": (0, JobState.RUNNING),
    "job.before_commit:1": (0, JobState.RUNNING),
    "job.after_commit:1": (1, JobState.RUNNING),
    "job.before_commit:3": (2, JobState.RUNNING),
    "job.before_commit:4": (3, JobState.RUNNING),
    "job.after_commit:4": (3, JobState.DONE),
}


@pytest.mark.parametrize(
    ("database_url", "point"),
    [*(("sqlite", point) for point in POINTS), *(("postgresql", point) for point in list(POINTS)[2:5:2])],
    indirect=["database_url"],
)
def test_a_killed_worker_s_job_is_done_once(point: str, database_url: str) -> None:
    store = open_store(database_url)
    job = queued(store)
    killed_worker(database_url, point)
    done, state = POINTS[point]
    assert (counted(store, job.id), store.jobs.get(HERE, job.id).state) == (done, state)
    assert not worker_of(store).run_one(), "its lease stands for a while"
    lapse(store)
    assert worker_of(store).run_one() is (state is JobState.RUNNING)
    seen = store.jobs.get(HERE, job.id)
    assert (seen.state, seen.result, counted(store, job.id)) == (JobState.DONE, {"steps": STEPS}, STEPS)
    store.close()
