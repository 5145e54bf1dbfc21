"""Checksums of large files, fast: SHA-256 by blocks, the blocks shared by all processors.

One SHA-256 over a gigabyte keeps one processor busy for most of a second. Blocks of 16 MiB are hashed side by side, and
the checksum of a file is the SHA-256 of its blocks' digests, which any change or cut changes too.
"""

import hashlib
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_BLOCK = 16 << 20
_PIECE = 1 << 18
"""Read at one time: a block as a whole would leave its 16 MiB in the process for good, once a thread."""


def checksums(files: Mapping[str, Path]) -> dict[str, str]:
    """Give the hexadecimal checksum of each of `files` by its name. Raises `OSError` where one cannot be read."""
    blocks = [(path, start) for path in files.values() for start in range(0, max(path.stat().st_size, 1), _BLOCK)]
    with ThreadPoolExecutor(max(1, len(os.sched_getaffinity(0)))) as pool:
        digests = list(pool.map(_digest, *zip(*blocks, strict=True))) if blocks else []
    joined = {path: hashlib.sha256() for path in files.values()}
    for (path, _), digest in zip(blocks, digests, strict=True):
        joined[path].update(digest)
    return {name: joined[path].hexdigest() for name, path in files.items()}


def _digest(path: Path, start: int) -> bytes:
    """Hash one block; it is read rather than mapped, for a mapped file that is cut meanwhile kills its reader."""
    digest, room = hashlib.sha256(), memoryview(bytearray(_PIECE))
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        for left in range(_BLOCK, 0, -_PIECE):
            digest.update(room[: file.readinto(room[:left])])
    return digest.digest()
