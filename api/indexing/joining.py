"""Rows of several segments written as one snapshot (合并写出), by platform and key; nothing is encoded again."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from api.crash_points import CrashPoint, crash_point
from api.indexing.opening import COLUMNS, KEYS, PLATFORMS, VECTORS, WORDS
from embeddings.snapshot import Snapshot, write_snapshot
from embeddings.vector_files import VectorWriter
from embeddings.vectors import Vectors
from matcher.eligibility.buffers import write_columns

Positions = NDArray[np.int64]
_BATCH = 65_536
_BETWEEN: dict[str, CrashPoint] = {"build": "build.between_files", "merge": "merge.between_files"}
_BEFORE: dict[str, CrashPoint] = {"build": "build.before_pointer", "merge": "merge.before_pointer"}
_AFTER: dict[str, CrashPoint] = {"build": "build.after_pointer", "merge": "merge.after_pointer"}


Words = Callable[[Path, NDArray[np.int32], Positions], None]
"""Writes the word index of rows: their segments' numbers (n,) and their positions there (n,)."""


class Rows(Protocol):
    """Rows to be joined: a segment, or a part of a snapshot to be."""

    @property
    def keys(self) -> Positions:
        """Keys (n,)."""

    @property
    def frame(self) -> pl.DataFrame:
        """Columns of n rows, with `tenant`."""

    @property
    def dense(self) -> Vectors:
        """n vectors."""

    @property
    def gone(self) -> NDArray[np.bool_] | None:
        """Rows to be left out."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Rows of several segments in one order: row i is row `position[i]` of segment `source[i]` (n,) each."""

    segments: Sequence[Rows]
    source: NDArray[np.int32]
    position: Positions
    bounds: dict[str, tuple[int, int]]

    @classmethod
    def of(cls, segments: Sequence[Rows]) -> "Joined":
        """The rows of the segments that are not gone, ordered by platform and key."""
        rows = [
            pl.DataFrame(
                {"tenant": segment.frame["tenant"], "key": segment.keys, "position": np.arange(len(segment.keys))}
            )
            .with_columns(source=pl.lit(place, dtype=pl.Int32))
            .filter(pl.lit(True) if segment.gone is None else ~pl.Series(segment.gone))
            for place, segment in enumerate(segments)
        ]
        order = pl.concat(rows).sort("tenant", "key")
        counts = order.group_by("tenant", maintain_order=True).len()
        ends = np.cumsum(counts["len"].to_numpy())
        starts = ends - counts["len"].to_numpy()
        bounds = {
            str(name): (int(start), int(end)) for name, start, end in zip(counts["tenant"], starts, ends, strict=True)
        }
        return cls(segments, order["source"].to_numpy(), order["position"].to_numpy(), bounds)

    def __len__(self) -> int:
        return len(self.position)

    def batches(self) -> Iterator[tuple[NDArray[np.int32], Positions]]:
        """The rows in pieces, in order."""
        for start in range(0, len(self), _BATCH):
            yield self.source[start : start + _BATCH], self.position[start : start + _BATCH]


def write_joined(
    root: Path, joined: Joined, words: Words, *, fingerprint: str, sequence: int, task: Literal["build", "merge"]
) -> Snapshot:
    """Write the rows as the new current snapshot, their words by `words`.

    What writing raises goes through; the snapshot before then stays.
    """

    def between(write: Callable[[Path], None]) -> Callable[[Path], None]:
        def written(path: Path) -> None:
            crash_point(_BETWEEN[task])
            write(path)

        return written

    def last(path: Path) -> None:
        path.write_text(json.dumps(joined.bounds, ensure_ascii=False), encoding="utf-8")
        crash_point(_BEFORE[task])

    write = {
        KEYS: between(lambda path: np.save(path, _keys(joined), allow_pickle=False)),
        COLUMNS: between(lambda path: _write_columns(joined, path)),
        VECTORS: between(lambda path: _write_vectors(joined, path)),
        WORDS: between(lambda path: words(path, joined.source, joined.position)),
        PLATFORMS: last,
    }
    made = write_snapshot(root, fingerprint=fingerprint, sequence=sequence, write=write, rows={KEYS: len(joined)})
    crash_point(_AFTER[task])
    return made


def _keys(joined: Joined) -> Positions:
    keys = np.empty(len(joined), dtype=np.int64)
    for number, segment in enumerate(joined.segments):
        mine = joined.source == number
        keys[mine] = segment.keys[joined.position[mine]]
    return keys


def _write_columns(joined: Joined, path: Path) -> None:
    """The columns in order; where they stand one after another already, as in a build, nothing is moved."""
    kept = [np.sort(joined.position[joined.source == number]) for number in range(len(joined.segments))]
    columns = [segment.frame[rows] for segment, rows in zip(joined.segments, kept, strict=True)]
    frame = pl.concat(columns, how="diagonal")
    first = np.cumsum([0, *map(len, kept)])
    place = np.empty(len(joined), dtype=np.int64)
    for number, rows in enumerate(kept):
        mine = joined.source == number
        place[mine] = first[number] + np.searchsorted(rows, joined.position[mine])
    if not np.array_equal(place, np.arange(len(place))):
        frame = frame[place]
    write_columns(frame, path)


def _write_vectors(joined: Joined, folder: Path) -> None:
    dimension = joined.segments[0].dense.dimension
    with VectorWriter(folder, dimension) as writer:
        for source, position in joined.batches():
            rows = np.empty((len(position), dimension), dtype=np.float32)
            for number in np.unique(source).tolist():
                mine = source == number
                rows[mine] = joined.segments[number].dense.rows(position[mine])
            writer.append(rows)
