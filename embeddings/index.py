"""Stored unit vectors, found again exactly: FAISS flat inner product under integer keys.

Filter first, then exact: over a filtered subset no approximate index is both right and faster.
"""

from pathlib import Path
from threading import RLock
from typing import Self

import faiss
import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors.numpy import load_file, save_file

from embeddings.errors import InvalidVectors
from embeddings.keys import KeyTable, as_keys

Keys = NDArray[np.int64]
Vectors = NDArray[np.float32]


class VectorIndex:
    """Vectors of one dimension addressed by int64 key; similarity is the inner product, higher is better."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._flat = faiss.IndexFlatIP(dimension)
        self._table = KeyTable()
        self._lock = RLock()  # FAISS moves its storage when it grows; searches must not read meanwhile

    def __len__(self) -> int:
        return len(self._table)

    @property
    def keys(self) -> Keys:
        """The keys held, in no promised order."""
        return self._table.keys.copy()

    def upsert(self, keys: ArrayLike, vectors: ArrayLike) -> None:
        """Store (n, d) `vectors` under n `keys`, replacing those already held; of a repeated key the last one stays.

        Raises `InvalidVectors` for a wrong shape or for components that are not finite.
        """
        wanted = as_keys(keys)
        rows = self._checked(vectors, len(wanted))
        last = len(wanted) - 1 - np.unique(wanted[::-1], return_index=True)[1]
        wanted, rows = wanted[last], rows[last]
        with self._lock:
            known = self._table.contains(wanted)
            if known.any():
                self._stored()[self._table.positions(wanted[known])] = rows[known]
            if not known.all():
                self._flat.add(np.ascontiguousarray(rows[~known]))
                self._table.append(wanted[~known])

    def remove(self, keys: ArrayLike) -> None:
        """Forget `keys`; those not held are passed over."""
        wanted = np.unique(as_keys(keys))
        with self._lock:
            positions = self._table.positions(wanted[self._table.contains(wanted)])
            if len(positions):
                self._flat.remove_ids(faiss.IDSelectorBatch(positions))
                self._table.delete(positions)

    def similarities(self, query: ArrayLike, keys: ArrayLike) -> Vectors:
        """Give the similarity of one (d,) query to each of n `keys`, as float32 (n,).

        Raises `UnknownKeys` where a key is not held.
        """
        vector = self._checked(np.atleast_2d(np.asarray(query, dtype=np.float32)), 1)[0]
        with self._lock:
            rows = self._stored()[self._table.positions(as_keys(keys))]
        found: Vectors = rows @ vector
        return found

    def nearest(self, query: ArrayLike, count: int, keys: ArrayLike | None = None) -> tuple[Keys, Vectors]:
        """Give up to `count` best keys and their similarities, best first, equals by key, among `keys` (None: all).

        Raises `UnknownKeys` where one of `keys` is not held.
        """
        row = self._checked(np.atleast_2d(np.asarray(query, dtype=np.float32)), 1)
        with self._lock:
            selected = None if keys is None else np.unique(self._table.positions(as_keys(keys)))
            count = min(count, len(self) if selected is None else len(selected))
            if count <= 0:
                return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
            parameters = None
            if selected is not None:
                parameters = faiss.SearchParameters(sel=faiss.IDSelectorArray(selected))  # type: ignore[call-arg]  # stub lacks it
            scores, positions = self._flat.search(row, count, params=parameters)
            found = self._table.keys[positions[0]]
        order = np.lexsort((found, -scores[0]))
        return found[order], scores[0][order]

    def save(self, path: Path) -> None:
        """Write keys and vectors to one safetensors file."""
        with self._lock:
            save_file({"keys": self._table.keys.copy(), "vectors": self._stored().copy()}, path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote. Raises what safetensors raises for a file that is not one."""
        tensors = load_file(path)
        vectors = tensors["vectors"]
        index = cls(int(vectors.shape[1]))
        index.upsert(tensors["keys"], vectors)
        return index

    def _stored(self) -> Vectors:
        size = self._flat.ntotal * self.dimension
        flat: Vectors = faiss.rev_swig_ptr(self._flat.get_xb(), size) if size else np.empty(0, dtype=np.float32)
        return flat.reshape(-1, self.dimension)

    def _checked(self, vectors: ArrayLike, count: int) -> Vectors:
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        if rows.size == 0 and count == 0:
            return rows.reshape(0, self.dimension)
        if rows.shape != (count, self.dimension) or not np.isfinite(rows).all():
            raise InvalidVectors(
                found=f"向量形状为 {rows.shape}" if rows.shape != (count, self.dimension) else "向量含有非数或无穷大",
                expected=f"({count}, {self.dimension}) 的有限实数",
                remedy="请用当前编码模型重新计算向量",
            )
        return rows
