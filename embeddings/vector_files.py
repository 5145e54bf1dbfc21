"""Vectors on disk: written in batches without holding them all, mapped instead of read."""

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from embeddings.arrays import ArrayWriter, mapped_array
from embeddings.codes import CodeWriter
from embeddings.errors import InvalidVectors

_ROWS = "rows.npy"


class VectorWriter:
    """Writes a folder that `Vectors.open` maps: a context manager, batches in row order, files whole at its end."""

    def __init__(self, folder: Path, dimension: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._dimension = dimension
        self._largest = 0.0
        self._rows = ArrayWriter(folder / _ROWS, np.float32, dimension)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.__exit__(kind, error, trace)
        if kind is None:
            CodeWriter(self._folder, mapped_rows(self._folder), self._largest).write()

    def append(self, rows: NDArray[np.float32]) -> None:
        """Write (n, d) float32 rows after those written before. Raises `InvalidVectors` for another shape."""
        if rows.ndim != 2 or rows.shape[1] != self._dimension or not np.isfinite(rows).all():
            raise InvalidVectors(
                found=f"形状为 {rows.shape} 的向量，或含有非数、无穷大",
                expected=f"(条数, {self._dimension}) 的有限实数",
                remedy="请用当前编码模型重新计算向量",
            )
        self._rows.append(rows)
        self._largest = max(self._largest, float(np.abs(rows).max(initial=0.0)))


def mapped_rows(folder: Path) -> NDArray[np.float32]:
    """Map the float32 rows in `folder`, read-only. Raises `InvalidVectors` where there are none."""
    return mapped_array(folder / _ROWS, np.float32, 2)
