"""Which rows a search may choose from (选择范围): all, a mask of them, or positions, each used as it is given."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import InvalidVectors

Positions = NDArray[np.int64]


class Choice:
    """Some of n rows. A mask is not made into positions, nor positions into a mask, unless somebody asks for them."""

    def __init__(self, total: int, mask: NDArray[np.bool_] | None = None, positions: Positions | None = None) -> None:
        self._total = total
        self._mask = mask
        self._given = positions

    @classmethod
    def of(cls, given: NDArray[np.int64] | NDArray[np.bool_] | None, total: int) -> "Choice":
        """Choose all (None), those of a mask, or those at positions in any order; repeats count once.

        Raises `InvalidVectors` for a mask of another length and for positions that are not there.
        """
        if given is None:
            return cls(total)
        rows: NDArray[Any] = np.asarray(given)
        if rows.dtype != np.bool_:
            wanted = checked_positions(rows, total)
            return cls(total, positions=wanted if np.all(wanted[1:] > wanted[:-1]) else np.unique(wanted))
        if rows.shape != (total,):
            raise InvalidVectors(
                found=f"形状为 {rows.shape} 的筛选", expected=f"({total},) 的真假值", remedy="请检查传入的筛选"
            )
        return cls(total, mask=rows)

    def __len__(self) -> int:
        return self._count

    @cached_property
    def _count(self) -> int:
        if self._given is not None:
            return len(self._given)
        return self._total if self._mask is None else int(np.count_nonzero(self._mask))

    @cached_property
    def positions(self) -> Positions:
        """The chosen rows' positions, rising."""
        if self._given is not None:
            return self._given
        return np.arange(self._total) if self._mask is None else np.flatnonzero(self._mask)

    @cached_property
    def mask(self) -> NDArray[np.bool_] | None:
        """Which rows are chosen (n,); None is all of them."""
        if self._given is None or len(self._given) == self._total:
            return self._mask
        found = np.zeros(self._total, dtype=np.bool_)
        found[self._given] = True
        return found


def checked_positions(given: NDArray[Any], total: int) -> Positions:
    """Positions among n rows as int64. Raises `InvalidVectors` for what is not there, or no positions at all."""
    wanted: NDArray[Any] = np.ascontiguousarray(given)
    if wanted.size == 0:
        return np.empty(0, dtype=np.int64)
    if wanted.ndim != 1 or wanted.dtype.kind not in "iu":
        raise _misplaced(f"形状为 {wanted.shape}、类型为 {wanted.dtype} 的位置", "一维整数")
    if wanted.min() < 0 or wanted.max() >= total:
        raise _misplaced(f"位置 {wanted.min()} 至 {wanted.max()}", f"0 至 {total - 1}")
    return wanted.astype(np.int64, copy=False)


def _misplaced(found: str, expected: str) -> InvalidVectors:
    return InvalidVectors(found=found, expected=expected, remedy="请检查传入的向量与位置")
