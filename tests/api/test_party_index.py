"""The live index: as fresh as SQL, never trusted over it, and never from another encoder."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from api.access.viewers import Viewer
from api.bootstrap import Services, build_services
from api.errors import IndexFailed, IndexLoading
from api.party_index import IndexRules, PartyIndex
from api.settings import Settings
from api.store.tenants import Tenant, Tier
from tests.api.indexing.comparing import indexed, stored
from tests.api.worlds import party
from tests.fakes.search import WordEncoder


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with build_services(Settings.load(data=tmp_path)) as opened:
        yield opened


def reopened(services: Services, encoder: object = None, rules: IndexRules | None = None) -> PartyIndex:
    folder = services.settings.snapshot_folder
    return PartyIndex(services.store, encoder or services.encoder, folder, rules=rules)  # type: ignore[arg-type]


def test_a_written_party_is_found_and_a_deleted_one_is_gone_in_the_next_query(services: Services):
    store, viewer, index = services.store, services.viewer, services.parties
    assert indexed(index, viewer) == {}
    store.parties.upsert_many(viewer, [party("a", main_business="诊断试剂"), party("b", main_business="物流")])
    first, second = (store.parties.key_of(viewer, name) for name in "ab")
    assert indexed(index, viewer).keys() == {first, second}
    store.parties.upsert_many(viewer, [party("a", main_business="仓储", headcount=7)])
    found = indexed(index, viewer)
    assert found == stored(services, viewer)
    assert found[first][0]["headcount"] == 7
    store.parties.delete(viewer, "a")
    assert indexed(index, viewer).keys() == {second}


def test_words_are_those_of_the_row(services: Services):
    viewer = services.viewer
    services.store.parties.upsert_many(viewer, [party("a", main_business="诊断试剂")])
    services.parties.refresh()
    services.store.parties.upsert_many(viewer, [party("b", main_business="冷链物流")])
    with services.parties.open(viewer) as segments:
        said = [float(segment.shelf.lexical.similarities("冷链物流", np.arange(1))[0]) for segment in segments]
    assert said[0] < 0.1
    assert said[1] > 0.9


def test_a_platform_sees_its_own_parties_alone(services: Services):
    services.store.tenants.ensure(Tenant("aaa", "甲市平台", Tier.LOCAL))
    services.store.tenants.ensure(Tenant("zzz", "乙市平台", Tier.LOCAL))
    viewers = [Viewer(tenant=name) for name in ("zzz", "local", "aaa")]
    for number, viewer in enumerate(viewers):
        wrote = [party(f"{number}-{place}", headcount=number * 10 + place) for place in range(3)]
        services.store.parties.upsert_many(viewer, [_of(item, viewer) for item in wrote])
    services.parties.refresh()
    for viewer in viewers:
        services.store.parties.upsert_many(viewer, [_of(party("late", headcount=99), viewer)])
    for viewer in viewers:
        assert indexed(services.parties, viewer) == stored(services, viewer)
        assert len(indexed(services.parties, viewer)) == 4
    services.parties.refresh()
    assert [len(indexed(reopened(services), viewer)) for viewer in viewers] == [4, 4, 4]
    assert indexed(services.parties, Viewer(tenant="elsewhere")) == {}


def test_what_was_kept_on_disk_is_read_back_and_caught_up(services: Services):
    services.store.parties.upsert_many(services.viewer, [party("a"), party("b")])
    services.parties.refresh()
    services.store.parties.delete(services.viewer, "a")
    with capture_logs() as logs:
        found = indexed(reopened(services), services.viewer)
    assert found.keys() == {services.store.parties.key_of(services.viewer, "b")}
    assert {line["event"] for line in logs} == {"index.opened"}, "nothing was rebuilt"


@pytest.mark.parametrize("damage", ["missing", "torn", "truncated", "foreign"])
def test_a_snapshot_that_cannot_be_trusted_is_rebuilt_with_a_log_line(services: Services, damage: str):
    services.store.parties.upsert_many(services.viewer, [party("a", main_business="诊断 试剂")])
    services.parties.refresh()
    folder = services.settings.snapshot_folder
    encoder = WordEncoder() if damage == "foreign" else None
    for path in (path for path in folder.rglob("*") if path.is_file() and path.stat().st_size > 64):
        content = path.read_bytes()
        if damage == "missing":
            path.unlink()
        elif damage == "torn":
            path.write_bytes(content[:-8] + b"\0garbage")
        elif damage == "truncated":
            path.write_bytes(content[: len(content) // 2])
    with capture_logs() as logs:
        assert len(indexed(reopened(services, encoder), services.viewer)) == 1
    reasons = [line["reason"] for line in logs if line["event"] == "index.rebuild"]
    assert reasons == ["snapshot_foreign" if damage == "foreign" else "snapshot_corrupt"]


def test_a_failed_step_leaves_the_old_view_and_fails_no_write(services: Services, monkeypatch: pytest.MonkeyPatch):
    services.store.parties.upsert_many(services.viewer, [party("a")])
    index = services.parties
    index.refresh()
    before = index.view
    services.store.parties.upsert_many(services.viewer, [party("b")])
    with monkeypatch.context() as broken:
        broken.setattr(services.encoder, "encode", _no_memory)
        with capture_logs() as logs:
            index.catch_up()
    assert index.view is before
    assert [line["event"] for line in logs] == ["index.step_failed"]
    index.catch_up()
    assert indexed(index, services.viewer) == stored(services, services.viewer)


def test_while_a_serving_process_loads_its_queries_are_told_so(services: Services, monkeypatch: pytest.MonkeyPatch):
    index = reopened(services)
    monkeypatch.setattr(index, "load", _no_memory)
    index.start()
    try:
        with pytest.raises(IndexLoading), index.open(services.viewer):
            pass
        assert not index.ready
    finally:
        index.stop()


def test_a_build_that_fails_says_so(services: Services, monkeypatch: pytest.MonkeyPatch):
    class Failing:
        def outcome(self) -> int:
            return 3

        def stop(self) -> None: ...

    folder = services.settings.data / "elsewhere"
    rules = IndexRules(inline_rows=-1)
    index = PartyIndex(
        services.store,
        services.encoder,
        folder,
        rules=rules,
        child=lambda task: Failing(),  # type: ignore[arg-type,return-value]
    )
    with pytest.raises(IndexFailed, match="状态 3"):
        index.load()


def _no_memory(*_: object) -> None:
    raise MemoryError


def _of(item, viewer):
    return replace(item, tenant=viewer.tenant)


def test_whoever_stops_does_not_wait_for_a_build_to_end(services: Services):
    ended: list[str] = []

    class Endless:
        def outcome(self) -> None:
            return None

        def stop(self) -> None:
            ended.append("stopped")

    folder = services.settings.data / "elsewhere"
    child = lambda task: Endless()  # noqa: E731
    index = PartyIndex(services.store, services.encoder, folder, rules=IndexRules(inline_rows=-1), child=child)  # type: ignore[arg-type,return-value]
    index.start()
    index.stop()
    assert set(ended) <= {"stopped"}
    assert not index.ready
