"""Stored unit vectors by position, immutable, searched exactly whatever part of them is asked for.

Filter first, then exact: over a filtered subset no approximate index is both right and faster. Every similarity is the
same float32 inner product, by the same kernel, whichever way a row was reached, so that a pair's similarity does not
hang on the question. Safe to call from several threads.
"""

from pathlib import Path
from typing import Self

import faiss
import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.choices import Choice, checked_positions
from embeddings.codes import Codes, mapped_codes
from embeddings.errors import InvalidVectors
from embeddings.lanes import in_pieces
from embeddings.plans import Plan, candidates, cheapest
from embeddings.vector_files import mapped_rows

Positions = NDArray[np.int64]
Rows = NDArray[np.float32]
Similarities = NDArray[np.float32]

_PIECE = 32_768
_WIDER = 4


class Vectors:
    """n unit vectors of d dimensions, addressed by position 0 to n - 1; similarity is the inner product."""

    def __init__(self, rows: Rows, codes: Codes | None = None) -> None:
        self._rows = rows
        self._codes = codes

    @classmethod
    def of(cls, rows: ArrayLike) -> Self:
        """Hold (n, d) rows in memory. Raises `InvalidVectors` for a wrong shape or what is not finite."""
        array = np.ascontiguousarray(rows, dtype=np.float32)
        if array.ndim != 2 or not np.isfinite(array).all():
            raise _invalid(f"形状为 {array.shape} 的向量，或含有非数、无穷大", "(条数, 维数) 的有限实数")
        return cls(array)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Map what `VectorWriter` wrote; rows are read when they are needed and shared with other processes.

        Raises `InvalidVectors` where the files are not that.
        """
        rows, codes = mapped_rows(folder), mapped_codes(folder)
        if codes.codes.shape != rows.shape:
            raise _invalid(f"形状为 {codes.codes.shape} 的编码", f"与向量相同的形状 {rows.shape}")
        return cls(rows, codes)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""
        return int(self._rows.shape[1])

    def slice(self, start: int, stop: int) -> "Vectors":
        """Give rows `start` to `stop` as vectors of their own, with positions from 0; nothing is copied."""
        return Vectors(self._rows[start:stop], None if self._codes is None else self._codes.slice(start, stop))

    def rows(self, positions: ArrayLike | None = None) -> Rows:
        """Give the rows at `positions` (None: all, without copying) as (m, d) float32."""
        return self._rows if positions is None else self._rows[checked_positions(np.asarray(positions), len(self))]

    def similarities(self, query: ArrayLike, positions: ArrayLike | None = None) -> Similarities:
        """Give the similarity of one (d,) query to each of m `positions` (None: all), as float32 (m,), in their order.

        Positions may come in any order and repeat. Raises `InvalidVectors` for a query of another dimension and for
        positions that are not there.
        """
        vector = self._query(query)
        wanted = np.arange(len(self)) if positions is None else checked_positions(np.asarray(positions), len(self))
        found = np.empty(len(wanted), dtype=np.float32)

        def run(start: int, stop: int) -> None:
            part = wanted[start:stop]
            faiss.fvec_inner_products_by_idx(  # type: ignore[attr-defined]  # the stub lacks it
                faiss.swig_ptr(found[start:stop]),
                faiss.swig_ptr(vector),
                faiss.swig_ptr(self._rows),
                faiss.swig_ptr(part),
                self.dimension,
                1,
                len(part),
            )

        if len(wanted):
            in_pieces(run, len(wanted), _PIECE)
        return found

    def nearest(
        self, query: ArrayLike, count: int, positions: NDArray[np.int64] | NDArray[np.bool_] | None = None
    ) -> tuple[Positions, Similarities]:
        """Give up to `count` best positions and their similarities, best first, equals by position.

        `positions` are the rows to choose from: int64 positions in any order, repeats counting once, or a mask of all
        rows; None means all. Raises `InvalidVectors` as `similarities` does.
        """
        vector, choice = self._query(query), Choice.of(positions, len(self))
        plan = cheapest(len(self), len(choice), count)
        if self._codes is not None and plan is not Plan.GATHER:
            found = self._scanned(self._codes, vector, choice, count, plan)
            if found is not None:
                return found
        return best(self.similarities(vector, choice.positions), choice.positions, count)

    def _scanned(
        self, codes: Codes, vector: Rows, choice: Choice, count: int, plan: Plan
    ) -> tuple[Positions, Similarities] | None:
        """Take more and more candidates from the codes until their exact similarities prove that none was missed.

        Gives None where that takes half of the rows, as where less than `count` are similar at all.
        """
        among, mask = (None, choice.mask) if plan is Plan.SCAN else (choice.positions, None)
        wanted = candidates(count)
        while wanted < len(choice) / 2:
            found, most = codes.scan(vector, wanted, among, mask)
            positions, similarities = best(self.similarities(vector, found), found, count)
            if 0 < len(positions) == count and similarities[-1] > max(most, 0.0):
                return positions, similarities
            wanted *= _WIDER
        return None

    def _query(self, query: ArrayLike) -> Rows:
        vector = np.ascontiguousarray(query, dtype=np.float32)
        if vector.shape != (self.dimension,) or not np.isfinite(vector).all():
            raise _invalid(f"形状为 {vector.shape} 的查询向量，或含有非数、无穷大", f"({self.dimension},) 的有限实数")
        return vector


def best(similarities: Similarities, positions: Positions, count: int) -> tuple[Positions, Similarities]:
    """Give the `count` highest of `similarities` with their `positions`, best first, equals by position."""
    count = min(max(count, 0), len(positions))
    if count == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
    least = np.partition(similarities, len(similarities) - count)[len(similarities) - count]
    kept = np.flatnonzero(similarities >= least)
    order = kept[np.lexsort((positions[kept], -similarities[kept]))][:count]
    return positions[order], similarities[order]


def _invalid(found: str, expected: str) -> InvalidVectors:
    return InvalidVectors(found=found, expected=expected, remedy="请检查传入的向量与位置")
