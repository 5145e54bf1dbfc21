"""The file that a backup is: a ZIP of JSON lines and files, with a manifest that tells every size and checksum.

Nothing in it depends on the database that it came from, and nothing but a ZIP reader is needed to look inside. A member
is never unpacked under the name that the archive gives before that name has been checked.
"""

import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from api.errors import BackupFailed, BackupRefused

FORMAT, VERSION = "rongtong-backup", 1
MANIFEST = "manifest.json"
SETTINGS = "settings.json"
PIECE = 1024 * 1024
_MAX_MANIFEST = 64 * PIECE
_NAME = re.compile(r"settings\.json|tables/[a-z_]{1,60}\.jsonl|files/[a-z]+(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}){1,3}")
_DAMAGED = (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, ValueError, KeyError, TypeError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Content:
    """What a member holds: bytes as they are when unpacked, and their SHA-256 (hexadecimal)."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class TableContent:
    """A table: its rows, and the last number that its counter gave (None where it has no counter)."""

    rows: int
    last_key: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `revision` is the schema's, `software` the version that wrote it."""

    created: str
    software: str
    revision: str
    database: str
    tables: Mapping[str, TableContent] = field(default_factory=dict)
    members: Mapping[str, Content] = field(default_factory=dict)

    def written(self) -> bytes:
        """The manifest as it stands in the archive."""
        document = {"format": FORMAT, "version": VERSION, **asdict(self)}
        return json.dumps(document, ensure_ascii=False, indent=1).encode()

    @classmethod
    def read(cls, raw: bytes) -> "Manifest":
        """Read what `written` wrote; `BackupRefused` for the format of another version, `ValueError` for nonsense."""
        document = json.loads(raw)
        made_by = (document.pop("format"), document.pop("version"))
        if made_by != (FORMAT, VERSION):
            raise refused(f"备份格式 {made_by!a}", f"{FORMAT} {VERSION}", "请用写出该备份的软件版本恢复")
        tables = {name: TableContent(**told) for name, told in document.pop("tables").items()}
        members = {name: Content(**told) for name, told in document.pop("members").items()}
        return cls(tables=tables, members=members, **document)


class ArchiveWriter:
    """Writes members one after another; each is compressed and added up on its way."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: dict[str, Content] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write one member from pieces of any length."""
        digest, size = sha256(), 0
        with self._archive.open(name, "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                size += len(piece)
        self.members[name] = Content(size, digest.hexdigest())

    def close(self, manifest: Manifest) -> None:
        """Write the manifest, and its own checksum where a ZIP keeps its comment."""
        raw = manifest.written()
        self._archive.writestr(MANIFEST, raw)
        self._archive.comment = sha256(raw).hexdigest().encode()


@contextmanager
def new_archive(file: Path) -> Iterator[ArchiveWriter]:
    """Write an archive aside and give it its name when it is whole and on disk; on any error nothing is left.

    Only this user may read it. Raises `BackupRefused` where the file exists, `BackupFailed` where it cannot be written.
    """
    if file.exists():
        raise refused(f"文件 {file} 已存在", "新的文件名", "请换一个文件名，例如带上日期")
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        part.touch(0o600, exist_ok=False)
        with part.open("wb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                yield ArchiveWriter(archive)
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(file)
        _sync_folder(file.parent)
    except OSError as error:
        raise failed(f"备份写不下去（{error.strerror or error}）", "可写且有余量的磁盘") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


class ArchiveReader:
    """A backup whose manifest and every byte have been checked."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def lines(self, table: str) -> Iterator[bytes]:
        """Yield the rows of a table, one JSON object each."""
        with self._archive.open(f"tables/{table}.jsonl") as member:
            yield from member

    def files(self) -> list[str]:
        """The names of the files, each below a folder of the data folder."""
        return sorted(name.removeprefix("files/") for name in self.manifest.members if name.startswith("files/"))

    def unpack(self, name: str, folder: Path) -> None:
        """Write one of `files()` below `folder`."""
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._archive.open(f"files/{name}") as member, target.open("xb") as file:
            while piece := member.read(PIECE):
                file.write(piece)

    def settings(self) -> dict[str, Any]:
        """The settings that were in force, secrets left out."""
        document: dict[str, Any] = json.loads(self._archive.read(SETTINGS))
        return document


@contextmanager
def open_archive(file: Path) -> Iterator[ArchiveReader]:
    """Open a backup after checking all of it: nothing missing, nothing added, every checksum right.

    Raises `BackupRefused` for anything else, before a single row has been used.
    """
    try:
        raw = file.open("rb")
    except OSError as error:
        raise refused(f"{file} 不能读（{error.strerror}）", "备份文件", "请核对路径和权限") from error
    with raw, _opened(raw) as archive:
        yield ArchiveReader(archive, _checked(archive))


@contextmanager
def _opened(raw: BinaryIO) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(raw)
    except _DAMAGED as error:
        raise _altered("文件不完整或不是备份") from error
    with archive:
        yield archive


def _checked(archive: zipfile.ZipFile) -> Manifest:
    try:
        manifest = Manifest.read(_manifest_of(archive))
        _check_names(archive, manifest)
        for name, content in manifest.members.items():
            if _content(archive, name, content.bytes) != content:
                raise _altered(f"{name} 的内容与清单不符")
    except (*_DAMAGED, zipfile.zlib.error) as error:  # type: ignore[attr-defined]  # zipfile raises it, untranslated
        raise _altered("备份内容读不出来") from error
    return manifest


def _manifest_of(archive: zipfile.ZipFile) -> bytes:
    if MANIFEST not in archive.namelist() or archive.getinfo(MANIFEST).file_size > _MAX_MANIFEST:
        raise _altered("没有清单")
    raw = archive.read(MANIFEST)
    if sha256(raw).hexdigest().encode() != archive.comment:
        raise _altered("清单的校验和不符")
    return raw


def _check_names(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Each name once, each of a form that cannot leave its folder, exactly those of the manifest."""
    names = archive.namelist()
    expected = {MANIFEST, SETTINGS, *manifest.members, *(f"tables/{table}.jsonl" for table in manifest.tables)}
    if len(names) != len(set(names)) or set(names) != expected:
        raise _altered("文件清单与内容不符")
    for name in manifest.members:
        if not is_safe_name(name):
            raise _altered(f"含有不合规的文件名 {name[:40]!a}")


def _content(archive: zipfile.ZipFile, name: str, most: int) -> Content:
    """What a member really holds, read no further than it may be long."""
    digest, size = sha256(), 0
    with archive.open(name) as member:
        while size <= most and (piece := member.read(PIECE)):
            digest.update(piece)
            size += len(piece)
    return Content(size, digest.hexdigest())


def is_safe_name(name: str) -> bool:
    """Whether a member may bear this name: no way up, no absolute path, no hidden file, nothing that a shell minds."""
    return _NAME.fullmatch(name) is not None


def refused(found: str, expected: str, remedy: str) -> BackupRefused:
    """The refusal of a file or of a target."""
    return BackupRefused(found=found, expected=expected, remedy=remedy)


def failed(found: str, expected: str) -> BackupFailed:
    """The failure to write, after which nothing half is left."""
    return BackupFailed(found=found, expected=expected, remedy="没有留下半份结果；请腾出空间或改正权限后重新运行")


def _altered(found: str) -> BackupRefused:
    return refused(found, "完整、未经改动的备份文件", "请换用另一份备份；没有恢复任何内容")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
