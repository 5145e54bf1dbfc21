"""A snapshot of the index on disk (索引快照): which files it has, how they are written and how they are mapped.

Rows are ordered by platform and key, so that each platform is one slice of every file; `platforms.json` gives their
bounds.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from api.indexing.views import Segment
from embeddings.errors import InvalidVectors, SnapshotCorrupt
from embeddings.lexical import LexicalIndex
from embeddings.snapshot import Snapshot, read_snapshot
from embeddings.vectors import Vectors
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.buffers import map_columns
from matcher.eligibility.column_types import dictionary
from matcher.eligibility.columns import column_schema
from matcher.fields import FieldType

_UNREADABLE = (OSError, ValueError, KeyError, TypeError, InvalidVectors, pa.ArrowInvalid)
LAYOUT = 2
"""The layout of the files; a snapshot of another one is foreign."""
PLATFORMS, KEYS, COLUMNS, VECTORS, WORDS = "platforms.json", "keys.npy", "columns.arrow", "vectors", "words"


@dataclass(frozen=True, slots=True)
class Opened:
    """A snapshot, mapped: its name, the change it stands at, the whole as one segment, and each platform's bounds."""

    name: str
    sequence: int
    whole: Segment
    bounds: Mapping[str, tuple[int, int]]

    def bases(self) -> dict[str, Segment]:
        """Each platform's rows as a segment of its own; nothing is copied."""
        return {tenant: self._slice(start, stop) for tenant, (start, stop) in self.bounds.items()}

    def _slice(self, start: int, stop: int) -> Segment:
        whole = self.whole
        return Segment(
            whole.keys[start:stop],
            whole.frame.slice(start, stop - start),
            whole.dense.slice(start, stop),
            whole.lexical.slice(start, stop),
        )


def fingerprint_of(encoder: str, store: str) -> str:
    """What a snapshot depends on beside the rows: the encoder, the database, the columns and files laid out."""
    several = [(field.code, dictionary(field)) for field in REGISTRY if field.type is FieldType.CHOICES]
    said = "\n".join((encoder, store, repr(column_schema()), repr(several), str(LAYOUT)))
    return sha256(said.encode()).hexdigest()[:32]


def open_current(root: Path, fingerprint: str) -> Opened:
    """Map the current snapshot after checking it; raises a `SnapshotError` where there is none to be trusted."""
    return read_snapshot(root, fingerprint=fingerprint, read=_mapped)


def _mapped(snapshot: Snapshot) -> Opened:
    try:
        return _read(snapshot)
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        InvalidVectors,
        pa.ArrowInvalid,
        pl.exceptions.PolarsError,
    ) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise SnapshotCorrupt(
            found=f"快照无法读取（{type(error).__name__}）", expected="本版本写入的快照", remedy="请重建索引"
        ) from error


def _read(snapshot: Snapshot) -> Opened:
    whole = Segment(
        np.load(snapshot.file(KEYS), mmap_mode="r", allow_pickle=False),
        map_columns(snapshot.file(COLUMNS)),
        Vectors.open(snapshot.file(VECTORS)),
        LexicalIndex.open(snapshot.file(WORDS)),
    )
    bounds = {name: (start, stop) for name, (start, stop) in json.loads(snapshot.file(PLATFORMS).read_text()).items()}
    if not len(whole.keys) == whole.frame.height == len(whole.dense) == len(whole.lexical):
        raise SnapshotCorrupt(found="快照各部分的行数不同", expected="行数相同", remedy="请重建索引")
    return Opened(snapshot.folder.name, snapshot.sequence, whole, bounds)
