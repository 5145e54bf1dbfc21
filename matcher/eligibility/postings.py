"""Which rows hold each code of a column (倒排表), so that those of one city are found without a pass over all.

Most filters name a place or a trade. Where few rows can hold it, these are taken from here and only they are compared
with the rest of the rule, which costs by how many they are and not by how many there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.eligibility.bits import unpacked
from matcher.eligibility.buffers import Column

Runs = Sequence[tuple[int, int]]
"""Codes by their places in the dictionary, first to last, both included."""


@dataclass(frozen=True, slots=True)
class Postings:
    """The rows of a column of n codes, by code and then by place, those whose code is not known at the end.

    `rows` (n,); the rows of code c are those from `starts[c]` to before `starts[c + 1]`.
    """

    rows: NDArray[np.uint32]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, column: Column) -> "Postings":
        """Sort the rows of a column of codes; numpy sorts numbers of 16 bits by their digits, in one pass each."""
        codes = column.values[: column.size]
        top = int(codes.max(initial=0)) + 1
        keys = codes.astype(np.uint16 if top < 1 << 16 else np.uint32)  # a copy, which the next line may change
        if column.validity is not None:
            known = unpacked(column.validity, column.offset + column.size)[column.offset :]
            keys[~known] = top
        starts = np.concatenate(([0], np.cumsum(np.bincount(keys, minlength=top + 1))))
        return cls(np.argsort(keys, kind="stable").astype(np.uint32), starts)

    def held(self, runs: Runs, *, unknown: bool) -> "Held":
        """The rows that hold one of some codes, or, with `unknown`, may hold it."""
        top = len(self.starts) - 2
        spans = [(int(self.starts[min(first, top)]), int(self.starts[min(last + 1, top)])) for first, last in runs]
        if unknown:
            spans.append((int(self.starts[top]), len(self.rows)))
        return Held(tuple(self.rows[start:stop] for start, stop in spans))


@dataclass(frozen=True, slots=True)
class Held:
    """Rows that hold some codes, each once, code after code."""

    parts: tuple[NDArray[np.uint32], ...]

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def positions(self) -> NDArray[np.int64]:
        """These rows; those of a code by place."""
        return np.concatenate([np.empty(0, dtype=np.int64), *self.parts])
