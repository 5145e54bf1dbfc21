"""A view of the index (索引视图): immutable segments of rows for each platform, swapped by one assignment.

The first segment of a platform may be its slice of the snapshot; later ones are small, in memory, and overwrite
earlier ones. A query that holds a view goes on with it, whatever is written or merged meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from embeddings.lexical import LexicalIndex
from embeddings.vectors import Vectors

Keys = NDArray[np.int64]
Gone = NDArray[np.bool_]
MOST_SMALL = 5
"""Segments beside the snapshot's; a sixth joins its neighbours."""


@dataclass(frozen=True, slots=True)
class Segment:
    """n rows in rising order of their `keys` (n,): columns, vectors and words by position 0..n-1.

    `gone` marks rows that a later segment overwrites or that are deleted (None: none). `sequences` (n,) gives the
    number of the change that each row was read for; None for a snapshot's rows, which stand at its own number.
    """

    keys: Keys
    frame: pl.DataFrame
    dense: Vectors
    lexical: LexicalIndex
    sequences: Keys | None = None
    gone: Gone | None = None

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def alive(self) -> int:
        """How many rows still count."""
        return len(self) - (0 if self.gone is None else int(self.gone.sum()))

    def without(self, keys: Keys) -> "Segment":
        """The same rows, those of `keys` marked as gone."""
        places = np.searchsorted(self.keys, keys)
        inside = places < len(self)
        held = places[inside][self.keys[places[inside]] == keys[inside]]
        return self.marked(held) if len(held) else self

    def marked(self, positions: Keys | Gone) -> "Segment":
        """The same rows, those at `positions` marked as gone too."""
        gone = np.zeros(len(self), dtype=np.bool_) if self.gone is None else self.gone.copy()
        gone[positions] = True
        return replace(self, gone=gone)


@dataclass(frozen=True, slots=True)
class Platform:
    """The segments of one platform, the snapshot's slice first if it has one, and what was deleted since.

    `deleted` holds keys and the numbers of the changes that removed them, to be told to the next snapshot.
    """

    segments: tuple[Segment, ...] = ()
    deleted: Mapping[int, int] = field(default_factory=dict)

    def changed(self, touched: Mapping[int, int], fresh: Segment | None) -> "Platform":
        """After a step of the feed: `touched` keys leave the older segments, `fresh` holds those that are there."""
        keys = np.array(sorted(touched), dtype=np.int64)
        kept = [segment.without(keys) for segment in self.segments]
        here = set() if fresh is None else set(fresh.keys.tolist())
        deleted = {key: number for key, number in self.deleted.items() if key not in here}
        deleted |= {key: number for key, number in touched.items() if key not in here}
        return Platform(joined([*kept, *([fresh] if fresh is not None else [])]), deleted)

    def since(self, sequence: int, base: Segment | None) -> "Platform":
        """The same platform over a newer snapshot's slice at `sequence`: only later changes stay beside it."""
        later = [_later(segment, sequence) for segment in self.small]
        deleted = {key: number for key, number in self.deleted.items() if number > sequence}
        changed = [segment.keys[_after(segment, sequence)] for segment in self.small]
        keys = np.unique(np.concatenate([*changed, np.array(list(deleted), dtype=np.int64)]))
        bases = () if base is None else (base.without(keys),)
        return Platform((*bases, *(segment for segment in later if segment is not None)), deleted)

    @property
    def small(self) -> tuple[Segment, ...]:
        """The segments beside the snapshot's slice."""
        return tuple(segment for segment in self.segments if segment.sequences is not None)

    @property
    def base(self) -> Segment | None:
        """The snapshot's slice, None where the snapshot has none of this platform."""
        first = self.segments[:1]
        return first[0] if first and first[0].sequences is None else None

    @property
    def delta(self) -> int:
        """Rows that a merge would have to look at: those beside the snapshot, and the deleted ones."""
        return sum(len(segment) for segment in self.small) + len(self.deleted)


@dataclass(frozen=True, slots=True)
class View:
    """All platforms as of one change of the feed. `snapshot` names the one it stands on, `at` that one's number."""

    sequence: int = 0
    snapshot: str = ""
    at: int = 0
    platforms: Mapping[str, Platform] = field(default_factory=dict)

    def changed(self, sequence: int, touched: Mapping[str, Mapping[int, int]], fresh: Mapping[str, Segment]) -> "View":
        """The view after a step of the feed up to `sequence`."""
        changed = {
            tenant: self.platforms.get(tenant, Platform()).changed(keys, fresh.get(tenant))
            for tenant, keys in touched.items()
        }
        return replace(self, sequence=sequence, platforms={**self.platforms, **changed})

    def over(self, snapshot: str, at: int, bases: Mapping[str, Segment]) -> "View":
        """The same parties over another snapshot; what the snapshot holds already is dropped from memory."""
        names = {*self.platforms, *bases}
        platforms = {name: self.platforms.get(name, Platform()).since(at, bases.get(name)) for name in names}
        return View(max(self.sequence, at), snapshot, at, platforms)

    @property
    def delta(self) -> int:
        """Rows beside the snapshot over all platforms."""
        return sum(platform.delta for platform in self.platforms.values())

    @property
    def alive(self) -> int:
        """Parties in the view."""
        return sum(segment.alive for platform in self.platforms.values() for segment in platform.segments)


def joined(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Drop what is wholly gone, and join small segments until no more than `MOST_SMALL` stand beside the snapshot.

    Those are joined whose neighbours before are not larger than all after them together, so that a row is copied
    about as often as the number of rows doubles.
    """
    base = [segment for segment in segments if segment.sequences is None]
    small = [segment for segment in segments if segment.sequences is not None and segment.alive]
    if len(small) > MOST_SMALL:
        after = np.cumsum([len(segment) for segment in reversed(small)])[::-1]
        cut = next((place for place in range(len(small) - 1) if len(small[place]) <= after[place + 1]), len(small) - 2)
        small = [*small[:cut], _one(small[cut:])]
    return (*base, *small)


def _one(segments: Sequence[Segment]) -> Segment:
    """One segment of the rows of several that still count, in the order of their keys."""
    kept = [_alive(segment) for segment in segments]
    source = np.repeat(np.arange(len(segments)), [len(rows) for rows in kept])
    position = np.concatenate(kept)
    order = np.argsort(np.concatenate([segment.keys[rows] for segment, rows in zip(segments, kept, strict=True)]))
    columns = [segment.frame[rows] for segment, rows in zip(segments, kept, strict=True)]
    frame = pl.concat(columns, how="diagonal")[order]
    vectors = np.concatenate([segment.dense.rows(rows) for segment, rows in zip(segments, kept, strict=True)])
    lexical = LexicalIndex.joined([segment.lexical for segment in segments], source[order], position[order])
    sequences = np.concatenate([_numbers(segment)[rows] for segment, rows in zip(segments, kept, strict=True)])
    return Segment(frame["key"].to_numpy(), frame, Vectors.of(vectors[order]), lexical, sequences[order])


def _alive(segment: Segment) -> Keys:
    rows = np.arange(len(segment)) if segment.gone is None else np.flatnonzero(~segment.gone)
    return rows.astype(np.int64)


def _numbers(segment: Segment) -> Keys:
    return np.zeros(len(segment), dtype=np.int64) if segment.sequences is None else segment.sequences


def _after(segment: Segment, sequence: int) -> Gone:
    after: Any = _numbers(segment) > sequence
    return np.asarray(after, dtype=np.bool_)


def _later(segment: Segment, sequence: int) -> Segment | None:
    """The rows of a small segment that were read for a change after `sequence`; None where there are none."""
    after = _after(segment, sequence)
    kept = segment if after.all() else segment.marked(~after)
    return kept if kept.alive else None
