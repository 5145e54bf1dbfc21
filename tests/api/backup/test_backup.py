"""A backup restored elsewhere is the installation that it was made of, row by row, whichever database either has."""

import shutil
import stat
import threading
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from api.access.sealing import KEY_FILE
from api.access.viewers import Viewer
from api.backup import making
from api.backup.archive import open_archive
from api.backup.making import make_backup
from api.backup.restoring import restore_backup
from api.errors import BackupRefused, DataKeyMissing
from api.settings import Settings
from api.store import migrating
from api.store.database import connect
from api.store.store import open_store
from matcher.fields import PartyKind
from matcher.parties import Fact, Party
from tests.api.backup.installations import DAY, contents, fill, names_in, settings_of


def a_party(name: str) -> Party:
    return Party(name, PartyKind.ENTERPRISE, name, {}, "local", "测试", DAY)


def test_every_row_and_every_file_comes_back(source: Settings, backup: Path, tmp_path: Path) -> None:
    before = contents(source)
    restored = settings_of(tmp_path / "below" / "restored")
    manifest = restore_backup(restored, backup)
    assert contents(restored) == before
    assert {name: told.rows for name, told in manifest.tables.items()} == {
        name: len(rows) + (name == "marks") for name, rows in before.items()
    }
    assert len(before["parties"]) == 2
    files = {path.relative_to(restored.data).as_posix() for path in (restored.data / "imports").iterdir()}
    assert files == {path.relative_to(source.data).as_posix() for path in (source.data / "imports").iterdir()}
    assert [path.read_bytes() for path in (restored.data / "imports").iterdir()] == [
        path.read_bytes() for path in (source.data / "imports").iterdir()
    ]
    assert sorted(path.name for path in restored.data.parent.iterdir()) == ["restored"]


def test_a_restored_database_is_another_one_and_gives_no_number_twice(
    source: Settings, backup: Path, tmp_path: Path
) -> None:
    restored = settings_of(tmp_path / "restored")
    restore_backup(restored, backup)
    first, second = open_store(source.store_url), open_store(restored.store_url)
    assert first.identity() != second.identity()
    assert first.changes.latest() == second.changes.latest()
    for store in (first, second):
        store.parties.upsert_many(Viewer(), [a_party("later")])
    keys = [store.parties.key_of(Viewer(), "later") for store in (first, second)]
    assert keys == [4, 4], "the third party is gone, and its key with it"
    assert first.changes.latest() == second.changes.latest() == 5
    first.close()
    second.close()


def databases(sqlite: Path, postgresql: str, names: str) -> tuple[Settings, Settings]:
    one, other = (settings_of(sqlite / part, postgresql if part == "postgresql" else None) for part in names.split("→"))
    return one, other


@pytest.mark.parametrize("way", ["sqlite→postgresql", "postgresql→sqlite"])
def test_a_backup_of_either_database_restores_on_the_other(way: str, tmp_path: Path, postgresql_url: str) -> None:
    source, target = databases(tmp_path, postgresql_url, way)
    fill(source)
    make_backup(source, tmp_path / "b.zip")
    before = contents(source)
    restore_backup(target, tmp_path / "b.zip")
    assert contents(target) == before
    again = tmp_path / "again.zip"
    make_backup(target, again)
    for name in before:
        assert sorted(rows(again, name)) == sorted(rows(tmp_path / "b.zip", name)), name
    store = open_store(target.store_url)
    store.parties.upsert_many(Viewer(), [a_party("later")])
    assert (store.parties.key_of(Viewer(), "later"), store.changes.latest()) == (4, 5)
    store.close()


def rows(file: Path, table: str) -> list[str]:
    """Lines but for the identity and the order of keys, which PostgreSQL chooses itself."""
    with open_archive(file) as archive:
        read = [orjson.loads(line) for line in archive.lines(table)]
    return [orjson.dumps(row, option=orjson.OPT_SORT_KEYS).decode() for row in read if row.get("name") != "identity"]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_backup_shows_one_moment_while_writers_go_on(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Two parties are always written together; a backup with one of them would be of no moment that ever was."""
    url = request.getfixturevalue("postgresql_url") if database == "postgresql" else None
    settings = settings_of(tmp_path / "source", url)
    store = open_store(settings.store_url)
    stop = threading.Event()
    written = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            store.parties.upsert_many(Viewer(), [a_party(f"{number}-a"), a_party(f"{number}-b")])
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    written.wait(20)
    try:
        counts = []
        for number in range(3):
            manifest = make_backup(settings, tmp_path / f"{number}.zip")
            counts.append((manifest.tables["parties"].rows, manifest.tables["changes"].rows))
    finally:
        stop.set()
        writer.join()
        store.close()
    assert all(parties == changes and parties % 2 == 0 for parties, changes in counts), counts
    assert counts[0] < counts[-1], "the writer was not held up"


def test_a_backup_holds_no_secret_and_is_for_this_user_alone(tmp_path: Path) -> None:
    settings = Settings.load(data=tmp_path / "d", redis_url="redis://:geheim@h/0")
    open_store(settings.store_url).close()
    make_backup(settings, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"geheim" not in everything
    assert b'"tenant":"local"' in everything
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600


def test_what_waits_for_a_job_comes_along_though_the_job_ends_meanwhile(
    source: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = source.data / "jobs" / "batch" / "upload"
    waiting.parent.mkdir(parents=True)
    waiting.write_bytes(b"rows")
    (source.data / "jobs" / "batch" / "说明.txt").write_bytes(b"not ours")
    read = making._tables

    def meanwhile(*given: object) -> object:
        shutil.rmtree(waiting.parent)
        return read(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "_tables", meanwhile)
    make_backup(source, tmp_path / "b.zip")
    restored = settings_of(tmp_path / "restored")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert b"rows" not in archive.read("files/jobs/batch/upload")
    with pytest.raises(DataKeyMissing):
        restore_backup(restored, tmp_path / "b.zip")
    restore_backup(restored, tmp_path / "b.zip", key_file=source.data / KEY_FILE)
    assert (restored.data / "jobs" / "batch" / "upload").read_bytes() == b"rows"
    assert names_in(restored.data / "jobs" / "batch") == ["upload"]


def test_personal_data_stays_sealed_and_a_restore_asks_for_the_key(
    source: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = {"contact_phone": Fact("13812345678", "自填", DAY)}
    party = Party("带电话", PartyKind.ENTERPRISE, "企业", phone, "local", "测试", DAY)
    with closing(open_store(source.store_url)) as store:
        store.parties.upsert_many(Viewer(), [party])
    make_backup(source, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert b"13812345678" not in b"".join(archive.read(name) for name in archive.namelist())
    with pytest.raises(DataKeyMissing, match="key-file"):
        restore_backup(settings_of(tmp_path / "without"), tmp_path / "b.zip")
    assert not (tmp_path / "without").exists()
    restored = settings_of(tmp_path / "restored")
    restore_backup(restored, tmp_path / "b.zip", key_file=source.data / KEY_FILE)
    with closing(open_store(restored.store_url, seals=restored.seals)) as store:
        assert store.parties.get(Viewer(), "带电话") == party
    monkeypatch.setenv("RONGTONG_DATA_KEY", (source.data / KEY_FILE).read_text().strip())
    again = settings_of(tmp_path / "again")
    restore_backup(again, tmp_path / "b.zip")
    assert not (again.data / KEY_FILE).exists()
    with closing(open_store(again.store_url, seals=again.seals)) as store:
        assert store.parties.get(Viewer(), "带电话") == party


def test_a_campaign_s_files_come_along_but_for_its_frozen_snapshot(source: Settings, tmp_path: Path) -> None:
    run = source.data / "campaigns" / "run"
    (run / "inputs" / "1").mkdir(parents=True)
    (run / "inputs" / "1" / "vectors").write_bytes(b"large")
    (run / "candidates.safetensors").write_bytes(b"few")
    make_backup(source, tmp_path / "b.zip")
    restored = settings_of(tmp_path / "restored")
    restore_backup(restored, tmp_path / "b.zip")
    assert names_in(restored.data / "campaigns" / "run") == ["candidates.safetensors"]


def test_what_is_there_is_never_overwritten(source: Settings, backup: Path, tmp_path: Path) -> None:
    before = contents(source)
    with pytest.raises(BackupRefused, match="不是空的"):
        restore_backup(source, backup)
    with pytest.raises(BackupRefused, match="已存在"):
        make_backup(source, backup)
    with pytest.raises(BackupRefused, match="已有表"):
        restore_backup(settings_of(tmp_path / "new", f"sqlite:///{source.data}/rongtong.sqlite3"), backup)
    assert contents(source) == before
    assert not (tmp_path / "new").exists()
    (tmp_path / "empty").mkdir()
    restore_backup(settings_of(tmp_path / "empty"), backup)
    assert contents(settings_of(tmp_path / "empty")) == before


@pytest.mark.parametrize("make", [lambda _: None, lambda file: file.touch()])
def test_nothing_is_made_of_a_folder_without_a_database(make: Callable[[Path], None], tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "d")
    settings.data.mkdir()
    make(settings.data / "rongtong.sqlite3")
    with pytest.raises(BackupRefused):
        make_backup(settings, tmp_path / "b.zip")
    assert names_in(tmp_path) == ["d"]


def test_an_earlier_version_s_backup_is_migrated(tmp_path: Path) -> None:
    source = settings_of(tmp_path / "old")
    database = connect(source.store_url)
    with database.writing() as connection:
        migrating.upgrade(connection, "0001")
        insert = "INSERT INTO tenants (id, name, tier) VALUES ('local', '本级平台', 'local')"
        connection.exec_driver_sql(insert)
    database.close()
    assert make_backup(source, tmp_path / "b.zip").revision == "0001"
    restored = settings_of(tmp_path / "new")
    restore_backup(restored, tmp_path / "b.zip")
    database = connect(restored.store_url)
    with database.reading() as connection:
        assert migrating.revision(connection) == migrating.HEAD
    database.close()
    store = open_store(restored.store_url)
    assert [tenant.id for tenant in store.tenants.list()] == ["local"]
    store.close()
