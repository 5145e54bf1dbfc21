"""A snapshot is whole or refused; until a new one stands, the old one does."""

import json

import numpy as np
import pytest

from embeddings import checksums
from embeddings.errors import SnapshotCorrupt, SnapshotError, SnapshotForeign, SnapshotMissing
from embeddings.lexical import LexicalIndex
from embeddings.snapshot import current_snapshot, open_snapshot, read_snapshot, write_snapshot
from embeddings.vector_files import VectorWriter
from embeddings.vectors import Vectors
from tests.embeddings.texts import PROFILES

PARTS = {"vectors": lambda path: path.write_bytes(b"v" * 1_000), "columns": lambda path: path.write_text("中文")}


def written(root, sequence=1, parts=PARTS):
    return write_snapshot(root, fingerprint="abc", sequence=sequence, write=parts, rows={"vectors": 4})


def test_what_was_written_is_opened(tmp_path):
    made = written(tmp_path, 41)
    found = open_snapshot(tmp_path, fingerprint="abc")
    assert found == made
    assert (found.sequence, found.rows, found.fingerprint) == (41, {"vectors": 4}, "abc")
    assert found.file("columns").read_text() == "中文"


def test_the_newer_one_replaces_the_older_and_its_folder(tmp_path):
    old = written(tmp_path, 1)
    new = written(tmp_path, 2)
    assert open_snapshot(tmp_path, fingerprint="abc").sequence == 2
    assert not old.folder.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["current", new.folder.name])


def test_a_writer_that_fails_leaves_the_old_one_and_no_litter(tmp_path):
    old = written(tmp_path, 1)

    def fail(path):
        path.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        written(tmp_path, 2, {**PARTS, "words": fail})
    assert open_snapshot(tmp_path, fingerprint="abc") == old
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["current", old.folder.name])


def test_a_crash_before_the_swap_leaves_the_old_one(tmp_path):
    old = written(tmp_path, 1)
    torn = tmp_path / "snapshot-2-torn"
    torn.mkdir()
    (torn / "vectors").write_bytes(b"")
    assert open_snapshot(tmp_path, fingerprint="abc") == old
    written(tmp_path, 3)
    assert not torn.exists()


def test_none_is_missing(tmp_path):
    with pytest.raises(SnapshotMissing):
        open_snapshot(tmp_path, fingerprint="abc")
    with pytest.raises(SnapshotMissing):
        open_snapshot(tmp_path / "nowhere", fingerprint="abc")


def test_another_encoder_is_refused(tmp_path):
    written(tmp_path)
    with pytest.raises(SnapshotForeign, match="重建索引"):
        open_snapshot(tmp_path, fingerprint="other")


def truncated(folder):
    (folder / "vectors").write_bytes(b"v" * 999)


def flipped(folder):
    (folder / "vectors").write_bytes(b"v" * 999 + b"w")


def missing(folder):
    (folder / "columns").unlink()


def cut_manifest(folder):
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes()[:40])


def changed(**content):
    def change(folder):
        path = folder / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **content}))

    return change


@pytest.mark.parametrize(
    "damage",
    [
        truncated,
        flipped,
        missing,
        cut_manifest,
        changed(format=1),
        changed(files=None),
        changed(fingerprint=3),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text("[]"),
        lambda folder: (folder.parent / "current").write_text("snapshot-gone"),
        lambda folder: (folder.parent / "current").write_text(""),
        lambda folder: (folder.parent / "current").write_text("../elsewhere"),
        lambda folder: (folder.parent / "current").write_bytes(b"\xff\x00"),
    ],
)
def test_any_damage_is_found(tmp_path, damage):
    damage(written(tmp_path).folder)
    with pytest.raises(SnapshotCorrupt) as caught:
        open_snapshot(tmp_path, fingerprint="abc")
    assert isinstance(caught.value, SnapshotError)
    assert "重建索引" in str(caught.value)


def test_a_file_that_was_never_written_is_refused(tmp_path):
    with pytest.raises(SnapshotCorrupt, match="words"):
        written(tmp_path).file("words")


def vectors(folder):
    with VectorWriter(folder, 4) as writer:
        writer.append(np.eye(4, dtype=np.float32))


FOLDERS = {"vectors": vectors, "words": LexicalIndex.of(PROFILES).save, "columns": PARTS["columns"]}


@pytest.mark.parametrize(
    "cut", [lambda content: content[:-1], lambda content: content[:-1] + bytes([content[-1] ^ 1]), lambda _: b""]
)
def test_a_change_in_any_file_of_any_folder_is_found(tmp_path, cut):
    folder = written(tmp_path, parts=FOLDERS).folder
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"]
    assert len(files) == 9
    for path in files:
        content = path.read_bytes()
        path.write_bytes(cut(content))
        with pytest.raises(SnapshotCorrupt, match=path.name):
            open_snapshot(tmp_path, fingerprint="abc")
        path.write_bytes(content)
    open_snapshot(tmp_path, fingerprint="abc")


def test_files_of_many_blocks_are_checked_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(checksums, "_BLOCK", 100)
    made = written(tmp_path)
    path = made.file("vectors")
    for place in (0, 99, 100, 555, 999):
        content = bytearray(b"v" * 1_000)
        content[place] = 0
        path.write_bytes(content)
        with pytest.raises(SnapshotCorrupt, match="vectors"):
            open_snapshot(tmp_path, fingerprint="abc")
    path.write_bytes(b"v" * 1_000)
    assert open_snapshot(tmp_path, fingerprint="abc") == made


def test_what_is_mapped_outlives_its_folder(tmp_path):
    old = written(tmp_path, parts=FOLDERS)
    held, words = Vectors.open(old.file("vectors")), LexicalIndex.open(old.file("words"))
    written(tmp_path, 2)
    assert not old.folder.exists()
    assert held.nearest(np.eye(4)[2], 1)[0].tolist() == [2]
    assert words.similarities(PROFILES[3]).argmax() == 3


@pytest.mark.parametrize("swaps", [1, 3])
def test_a_swap_while_it_is_read_gives_the_new_one(tmp_path, swaps):
    written(tmp_path, 1)
    seen = []

    def read(snapshot):
        seen.append(snapshot.sequence)
        if len(seen) <= swaps:
            written(tmp_path, len(seen) + 1)
        return snapshot.file("columns").read_text(), snapshot.sequence

    assert read_snapshot(tmp_path, fingerprint="abc", read=read) == ("中文", swaps + 1)
    assert seen == list(range(1, swaps + 2))


def test_a_swap_while_it_is_checked_gives_the_new_one(tmp_path, monkeypatch):
    old = written(tmp_path, 1)
    taken = checksums.checksums

    def swapped(files):
        monkeypatch.setattr("embeddings.snapshot.checksums", taken)
        assert all(old.folder in path.parents for path in files.values())
        written(tmp_path, 2)
        return taken(files)

    monkeypatch.setattr("embeddings.snapshot.checksums", swapped)
    assert open_snapshot(tmp_path, fingerprint="abc").sequence == 2


def test_what_reading_raises_goes_through(tmp_path):
    written(tmp_path)

    def read(snapshot):
        raise SnapshotCorrupt(found="列不齐", expected="完整的列", remedy="请重建索引")

    with pytest.raises(SnapshotCorrupt, match="列不齐"):
        read_snapshot(tmp_path, fingerprint="abc", read=read)


def test_the_name_of_the_current_one_changes_with_every_swap(tmp_path):
    assert current_snapshot(tmp_path) is None
    first = written(tmp_path).folder.name
    assert current_snapshot(tmp_path) == first
    second = written(tmp_path).folder.name
    assert current_snapshot(tmp_path) == second != first
    (tmp_path / "current").write_text("../elsewhere")
    assert current_snapshot(tmp_path) is None


def test_a_pointer_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    old = written(tmp_path, 1)

    def fail(root, name):
        raise OSError("disk full")

    monkeypatch.setattr("embeddings.snapshot._point", fail)
    with pytest.raises(OSError, match="disk full"):
        written(tmp_path, 2)
    assert open_snapshot(tmp_path, fingerprint="abc") == old
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["current", old.folder.name])
