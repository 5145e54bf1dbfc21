"""Vectors on disk: written in batches without holding them all, mapped instead of read."""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from embeddings.errors import InvalidVectors

_ROWS = "rows.npy"


class VectorWriter:
    """Writes a folder that `Vectors.open` maps: a context manager, batches in row order, files whole at its end."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._dimension = dimension
        self._count = 0
        self._file: BinaryIO

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file = (self._folder / _ROWS).open("wb")
        self._head()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            if kind is None:
                self._file.seek(0)
                self._head()

    def append(self, rows: NDArray[np.float32]) -> None:
        """Write (n, d) float32 rows after those written before. Raises `InvalidVectors` for another shape."""
        if rows.ndim != 2 or rows.shape[1] != self._dimension or not np.isfinite(rows).all():
            raise _unreadable(
                f"形状为 {rows.shape} 的向量，或含有非数、无穷大", f"(条数, {self._dimension}) 的有限实数"
            )
        self._file.write(np.ascontiguousarray(rows, dtype=np.float32).data)
        self._count += len(rows)

    def _head(self) -> None:
        """Write the header; numpy pads it, so that the one with the real count takes the same room."""
        shape = (self._count, self._dimension)
        npy.write_array_header_1_0(self._file, {"descr": "<f4", "fortran_order": False, "shape": shape})


def mapped_rows(folder: Path) -> NDArray[np.float32]:
    """Map the float32 rows in `folder`, read-only. Raises `InvalidVectors` where there are none."""
    try:
        rows = np.asarray(np.load(folder / _ROWS, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        raise _unreadable(f"{folder.name} 中没有可读的向量", "完整的向量文件") from error
    if rows.ndim != 2 or rows.dtype != np.float32:
        raise _unreadable(f"形状为 {rows.shape}、类型为 {rows.dtype} 的向量", "(条数, 维数) 的 float32")
    return rows


def _unreadable(found: str, expected: str) -> InvalidVectors:
    return InvalidVectors(found=found, expected=expected, remedy="请重建索引")
