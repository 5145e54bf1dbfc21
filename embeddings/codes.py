"""Vectors in 8 bits: a quarter of the bytes to scan, with a proof of what the scan may have missed.

Each component is rounded to a whole number of steps, the same step for all rows; a query has a step of its own. FAISS's
signed direct codes then give products of whole numbers. (It must neither encode rows nor round a query itself: of unit
vectors it would leave zeros, without an error.) With e(x) the rounding error of a row, q the query and hats for what
is rounded,

    q.x = ^q.^x + ^q.(x - ^x) + (q - ^q).x <= ^q.^x + |^q| e(x) + e(q) |x|,

so that a row whose product is at most that of the last one found has at most a known similarity. Where the exact
similarities of those found are better than that, none was missed.
"""

import math
import threading
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings.arrays import ArrayWriter, mapped_array, write_array
from embeddings.lanes import THREADS, in_pieces

Positions = NDArray[np.int64]
Mask = NDArray[np.bool_]

_CODES, _BOUNDS = "codes.npy", "code_bounds.npy"
_MIDDLE = 128
_BLOCK = 65_536
_PIECE = 8_192
"""Codes that are copied to be scanned: 2 MB, which stay in the cache between the one and the other."""
_SPARE = 64
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Codes:
    """n rows of d codes, and what is known of them: steps in a unit, the largest error and the largest length."""

    codes: NDArray[np.uint8]
    steps: float
    error: float
    length: float

    def __len__(self) -> int:
        return len(self.codes)

    def slice(self, start: int, stop: int) -> "Codes":
        """Give rows `start` to `stop`; nothing is copied."""
        return Codes(self.codes[start:stop], self.steps, self.error, self.length)

    def scan(
        self, query: NDArray[np.float32], count: int, positions: Positions | None, mask: Mask | None = None
    ) -> tuple[Positions, float]:
        """Give about the `count` rows that look nearest among `positions` (None: all, or those of a mask), in no order.

        Also the most that any other of those rows can be similar: minus infinity where there is no other. Each piece
        of the rows gives its share and some to spare, so that rows which are alike and stand together may be missed;
        the bound tells.
        """
        coded = _coded(query)
        total = len(self) if positions is None else len(positions)
        piece = -(-total // THREADS) if positions is None else _PIECE
        share = -(-count * min(piece, total) // total) + _SPARE
        found: list[Positions] = []
        least: list[float] = []

        def run(start: int, stop: int) -> None:
            chosen = slice(start, stop) if positions is None else positions[start:stop]
            codes = self.codes[chosen] if isinstance(chosen, slice) else _copied(self.codes, chosen)
            products, places = _nearest(codes, coded, share, None if mask is None else mask[start:stop])
            found.append(places + start if isinstance(chosen, slice) else chosen[places])
            least.append(float(products[-1]) if len(places) == min(share, stop - start) < stop - start else -math.inf)

        in_pieces(run, total, piece)
        return np.concatenate(found), self._most(query, coded, max(least))

    def _most(self, query: NDArray[np.float32], coded: NDArray[np.float32], product: float) -> float:
        """Give what no row of at most this product can be better than; the last term is for float32's rounding."""
        scale = _scale(query)
        near = coded.astype(np.float64) / scale
        own, rounding = float(np.linalg.norm(query - near)), len(query) * float(np.finfo(np.float32).eps)
        most = product / (self.steps * scale) + float(np.linalg.norm(near)) * self.error
        return most + own * (self.length + self.error) + rounding * float(np.linalg.norm(query)) * (self.length + 1)


def _coded(query: NDArray[np.float32]) -> NDArray[np.float32]:
    """A query in whole steps of its own, at most 127 of them."""
    coded: NDArray[np.float32] = np.rint(query * np.float32(_scale(query)))
    return coded


def _scale(query: NDArray[np.float32]) -> float:
    return (_MIDDLE - 1) / (float(np.abs(query).max(initial=0.0)) or 1.0)


class _Room(threading.local):
    """Memory that a thread keeps for codes that it copies: pages of fresh memory cost as much as the copy."""

    def __init__(self) -> None:
        self.codes = np.empty((0, 0), dtype=np.uint8)


_room = _Room()


def _copied(codes: NDArray[np.uint8], positions: Positions) -> NDArray[np.uint8]:
    if _room.codes.shape[1] != codes.shape[1] or len(_room.codes) < len(positions):
        _room.codes = np.empty((max(len(positions), _PIECE), codes.shape[1]), dtype=np.uint8)
    return codes.take(positions, axis=0, mode="clip", out=_room.codes[: len(positions)])


def _nearest(
    codes: NDArray[np.uint8], query: NDArray[np.float32], count: int, mask: Mask | None
) -> tuple[NDArray[np.float32], Positions]:
    """Give the products, in steps, and the places of the `count` codes nearest to a coded query, best first.

    Of a mask only those that it holds, which may be fewer.
    """
    quantiser = faiss.ScalarQuantizer.QT_8bit_direct_signed
    index = faiss.IndexScalarQuantizer(codes.shape[1], quantiser, faiss.METRIC_INNER_PRODUCT)
    index.is_trained = True
    view = faiss.MaybeOwnedVectorUInt8.create_view  # type: ignore[attr-defined]  # the stub lacks it
    index.codes = view(faiss.swig_ptr(codes), codes.size, index.codes.owner)  # type: ignore[attr-defined]
    index.ntotal = len(codes)
    if mask is None:
        products, places = index.search(query[None], min(count, len(codes)))
        return products[0], places[0]
    bits = np.packbits(mask, bitorder="little")
    selector = faiss.IDSelectorBitmap(len(codes), faiss.swig_ptr(bits))
    parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # the stub lacks it
    products, places = index.search(query[None], min(count, len(codes)), params=parameters)
    held = places[0] >= 0
    return products[0][held], places[0][held]


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
                writer.append((rounded + _MIDDLE).astype(np.uint8))
        bounds = [self._steps, error + _ROUNDING, length + _ROUNDING]
        write_array(self._folder / _BOUNDS, np.array(bounds, dtype=np.float64))


def mapped_codes(folder: Path) -> Codes:
    """Map the codes in `folder`, read-only. Raises `InvalidVectors` where there are none."""
    codes, bounds = mapped_array(folder / _CODES, np.uint8, 2), mapped_array(folder / _BOUNDS, np.float64)
    return Codes(codes, *map(float, bounds))
