"""Postings: which rows have a term, the heaviest terms of each text only, made in blocks and joined without recounting.

A term that a text has twice is a term of its own, so that a posting needs no weight and is 4 bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from embeddings.terms import MOST_COUNTED, SLOTS, Terms

Rarity = NDArray[np.float32]

MOST_KEPT = 96
"""The terms that a text keeps."""

REPEATS = (1 + np.log(np.arange(1, MOST_COUNTED + 1))).astype(np.float32)
"""How much a term weighs that a text has once, twice, three, four times."""

_POWER = 1.5
_LONG = 512
_BLOCK = 8_000_000


@dataclass(frozen=True, slots=True)
class Postings:
    """Rows by term: `terms` ascending, each slot times 4 plus its count less one; term i is in the rows

    `rows[bounds[i]:bounds[i + 1]]`, ascending; `scales` (n,) brings the weights of each row to unit length.
    """

    terms: NDArray[np.int32]
    bounds: NDArray[np.int64]
    rows: NDArray[np.int32]
    scales: NDArray[np.float32]


def rarity_of(parts: Sequence[Terms]) -> Rarity:
    """Give how much each slot weighs, from how many of the texts of all parts have it: float32 (SLOTS,)."""
    count = sum(map(len, parts))
    held = sum((np.bincount(part.slots, minlength=SLOTS) for part in parts), np.zeros(SLOTS, dtype=np.int64))
    return ((np.log((1 + count) / (1 + held)) + 1) ** _POWER).astype(np.float32)


def posted(terms: Terms, rarity: Rarity) -> Postings:
    """Keep the heaviest terms of each text and turn them round: from terms by row to rows by term."""
    weights = rarity[terms.slots] * REPEATS[terms.counts - 1]
    rows = np.repeat(np.arange(len(terms), dtype=np.int64), np.diff(terms.bounds))
    kept = _heaviest(weights, rows, terms.bounds)
    weights, rows = weights[kept], rows[kept]
    lengths = np.sqrt(np.bincount(rows, weights=weights.astype(np.float64) ** 2, minlength=len(terms)))
    scales = np.divide(1.0, lengths, out=np.zeros(len(terms)), where=lengths > 0).astype(np.float32)
    named = terms.slots[kept].astype(np.int64) * MOST_COUNTED + (terms.counts[kept] - 1)
    return by_term((named << 32) | rows, scales)


def by_term(pairs: NDArray[np.int64], scales: NDArray[np.float32]) -> Postings:
    """Order postings, each a term in the upper and a row in the lower 32 bits, and find where each term begins."""
    pairs = np.sort(pairs)
    named = (pairs >> 32).astype(np.int32)
    first = np.flatnonzero(np.append(True, named[1:] != named[:-1])[: len(named)])
    return Postings(named[first], np.append(first, len(named)), (pairs & 0xFFFFFFFF).astype(np.int32), scales)


def _heaviest(weights: NDArray[np.float32], rows: NDArray[np.int64], bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the places of the `MOST_KEPT` heaviest terms of each row, equals by slot, in their order."""
    if np.diff(bounds).max(initial=0) <= MOST_KEPT:
        return np.arange(len(weights))
    least = _least_kept(weights, rows, bounds)[rows]
    above, equal = weights > least, weights == least
    room = MOST_KEPT - np.bincount(rows[above], minlength=len(bounds) - 1)
    seen = np.append(0, np.cumsum(equal))
    nth = seen[1:] - seen[bounds[rows]]
    return np.flatnonzero(above | (equal & (nth <= room[rows])))


def _least_kept(
    weights: NDArray[np.float32], rows: NDArray[np.int64], bounds: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Give the weight of the last term that each row keeps; 0 where it keeps all. Long texts go one by one."""
    lengths = np.diff(bounds)
    least = np.zeros(len(lengths), dtype=np.float32)
    longest = min(int(lengths.max()), _LONG)
    grid = np.zeros((len(lengths), longest), dtype=np.float32)
    short = lengths[rows] <= longest
    grid[rows[short], (np.arange(len(weights)) - bounds[rows])[short]] = weights[short]
    if longest > MOST_KEPT:
        least = np.partition(grid, longest - MOST_KEPT, axis=1)[:, longest - MOST_KEPT]
    for row in np.flatnonzero(lengths > longest):
        own = weights[bounds[row] : bounds[row + 1]]
        least[row] = np.partition(own, len(own) - MOST_KEPT)[len(own) - MOST_KEPT]
    return least


def joined(sources: Sequence[Postings], targets: Sequence[NDArray[np.int32]]) -> Iterator[Postings]:
    """Give the postings of several sources as one, a range of terms at a time, without scales.

    `targets` tells for each source where each of its rows stands in the whole; -1 leaves it out.
    """
    for first, last in _ranges(sources):
        parts = [_moved(source, target, first, last) for source, target in zip(sources, targets, strict=True)]
        yield by_term(np.concatenate(parts), np.empty(0, dtype=np.float32))


def _moved(source: Postings, target: NDArray[np.int32], first: int, last: int) -> NDArray[np.int64]:
    begin, end = np.searchsorted(source.terms, (first, last))
    bounds = source.bounds[begin : end + 1]
    named = np.repeat(source.terms[begin:end].astype(np.int64), np.diff(bounds))
    rows = target[source.rows[bounds[0] : bounds[-1]]]
    pairs = (named << 32) | rows
    return pairs if rows.min(initial=0) >= 0 else pairs[rows >= 0]


def _ranges(sources: Sequence[Postings]) -> list[tuple[int, int]]:
    """Cut the terms into ranges of about `_BLOCK` postings over all sources."""
    if sum(len(source.rows) for source in sources) <= _BLOCK:
        return [(0, SLOTS * MOST_COUNTED + 1)]
    held = np.zeros(SLOTS * MOST_COUNTED + 1, dtype=np.int64)
    for source in sources:
        held[source.terms] += np.diff(source.bounds)
    reached = np.cumsum(held)
    cuts = np.searchsorted(reached, np.arange(_BLOCK, reached[-1], _BLOCK)) + 1
    bounds = np.unique(np.concatenate([[0], cuts, [len(held)]])).tolist()
    return list(pairwise(bounds))
