"""Texts to terms: the single characters of a text and its pairs of neighbours, hashed and counted, many texts at once.

Only letters, digits and ideographs count; punctuation and spaces vanish, so that the characters on both their sides
are neighbours. Hashing into 2**20 slots needs no vocabulary, so that a new text needs no rebuild.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from embeddings.arrays import ArrayWriter, mapped_array
from embeddings.tokenise import normalised

SLOTS = 1 << 20
"""How many different terms there can be; the characters and pairs of Chinese text fill about a fifth."""

MOST_COUNTED = 4
"""A term that a text has more often than this counts as this many."""

_BITS = np.uint64(20)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_POINTS = np.uint64(0x110001)
_BATCH = 4_096
_FILES = (("slots", np.int32), ("counts", np.uint8), ("lengths", np.int32))


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of n texts: text i has `slots[bounds[i]:bounds[i + 1]]`, ascending, each with its `counts` (1 to 4)."""

    slots: NDArray[np.int32]
    counts: NDArray[np.uint8]
    bounds: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def part(self, start: int, stop: int) -> "Terms":
        """Give the terms of texts `start` to `stop`."""
        bounds = self.bounds[start : stop + 1]
        inside = slice(int(bounds[0]), int(bounds[-1]))
        return Terms(self.slots[inside], self.counts[inside], bounds - bounds[0])


def count_terms(texts: Sequence[str]) -> Terms:
    """Count the terms of each of `texts`; lone surrogates and whatever is no letter or digit are passed over."""
    parts = [_counted(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)] or [_counted([])]
    lengths = np.concatenate([np.diff(part.bounds) for part in parts])
    return Terms(
        np.concatenate([part.slots for part in parts]), np.concatenate([part.counts for part in parts]), _ends(lengths)
    )


def _counted(texts: Sequence[str]) -> Terms:
    cleaned = [normalised(text) for text in texts]
    points = np.frombuffer("".join(cleaned).encode("utf-32-le"), dtype=np.uint32)
    kept = np.strings.isalnum(points.view("<U1"))
    rows = np.repeat(np.arange(len(texts), dtype=np.uint64), [len(text) for text in cleaned])[kept]
    single = points[kept].astype(np.uint64)
    inside = rows[1:] == rows[:-1]
    pairs = ((single[:-1] + np.uint64(1)) * _POINTS + single[1:])[inside]
    hashed = (np.concatenate([single, pairs]) * _GOLDEN) >> (np.uint64(64) - _BITS)
    found = np.sort((np.concatenate([rows, rows[1:][inside]]) << _BITS) | hashed)
    first = np.flatnonzero(np.append(True, found[1:] != found[:-1])[: len(found)])
    counts = np.minimum(np.diff(np.append(first, len(found))), MOST_COUNTED)
    distinct = found[first]
    lengths = np.bincount((distinct >> _BITS).astype(np.int64), minlength=len(texts))
    slots = (distinct & np.uint64(SLOTS - 1)).astype(np.int32)
    return Terms(slots, counts.astype(np.uint8), _ends(lengths))


def _ends(lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    return np.append(0, np.cumsum(lengths, dtype=np.int64))


class TermWriter:
    """Writes the terms of many texts into a folder that `open_terms` maps: a context manager, batches in order."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._writers = [ArrayWriter(folder / f"{name}.npy", dtype) for name, dtype in _FILES]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers:
            writer.__exit__(kind, error, trace)

    def append(self, texts: Sequence[str]) -> None:
        """Count `texts` and write them after those written before."""
        terms = count_terms(texts)
        columns: tuple[NDArray[Any], ...] = (terms.slots, terms.counts, np.diff(terms.bounds))
        for writer, values in zip(self._writers, columns, strict=True):
            writer.append(values)


def open_terms(folder: Path) -> Terms:
    """Map what `TermWriter` wrote. Raises `InvalidVectors` where the files are not that."""
    slots, counts, lengths = (mapped_array(folder / f"{name}.npy", dtype) for name, dtype in _FILES)
    return Terms(slots, counts, _ends(lengths))
