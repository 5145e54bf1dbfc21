"""A campaign's run (活动运行): freeze, gather candidates share by share, assign, explain what was assigned.

What a run needs is fixed at its start and kept in its folder; each share of the seekers leaves a file when it is done.
A run that is taken up again goes on from there and ends with the same result.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from api.access.viewers import Viewer
from api.campaigns.folders import RunFolder
from api.campaigns.planning import Prepared, plan_of, prepared, prepared_over
from api.campaigns.recent import Recent
from api.campaigns.silence import SilentEncoder
from api.campaigns.spreading import Spread
from api.crash_points import crash_point
from api.indexing.opening import Opened, fingerprint_of, open_current
from api.indexing.views import Segment
from api.store.campaign_rows import Run
from api.store.store import Store
from matcher.campaigns.assignment import Assignment, assign
from matcher.campaigns.candidates import Candidates, Capacities, Floor
from matcher.campaigns.gathering import Gathered, Part, gather, together
from matcher.campaigns.narrowing import Rows, narrowed, shares, within
from matcher.campaigns.plan import FloorRule, Objective
from matcher.campaigns.stable import assign_stably
from matcher.campaigns.whynot import Reasons
from matcher.eligibility.filtering import met_rows
from matcher.pairing.ports import TextEncoder
from matcher.pairing.prospecting import SeekerSegment
from matcher.pairing.recall import Shelf

SHARE = 50_000
"""So many seekers are gathered at once: what is in memory for them, and what a crash costs at most."""


class Index(Protocol):
    """The index of parties, as a run needs it (`api.party_index.PartyIndex`)."""

    def refresh(self) -> int:
        """Bring the snapshot on disk up to what is committed."""

    def open(self, viewer: Viewer) -> AbstractContextManager[Sequence[SeekerSegment]]:
        """The segments of a platform as they are now."""


class Watcher(Protocol):
    """Who is told how far a run has come, and may end it by raising."""

    def check(self) -> None:
        """Raise where the run should stop."""

    def report(self, done: int, total: int | None, note: str = "") -> None:
        """So many units of work are done, of so many."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run is fixed to: the plan over its offers, the day, the seekers as one segment and those in the filter.

    `cut` gives the rows from one to before another as a segment of their own; nothing is copied.
    """

    prepared: Prepared
    at: date
    segment: SeekerSegment
    rows: Rows
    cut: Callable[[int, int], SeekerSegment]

    @property
    def speaks(self) -> bool:
        """Whether pairs can be scored again: not where another encoder serves than the run was frozen with."""
        return not isinstance(self.segment.shelf.encoder, SilentEncoder)

    def share(self, rows: Rows) -> SeekerSegment:
        """Some rising rows, at least one, as a segment of their own; vectors and words of others are not looked at."""
        first, last = int(rows[0]), int(rows[-1]) + 1
        within_share = self.cut(first, last)
        return within_share if len(rows) == last - first else narrowed(within_share, rows - first)


@dataclass(frozen=True)
class Outcome:
    """What a run came to: its inputs, all candidates, what limits them, and which of them are assigned.

    `reasons` says why others are not: it is worked out when it is first asked for.
    """

    inputs: Inputs
    gathered: Gathered
    capacities: Capacities
    assignment: Assignment

    @cached_property
    def reasons(self) -> Reasons:
        """Why candidates are not assigned."""
        return Reasons(self.gathered.candidates, self.capacities, self.assignment)


class OpenedRuns:
    """What is kept of the runs that were asked about last: the inputs of two, to compare them, the outcome of one.

    The outcome of a run over a million seekers takes 400 MB; its inputs are mapped files.
    """

    def __init__(self) -> None:
        self.inputs: Recent[Inputs] = Recent(2)
        self.outcomes: Recent[Outcome] = Recent(1)

    def close(self) -> None:
        """Let all of them go."""
        self.outcomes.clear()
        self.inputs.clear()


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs campaigns over a store and the snapshots below `root`; files of runs lie below `data`."""

    store: Store
    index: Callable[[], Index]
    encoder: TextEncoder
    root: Path
    data: Path
    share: int = SHARE
    spread: Spread | None = None
    opened: OpenedRuns = field(default_factory=OpenedRuns)

    def folder(self, run: Run) -> RunFolder:
        """What a run keeps on disk."""
        return RunFolder(self.data, run.id)

    def freeze(self, run: Run, viewer: Viewer, at: date) -> dict[str, Any]:
        """Fix the inputs of a run, once; gives what it was made with, for its record. Raises `InvalidCampaign`."""
        folder = self.folder(run)
        if not folder.frozen:
            ready = prepared(plan_of(run.plan), self.store, viewer, at)
            self.index().refresh()
            versions = {"offers": self.store.offers.version(), "software": version("rongtong")}
            said = {"at": at.isoformat(), "weights": dict(ready.plan.weights), "own": dict(ready.own)}
            folder.freeze(self.root, ready.offers, versions | said)
        opened = self._opened(folder, self.encoder.fingerprint)
        found = {"encoder": self.encoder.fingerprint, "snapshot": opened.name, "sequence": opened.sequence}
        return folder.said() | found

    def _opened(self, folder: RunFolder, encoder: str) -> Opened:
        return open_current(folder.inputs, fingerprint_of(encoder, self.store.identity()))

    def inputs(self, run: Run, viewer: Viewer) -> Inputs:
        """The frozen inputs of a run, mapped from its folder; the last few are kept open.

        Of a run that was frozen under another encoder everything can be read and nothing be scored.
        """
        key = (run.id, viewer.tenant, self.encoder.fingerprint)
        return self.opened.inputs.get(key, lambda: self._inputs(run, viewer))

    def _inputs(self, run: Run, viewer: Viewer) -> Inputs:
        folder = self.folder(run)
        at = date.fromisoformat(str(run.frozen["at"]))
        ready = prepared_over(plan_of(run.plan), folder.offers(), run.frozen.get("own", {}))
        frozen = str(run.frozen["encoder"])
        same = frozen == self.encoder.fingerprint
        encoder = self.encoder if same else SilentEncoder(frozen, self.encoder)
        part = self._opened(folder, frozen).bases().get(viewer.tenant)
        if part is None:
            nobody = _nobody(encoder)
            return Inputs(ready, at, nobody, np.empty(0, dtype=np.int64), lambda _first, _last: nobody)
        segment = _cut(encoder, part, 0, len(part))
        rows = within(segment, ready.plan.seekers, ready.plan.filter, at)
        return Inputs(ready, at, segment, rows, partial(_cut, encoder, part))

    def outcome(self, run: Run, viewer: Viewer, watcher: Watcher) -> Outcome:
        """Gather and assign; shares that were gathered before are read from their files."""
        inputs = self.inputs(run, viewer)
        gathered = self.gathered(run, inputs, watcher)
        watcher.check()
        capacities = capacities_of(inputs, gathered)
        return Outcome(inputs, gathered, capacities, assigned(inputs.prepared, gathered.candidates, capacities))

    def decided(self, run: Run, viewer: Viewer) -> Outcome:
        """The outcome of a run as it stands after its refills, from its files: what questions are answered from."""
        refills = int(run.counts.get("refills", 0))
        key = (run.id, viewer.tenant, self.encoder.fingerprint, refills)
        return self.opened.outcomes.get(key, lambda: self._decided(run, viewer, refills))

    def _decided(self, run: Run, viewer: Viewer, refills: int) -> Outcome:
        folder, inputs = self.folder(run), self.inputs(run, viewer)
        gathered = folder.candidates()
        capacities = capacities_of(inputs, gathered)
        kept = folder.assignment(refills, gathered, capacities.floors)
        if kept is None:
            kept = assigned(inputs.prepared, gathered.candidates, capacities)
        return Outcome(inputs, gathered, capacities, kept)

    def gathered(self, run: Run, inputs: Inputs, watcher: Watcher) -> Gathered:
        """All candidates of a run, share by share; what was gathered before is read from its file."""
        folder, offers = self.folder(run), len(inputs.prepared.offers)
        numbers = range(len(list(shares(inputs.rows, self.share))))
        if self.spread is not None:
            self.spread(run, [number for number in numbers if folder.part(number) is None], self.share, watcher)
        told = [_Told(watcher, number * offers, len(numbers) * offers) for number in numbers]
        parts = (folder.part(number) or self.gather_share(run, inputs, number, told[number]) for number in numbers)
        gathered = together(parts, offers, inputs.prepared.bounds(inputs.at).of_offer)
        folder.save_candidates(gathered)
        crash_point("campaign.gathered")
        folder.forget_parts()
        return gathered

    def gather_share(
        self, run: Run, inputs: Inputs, number: int, progress: Callable[[int], None] | None = None
    ) -> Part:
        """Gather one share of the seekers and keep its file, in whatever process and on whatever machine."""
        ready, rows = inputs.prepared, list(shares(inputs.rows, self.share))[number]
        part = gather(ready.offers, inputs.share(rows), ready.bounds(inputs.at), ready.scoring(), progress)
        self.folder(run).save_part(number, part)
        crash_point("campaign.after_share")
        return part


@dataclass(frozen=True, slots=True)
class _Told:
    """Tells a watcher of each offer that is done for a share."""

    watcher: Watcher
    before: int
    total: int

    def __call__(self, offers: int) -> None:
        self.watcher.check()
        self.watcher.report(self.before + offers, self.total, "生成候选")


def capacities_of(inputs: Inputs, gathered: Gathered) -> Capacities:
    """Places, limits and floors for the seekers that have candidates, in the order of their keys."""
    ready = inputs.prepared
    limits = np.full(len(gathered.keys), ready.plan.limit, dtype=np.int64)
    floors = tuple(floor for rule in ready.plan.floors for floor in _floors(rule, inputs, gathered))
    return Capacities(ready.quotas, limits, floors)


def assigned(ready: Prepared, candidates: Candidates, capacities: Capacities) -> Assignment:
    """Assign by the plan's objective."""
    if ready.plan.objective is Objective.TOTAL:
        return assign(candidates, capacities)
    chosen = assign_stably(candidates, capacities)
    points = int(candidates.points[chosen].sum())
    return Assignment(chosen, points, points, (), None, None)


def rows_of(inputs: Inputs, keys: np.ndarray) -> Rows:
    """The rows of the frozen segment on which keys stand; all of them do."""
    return np.searchsorted(inputs.segment.frame["key"].to_numpy(), keys).astype(np.int64)


def _floors(rule: FloorRule, inputs: Inputs, gathered: Gathered) -> Iterator[Floor]:
    rows = rows_of(inputs, gathered.keys)
    members = met_rows(inputs.segment.frame[rows], rule.criterion, inputs.at)
    if not rule.each_offer:
        yield Floor(rule.name, members, rule.least)
        return
    for place in range(len(inputs.prepared.offers)):
        yield Floor(rule.name, members, rule.least, place)


def _cut(encoder: TextEncoder, part: Segment, first: int, last: int) -> SeekerSegment:
    shelf = Shelf(encoder, part.dense.slice(first, last), part.lexical.slice(first, last))
    return SeekerSegment(part.frame.slice(first, last - first), shelf)


def _nobody(encoder: TextEncoder) -> SeekerSegment:
    """A segment without rows."""
    from embeddings.lexical import LexicalIndex
    from embeddings.vectors import Vectors
    from matcher.eligibility.columns import column_frame

    nothing = np.empty((0, encoder.dimension), dtype=np.float32)
    return SeekerSegment(column_frame(()), Shelf(encoder, Vectors.of(nothing), LexicalIndex.of([])))
