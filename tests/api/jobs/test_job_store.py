"""Jobs and leases on both databases: one worker at a time, nothing from one that lost its lease, effects once."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, text, update

from api.access.viewers import Viewer
from api.errors import LeaseLost, UnknownJob, UnknownTenant
from api.store import leases as leases_module
from api.store.jobs import Job, JobState, moment
from api.store.leases import MOST_ATTEMPTS, Lease, LeaseStore
from api.store.store import Store
from api.store.tables import jobs, marks
from api.store.tenants import Tenant, Tier
from matcher.errors import InvalidValue

HERE = Viewer()


def submitted(store: Store, **given: object) -> Job:
    return store.jobs.submit(HERE, "count", {"to": 3}, **given)  # type: ignore[arg-type]


def claimed(store: Store, owner: str = "a") -> Lease:
    lease = store.leases.claim(owner, ["count"])
    assert lease is not None
    return lease


def lapse(store: Store) -> None:
    """Let every lease and every rest be over, as time would."""
    with store._database.writing() as connection:
        past = moment(connection) - timedelta(seconds=1)
        connection.execute(update(jobs).where(jobs.c.lease_until.is_not(None)).values(lease_until=past))
        connection.execute(update(jobs).values(due=past))


def test_a_job_is_queued_taken_up_worked_on_and_done(store: Store) -> None:
    job = submitted(store, request_id="r-1")
    assert (job.state, job.revision, job.done, job.total, job.request_id) == (JobState.QUEUED, 1, 0, None, "r-1")
    lease = claimed(store)
    assert (lease.job.id, lease.job.state, lease.job.attempts, lease.checkpoint) == (job.id, JobState.RUNNING, 1, None)
    with store.leases.step(lease) as step:
        step.report(1, 3, "计数")
        step.save({"at": 1})
    seen = store.jobs.get(HERE, job.id)
    assert (seen.done, seen.total, seen.note, seen.revision) == (1, 3, "计数", 3)
    store.leases.finish(lease, {"sum": 6})
    ended = store.jobs.get(HERE, job.id)
    assert (ended.state, ended.result, ended.note, ended.error) == (JobState.DONE, {"sum": 6}, "", None)
    assert ended.finished is not None
    assert job.created <= ended.finished
    assert store.leases.claim("b", ["count"]) is None


def test_jobs_are_taken_up_in_the_order_they_came_and_by_kind(store: Store) -> None:
    first, second = submitted(store), submitted(store)
    assert store.leases.claim("a", ["other"]) is None
    assert [claimed(store).job.id, claimed(store).job.id] == [first.id, second.id]
    assert store.leases.claim("a", ["count"]) is None


def test_one_key_is_one_job_of_its_kind_and_platform(store: Store) -> None:
    store.tenants.ensure(Tenant("other", "别处", Tier.LOCAL))
    job = submitted(store, key="k")
    assert submitted(store, key="k").id == job.id
    assert store.jobs.submit(HERE, "another", {}, key="k").id != job.id
    assert store.jobs.submit(Viewer(tenant="other"), "count", {}, key="k").id != job.id
    assert submitted(store).id != submitted(store).id
    with ThreadPoolExecutor(4) as pool:
        assert len({found.id for found in pool.map(lambda _: submitted(store, key="same"), range(4))}) == 1


def test_a_platform_sees_its_own_jobs(store: Store) -> None:
    store.tenants.ensure(Tenant("other", "别处", Tier.LOCAL))
    one, two = submitted(store), submitted(store)
    there = Viewer(tenant="other")
    for stranger in (lambda: store.jobs.get(there, one.id), lambda: store.jobs.cancel(there, one.id),
                     lambda: store.jobs.get(HERE, "x\0")):  # fmt: skip
        with pytest.raises(UnknownJob):
            stranger()
    assert [job.id for job in store.jobs.list(HERE)] == [two.id, one.id]
    assert store.jobs.list(there) == ()
    with pytest.raises(UnknownTenant):
        store.jobs.submit(Viewer(tenant="none"), "count", {})
    with pytest.raises(InvalidValue):
        store.jobs.submit(HERE, "count", {"text": "\0"})


def test_a_worker_that_lost_its_lease_writes_nothing(store: Store) -> None:
    job = submitted(store)
    stale = claimed(store, "stale")
    with store.leases.step(stale) as step:
        step.save({"at": 1})
    assert store.leases.claim("b", ["count"]) is None, "the lease stands"
    lapse(store)
    fresh = claimed(store, "fresh")
    assert (fresh.job.id, fresh.job.attempts, fresh.checkpoint) == (job.id, 2, {"at": 1})
    for late in (
        lambda: store.leases.extend(stale),
        lambda: store.leases.finish(stale, {}),
        lambda: store.leases.fail(stale, {}, again=True),
        lambda: store.leases.release(stale),
        lambda: store.leases.cancelled(stale),
        lambda: write_mark(store, stale),
    ):
        with pytest.raises(LeaseLost):
            late()
    assert read_mark(store) is None
    assert store.jobs.get(HERE, job.id) == fresh.job
    store.leases.finish(fresh, {"by": "fresh"})
    with pytest.raises(LeaseLost):
        store.leases.extend(fresh)


def write_mark(store: Store, lease: Lease) -> None:
    with store.leases.step(lease) as step:
        step.connection.execute(marks.insert().values(name="effect", value="1"))


def read_mark(store: Store) -> str | None:
    with store._database.reading() as connection:
        return connection.execute(select(marks.c.value).where(marks.c.name == "effect")).scalar_one_or_none()


def test_a_step_that_fails_undoes_its_effects_and_its_checkpoint(store: Store) -> None:
    job = submitted(store)
    lease = claimed(store)
    with pytest.raises(RuntimeError), store.leases.step(lease) as step:  # noqa: PT012  # all of it belongs to the step
        step.connection.execute(marks.insert().values(name="effect", value="1"))
        step.save({"at": 1})
        step.report(1, 3)
        raise RuntimeError
    assert read_mark(store) is None
    assert store.jobs.get(HERE, job.id).done == 0
    write_mark(store, lease)
    assert read_mark(store) == "1"


def test_what_others_write_inside_a_step_is_part_of_it(store: Store) -> None:
    job = submitted(store)
    lease = claimed(store)
    with pytest.raises(RuntimeError), store.leases.step(lease):  # noqa: PT012
        store.jobs.submit(HERE, "next", {})
        raise RuntimeError
    assert [found.id for found in store.jobs.list(HERE)] == [job.id]


def test_a_job_that_fails_waits_longer_each_time_and_then_fails_for_good(store: Store) -> None:
    job = submitted(store)
    rests = []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        lease = claimed(store)
        assert lease.job.attempts == attempt
        store.leases.fail(lease, {"code": "broken", "detail": "坏了"}, again=True)
        seen = store.jobs.get(HERE, job.id)
        if attempt < MOST_ATTEMPTS:
            assert seen.state == JobState.QUEUED
            assert store.leases.claim("b", ["count"]) is None
            rests.append(round((seen.due - seen.updated).total_seconds(), 3))
            lapse(store)
    assert rests == [2, 8, 32, 128]
    assert (seen.state, seen.error) == (JobState.FAILED, {"code": "broken", "detail": "坏了"})
    once = submitted(store)
    store.leases.fail(claimed(store), {"code": "wrong", "detail": "不对"}, again=False)
    assert store.jobs.get(HERE, once.id).state == JobState.FAILED


def test_a_job_whose_workers_all_die_is_given_up(store: Store) -> None:
    job = submitted(store)
    for _ in range(MOST_ATTEMPTS):
        claimed(store)
        lapse(store)
    assert store.leases.claim("last", ["count"]) is None
    seen = store.jobs.get(HERE, job.id)
    assert (seen.state, (seen.error or {})["code"]) == (JobState.FAILED, "job_abandoned")


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_at_its_next_step(store: Store) -> None:
    waiting = submitted(store)
    assert store.jobs.cancel(HERE, waiting.id).state == JobState.CANCELLED
    assert store.leases.claim("a", ["count"]) is None
    running = submitted(store)
    lease = claimed(store)
    assert store.leases.extend(lease) is False
    asked = store.jobs.cancel(HERE, running.id)
    assert (asked.state, asked.cancel_asked) == (JobState.RUNNING, True)
    assert store.jobs.cancel(HERE, running.id).revision == asked.revision
    assert store.leases.extend(lease) is True
    with store.leases.step(lease) as step:
        assert step.cancel_asked
    store.leases.cancelled(lease)
    assert store.jobs.get(HERE, running.id).state == JobState.CANCELLED
    assert store.jobs.cancel(HERE, running.id).state == JobState.CANCELLED


def test_a_cancelled_job_of_a_dead_worker_is_not_begun_again(store: Store) -> None:
    job = submitted(store)
    claimed(store)
    store.jobs.cancel(HERE, job.id)
    lapse(store)
    assert store.leases.claim("b", ["count"]) is None
    assert store.jobs.get(HERE, job.id).state == JobState.CANCELLED


def test_a_job_given_back_is_due_at_once_and_has_lost_no_attempt(store: Store) -> None:
    submitted(store)
    lease = claimed(store)
    with store.leases.step(lease) as step:
        step.save({"at": 2})
        step.report(2, 3)
    store.leases.release(lease)
    again = claimed(store, "b")
    assert (again.job.attempts, again.checkpoint, again.job.done, again.job.resumed_at) == (1, {"at": 2}, 2, 2)


def test_the_clock_of_a_worker_does_not_matter(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases end by the database's clock; a worker that asked its own would be a day off here."""

    class Skewed:
        @staticmethod
        def now(*_: object) -> None:
            raise AssertionError("a worker's clock was asked")

    monkeypatch.setattr(leases_module, "datetime", Skewed)
    monkeypatch.setattr(time, "time", lambda: 0.0)
    submitted(store)
    lease = claimed(store)
    with store._database.reading() as connection:
        until = connection.execute(select(jobs.c.lease_until)).scalar_one()
        assert 25 < (until - moment(connection)).total_seconds() <= 30
    assert store.leases.claim("b", ["count"]) is None
    store.leases.finish(lease, {})


def test_a_lease_ends_by_itself(store: Store) -> None:
    short = LeaseStore(store._database, seconds=0.2)
    submitted(store)
    assert short.claim("a", ["count"]) is not None
    deadline = time.monotonic() + 20
    while (taken := short.claim("b", ["count"])) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert taken is not None
    assert taken.job.attempts == 2


def test_workers_that_race_take_each_job_once(store: Store) -> None:
    wanted = {submitted(store).id for _ in range(12)}
    start = Barrier(4)

    def work(owner: int) -> list[str]:
        taken = []
        start.wait()
        while (lease := store.leases.claim(str(owner), ["count"])) is not None:
            taken.append(lease.job.id)
            store.leases.finish(lease, {})
        return taken

    with ThreadPoolExecutor(4) as pool:
        each = list(pool.map(work, range(4)))
    taken = [job for part in each for job in part]
    assert len(taken) == len(wanted)
    assert set(taken) == wanted


def test_a_heartbeat_does_not_wait_for_other_writers_on_postgresql(store: Store) -> None:
    if store._database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer")
    submitted(store)
    lease = claimed(store)
    with store._database.writing() as connection:
        connection.execute(text("SELECT 1"))
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(store.leases.extend, lease).result(timeout=10) is False


def test_counts_waiting_time_and_pruning(store: Store) -> None:
    assert store.jobs.waiting_seconds() is None
    kept = submitted(store)
    for _ in range(2):
        submitted(store)
    store.leases.finish(claimed(store), {})
    claimed(store)
    assert store.jobs.counts() == {"queued": 1, "running": 1, "done": 1, "failed": 0, "cancelled": 0}
    assert 0 <= (store.jobs.waiting_seconds() or -1) < 60
    assert store.jobs.prune(days=1) == 0
    assert store.jobs.prune(days=-1) == 1
    with pytest.raises(UnknownJob):
        store.jobs.get(HERE, kept.id)
    assert len(store.jobs.list(HERE)) == 2
    assert [job.state for job in store.jobs.list(HERE, state=JobState.QUEUED)] == [JobState.QUEUED]
