"""Write a backup while the service runs: every table as of one moment, then the files that rows point at."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import URL, Connection, make_url, text

from api.access.sealing import Seals
from api.backup.archive import (
    PIECE,
    SETTINGS,
    ArchiveWriter,
    Manifest,
    TableContent,
    is_safe_name,
    new_archive,
    refused,
)
from api.backup.rows import last_key, tables_of, written_rows
from api.settings import Settings
from api.store.database import Database, connect
from api.store.migrating import revision

WAITING, KEPT = "jobs", ("imports", "campaigns")
"""The folders of the data folder that rows point into: what waits for a job; problem files, candidates of campaigns."""
_DERIVED = "inputs"
"""A campaign's frozen snapshot: as large as the index, and taken anew where it is not there."""
_SECRET = {"database_url", "redis_url", "data_key"}
Progress = Callable[[str, int], None]
"""Told the table in hand and how many of its rows are written."""


def make_backup(settings: Settings, file: Path, *, progress: Progress = lambda _table, _rows: None) -> Manifest:
    """Write everything of an installation that cannot be derived into `file`; readers and writers go on meanwhile.

    SQLite's write-ahead log and PostgreSQL's REPEATABLE READ both give one transaction one moment, so that both
    databases are read the same way, and no second copy of the database is needed on disk. The snapshot of the index is
    left out: it is derived.

    Raises `BackupRefused` (the file exists, nothing to back up), `BackupFailed` and `StoreUnavailable`.
    """
    _require(settings.store_url)
    database = connect(settings.store_url)
    try:
        with new_archive(file) as archive:
            seals = settings.seals
            # a job may end, and its file go, while the rows are read
            _add_folder(archive, settings.data, WAITING, seals)
            with one_moment(database) as connection:
                found = revision(connection)
                if found is None:
                    raise refused("数据库是空的", "已初始化的数据库", "请核对 --data 或 DATABASE_URL")
                tables = _tables(connection, archive, progress)
            for folder in (WAITING, *KEPT):
                _add_folder(archive, settings.data, folder, seals if folder == WAITING else None)
            archive.add(SETTINGS, [orjson.dumps(_without_secrets(settings))])
            now = datetime.now(UTC).isoformat(timespec="seconds")
            kind = database.engine.dialect.name
            manifest = Manifest(now, version("rongtong"), found, kind, tables, dict(archive.members))
            archive.close(manifest)
    finally:
        database.close()
    return manifest


@contextmanager
def one_moment(database: Database) -> Iterator[Connection]:
    """Yield a connection on which every read sees the same moment, however long it takes."""
    with database.reading() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        yield connection


def _tables(connection: Connection, archive: ArchiveWriter, progress: Progress) -> dict[str, TableContent]:
    written: dict[str, TableContent] = {}
    for table in tables_of(connection):
        counter = _Counted(table.name, progress)
        archive.add(f"tables/{table.name}.jsonl", counter.through(written_rows(connection, table)))
        written[table.name] = TableContent(counter.rows, last_key(connection, table))
    return written


class _Counted:
    """Joins lines into pieces worth compressing, and counts them."""

    def __init__(self, table: str, progress: Progress) -> None:
        self.rows = 0
        self._table = table
        self._progress = progress

    def through(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        held: list[bytes] = []
        size = 0
        for line in lines:
            held.append(line)
            size += len(line)
            self.rows += 1
            if size >= PIECE:
                yield b"".join(held)
                held, size = [], 0
                self._progress(self._table, self.rows)
        yield b"".join(held)
        self._progress(self._table, self.rows)


def _add_folder(archive: ArchiveWriter, data: Path, folder: str, seals: Seals | None) -> None:
    """Add the files of a folder that are not in the archive yet; one that goes meanwhile is left out.

    With `seals` they are sealed on their way: an upload that waits holds telephone numbers as they were sent.
    """
    for path in sorted((data / folder).rglob("*")):
        inside = path.relative_to(data)
        name = f"files/{inside.as_posix()}"
        if _DERIVED in inside.parts:
            continue
        if name not in archive.members and path.is_file() and not path.is_symlink() and is_safe_name(name):
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue
            with file:
                plain = iter(lambda file=file: file.read(PIECE), b"")  # type: ignore[misc]
                archive.add(name, plain if seals is None else [seals.seal_bytes(b"".join(plain), name)])


def _without_secrets(settings: Settings) -> dict[str, Any]:
    return settings.model_dump(mode="json", exclude=_SECRET)


def _require(url: URL | str) -> None:
    """Opening a SQLite file that is not there would make it."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite" and not Path(made.database or "").is_file():
        raise refused("没有数据库文件", "已初始化的数据文件夹", "请核对 --data 或 DATABASE_URL")
