"""Parties ready to be ranked (主体索引): columns, vectors and words, derived from SQL and as fresh as it is.

The index is a snapshot on disk plus the changes made since. A snapshot that is missing, damaged or made with another
encoder is refused and rebuilt from SQL, which is the truth.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
import polars as pl
import structlog
from tokenizers import Tokenizer

from api.access.viewers import SYSTEM, Viewer
from api.store.store import Store
from embeddings.errors import SnapshotCorrupt, SnapshotForeign, SnapshotMissing
from embeddings.index import VectorIndex
from embeddings.lexical import LexicalIndex
from embeddings.snapshot import Snapshot, open_snapshot, write_snapshot
from matcher.derivation import derive
from matcher.eligibility.columns import Row, column_frame, column_schema
from matcher.pairing.ports import TextEncoder
from matcher.pairing.prospecting import SeekerSegment
from matcher.pairing.recall import Shelf
from matcher.pairing.texts import party_text
from matcher.parties import Party

_COLUMNS, _VECTORS, _LEXICAL = "columns.arrow", "vectors", "lexical"
_BATCH = 2_000
_REBUILD_PAST = 5_000
_log = structlog.get_logger("index")


@dataclass(slots=True)
class _Loaded:
    frame: pl.DataFrame
    dense: VectorIndex
    lexical: LexicalIndex
    sequence: int


class _ByPosition:
    """A search by key as one by the position of the key."""

    def __init__(self, search: VectorIndex | LexicalIndex, keys: np.ndarray) -> None:
        self._search: Any = search
        self._keys = keys

    def similarities(self, query: Any, positions: np.ndarray, /) -> np.ndarray:
        found: np.ndarray = self._search.similarities(query, self._keys[positions])
        return found


class PartyIndex:
    """The ranked side of every party in the store (主体检索面). One lock: a change is seen whole or not at all."""

    def __init__(self, store: Store, encoder: TextEncoder, tokenizer: Tokenizer, root: Path) -> None:
        self._store = store
        self._encoder = encoder
        self._tokenizer = tokenizer
        self._root = root
        self._fingerprint = _fingerprint(store, encoder)
        self._lock = RLock()
        self._loaded: _Loaded | None = None

    @contextmanager
    def open(self, viewer: Viewer) -> Iterator[tuple[SeekerSegment, ...]]:
        """The parties of a viewer's platform, caught up with the store, for one query."""
        with self._lock:
            loaded = self._current()
            frame = loaded.frame.filter(pl.col("tenant") == viewer.tenant)
            keys = frame["key"].to_numpy()
            shelf = Shelf(self._encoder, _ByPosition(loaded.dense, keys), _ByPosition(loaded.lexical, keys))
            yield (SeekerSegment(frame, shelf),)

    def refresh(self) -> int:
        """Catch up with the store and keep the result on disk; gives the number of parties."""
        with self._lock:
            loaded = self._current()
            if self._saved_sequence() != loaded.sequence:
                self._save(loaded)
            return len(loaded.frame)

    def catch_up(self) -> None:
        """Nothing to do: every query catches up by itself."""

    def stop(self) -> None:
        """Nothing to end."""

    @property
    def ready(self) -> bool:
        """Whether the index is loaded."""
        return self._loaded is not None

    def _current(self) -> _Loaded:
        loaded = self._loaded or self._open_or_rebuild()
        latest = self._store.changes.latest()
        if latest - loaded.sequence > _REBUILD_PAST:
            loaded = self._rebuild()
        elif latest != loaded.sequence:
            loaded = self._caught_up(loaded)
        self._loaded = loaded
        return loaded

    def _open_or_rebuild(self) -> _Loaded:
        try:
            snapshot = open_snapshot(self._root, fingerprint=self._fingerprint)
            return self._read(snapshot)
        except (SnapshotMissing, SnapshotCorrupt, SnapshotForeign) as error:
            log = _log.info if isinstance(error, SnapshotMissing) else _log.warning
            log("index.rebuild", reason=error.code, detail=str(error))
        loaded = self._rebuild()
        self._save(loaded)
        return loaded

    def _rebuild(self) -> _Loaded:
        sequence = self._store.changes.latest()
        frames: list[pl.DataFrame] = [column_frame(())]
        texts: list[str] = []
        dense = VectorIndex(self._encoder.dimension)
        for batch in self._store.parties.iterate(SYSTEM, kind=None, batch=_BATCH):
            keys, frame, said = _laid_out(dict(batch))
            frames.append(frame)
            texts.extend(said)
            dense.upsert(keys, self._encoder.encode(said))
        frame = pl.concat(frames)
        lexical = LexicalIndex(self._tokenizer)
        lexical.build(frame["key"].to_numpy(), texts)
        return _Loaded(frame, dense, lexical, sequence)

    def _read(self, snapshot: Snapshot) -> _Loaded:
        frame = pl.read_ipc(snapshot.file(_COLUMNS))
        dense = VectorIndex.load(snapshot.file(_VECTORS))
        lexical = LexicalIndex.load(snapshot.file(_LEXICAL), self._tokenizer)
        return _Loaded(frame, dense, lexical, snapshot.sequence)

    def _caught_up(self, loaded: _Loaded) -> _Loaded:
        changed: list[int] = []
        cursor = loaded.sequence
        while step := self._store.changes.since(cursor, limit=_BATCH):
            changed.extend(change.key for change in step)
            cursor = step[-1].sequence
        return self._apply(loaded, list(dict.fromkeys(changed)), cursor)

    def _apply(self, loaded: _Loaded, changed: list[int], sequence: int) -> _Loaded:
        keys = np.array(changed, dtype=np.int64)
        parties = self._store.parties.get_many(SYSTEM, changed)
        gone = np.array([key for key in changed if key not in parties], dtype=np.int64)
        fresh, frame, texts = _laid_out(parties)
        loaded.dense.remove(gone)
        loaded.lexical.remove(gone)
        loaded.dense.upsert(fresh, self._encoder.encode(texts))
        loaded.lexical.upsert(fresh, texts)
        kept = loaded.frame.filter(~pl.col("key").is_in(keys))
        return _Loaded(pl.concat((kept, frame)), loaded.dense, loaded.lexical, sequence)

    def _saved_sequence(self) -> int | None:
        try:
            return open_snapshot(self._root, fingerprint=self._fingerprint).sequence
        except (SnapshotMissing, SnapshotCorrupt, SnapshotForeign):
            return None

    def _save(self, loaded: _Loaded) -> None:
        write: Mapping[str, Callable[[Path], None]] = {
            _COLUMNS: loaded.frame.write_ipc,
            _VECTORS: loaded.dense.save,
            _LEXICAL: loaded.lexical.save,
        }
        write_snapshot(self._root, fingerprint=self._fingerprint, sequence=loaded.sequence, write=write)


def _fingerprint(store: Store, encoder: TextEncoder) -> str:
    """What a snapshot depends on beside the rows: the encoder, the database, the columns that are laid out."""
    said = "\n".join((encoder.fingerprint, store.identity(), repr(column_schema())))
    return sha256(said.encode()).hexdigest()[:32]


def _laid_out(parties: Mapping[int, Party]) -> tuple[np.ndarray, pl.DataFrame, list[str]]:
    rows = [Row(key, party.tenant, party.kind, derive(party.values)) for key, party in parties.items()]
    texts = [party_text(row.kind, row.values) for row in rows]
    return np.array([row.key for row in rows], dtype=np.int64), column_frame(rows), texts
