"""An import tried without writing (试读): its columns with samples, and how every row would fare."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Protocol

from api.access.viewers import Viewer
from api.exchange.columns import Chosen, ColumnPlan
from api.exchange.importing import BATCH, MOST_EXAMPLES, ImportSummary, open_import
from api.exchange.problems import ProblemFile, RowResult
from api.exchange.records import cell_text
from api.exchange.rows import Origin
from matcher.declarations.registry import REGISTRY
from matcher.fields import PartyKind
from matcher.parties import Party

SAMPLES = 3
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A column of a file: its heading, the code of the field it fills (empty: none), up to three values in it.

    `joint` says that the column is read together with others (a place over three columns, coded industries) and needs
    no field of its own.
    """

    header: str
    field: str
    samples: tuple[str, ...]
    joint: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """A file before it is imported: what it is, its columns, what to know of it as a whole."""

    description: str
    columns: tuple[SeenColumn, ...]
    notices: tuple[str, ...]


class Effects(Protocol):
    """A store that can say what writing parties would do."""

    def would(self, viewer: Viewer, parties: Sequence[Party], /) -> Mapping[str, str]:
        """`new`, `changed` or `same` for each party's id."""


def outlook(path: Path, kind: PartyKind, chosen: Chosen) -> Outlook:
    """Look at a file's columns. Raises `ImportRefused` for what is no table of parties."""
    opened = open_import(path, Origin(kind, "", "", date.min), REGISTRY, chosen=chosen)
    rows = [[cell_text(cell) for cell in row.cells] for row in islice(opened.table.rows(), _LOOKED_AT) if not row.fault]
    fields, joint = _fields(opened.plan), _joint(opened.plan)
    columns = tuple(
        SeenColumn(header, fields.get(place, ""), _samples(rows, place), place in joint)
        for place, header in enumerate(opened.plan.headers)
        if header.strip()
    )
    return Outlook(opened.table.description, columns, opened.notices)


def trial(  # noqa: PLR0913 - store, asker and file are positional; the rest is named
    store: Effects,
    viewer: Viewer,
    path: Path,
    *,
    kind: PartyKind,
    source: str,
    observed_on: date,
    chosen: Chosen,
    rejects: Path | None = None,
) -> ImportSummary:
    """Say what an import would come to, row by row; nothing is written but the rows with problems, to `rejects`.

    Raises `ImportRefused` for a file that cannot be read as a whole.
    """
    opened = open_import(path, Origin(kind, viewer.tenant, source, observed_on), REGISTRY, chosen=chosen)
    survey, states, reasons = opened.survey(), Counter[str](), Counter[str]()
    examples: list[RowResult] = []
    with ExitStack() as stack:
        problems = stack.enter_context(ProblemFile(rejects, opened.table.headers)) if rejects else None
        for batch in _batches(opened.results(survey)):
            for result in batch:
                _count(result, states, reasons)
                if result.problems and len(examples) < MOST_EXAMPLES:
                    examples.append(result)
                if problems is not None:
                    problems.write(result)
            states.update(store.would(viewer, [item.party for item in batch if item.party is not None]).values())
    return ImportSummary(
        rows=survey.rows,
        new=states["new"],
        changed=states["changed"],
        same=states["same"],
        doubtful=states["doubtful"],
        rejected=states["rejected"],
        merged=states["merged"],
        ignored_columns=opened.plan.ignored,
        notices=opened.notices,
        reasons=dict(reasons.most_common()),
        examples=tuple(examples),
        description=opened.table.description,
        seconds=0.0,
    )


def _count(result: RowResult, states: Counter[str], reasons: Counter[str]) -> None:
    states["rejected"] += result.is_rejected
    states["merged"] += result.merged_into is not None
    states["doubtful"] += result.is_doubtful and result.party is not None
    reasons.update(problem.code for problem in result.problems)


def _batches(results: Iterator[RowResult]) -> Iterator[list[RowResult]]:
    while batch := list(islice(results, BATCH)):
        yield batch


def _fields(plan: ColumnPlan) -> dict[int, str]:
    """The field that each column fills, by its place."""
    return {item.column.place: item.field.code for item in (plan.name, *plan.bindings)}


def _joint(plan: ColumnPlan) -> frozenset[int]:
    coded = [column for item in plan.industries for column in (item.code, item.name) if column is not None]
    return frozenset(column.place for column in (*plan.places, *coded))


def _samples(rows: Sequence[Sequence[str]], place: int) -> tuple[str, ...]:
    """The first values that differ."""
    found = dict.fromkeys(row[place].strip() for row in rows if place < len(row) and row[place].strip())
    return tuple(islice(found, SAMPLES))
