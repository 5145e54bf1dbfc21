"""Which row holds which key: int64 keys to positions, looked up for a whole array at once."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.errors import InvalidVectors, UnknownKeys

Keys = NDArray[np.int64]


def as_keys(keys: ArrayLike) -> Keys:
    """Give `keys` as a one-dimensional int64 array. Raises `InvalidVectors` where they are something else."""
    array = np.atleast_1d(np.asarray(keys))
    if array.size == 0:
        return np.empty(0, dtype=np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise InvalidVectors(
            found=f"键的形状为 {array.shape}、类型为 {array.dtype}", expected="一维整数", remedy="请检查传入的键"
        )
    return array.astype(np.int64)


class KeyTable:
    """Keys in the order of their rows, with a sorted view that is made when it is next needed."""

    def __init__(self, keys: ArrayLike = ()) -> None:
        self.keys = as_keys(keys)
        self._order: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.keys)

    def append(self, keys: Keys) -> None:
        """Add new keys as the next rows."""
        self.keys = np.concatenate([self.keys, keys])
        self._order = None

    def delete(self, positions: NDArray[np.int64]) -> None:
        """Drop rows; the later ones move up."""
        self.keys = np.delete(self.keys, positions)
        self._order = None

    def contains(self, keys: Keys) -> NDArray[np.bool_]:
        """Tell for each key whether it is held."""
        return self._find(keys)[1]

    def positions(self, keys: Keys) -> NDArray[np.int64]:
        """Give the row of each key. Raises `UnknownKeys` where one is not held."""
        rows, known = self._find(keys)
        if not known.all():
            missing = keys[~known]
            raise UnknownKeys(
                found=f"索引中没有 {len(missing)} 个键，例如 {missing[:3].tolist()}",
                expected="已写入索引的键",
                remedy="请先写入这些记录，或重建索引",
            )
        return rows

    def _find(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        if not len(self.keys):
            return np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.bool_)
        if self._order is None:
            self._order = np.argsort(self.keys, kind="stable")
        slots = np.searchsorted(self.keys, keys, sorter=self._order)
        rows = self._order[np.minimum(slots, len(self.keys) - 1)]
        return rows, self.keys[rows] == keys
