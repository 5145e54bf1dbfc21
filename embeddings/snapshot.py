"""One derived snapshot: named files with their checksums, written aside and swapped whole.

SQL is the truth; a snapshot can always be rebuilt, so anything doubtful about it is refused rather than repaired.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from embeddings.errors import SnapshotCorrupt, SnapshotForeign, SnapshotMissing

FORMAT = 1
"""The layout of the manifest; another number is refused."""

_POINTER = "current"
_MANIFEST = "manifest.json"
_PREFIX = "snapshot-"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot on disk: its folder, the encoder it belongs to, the caller's sequence number, rows by file."""

    folder: Path
    fingerprint: str
    sequence: int
    rows: Mapping[str, int]

    def file(self, name: str) -> Path:
        """Give the path of one named file. Raises `SnapshotCorrupt` where the snapshot has no such file."""
        path = self.folder / name
        if not path.is_file():
            raise _corrupt(f"快照中没有文件 {name}")
        return path


def write_snapshot(
    root: Path,
    *,
    fingerprint: str,
    sequence: int,
    write: Mapping[str, Callable[[Path], None]],
    rows: Mapping[str, int] | None = None,
) -> Snapshot:
    """Write each file by its function into a new folder, then make it the current one and remove the older ones.

    Until the pointer is renamed a reader sees the old snapshot; after a crash it still does. What a writing function
    raises goes through, and nothing is left behind.
    """
    root.mkdir(parents=True, exist_ok=True)
    folder = root / f"{_PREFIX}{sequence}-{uuid4().hex[:12]}"
    folder.mkdir()
    try:
        checksums = {name: _written(folder / name, function) for name, function in write.items()}
        manifest = {
            "format": FORMAT,
            "fingerprint": fingerprint,
            "sequence": sequence,
            "rows": dict(rows or {}),
            "files": checksums,
        }
        _write_text(folder / _MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        _sync_folder(folder)
        _point(root, folder.name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _remove_others(root, folder)
    return Snapshot(folder, fingerprint, sequence, dict(rows or {}))


def open_snapshot(root: Path, *, fingerprint: str) -> Snapshot:
    """Open the current snapshot after checking every file against its checksum.

    Raises `SnapshotMissing` where none was written, `SnapshotCorrupt` where a part is torn, missing, changed or of an
    unknown format, `SnapshotForeign` where it belongs to another encoder.
    """
    folder = _current(root)
    manifest = _manifest(folder)
    if manifest["fingerprint"] != fingerprint:
        raise SnapshotForeign(
            found=f"快照由编码模型 {manifest['fingerprint'][:12]} 生成",
            expected=f"当前编码模型 {fingerprint[:12]} 的快照",
            remedy="请重建索引",
        )
    for name, checksum in manifest["files"].items():
        path = folder / name
        if not path.is_file() or _checksum(path) != checksum:
            raise _corrupt(f"文件 {name} 缺失或校验和不符")
    return Snapshot(folder, fingerprint, manifest["sequence"], manifest["rows"])


def _current(root: Path) -> Path:
    pointer = root / _POINTER
    if not pointer.is_file():
        raise SnapshotMissing(found="还没有快照", expected="已建好的索引快照", remedy="请重建索引")
    name = pointer.read_bytes().decode("utf-8", "replace").strip()
    folder = root / name
    if not name.startswith(_PREFIX) or "/" in name or "\0" in name or not folder.is_dir():
        raise _corrupt("指针指向的快照不存在")
    return folder


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _corrupt("清单无法读取") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _corrupt("清单格式未知")
    expected = {"fingerprint": str, "sequence": int, "rows": dict, "files": dict}
    if any(not isinstance(manifest.get(name), kind) for name, kind in expected.items()):
        raise _corrupt("清单不完整")
    return manifest


def _written(path: Path, function: Callable[[Path], None]) -> str:
    function(path)
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    return _checksum(path)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _point(root: Path, name: str) -> None:
    fresh = root / f".{_POINTER}-{uuid4().hex[:12]}"
    _write_text(fresh, name)
    fresh.replace(root / _POINTER)
    _sync_folder(root)


def _remove_others(root: Path, kept: Path) -> None:
    for folder in root.glob(f"{_PREFIX}*"):
        if folder != kept:
            shutil.rmtree(folder, ignore_errors=True)


def _corrupt(found: str) -> SnapshotCorrupt:
    return SnapshotCorrupt(found=found, expected="完整且未被改动的快照", remedy="请重建索引")
