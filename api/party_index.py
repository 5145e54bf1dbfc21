"""Parties ready to be ranked (主体索引): columns, vectors and words, derived from SQL and as fresh as it is.

The index is a snapshot on disk plus the changes made since. A snapshot that is missing, damaged or made with another
encoder is refused and rebuilt from SQL, which is the truth. A query holds no lock: it goes on with the view it began
with, whatever is written, merged or removed meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from time import perf_counter

import structlog

from api.access.viewers import SYSTEM, Viewer
from api.crash_points import crash_point
from api.errors import FeedPruned, IndexFailed, IndexLoading
from api.indexing.building import Workshop
from api.indexing.children import Child, Task, working_on
from api.indexing.following import Follower
from api.indexing.making import Maker
from api.indexing.opening import Opened, open_current
from api.indexing.views import Platform, View
from api.indexing.waking import Polling, Wakeups
from api.metrics import index_seconds
from api.store.store import Store
from embeddings.errors import SnapshotError, SnapshotMissing
from embeddings.snapshot import current_snapshot
from matcher.pairing.ports import TextEncoder
from matcher.pairing.prospecting import SeekerSegment
from matcher.pairing.recall import Shelf

_LOOK_SECONDS = 0.1
"""How often one looks whether a child process has ended, and whether to wait no longer."""
_log = structlog.get_logger("index")


@dataclass(frozen=True, slots=True)
class _State:
    """A snapshot and the view that stands on it: swapped together."""

    opened: Opened
    view: View
    seekers: dict[str, list[SeekerSegment]] = field(default_factory=dict)

    def of(self, tenant: str, encoder: TextEncoder) -> list[SeekerSegment]:
        """A platform's segments as queries see them, made once: what they look into they keep."""
        found = self.seekers.get(tenant)
        if found is None:
            platform = self.view.platforms.get(tenant, Platform())
            found = self.seekers[tenant] = [
                SeekerSegment(segment.frame, Shelf(encoder, segment.dense, segment.lexical), segment.gone)
                for segment in platform.segments
            ]
        return found


@dataclass(frozen=True, slots=True)
class IndexRules:
    """When to merge (合并时机) and what to leave to a child process.

    A merge is due past `merge_rows` rows beside the snapshot, or past `merge_percent` % of it and `merge_least` rows.
    Fewer are not worth the seconds that a child process costs to start; beside a snapshot they cost a query little.
    A store of up to `inline_rows` parties is built and merged in this process, in about a second. A snapshot more than
    `most_behind` changes behind is merged before it is opened: memory is not the place for them.
    """

    merge_rows: int = 20_000
    merge_percent: float = 5.0
    merge_least: int = 5_000
    inline_rows: int = 5_000
    most_behind: int = 50_000

    def merge_due(self, view: View) -> bool:
        """Whether so much stands beside the snapshot that it should be merged."""
        share = (view.alive - view.delta) * self.merge_percent / 100
        return view.delta >= min(self.merge_rows, max(self.merge_least, share))


class PartyIndex:
    """The ranked side of every party in the store (主体检索面). Safe to use from several threads.

    Without `start` each `open` catches up with SQL first; with it a thread does so, and writers call `catch_up`.
    """

    def __init__(  # what an index is made of
        self,
        store: Store,
        encoder: TextEncoder,
        root: Path,
        *,
        rules: IndexRules | None = None,
        wakeups: Wakeups | None = None,
        child: Callable[[Task], Child] | None = None,
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._root = root
        self._rules = rules or IndexRules()
        self._wakeups = wakeups or Polling()
        self._child = child
        self._maker = Maker(encoder)
        self._workshop = Workshop(store, self._maker, root)
        self._applying = Lock()
        self._state: _State | None = None
        self._stopping = Event()
        self._follower: Follower | None = None

    @contextmanager
    def open(self, viewer: Viewer) -> Iterator[Sequence[SeekerSegment]]:
        """The segments of a viewer's platform for one query: no party stands in two of them but as `gone`.

        Raises `IndexLoading` while a serving process is still opening or building its snapshot.
        """
        yield self._current().of(viewer.tenant, self._encoder)

    def catch_up(self) -> None:
        """Make what is committed visible to the next query of this process, and wake the others.

        For writers, after their commit: nothing is raised, for what was written is written; a step that fails is
        logged, and the follower tries it again.
        """
        self._wakeups.ring()
        if self._state is None:
            return
        try:
            self._apply()
        except Exception:  # noqa: BLE001  # see above
            _log.exception("index.step_failed", step="catch_up")

    def refresh(self) -> int:
        """Load if need be, catch up, keep the result on disk; gives the number of parties."""
        self.load()
        self.follow()
        state = self._loaded()
        if state.view.delta and self._work("merge", wait=True):
            self.follow()
        return self._loaded().view.alive

    def count(self) -> int:
        """Load if need be and catch up, writing nothing; gives the number of parties."""
        self.load()
        self.follow()
        return self._loaded().view.alive

    def rebuild(self) -> int:
        """Build the snapshot anew from SQL, whatever there is; gives the number of parties."""
        self._work("rebuild", wait=True)
        return self.count()

    def start(self) -> None:
        """Load in the background, and from then on follow what others write. Stop it with `stop`."""
        self._follower = Follower(self, self._wakeups)
        self._follower.start()

    def stop(self) -> None:
        """End what `start` began."""
        follower, self._follower = self._follower, None
        if follower is not None:
            self._stopping.set()
            follower.stop()
            self._stopping.clear()

    @property
    def ready(self) -> bool:
        """Whether the index is loaded."""
        return self._state is not None

    @property
    def view(self) -> View | None:
        """What the next query sees; None before the index is loaded."""
        return None if self._state is None else self._state.view

    def load(self) -> None:
        """Open the snapshot, have it built where it is missing or not to be trusted, and catch up with SQL.

        Raises `IndexFailed` where it can neither be opened nor built, and `StoreUnavailable`.
        """
        if self._state is not None:
            return
        self._store.feed.listen()
        try:
            opened = self._opened()
            if self._store.changes.latest() - opened.sequence > self._rules.most_behind:
                self._work("merge", wait=True)
                opened = self._opened()
            self._take_over(opened)
        except (SnapshotError, FeedPruned) as error:
            self._replace(error)

    def follow(self) -> None:
        """Take over a new snapshot if there is one, and apply what was written; a failed step leaves the old view."""
        try:
            if current_snapshot(self._root) not in {None, self._loaded().opened.name}:
                self._take_over(self._opened())
            self._apply()
        except (SnapshotError, FeedPruned) as error:
            self._replace(error)

    def _replace(self, error: SnapshotError | FeedPruned) -> None:
        """Have a snapshot built in place of one that is missing, not to be trusted, or too old to catch up."""
        log = _log.info if isinstance(error, SnapshotMissing) else _log.warning
        log("index.rebuild", reason=error.code, detail=str(error))
        self._work("rebuild" if isinstance(error, FeedPruned) else "build", wait=True)
        self._take_over(self._opened())

    def merging(self) -> Child | None:
        """Begin to merge, in a child process, if so much stands beside the snapshot and nobody is at it."""
        if self._child is None or not self._rules.merge_due(self._loaded().view):
            return None
        if current_snapshot(self._root) is None:  # the generation was swept: its last queries need no merge
            return None
        with working_on(self._root, wait=False) as free:
            return self._child("merge") if free else None

    def _current(self) -> _State:
        if self._follower is None:
            self.load()
            self.follow()
        if self._state is None:
            raise IndexLoading(found="主体索引正在载入", expected="索引已载入", remedy="请稍后重试；进度见 /readyz")
        return self._state

    def _loaded(self) -> _State:
        if self._state is None:
            raise IndexFailed(found="主体索引没有载入", expected="索引已载入", remedy="请查看日志中的原因后重试")
        return self._state

    def _opened(self) -> Opened:
        return open_current(self._root, self._workshop.fingerprint())

    def _take_over(self, opened: Opened) -> None:
        """Stand on another snapshot; what it holds already is dropped from memory."""
        with self._applying:
            view = View() if self._state is None else self._state.view
            over = view.over(opened.name, opened.sequence, opened.bases())
            self._state = _State(opened, self._caught_up(over, opened))
        _log.info("index.opened", snapshot=opened.name, rows=len(opened.whole), beside=self._state.view.delta)

    def _apply(self) -> None:
        with self._applying:
            state = self._loaded()
            started = perf_counter()
            view = self._caught_up(state.view, state.opened)
            if view.sequence != state.view.sequence:
                index_seconds().labels("apply").observe(perf_counter() - started)
            crash_point("apply.before_view")
            self._state = _State(state.opened, view)
            crash_point("apply.after_view")

    def _caught_up(self, view: View, opened: Opened) -> View:
        """The view after everything that is committed; between two steps it may hold rows of two moments."""
        more = True
        while more:
            step = self._store.feed.following(view.sequence)
            view = self._maker.changed(view, step, opened.whole.lexical)
            more = step.more
        return view

    def _work(self, task: Task, *, wait: bool) -> bool:
        """Build or merge, and count how long that took; raises `IndexFailed` where that fails."""
        started = perf_counter()
        done = self._worked(task, wait=wait)
        if done:
            index_seconds().labels("merge" if task == "merge" else "build").observe(perf_counter() - started)
        return done

    def _worked(self, task: Task, *, wait: bool) -> bool:
        """Build or merge, here where parties are few, else in a child."""
        if self._child is None or self._store.parties.count(SYSTEM) <= self._rules.inline_rows:
            with working_on(self._root, wait=wait) as free:
                return free and self._workshop.do(task)
        child = self._child(task)
        try:
            while (status := child.outcome()) is None and not self._stopping.wait(_LOOK_SECONDS):
                pass
        finally:
            child.stop()
        if status != 0:
            raise IndexFailed(
                found=f"建立索引的进程以状态 {status} 结束",
                expected="正常结束",
                remedy="请查看日志；检查磁盘余量后重试",
            )
        return True
