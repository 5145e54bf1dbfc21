"""Arrays on disk as `.npy` files: written piece by piece without holding them all, mapped instead of read."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike, NDArray

from embeddings.errors import InvalidVectors


class ArrayWriter:
    """Writes an array whose length is known at the end: a context manager; `width` makes it two-dimensional."""

    def __init__(self, path: Path, dtype: DTypeLike, width: int | None = None) -> None:
        self._dtype = np.dtype(dtype)
        self._tail = () if width is None else (width,)
        self._file = path.open("wb")
        self.count = 0
        self._head()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            if kind is None:
                self._file.seek(0)
                self._head()

    def append(self, values: NDArray[Any]) -> None:
        """Write values, or rows of the width, after those written before."""
        self._file.write(np.ascontiguousarray(values, dtype=self._dtype).data)
        self.count += len(values)

    def _head(self) -> None:
        """Write the header; numpy pads it, so that the one with the final count takes the same room."""
        shape = (self.count, *self._tail)
        npy.write_array_header_1_0(
            self._file, {"descr": npy.dtype_to_descr(self._dtype), "fortran_order": False, "shape": shape}
        )


def write_array(path: Path, values: NDArray[Any]) -> None:
    """Write one array as a file that `mapped_array` reads."""
    with ArrayWriter(path, values.dtype, values.shape[1] if values.ndim == 2 else None) as writer:
        writer.append(values)


def mapped_array(path: Path, dtype: DTypeLike, dimensions: int = 1) -> NDArray[Any]:
    """Map the array in `path`, read-only, shared with every process that maps it.

    Raises `InvalidVectors` where there is none of this type and number of dimensions.
    """
    try:
        values = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        raise _unreadable(f"文件 {path.name} 缺失或无法读取") from error
    if values.dtype != np.dtype(dtype) or values.ndim != dimensions:
        raise _unreadable(f"文件 {path.name} 是形状 {values.shape}、类型 {values.dtype} 的数组")
    return values


def _unreadable(found: str) -> InvalidVectors:
    return InvalidVectors(found=found, expected="本程序写出的索引文件", remedy="请重建索引")
