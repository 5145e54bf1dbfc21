"""Vectors in 8 bits: a quarter of the bytes to scan, with a proof of what the scan may have missed.

Each component is rounded to a whole number of steps, the same step for all rows. FAISS's direct 8-bit codes then give
squared distances of whole numbers. (Its signed direct codes are of no use on unit vectors, which they round to zero
without an error.) With e(x) the rounding error of a row, q the query and hats for what is rounded,

    q.x = ^q.^x + ^q.(x - ^x) + (q - ^q).x <= (|^q|^2 + |^x|^2 - D) / 2 + |^q| e(x) + e(q) |x|,

so that a row whose distance D is at least that of the last one found has at most a known similarity. Where the exact
similarities of those found are better than that, none was missed.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings.arrays import ArrayWriter, mapped_array, write_array
from embeddings.lanes import THREADS, in_pieces

Positions = NDArray[np.int64]

_CODES, _BOUNDS = "codes.npy", "code_bounds.npy"
_MIDDLE = 128
_BLOCK = 65_536
_PIECE = 32_768
_SPARE = 64
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Codes:
    """n rows of d codes, and what is known of them: steps in a unit, the largest error and the largest length.

    Zero rows, which are near nothing, have codes that are far from everything and count for neither.
    """

    codes: NDArray[np.uint8]
    steps: float
    error: float
    length: float

    def __len__(self) -> int:
        return len(self.codes)

    def slice(self, start: int, stop: int) -> "Codes":
        """Give rows `start` to `stop`; nothing is copied."""
        return Codes(self.codes[start:stop], self.steps, self.error, self.length)

    def scan(self, query: NDArray[np.float32], count: int, positions: Positions | None) -> tuple[Positions, float]:
        """Give about the `count` rows that look nearest among `positions` (None: all), in no order.

        Also the most that any other of those rows can be similar: minus infinity where there is no other. Each piece
        of the rows gives its share and some to spare, so that rows which are alike and stand together may be missed;
        the bound tells.
        """
        coded = self._coded(query)
        total = len(self) if positions is None else len(positions)
        piece = -(-total // THREADS) if positions is None else _PIECE
        share = -(-count * min(piece, total) // total) + _SPARE
        found: list[Positions] = []
        least: list[float] = []

        def run(start: int, stop: int) -> None:
            chosen = slice(start, stop) if positions is None else positions[start:stop]
            codes = self.codes[chosen] if isinstance(chosen, slice) else self.codes.take(chosen, axis=0, mode="clip")
            distances, places = _nearest(codes, coded, share)
            found.append(places + start if isinstance(chosen, slice) else chosen[places])
            least.append(float(distances[-1]) if len(places) < stop - start else math.inf)

        in_pieces(run, total, piece)
        return np.concatenate(found), self._most(query, coded, min(least))

    def _coded(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        steps = np.rint(query * np.float32(self.steps))
        coded: NDArray[np.float32] = np.clip(steps, -_MIDDLE, _MIDDLE - 1) + np.float32(_MIDDLE)
        return coded

    def _most(self, query: NDArray[np.float32], coded: NDArray[np.float32], distance: float) -> float:
        """Give what no row at this distance or beyond can be better than; the last terms are for float32's rounding."""
        if distance == math.inf:
            return -math.inf
        near = (coded.astype(np.float64) - _MIDDLE) / self.steps
        length = float(np.linalg.norm(near))
        own = float(np.linalg.norm(query - near))
        product = (length**2 + self.length**2 - distance * (1 - _ROUNDING) / self.steps**2) / 2
        rounding = len(query) * float(np.finfo(np.float32).eps) * float(np.linalg.norm(query)) * (self.length + 1)
        return product + length * self.error + own * (self.length + self.error) + rounding


def _nearest(codes: NDArray[np.uint8], query: NDArray[np.float32], count: int) -> tuple[NDArray[np.float32], Positions]:
    """Give the squared distances, in steps, and the places of the `count` codes nearest to a coded query."""
    index = faiss.IndexScalarQuantizer(codes.shape[1], faiss.ScalarQuantizer.QT_8bit_direct, faiss.METRIC_L2)
    index.is_trained = True
    view = faiss.MaybeOwnedVectorUInt8.create_view  # type: ignore[attr-defined]  # the stub lacks it
    index.codes = view(faiss.swig_ptr(codes), codes.size, index.codes.owner)  # type: ignore[attr-defined]
    index.ntotal = len(codes)
    distances, places = index.search(query[None], min(count, len(codes)))
    return distances[0], places[0]


class CodeWriter:
    """Writes the codes of rows whose largest component is known, block by block: a part of `VectorWriter`."""

    def __init__(self, folder: Path, rows: NDArray[np.float32], largest: float) -> None:
        self._folder = folder
        self._rows = rows
        self._steps = (_MIDDLE - 1) / (largest or 1.0)

    def write(self) -> None:
        """Write the files that `mapped_codes` maps."""
        error = length = 0.0
        with ArrayWriter(self._folder / _CODES, np.uint8, self._rows.shape[1]) as writer:
            for start in range(0, len(self._rows), _BLOCK):
                rows = self._rows[start : start + _BLOCK]
                rounded = np.rint(rows * np.float32(self._steps))
                near = rounded / np.float32(self._steps)
                error = max(error, float(np.linalg.norm(rows - near, axis=1).max()))
                length = max(length, float(np.linalg.norm(near, axis=1).max()))
                rounded[~rows.any(axis=1)] = -_MIDDLE
                writer.append((rounded + _MIDDLE).astype(np.uint8))
        bounds = [self._steps, error + _ROUNDING, length + _ROUNDING]
        write_array(self._folder / _BOUNDS, np.array(bounds, dtype=np.float64))


def mapped_codes(folder: Path) -> Codes:
    """Map the codes in `folder`, read-only. Raises `InvalidVectors` where there are none."""
    codes, bounds = mapped_array(folder / _CODES, np.uint8, 2), mapped_array(folder / _BOUNDS, np.float64)
    return Codes(codes, *map(float, bounds))
