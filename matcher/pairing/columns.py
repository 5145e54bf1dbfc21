"""Points for a whole column of seekers and one offer (批量打分), equal to `assembling` pair by pair."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matcher.declarations.registry import REGISTRY
from matcher.eligibility.codes import CODES
from matcher.eligibility.columns import state_codes
from matcher.eligibility.criteria import Criterion, conditions
from matcher.eligibility.results import State
from matcher.fields import PYTHON_TYPES, Value
from matcher.offers import Offer
from matcher.pairing.measures import STRUCTURED, StructuredMeasure
from matcher.pairing.recall import Recalled
from matcher.pairing.scoring import Scoring

_DECIDED = (CODES[State.MET], CODES[State.UNMET])


def points(frame: pl.DataFrame, recalled: Recalled, offer: Offer, at: date, scoring: Scoring) -> NDArray[np.int64]:
    """The scores of n seekers, the rows of `frame` in the order of `recalled.keys`, in hundredths of a point (n,)."""
    parts = {
        "semantic": scoring.semantic(recalled.semantic),
        "lexical": scoring.lexical(recalled.lexical),
        "preference": _share(frame, offer.preferences, at, (CODES[State.MET],)),
        "completeness": _share(frame, conditions(offer.criteria), at, _DECIDED),
        **{item.name: _structured(frame, item, offer) for item in STRUCTURED},
    }
    return sum(
        (scoring.hundredths(name, measures) for name, measures in parts.items()),
        start=np.zeros(len(frame), dtype=np.int64),
    )


def _share(frame: pl.DataFrame, wanted: Sequence[Criterion], at: date, states: tuple[int, ...]) -> NDArray[np.float64]:
    if not wanted:
        return np.zeros(len(frame))
    hits = sum(np.isin(state_codes(frame, part, at).to_numpy(), states).astype(np.int64) for part in wanted)
    return np.asarray(hits, dtype=np.float64) / len(wanted)


def _structured(frame: pl.DataFrame, measure: StructuredMeasure, offer: Offer) -> NDArray[np.float64]:
    read = frame.select(measure.reads)
    _, first, place = np.unique(read.hash_rows().to_numpy(), return_index=True, return_inverse=True)
    distinct = read[first.tolist()].iter_rows(named=True)
    taken = (measure.take(row_values(row), offer) for row in distinct)
    fits = np.array([0.0 if fit is None else fit.value for fit in taken], dtype=np.float64)
    return fits[place]


def row_values(row: Mapping[str, Any]) -> dict[str, Value]:
    """A row of columns as values by field code, typed as the registry says; nulls are absent."""
    return {code: _value(code, cell) for code, cell in row.items() if cell is not None}


def _value(code: str, cell: Any) -> Value:
    wanted = PYTHON_TYPES[REGISTRY[code].type]
    return Decimal(str(cell)) if wanted is Decimal else wanted(cell) if wanted is tuple else cell
