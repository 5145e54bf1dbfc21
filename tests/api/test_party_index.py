"""The live index: as fresh as SQL, never trusted over it, and never from another encoder."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from structlog.testing import capture_logs

from api.access.viewers import Viewer
from api.bootstrap import Services
from api.party_index import PartyIndex
from tests.api.worlds import party, services_in
from tests.fakes.search import WordEncoder


@pytest.fixture
def services(tmp_path: Path):
    with services_in(tmp_path) as opened:
        yield opened


def keys_in(index: PartyIndex, viewer: Viewer) -> list[int]:
    with index.open(viewer) as (segment,):
        frame, shelf = segment.frame, segment.shelf
        keys = frame["key"].sort().to_list()
        query = shelf.encoder.encode_queries(["诊断"])[0]
        every = np.arange(len(keys))
        assert len(shelf.dense.similarities(query, every)) == len(shelf.lexical.similarities("诊断", every))
        return keys


def test_a_written_party_is_found_and_a_deleted_one_is_gone_in_the_next_query(services: Services):
    store, viewer, index = services.store, services.viewer, services.parties
    assert keys_in(index, viewer) == []
    store.parties.upsert_many(viewer, [party("a", main_business="诊断试剂"), party("b", main_business="物流")])
    first, second = (store.parties.key_of(viewer, name) for name in "ab")
    assert keys_in(index, viewer) == [first, second]
    store.parties.upsert_many(viewer, [party("a", main_business="仓储", headcount=7)])
    with index.open(viewer) as (segment,):
        frame, shelf = segment.frame, segment.shelf
        assert frame.filter(pl.col("key") == first)["headcount"].to_list() == [7]
        query = shelf.encoder.encode_queries(["仓储"])[0]
        assert shelf.dense.similarities(query, np.flatnonzero(frame["key"] == first))[0] > 0.9
    store.parties.delete(viewer, "a")
    assert keys_in(index, viewer) == [second]


def test_a_platform_sees_its_own_parties_alone(services: Services):
    services.store.parties.upsert_many(services.viewer, [party("a")])
    assert keys_in(services.parties, Viewer(tenant="elsewhere")) == []


def reopened(services: Services, encoder: object = None) -> PartyIndex:
    return PartyIndex(
        services.store, encoder or services.encoder, services.tokenizer, services.settings.snapshot_folder
    )  # type: ignore[arg-type]


def test_what_was_kept_on_disk_is_read_back_and_caught_up(services: Services):
    services.store.parties.upsert_many(services.viewer, [party("a"), party("b")])
    services.parties.refresh()
    services.store.parties.delete(services.viewer, "a")
    with capture_logs() as logs:
        assert keys_in(reopened(services), services.viewer) == [services.store.parties.key_of(services.viewer, "b")]
    assert logs == [], "nothing was rebuilt"


@pytest.mark.parametrize("damage", ["missing", "torn", "truncated", "foreign"])
def test_a_snapshot_that_cannot_be_trusted_is_rebuilt_with_a_log_line(services: Services, damage: str):
    services.store.parties.upsert_many(services.viewer, [party("a", main_business="诊断 试剂")])
    services.parties.refresh()
    folder = services.settings.snapshot_folder
    files = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size > 64]
    encoder = None
    for path in files:
        if damage == "missing":
            path.unlink()
        elif damage == "torn":
            path.write_bytes(path.read_bytes()[:-8] + b"\0garbage")
        elif damage == "truncated":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    if damage == "foreign":
        encoder = WordEncoder()
    with capture_logs() as logs:
        assert len(keys_in(reopened(services, encoder), services.viewer)) == 1
    assert [line["event"] for line in logs] == ["index.rebuild"]
    wanted = {"foreign": "snapshot_foreign"}.get(damage)
    assert wanted is None or logs[0]["reason"] == wanted
