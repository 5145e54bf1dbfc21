"""The snapshot built from SQL, or merged with what changed since (建立与合并), by whoever holds the folder's lock.

The number of the last change is read before the first row: what is written meanwhile is in the feed after it, and is
applied by whoever opens the snapshot.
"""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal

import numpy as np
import structlog
from numpy.typing import NDArray

from api.crash_points import crash_point
from api.errors import FeedPruned
from api.indexing.children import Task
from api.indexing.joining import Joined, Words, write_joined
from api.indexing.making import Maker
from api.indexing.opening import KEYS, Opened, fingerprint_of, open_current
from api.indexing.parts import Part, Parts, part_of
from api.indexing.views import Segment, View
from api.store.feed import Span
from api.store.store import Store
from embeddings.errors import SnapshotError
from embeddings.lexical import LexicalIndex, write_lexical
from embeddings.lexical import write_joined as write_joined_words
from embeddings.snapshot import Snapshot
from embeddings.terms import Terms

SPAN_ROWS = 25_000
"""Parties that are laid out and encoded together: about 200 MB while they are."""
KEPT_CHANGES = timedelta(days=7)
"""How long changes that a snapshot holds stay in the feed: for processes that lag, and other machines' snapshots."""
_PARTS = "parts-"
_REBUILD_SHARE = 0.25
"""A merge of more than this share of the rows costs as much as a build, which also counts words anew."""
_log = structlog.get_logger("index")


class Workshop:
    """Builds and merges the snapshot of one store and one encoder; its caller holds the lock of the folder."""

    def __init__(self, store: Store, maker: Maker, root: Path, parts: Parts | None = None) -> None:
        self._store = store
        self._maker = maker
        self._root = root
        self._parts = parts or self._here

    def fingerprint(self) -> str:
        """What a snapshot of ours bears."""
        return fingerprint_of(self._maker.encoder.fingerprint, self._store.identity())

    def behind(self) -> int:
        """How many changes of parties the snapshot on disk does not hold; none where there is no snapshot."""
        opened = self._opened()
        return 0 if opened is None else self._store.changes.latest() - opened.sequence

    def do(self, task: Task) -> bool:
        """Do a task; gives whether there was anything to do."""
        opened = None if task == "rebuild" else self._opened()
        if task == "build" and opened is not None:
            return False
        started = time.perf_counter()
        made = self._build() if opened is None else self._merge(opened)
        self._store.changes.prune(made.sequence, older_than=KEPT_CHANGES)
        seconds = round(time.perf_counter() - started, 2)
        _log.info("index.written", task=task, rows=made.rows[KEYS], seconds=seconds)
        return True

    def _opened(self) -> Opened | None:
        try:
            return open_current(self._root, self.fingerprint())
        except SnapshotError:
            return None

    def _build(self) -> Snapshot:
        sequence = self._store.changes.latest()
        with _room(self._root) as folder:
            parts = self._parts(self._store.feed.spans(SPAN_ROWS), folder) or [part_of([], self._maker.encoder)]
            joined, terms = Joined.of(parts), [part.terms for part in parts]
            words = partial(_from_terms, terms)
            return self._written(joined, words, sequence, "build")

    def _merge(self, opened: Opened) -> Snapshot:
        """The snapshot without what was overwritten or removed since, and with what was written."""
        if self._store.changes.latest() - opened.sequence > len(opened.whole) * _REBUILD_SHARE:
            return self._build()
        try:
            sequence, base, fresh = self._changed(opened)
        except FeedPruned:
            return self._build()
        crash_point("merge.before_write")
        segments = [base, *fresh]
        joined, words = Joined.of(segments), partial(_from_words, [segment.lexical for segment in segments])
        return self._written(joined, words, sequence, "merge")

    def _written(self, joined: Joined, words: Words, sequence: int, task: Literal["build", "merge"]) -> Snapshot:
        fingerprint = self.fingerprint()
        return write_joined(self._root, joined, words, fingerprint=fingerprint, sequence=sequence, task=task)

    def _changed(self, opened: Opened) -> tuple[int, Segment, list[Segment]]:
        """The number of the last change, the snapshot with its changed rows marked, and these as they are now."""
        view = View(opened.sequence)
        more = True
        while more:
            step = self._store.feed.after(view.sequence)
            view = self._maker.changed(view, step, opened.whole.lexical)
            more = step.more
        base = opened.whole
        for tenant, platform in view.platforms.items():
            start, stop = opened.bounds.get(tenant, (0, 0))
            deleted = np.array(list(platform.deleted), dtype=np.int64)
            keys = np.concatenate([deleted, *(segment.keys for segment in platform.small)])
            places = start + np.flatnonzero(np.isin(base.keys[start:stop], keys))
            base = base.marked(places)
        return view.sequence, base, [segment for platform in view.platforms.values() for segment in platform.small]

    def _here(self, spans: Sequence[Span], _: Path) -> list[Part]:
        """The parts one after another in this process and in memory: for few parties."""
        return [part_of(self._store.feed.parties(span), self._maker.encoder) for span in spans]


def _from_terms(parts: Sequence[Terms], folder: Path, source: NDArray[np.int32], position: NDArray[np.int64]) -> None:
    write_lexical(folder, parts, source, position)


def _from_words(
    sources: Sequence[LexicalIndex], folder: Path, source: NDArray[np.int32], position: NDArray[np.int64]
) -> None:
    write_joined_words(folder, sources, source, position)


@contextmanager
def _room(root: Path) -> Iterator[Path]:
    """A folder for parts, removed at the end; what a process that was killed left behind goes first."""
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(f"{_PARTS}*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(mkdtemp(prefix=_PARTS, dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
