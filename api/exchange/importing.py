"""Import a file of parties (导入): every row is accounted for, and importing twice changes nothing."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from api.access.viewers import Viewer
from api.exchange.columns import Chosen, ColumnPlan, is_header, plan_columns
from api.exchange.limits import DEFAULT_LIMITS, Limits
from api.exchange.problems import ProblemFile, RowProblem, RowResult
from api.exchange.reading import Table, open_table
from api.exchange.rows import Origin, RowReader
from matcher.declarations.registry import REGISTRY
from matcher.fields import FieldRegistry, PartyKind
from matcher.parties import Party

BATCH = 500
"""Parties written to the store at a time."""
MOST_EXAMPLES = 100
"""Rows with problems that a summary holds; the problem file holds them all."""

Progress = Callable[[int, int | None], None]
"""Told how many rows are done, and of how many (None while that is not known)."""


class Counts(Protocol):
    """Parties that were new, changed, or the same as what is stored."""

    @property
    def new(self) -> int: ...  # noqa: D102
    @property
    def changed(self) -> int: ...  # noqa: D102
    @property
    def same(self) -> int: ...  # noqa: D102


class PartyWriter(Protocol):
    """Where parties are kept."""

    def upsert_many(self, viewer: Viewer, parties: Sequence[Party]) -> Counts:
        """Write parties: facts of a known id are merged, and what is the same is left alone."""


class PartyStore(Protocol):
    """A store, as far as importing uses it."""

    @property
    def parties(self) -> PartyWriter: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Survey:
    """What a first look at a file tells: how many rows, and the last line of each party that comes more than once."""

    rows: int
    last_lines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file opened for import: its table, the plan of its columns, and its rows as parties."""

    table: Table
    plan: ColumnPlan
    reader: RowReader

    @property
    def notices(self) -> tuple[str, ...]:
        """What to know of the file as a whole, in Chinese."""
        return (*self.table.notices, *self.plan.notices)

    def survey(self) -> Survey:
        """Go through the file once, reading only what makes a party's id. `ImportRefused` at an unclosed quote."""
        lines: dict[str, int] = {}
        repeated: set[str] = set()
        count = 0
        for row in self.table.rows():
            count += 1
            identifier = self.reader.identify(row)
            if identifier is not None:
                repeated.update((identifier,) if identifier in lines else ())
                lines[identifier] = row.line
        return Survey(count, {identifier: lines[identifier] for identifier in repeated})

    def results(self, survey: Survey) -> Iterator[RowResult]:
        """Yield what became of every row, in order. Rows of one party are merged into the last of them."""
        held: dict[str, Party] = {}
        for row in self.table.rows():
            result = self.reader.read(row)
            last = survey.last_lines.get(result.party.id) if result.party else None
            yield result if last is None else _merged(result, last, held)


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What became of a file's rows.

    `rows` = new + changed + same + merged + rejected; `doubtful` rows came in and are counted among the first three.
    `reasons` counts problems by code, `examples` holds the first rows with problems.
    """

    rows: int
    new: int
    changed: int
    same: int
    doubtful: int
    rejected: int
    merged: int
    ignored_columns: tuple[str, ...]
    notices: tuple[str, ...]
    reasons: Mapping[str, int]
    examples: tuple[RowResult, ...]
    description: str
    seconds: float


def open_import(
    path: Path,
    origin: Origin,
    registry: FieldRegistry,
    limits: Limits = DEFAULT_LIMITS,
    chosen: Chosen = MappingProxyType({}),
) -> ImportFile:
    """Open a file and find out what its columns are. Raises `ImportRefused` where it is no table of parties."""
    table = open_table(path, lambda cells: is_header(cells, origin.kind, registry, chosen), limits)
    plan = plan_columns(table.headers, origin.kind, registry, chosen)
    return ImportFile(table, plan, RowReader(plan, origin, registry))


def read_parties(
    path: Path, *, kind: PartyKind, tenant: str, source: str, observed_on: date, registry: FieldRegistry = REGISTRY
) -> Iterator[RowResult]:
    """Yield what becomes of every row of a file, storing nothing. Raises `ImportRefused` before the first row."""
    opened = open_import(path, Origin(kind, tenant, source, observed_on), registry)
    return opened.results(opened.survey())


def run_import(  # noqa: PLR0913 - store, asker and file are positional; the rest is named
    store: PartyStore,
    viewer: Viewer,
    path: Path,
    *,
    kind: PartyKind,
    source: str,
    observed_on: date,
    progress: Progress = lambda _done, _total: None,
    rejects: Path | None = None,
    registry: FieldRegistry = REGISTRY,
    limits: Limits = DEFAULT_LIMITS,
    chosen: Chosen = MappingProxyType({}),
) -> ImportSummary:
    """Import a file into a store, a batch at a time, and account for every row.

    `chosen` says which heading fills which field where the headings do not say it themselves.

    `rejects` is where rows with problems are written (made only if there are any). Raises `ImportRefused`, before
    anything is stored, for a file that cannot be read as a whole.
    """
    started = time.perf_counter()
    opened = open_import(path, Origin(kind, viewer.tenant, source, observed_on), registry, limits, chosen)
    survey = opened.survey()
    tally = _Tally()
    with ExitStack() as stack:
        problems = stack.enter_context(ProblemFile(rejects, opened.table.headers)) if rejects else None
        progress(0, survey.rows)
        for batch in _batches(opened.results(survey)):
            for result in batch:
                tally.count(result)
                if problems is not None:
                    problems.write(result)
            tally.stored(store.parties.upsert_many(viewer, [item.party for item in batch if item.party is not None]))
            progress(tally.rows, survey.rows)
    return tally.summary(opened, time.perf_counter() - started)


@dataclass(slots=True)
class _Tally:
    """Counts while an import runs."""

    rows: int = 0
    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    examples: list[RowResult] = field(default_factory=list)

    def count(self, result: RowResult) -> None:
        self.rows += 1
        self.states["rejected"] += result.is_rejected
        self.states["merged"] += result.merged_into is not None
        self.states["doubtful"] += result.is_doubtful and result.party is not None
        self.reasons.update(problem.code for problem in result.problems)
        if result.problems and len(self.examples) < MOST_EXAMPLES:
            self.examples.append(result)

    def stored(self, counts: Counts) -> None:
        self.states.update(new=counts.new, changed=counts.changed, same=counts.same)

    def summary(self, opened: ImportFile, seconds: float) -> ImportSummary:
        return ImportSummary(
            rows=self.rows,
            new=self.states["new"],
            changed=self.states["changed"],
            same=self.states["same"],
            doubtful=self.states["doubtful"],
            rejected=self.states["rejected"],
            merged=self.states["merged"],
            ignored_columns=opened.plan.ignored,
            notices=opened.notices,
            reasons=dict(self.reasons.most_common()),
            examples=tuple(self.examples),
            description=opened.table.description,
            seconds=seconds,
        )


def _merged(result: RowResult, last: int, held: dict[str, Party]) -> RowResult:
    """Join a row with the earlier rows of its party; only the last one gives the party."""
    party = result.party
    if party is None:
        return result
    earlier = held.pop(party.id, None)
    whole = party if earlier is None else replace(party, facts={**earlier.facts, **party.facts})
    if result.line == last:
        return replace(result, party=whole)
    held[party.id] = whole
    problem = RowProblem(
        "", party.name, "repeated_party", f"与第 {last} 行是同一主体，已并入该行；两行都填的项取该行的值"
    )
    return replace(result, party=None, problems=(*result.problems, problem), merged_into=last)


def _batches(results: Iterator[RowResult]) -> Iterator[list[RowResult]]:
    batch: list[RowResult] = []
    for result in results:
        batch.append(result)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
