"""An import as a job: the same outcome as in a request, and every row counted once however often workers die."""

import os
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from api.access.viewers import Viewer
from api.errors import ImportRefused
from api.exchange import importing as exchange
from api.exchange.import_reports import problems_of
from api.indexing.waking import Polling
from api.jobs import importing
from api.jobs.worker import Worker
from api.jobs.working import handlers_of
from api.settings import Settings
from api.store.jobs import Job, JobState
from api.store.store import Store, open_store
from matcher.fields import PartyKind
from tests.api.jobs.test_job_store import lapse
from tests.forked import killed

HERE = Viewer()
DAY = date(2026, 11, 22)
ROWS = 2 * exchange.BATCH + 100


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(data=tmp_path / "data", database_url=None)


@pytest.fixture
def opened(settings: Settings) -> Store:
    return open_store(settings.store_url)


def table(rows: int) -> bytes:
    """Every tenth row has a problem, every hundredth has no name."""
    lines = [f"{'' if n % 100 == 0 else f'第{n}有限公司'},{'很多' if n % 10 == 1 else n}" for n in range(rows)]
    return ("企业名称,从业人员\n" + "\n".join(lines)).encode()


def queued(settings: Settings, store: Store, content: bytes) -> Job:
    record = store.imports.start(
        HERE, kind=PartyKind.ENTERPRISE, file_name="名录.csv", sha256=sha256(content).hexdigest()
    )
    laid = settings.data / "laid"
    laid.write_bytes(content)
    importing.keep_upload(settings.data, laid, record.id)
    arguments = importing.import_arguments(record, source="", observed_on=DAY)
    return store.jobs.submit(HERE, importing.KIND, arguments, key=record.id)


def worker_of(settings: Settings, store: Store) -> Worker:
    return Worker(store.leases, handlers_of(settings, store), Polling())


EXPECTED = {"rows": ROWS, "new": ROWS - 11, "changed": 0, "same": 0, "merged": 0, "doubtful": 110, "rejected": 11}


def test_a_file_is_imported_and_its_record_and_problems_are_kept(settings: Settings, opened: Store) -> None:
    job = queued(settings, opened, table(ROWS))
    assert worker_of(settings, opened).run_one()
    seen = opened.jobs.get(HERE, job.id)
    batch = str(job.arguments["import"])
    assert (seen.state, seen.done, seen.total) == (JobState.DONE, ROWS, ROWS)
    assert seen.result is not None
    assert (seen.result["import"], seen.result["counts"]) == (batch, EXPECTED)
    record = opened.imports.get(HERE, batch)
    assert (dict(record.counts), record.finished is not None) == (EXPECTED, True)
    kept = problems_of(settings.data, batch, opened.seals) or b""
    assert len(kept.decode("utf-8-sig").splitlines()) == 1 + 121
    assert list((settings.data / "jobs").iterdir()) == []
    assert opened.parties.count(HERE) == ROWS - 11


def test_a_file_that_is_no_table_is_refused_for_good(settings: Settings, opened: Store) -> None:
    job = queued(settings, opened, b"\x00\x01")
    worker_of(settings, opened).run_one()
    seen = opened.jobs.get(HERE, job.id)
    assert (seen.state, (seen.error or {})["code"]) == (JobState.FAILED, ImportRefused.code)
    assert opened.imports.get(HERE, str(job.arguments["import"])).counts == {"refused": 1}
    assert list((settings.data / "jobs").iterdir()) == []


def test_an_import_that_is_cancelled_keeps_what_was_written_and_its_file_is_swept(
    settings: Settings, opened: Store
) -> None:
    job = queued(settings, opened, table(20))
    waiting = settings.data / "jobs" / str(job.arguments["import"])
    assert importing.sweep_uploads(opened, settings.data) == 0
    os.utime(waiting, (0, 0))
    assert importing.sweep_uploads(opened, settings.data) == 0, "its job has not ended"
    opened.jobs.cancel(HERE, job.id)
    assert not worker_of(settings, opened).run_one()
    assert importing.sweep_uploads(opened, settings.data) == 1
    assert not waiting.exists()


@pytest.mark.parametrize("point", ["upsert.before_commit:2", "job.after_commit:1", "job.before_commit:4"])
def test_a_killed_import_goes_on_and_counts_each_row_once(point: str, settings: Settings, opened: Store) -> None:
    job = queued(settings, opened, table(ROWS))
    killed(work, str(settings.data), at=point, log=settings.data.with_name("victim.log"))
    half = opened.jobs.get(HERE, job.id)
    assert (half.state, half.result) == (JobState.RUNNING, None)
    assert half.done == {"upsert.before_commit:2": 500, "job.after_commit:1": 500, "job.before_commit:4": ROWS}[point]
    lapse(opened)
    assert worker_of(settings, opened).run_one()
    seen = opened.jobs.get(HERE, job.id)
    assert (seen.state, seen.resumed_at, (seen.result or {})["counts"]) == (JobState.DONE, half.done, EXPECTED)
    assert opened.parties.count(HERE) == opened.changes.latest() == ROWS - 11
    kept = problems_of(settings.data, str(job.arguments["import"]), opened.seals) or b""
    assert len(kept.decode("utf-8-sig").splitlines()) == 122


def work(data: str) -> None:
    """The victim."""
    from api.jobs.working import work as work_on

    work_on(Settings.load(data=Path(data), database_url=None), idle_seconds=1)
