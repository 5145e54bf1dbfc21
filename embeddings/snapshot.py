"""One derived snapshot: named files with their checksums, written aside and swapped whole.

SQL is the truth; a snapshot can always be rebuilt, so anything doubtful about it is refused rather than repaired.
One process writes at a time; any number read. A reader that has mapped the files keeps them when their folder is
removed, for POSIX frees them with their last user.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from embeddings.checksums import checksums
from embeddings.errors import EmbeddingsError, SnapshotCorrupt, SnapshotForeign, SnapshotMissing

FORMAT = 2
"""The layout of the manifest; another number is refused."""

_POINTER = "current"
_MANIFEST = "manifest.json"
_PREFIX = "snapshot-"
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot on disk: its folder, the encoder it belongs to, the caller's sequence number, rows by file."""

    folder: Path
    fingerprint: str
    sequence: int
    rows: Mapping[str, int]

    def file(self, name: str) -> Path:
        """Give the path of one named file or folder. Raises `SnapshotCorrupt` where the snapshot has none."""
        path = self.folder / name
        if not path.exists():
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
    """Write each file, or folder of files, by its function into a new folder; make it current, remove the older ones.

    Until the pointer is renamed a reader sees the old snapshot; after a crash it still does. What a writing function
    raises goes through, and nothing is left behind.
    """
    root.mkdir(parents=True, exist_ok=True)
    folder = root / f"{_PREFIX}{sequence}-{uuid4().hex[:12]}"
    folder.mkdir()
    try:
        for name, function in write.items():
            function(folder / name)
        manifest = {
            "format": FORMAT,
            "fingerprint": fingerprint,
            "sequence": sequence,
            "rows": dict(rows or {}),
            "files": _settled(folder),
        }
        _write_text(folder / _MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        _sync(folder)
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
    return read_snapshot(root, fingerprint=fingerprint, read=lambda snapshot: snapshot)


def read_snapshot(root: Path, *, fingerprint: str, read: Callable[[Snapshot], _Read]) -> _Read:
    """Open the current snapshot and give what `read` makes of it, such as its files mapped.

    Where a writer swaps snapshots meanwhile and removes the folder that is being read, the new one is read instead.
    Raises what `open_snapshot` and `read` raise.
    """
    while True:
        named = _named(root)
        try:
            return read(_checked(root / named, fingerprint))
        except (OSError, EmbeddingsError):
            if _named(root) == named:
                raise


def current_snapshot(root: Path) -> str | None:
    """Give the name of the current snapshot, which changes with every swap; None where there is none to read."""
    try:
        return _named(root)
    except (SnapshotMissing, SnapshotCorrupt):
        return None


def _checked(folder: Path, fingerprint: str) -> Snapshot:
    if not folder.is_dir():
        raise _corrupt("指针指向的快照不存在")
    manifest = _manifest(folder)
    if manifest["fingerprint"] != fingerprint:
        raise SnapshotForeign(
            found=f"快照由编码模型 {manifest['fingerprint'][:12]} 生成",
            expected=f"当前编码模型 {fingerprint[:12]} 的快照",
            remedy="请重建索引",
        )
    wanted = manifest["files"]
    missing = [name for name in wanted if not (folder / name).is_file()]
    if missing:
        raise _corrupt(f"文件 {missing[0]} 缺失")
    found = checksums({name: folder / name for name in wanted})
    changed = [name for name in wanted if found[name] != wanted[name]]
    if changed:
        raise _corrupt(f"文件 {changed[0]} 的校验和不符")
    return Snapshot(folder, fingerprint, manifest["sequence"], manifest["rows"])


def _named(root: Path) -> str:
    try:
        name = (root / _POINTER).read_bytes().decode("utf-8", "replace").strip()
    except FileNotFoundError:
        raise SnapshotMissing(found="还没有快照", expected="已建好的索引快照", remedy="请重建索引") from None
    if not name.startswith(_PREFIX) or "/" in name or "\0" in name:
        raise _corrupt("指针指向的快照不存在")
    return name


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


def _settled(folder: Path) -> dict[str, str]:
    """Bring every file and folder below `folder` to the disk; give the files' checksums by path within it."""
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    for path in folder.rglob("*"):
        _sync(path)
    return checksums(files)


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _point(root: Path, name: str) -> None:
    fresh = root / f".{_POINTER}-{uuid4().hex[:12]}"
    try:
        _write_text(fresh, name)
        fresh.replace(root / _POINTER)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    _sync(root)


def _remove_others(root: Path, kept: Path) -> None:
    for folder in root.glob(f"{_PREFIX}*"):
        if folder != kept:
            shutil.rmtree(folder, ignore_errors=True)


def _corrupt(found: str) -> SnapshotCorrupt:
    return SnapshotCorrupt(found=found, expected="完整且未被改动的快照", remedy="请重建索引")
