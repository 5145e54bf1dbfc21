"""Building and merging by value: the same snapshot, but a merge encodes nothing that did not change."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from api.access.viewers import Viewer
from api.bootstrap import Services, build_services
from api.indexing import building
from api.indexing.building import Workshop
from api.indexing.making import Maker
from api.indexing.opening import open_current
from api.indexing.parts import Part, open_part, write_part
from api.settings import Settings
from api.store.feed import Span
from api.store.tenants import Tenant, Tier
from tests.api.indexing.comparing import indexed, stored
from tests.api.worlds import party

VIEWERS = (Viewer(tenant="甲"), Viewer(tenant="local"), Viewer(tenant="a"))


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with build_services(Settings.load(data=tmp_path)) as opened:
        for viewer in VIEWERS:
            opened.store.tenants.ensure(Tenant(viewer.tenant, viewer.tenant, Tier.LOCAL))
        for turn in range(3):
            for viewer in VIEWERS:
                write(opened, viewer, *(f"{turn}-{place}" for place in range(10)))
        yield opened


def write(services: Services, viewer: Viewer, *names: str, headcount: int = 1) -> None:
    rows = [party(name, headcount=headcount, main_business=f"{name}诊断试剂") for name in names]
    services.store.parties.upsert_many(viewer, [replace(row, tenant=viewer.tenant) for row in rows])


class Counting:
    """The encoder, counting what it encodes."""

    def __init__(self, services: Services) -> None:
        self._inner = services.encoder
        self.fingerprint, self.dimension = self._inner.fingerprint, self._inner.dimension
        self.rows = 0

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.rows += len(texts)
        return self._inner.encode(texts)

    encode_queries = encode


def test_a_merge_is_what_a_build_would_be_and_encodes_only_what_changed(services: Services):
    folder, encoder = services.settings.snapshot_folder, Counting(services)
    workshop = Workshop(services.store, Maker(encoder), folder)
    assert workshop.do("build")
    assert not workshop.do("build"), "one that is in order is left alone"
    encoder.rows = 0
    write(services, VIEWERS[0], "0-3", "new", headcount=7)
    write(services, VIEWERS[2], "0-1", headcount=8)
    services.store.parties.delete(VIEWERS[1], "1-4")
    write(services, VIEWERS[2], "0-1", headcount=9)
    assert workshop.do("merge")
    assert encoder.rows == 3
    opened = open_current(folder, workshop.fingerprint())
    assert opened.sequence == services.store.changes.latest()
    order = list(zip(opened.whole.frame["tenant"], opened.whole.keys.tolist(), strict=True))
    assert order == sorted(order)
    assert {name: stop - start for name, (start, stop) in opened.bounds.items()} == {"甲": 31, "local": 29, "a": 30}
    for viewer in VIEWERS:
        assert indexed(services.parties, viewer) == stored(services, viewer)
    assert services.parties.view is not None
    assert services.parties.view.delta == 0, "all of it came from the snapshot"
    for place in (0, 17, 89):
        text = f"{stored_name(services, int(opened.whole.keys[place]))}诊断试剂"
        assert opened.whole.lexical.similarities(text, np.array([place]))[0] > 0.9


def stored_name(services: Services, key: int) -> str:
    [found] = [
        item.id for viewer in VIEWERS for item in services.store.parties.get_many(viewer, [key]).values()
    ]  # ids are the words that the texts begin with
    return found


def test_parts_on_disk_and_in_memory_make_the_same_snapshot(services: Services, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(building, "SPAN_ROWS", 7)

    def parts(spans: Sequence[Span], folder: Path) -> list[Part]:
        assert len(spans) > 9
        for number, span in enumerate(spans):
            write_part(folder / str(number), services.store.feed, span, services.encoder)
        return [open_part(folder / str(number)) for number in range(len(spans))]

    folder = services.settings.snapshot_folder
    left = folder / "parts-left-by-a-killed-process"
    left.mkdir(parents=True)
    Workshop(services.store, Maker(services.encoder), folder, parts).do("build")
    assert not list(folder.glob("parts-*")), "no room is left behind"
    for viewer in VIEWERS:
        assert indexed(services.parties, viewer) == stored(services, viewer)


def test_what_is_written_while_a_snapshot_is_built_is_applied_after_it(services: Services):
    def parts(spans: Sequence[Span], folder: Path) -> list[Part]:
        write(services, VIEWERS[0], "0-0", "late", headcount=5)
        services.store.parties.delete(VIEWERS[2], "0-2")
        made = [building.part_of(services.store.feed.parties(span), services.encoder) for span in spans]
        write(services, VIEWERS[0], "0-0", headcount=6)
        return made

    Workshop(services.store, Maker(services.encoder), services.settings.snapshot_folder, parts).do("build")
    for viewer in VIEWERS:
        assert indexed(services.parties, viewer) == stored(services, viewer)
    key = services.store.parties.key_of(VIEWERS[0], "0-0")
    assert indexed(services.parties, VIEWERS[0])[key][0]["headcount"] == 6


def test_a_disk_that_is_full_leaves_the_snapshot_as_it_was(services: Services, monkeypatch: pytest.MonkeyPatch):
    folder = services.settings.snapshot_folder
    workshop = Workshop(services.store, Maker(services.encoder), folder)
    workshop.do("build")
    before = sorted(path.name for path in folder.iterdir())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("api.indexing.joining._write_vectors", full)
    write(services, VIEWERS[0], "new")
    with pytest.raises(OSError, match="No space"):
        workshop.do("merge")
    assert sorted(path.name for path in folder.iterdir()) == before
    assert indexed(services.parties, VIEWERS[0]) == stored(services, VIEWERS[0])
