"""A part of the seekers of a segment (范围内的需求方): what a campaign's filter leaves, or one share of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from matcher.declarations.registry import REGISTRY
from matcher.eligibility.column_types import dictionary
from matcher.eligibility.criteria import Criterion
from matcher.eligibility.filtering import met_rows
from matcher.fields import PYTHON_TYPES, FieldType, PartyKind, Value
from matcher.pairing.ports import DenseSearch, LexicalSearch, Positions, Similarities
from matcher.pairing.prospecting import SeekerSegment
from matcher.pairing.recall import Shelf

Rows = NDArray[np.int64]
_NOT_FIELDS = frozenset({"key", "tenant", "kind"})


def within(segment: SeekerSegment, kind: PartyKind, criterion: Criterion | None, at: date) -> Rows:
    """The rows of a segment that still stand, are of a kind and are known to meet a filter, rising."""
    frame = segment.frame
    wanted = (frame["kind"] == kind.value).to_numpy()
    if segment.gone is not None:
        wanted = wanted & ~segment.gone
    if criterion is not None:
        wanted = wanted & met_rows(frame, criterion, at)
    return np.flatnonzero(wanted).astype(np.int64)


def shares(rows: Rows, most: int) -> Iterator[Rows]:
    """Cut rows into shares of at most `most`, always the same way."""
    for start in range(0, len(rows), most):
        yield rows[start : start + most]


def narrowed(segment: SeekerSegment, rows: Rows) -> SeekerSegment:
    """The segment of only these rows; columns are copied, vectors and words are looked up where they are."""
    shelf = segment.shelf
    inner = Shelf(shelf.encoder, _Dense(shelf.dense, rows), _Lexical(shelf.lexical, rows))
    return SeekerSegment(segment.frame[rows], inner)


def frozen_values(segment: SeekerSegment, rows: Rows) -> list[dict[str, Value]]:
    """What the columns hold of some rows, in their order, typed as the registry says; nulls are absent."""
    return frozen_columns(segment, rows, [code for code in segment.frame.columns if code not in _NOT_FIELDS])


def frozen_columns(segment: SeekerSegment, rows: Rows, codes: Sequence[str]) -> list[dict[str, Value]]:
    """What some columns hold of many rows, in the order of the rows; nulls are absent."""
    known = [code for code in codes if code in segment.frame.columns]
    return [
        {code: _value(code, cell) for code, cell in cells.items() if cell is not None}
        for cells in segment.frame.select(known)[rows].iter_rows(named=True)
    ]


def _value(code: str, cell: Any) -> Value:
    field = REGISTRY[code]
    if field.type is FieldType.CHOICES:
        return tuple(item for place, item in enumerate(dictionary(field)) if cell >> place & 1)
    return Decimal(str(cell)) if PYTHON_TYPES[field.type] is Decimal else cast(Value, cell)


@dataclass(frozen=True, slots=True)
class _Dense:
    inner: DenseSearch
    rows: Rows

    def similarities(self, query: NDArray[np.float32], positions: Positions, /) -> Similarities:
        return self.inner.similarities(query, self.rows[positions])


@dataclass(frozen=True, slots=True)
class _Lexical:
    inner: LexicalSearch
    rows: Rows

    def similarities(self, query: str, positions: Positions, /) -> Similarities:
        return self.inner.similarities(query, self.rows[positions])
