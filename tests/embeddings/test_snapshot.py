"""A snapshot is whole or refused; until a new one stands, the old one does."""

import json

import pytest

from embeddings.errors import SnapshotCorrupt, SnapshotError, SnapshotForeign, SnapshotMissing
from embeddings.snapshot import open_snapshot, write_snapshot

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
