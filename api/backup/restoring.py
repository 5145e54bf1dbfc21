"""Bring a backup back, into an empty place only: checked first, built aside, whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from uuid import uuid4

import orjson
from sqlalchemy import Connection, delete, inspect

from api.access.sealing import KEY_FILE, Seals
from api.backup.archive import ArchiveReader, Manifest, failed, open_archive, refused
from api.backup.making import WAITING, Progress
from api.backup.rows import insert_rows, set_last_key, tables_of
from api.settings import Settings
from api.store.database import Database, connect
from api.store.marks import IDENTITY, write_mark
from api.store.migrating import HEAD, upgrade
from api.store.sealed_facts import DATA_KEY


def restore_backup(
    settings: Settings,
    file: Path,
    *,
    key_file: Path | None = None,
    progress: Progress = lambda _table, _rows: None,
) -> Manifest:
    """Restore `file` into the empty data folder and the empty database that `settings` name; gives its manifest.

    The rows are laid into tables of the version that wrote them and then migrated to this one. The database gets a new
    identity, so that no snapshot of the index made elsewhere is ever taken for its own.

    Personal data stays sealed: the key that it was sealed with is given by the settings or is in `key_file`, which is
    copied into the data folder.

    Raises `DataKeyMissing` where it is neither, `BackupRefused` (target in use, archive incomplete or altered, made by
    a later version), before anything is written; `BackupFailed` and `StoreUnavailable` with nothing half left behind.
    """
    with open_archive(file) as archive, _target(settings, archive.manifest) as (aside, database):
        seals = _seals(settings, aside, key_file)
        needed = _key_of(archive)
        if needed is not None:
            seals.expect(needed)
            _ = seals.ring
        for name in archive.files():
            archive.unpack(name, aside)
            if name.startswith(f"{WAITING}/"):
                path = aside / name
                path.write_bytes(seals.open_bytes(path.read_bytes(), f"files/{name}"))
        with database.writing() as connection:
            _require_empty(connection)
            _fill(connection, archive, progress)
        return archive.manifest


def _seals(settings: Settings, aside: Path, key_file: Path | None) -> Seals:
    """What opens the backup; the key's file is copied to where it will be looked for."""
    kept = aside / KEY_FILE
    if key_file is not None:
        try:
            content = key_file.read_bytes()
        except OSError as error:
            raise refused(f"{key_file} 不能读（{error.strerror}）", "数据密钥文件", "请核对路径和权限") from error
        kept.touch(0o600)
        kept.write_bytes(content)
    return Seals(kept if kept.exists() else None, settings.data_key)


def _key_of(archive: ArchiveReader) -> str | None:
    """The key that the backup's personal data is sealed with; None where there is none in it."""
    if "marks" not in archive.manifest.tables:
        return None
    marks = (orjson.loads(line) for line in archive.lines("marks"))
    return next((mark["value"] for mark in marks if mark["name"] == DATA_KEY), None)


@contextmanager
def _target(settings: Settings, manifest: Manifest) -> Iterator[tuple[Path, Database]]:
    """Yield a folder beside the data folder, with the database open; at the end it takes the data folder's name."""
    data = settings.data
    aside = data.with_name(f".{data.name}.restoring-{uuid4().hex[:8]}")
    inside = settings.model_copy(update={"data": aside}).store_url
    with ExitStack() as undo:
        try:
            _require_room(data, manifest)
            aside.mkdir(parents=True)
            undo.callback(shutil.rmtree, aside, ignore_errors=True)
            undo.callback(_remove_database, inside.database) if _is_new_file(settings) else None
            with closing(connect(inside)) as database:
                yield aside, database
            aside.replace(data)
        except OSError as error:
            raise failed(f"恢复写不下去（{error.strerror or error}）", "可写且有余量的磁盘") from error
        undo.pop_all()


def _require_room(data: Path, manifest: Manifest) -> None:
    if data.exists() and any(data.iterdir()):
        raise refused(f"数据文件夹 {data} 不是空的", "空的或尚未建立的文件夹", "请换一个 --data，旧的数据不会被覆盖")
    parent = next(folder for folder in data.parents if folder.is_dir())
    needed = sum(content.bytes for content in manifest.members.values())
    free = shutil.disk_usage(parent).free
    if free < needed:
        raise failed(f"磁盘余量 {free:,} 字节", f"至少 {needed:,} 字节")


def _is_new_file(settings: Settings) -> bool:
    """Whether the database is a SQLite file of its own, outside of the data folder, that is not there yet."""
    url = settings.store_url
    outside = url.get_backend_name() == "sqlite" and settings.database_url is not None
    return outside and not os.path.exists(url.database or "")  # noqa: PTH110  # as SQLite takes it


def _remove_database(file: str | None) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def _require_empty(connection: Connection) -> None:
    if inspect(connection).get_table_names():
        raise refused("目标数据库里已有表", "空的数据库", "请新建一个数据库，旧的数据不会被覆盖")


def _fill(connection: Connection, archive: ArchiveReader, progress: Progress) -> None:
    manifest = archive.manifest
    upgrade(connection, to=manifest.revision)
    tables = tables_of(connection)
    if {table.name for table in tables} != set(manifest.tables):
        raise refused("备份中的表与其版本不符", "同一版本写出的备份", "请换用另一份备份")
    for table in reversed(tables):
        connection.execute(delete(table))
    for table in tables:
        told = manifest.tables[table.name]
        count = insert_rows(connection, table, archive.lines(table.name))
        if count != told.rows:
            raise refused(f"表 {table.name} 有 {count} 行", f"清单所写的 {told.rows} 行", "请换用另一份备份")
        set_last_key(connection, table, told.last_key)
        progress(table.name, count)
    upgrade(connection, to=HEAD)
    write_mark(connection, IDENTITY, uuid4().hex)
