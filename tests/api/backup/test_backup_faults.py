"""A backup that is not what was written is refused before a row of it is used; a full disk leaves nothing half."""

import json
import os
import resource
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.backup import archive, restoring
from api.backup.making import make_backup
from api.backup.restoring import restore_backup
from api.cli.main import app
from api.errors import BackupFailed, BackupRefused, ServiceError
from api.settings import Settings
from tests.api.backup.installations import contents, names_in, settings_of
from tests.thorough import examples

Change = Callable[[dict[str, bytes]], None]


def rewritten(backup: Path, change: Change, *, resigned: bool = True) -> Path:
    """The archive with other members, its own manifest and checksum brought into line where `resigned`."""
    with zipfile.ZipFile(backup) as old:
        members = {name: old.read(name) for name in old.namelist()}
        comment = old.comment
    change(members)
    if resigned and "manifest.json" in members:
        comment = sha256(members["manifest.json"]).hexdigest().encode()
    made = backup.with_name("changed.zip")
    with zipfile.ZipFile(made, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)
        new.comment = comment
    return made


def in_manifest(change: Callable[[dict[str, object]], None]) -> Change:
    def changed(members: dict[str, bytes]) -> None:
        document = json.loads(members["manifest.json"])
        change(document)
        members["manifest.json"] = json.dumps(document).encode()

    return changed


def with_member(name: str) -> Change:
    def changed(members: dict[str, bytes]) -> None:
        members[name] = b"x"
        told = {"bytes": 1, "sha256": sha256(b"x").hexdigest()}
        in_manifest(lambda document: document["members"].update({name: told}))(members)  # type: ignore[attr-defined]

    return changed


CHANGES: dict[str, Change] = {
    "a row changed": lambda members: members.update(
        {"tables/parties.jsonl": members["tables/parties.jsonl"].replace(b"293525000.10", b"293525000.11")}
    ),
    "a row gone": lambda members: members.update(
        {"tables/offers.jsonl": b"\n".join(members["tables/offers.jsonl"].splitlines()[1:])}
    ),
    "a table gone": lambda members: members.pop("tables/changes.jsonl") and None,
    "no manifest": lambda members: members.pop("manifest.json") and None,
    "a member too many": lambda members: members.update({"files/imports/a.csv": b"x"}),
    "nonsense for a manifest": lambda members: members.update({"manifest.json": b"[1, 2"}),
    "another format": in_manifest(lambda document: document.update(version=2)),
    "another schema": in_manifest(lambda document: document.update(revision="9999")),
    "a count that is wrong": in_manifest(lambda document: document["tables"]["parties"].update(rows=7)),  # type: ignore[index]
    "up and out": with_member("files/imports/../../../out"),
    "an absolute path": with_member("/etc/out"),
    "a hidden file": with_member("files/imports/.bashrc"),
    "a file over the database": with_member("rongtong.sqlite3"),
    "a back slash": with_member("files/imports/..\\out"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_altered_archive_is_refused_whole(change: Change, backup: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    with pytest.raises(ServiceError):
        restore_backup(settings_of(target), rewritten(backup, change))
    assert names_in(tmp_path) == ["backup.zip", "changed.zip", "source"]


def test_a_manifest_that_does_not_bear_its_own_checksum_is_refused(backup: Path, tmp_path: Path) -> None:
    change = in_manifest(lambda document: document.update(created="2020-01-01"))
    with pytest.raises(BackupRefused, match="校验和"):
        restore_backup(settings_of(tmp_path / "target"), rewritten(backup, change, resigned=False))


@profile(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(60))
@given(data=st.data())
def test_no_cut_and_no_flipped_byte_is_taken_for_a_backup(data: st.DataObject, backup: Path) -> None:
    """A flip may fall where nobody reads (a date, say): then what is read must be what was written."""
    whole = backup.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.booleans())
    broken = whole[:place] if cut else whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
    file = backup.with_name("broken.zip")
    file.write_bytes(broken)
    with archive.open_archive(backup) as good:
        expected = {table: list(good.lines(table)) for table in good.manifest.tables}
    try:
        with archive.open_archive(file) as read:
            assert not cut
            assert {table: list(read.lines(table)) for table in read.manifest.tables} == expected
    except BackupRefused:
        pass
    finally:
        file.unlink()


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    for name, content in {"empty": b"", "text": "企业名称\n甲".encode(), "zip": b"PK\x05\x06" + b"\0" * 18}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BackupRefused):
            restore_backup(settings_of(tmp_path / "target"), tmp_path / name)
    with pytest.raises(BackupRefused, match="不能读"):
        restore_backup(settings_of(tmp_path / "target"), tmp_path / "absent")


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """As a full disk: a write past `size` bytes fails in the middle (EFBIG; Python ignores the signal)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_backup_that_cannot_be_written_to_its_end_leaves_nothing(source: Settings, tmp_path: Path) -> None:
    before = contents(source)
    (source.data / "imports" / "large.csv").write_bytes(os.urandom(200_000))
    with files_no_larger_than(100_000), pytest.raises(BackupFailed, match="写不下去"):
        make_backup(source, tmp_path / "b.zip")
    assert names_in(tmp_path) == ["source"]
    with pytest.raises(BackupFailed):
        make_backup(source, tmp_path / "no such folder" / "b.zip")
    make_backup(source, tmp_path / "b.zip")
    assert contents(source) == before


@pytest.mark.parametrize("size", [50_000, 130_000])
def test_a_restore_that_cannot_be_written_to_its_end_leaves_nothing(size: int, backup: Path, tmp_path: Path) -> None:
    with files_no_larger_than(size), pytest.raises(ServiceError):
        restore_backup(settings_of(tmp_path / "target"), backup)
    assert names_in(tmp_path) == ["backup.zip", "source"]


def test_a_restore_that_fails_leaves_the_other_database_as_it_was(
    backup: Path, tmp_path: Path, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring, "write_mark", broken)
    outside = f"sqlite:///{tmp_path}/outside.sqlite3"
    for url in (postgresql_url, outside):
        with pytest.raises(BackupFailed):
            restore_backup(settings_of(tmp_path / "target", url), backup)
    assert names_in(tmp_path) == ["backup.zip", "source"]
    monkeypatch.undo()
    for number, url in enumerate((postgresql_url, outside)):
        restore_backup(settings_of(tmp_path / f"target{number}", url), backup)


def test_a_disk_with_too_little_room_is_told_before_anything_is_written(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr(restoring.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(BackupFailed, match="磁盘余量 10 字节"):
        restore_backup(settings_of(tmp_path / "target"), backup)
    assert names_in(tmp_path) == ["backup.zip", "source"]


def test_the_commands_work_and_the_restored_platform_answers(source: Settings, tmp_path: Path) -> None:
    run = CliRunner()
    done = run.invoke(app, ["--data", str(source.data), "backup", str(tmp_path / "b.zip")], catch_exceptions=False)
    assert "已写入" in done.output.replace("\n", "")
    restored = tmp_path / "restored"
    done = run.invoke(app, ["restore", str(tmp_path / "b.zip"), "--data", str(restored)], catch_exceptions=False)
    assert "索引现有主体 2 家" in done.output.replace("\n", "")
    assert contents(settings_of(restored)) == contents(source)
