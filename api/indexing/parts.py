"""Parts of a snapshot to be (快照分片): spans of the store, laid out, encoded, counted, by one process or several."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from api.indexing.layout import laid_out
from api.indexing.opening import COLUMNS, KEYS, VECTORS, WORDS
from api.store.feed import Feed, Span
from api.store.steps import StoredParty
from embeddings.terms import Terms, TermWriter, count_terms, open_terms
from embeddings.vector_files import VectorWriter
from embeddings.vectors import Vectors
from matcher.eligibility.buffers import map_columns, write_columns
from matcher.pairing.ports import TextEncoder


@dataclass(frozen=True, slots=True)
class Part:
    """n rows by platform and key, in memory or mapped: keys (n,), columns, vectors, counted terms."""

    keys: NDArray[np.int64]
    frame: pl.DataFrame
    dense: Vectors
    terms: Terms
    gone: NDArray[np.bool_] | None = None


class Parts(Protocol):
    """Makes the parts of a snapshot, in whatever processes."""

    def __call__(self, spans: Sequence[Span], folder: Path) -> list[Part]:
        """One part a span, in their order; `folder` has room for them."""


@dataclass(frozen=True, slots=True)
class WrittenParts:
    """Makes parts one after another in this process, on disk: for work that gives way to those that answer."""

    feed: Feed
    encoder: TextEncoder

    def __call__(self, spans: Sequence[Span], folder: Path) -> list[Part]:
        """One part a span, in their order, mapped from `folder`."""
        folders = [folder / str(number) for number in range(len(spans))]
        for each, span in zip(folders, spans, strict=True):
            write_part(each, self.feed, span, self.encoder)
        return [open_part(each) for each in folders]


def part_of(parties: Sequence[StoredParty], encoder: TextEncoder) -> Part:
    """Lay out, encode and count parties, by platform and key."""
    rows = laid_out(parties)
    return Part(rows.keys, rows.frame, Vectors.of(encoder.encode(rows.texts)), count_terms(rows.texts))


def write_part(folder: Path, feed: Feed, span: Span, encoder: TextEncoder) -> None:
    """Make a span's part and write it where `open_part` finds it."""
    rows = laid_out(feed.parties(span))
    folder.mkdir()
    np.save(folder / KEYS, rows.keys, allow_pickle=False)
    write_columns(rows.frame, folder / COLUMNS)
    with VectorWriter(folder / VECTORS, encoder.dimension) as vectors:
        vectors.append(encoder.encode(rows.texts))
    with TermWriter(folder / WORDS) as terms:
        terms.append(rows.texts)


def open_part(folder: Path) -> Part:
    """Map what `write_part` wrote."""
    keys = np.load(folder / KEYS, mmap_mode="r", allow_pickle=False)
    return Part(keys, map_columns(folder / COLUMNS), Vectors.open(folder / VECTORS), open_terms(folder / WORDS))
