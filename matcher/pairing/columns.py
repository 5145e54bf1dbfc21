"""Points for a whole column of seekers and one offer (批量打分), equal to `assembling` pair by pair."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.declarations.registry import REGISTRY
from matcher.eligibility.bits import unpacked
from matcher.eligibility.column_types import dictionary
from matcher.eligibility.criteria import conditions
from matcher.eligibility.filtering import Assessment
from matcher.eligibility.stretches import Store
from matcher.fields import PYTHON_TYPES, FieldType, Value
from matcher.offers import Offer
from matcher.pairing.measures import STRUCTURED, StructuredMeasure
from matcher.pairing.recall import Recalled
from matcher.pairing.scoring import Scoring

Points = NDArray[np.int64]
_COUNTED_UP_TO = 1 << 22


def points(store: Store, recalled: Recalled, judged: Assessment, offer: Offer, scoring: Scoring) -> Points:
    """The scores of the m seekers at the positions `recalled.keys` of a store, in hundredths of a point (m,)."""
    at = recalled.keys
    parts = {
        "semantic": scoring.hundredths("semantic", scoring.semantic(recalled.semantic)),
        "lexical": scoring.hundredths("lexical", scoring.lexical(recalled.lexical)),
        "preference": _shares("preference", judged.favoured[at], len(offer.preferences), scoring),
        "completeness": _shares("completeness", judged.decided[at], len(conditions(offer.criteria)), scoring),
    }
    parts |= {item.name: _structured(store, at, item, offer, scoring) for item in STRUCTURED}
    total = parts.pop("semantic")
    for part in parts.values():
        total += part
    return total


def _shares(name: str, hits: NDArray[np.uint8], of: int, scoring: Scoring) -> Points:
    """The points of so many out of `of`; none where nothing is asked."""
    shares = np.arange(max(of, 1) + 1) / of if of else np.zeros(2)
    return scoring.hundredths(name, shares)[hits]


def _structured(store: Store, at: NDArray[np.int64], item: StructuredMeasure, offer: Offer, scoring: Scoring) -> Points:
    """The points of a measure, taken once for each group of seekers that it cannot tell apart."""
    read = [name for name in item.reads if name in store.names]
    if not read or not len(at):
        return np.zeros(len(at), dtype=np.int64)
    if item.name == "amount":
        return scoring.hundredths(item.name, _amounts(store, at, offer))
    groups, count = np.zeros(len(at), dtype=np.int64), 1
    for name in read:
        groups, count = _split(groups, count, _places(store, name, at))
    first = np.zeros(count, dtype=np.int64)
    first[groups[::-1]] = at[::-1]
    rows = store.frame.select(read)[first].iter_rows(named=True)
    taken = (item.take(row_values(row), offer) for row in rows)
    fits = np.array([0.0 if fit is None else fit.value for fit in taken], dtype=np.float64)
    return scoring.hundredths(item.name, fits)[groups]


def _amounts(store: Store, at: NDArray[np.int64], offer: Offer) -> NDArray[np.float64]:
    """`measures.amount_fit` of many: amounts are too many to be told apart one by one."""
    least, most = offer.terms.amount_min_wan, offer.terms.amount_max_wan
    if least is None and most is None:
        return np.zeros(len(at))
    wanted = np.where(_known(store, "need_amount_wan", at), store["need_amount_wan"].values[at], 0.0)
    enough = wanted > 0 if least is None else (wanted > 0) & (wanted >= float(least))
    if most is None:
        return enough.astype(np.float64)
    shares = np.divide(float(most), wanted, out=np.zeros(len(at)), where=enough)
    fits: NDArray[np.float64] = np.minimum(shares, 1.0)
    return fits


def _split(groups: NDArray[np.int64], count: int, further: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Split groups by a further column; gives the groups, numbered without gaps, and how many there are."""
    width = int(further.max()) + 1
    joint = groups * width + further
    if count * width > _COUNTED_UP_TO:
        distinct, places = np.unique(joint, return_inverse=True)
        return places, len(distinct)
    numbers = np.cumsum(np.bincount(joint) > 0) - 1
    split: NDArray[np.int64] = numbers[joint]
    return split, int(numbers[-1]) + 1


def _places(store: Store, name: str, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """What a measure sees of a column at some positions, as small numbers: 0 unknown; of counts only whether any."""
    kind, column = REGISTRY[name].type, store[name]
    if kind is FieldType.FLAG:
        values = unpacked(column.bits, column.offset + column.size)[column.offset :][at].astype(np.int64)
    else:
        values = column.values[at].astype(np.int64)
    if kind is FieldType.COUNT:
        return ((values != 0) & _known(store, name, at)).astype(np.int64)
    places: NDArray[np.int64] = np.where(_known(store, name, at), values + 1, 0)
    return places


def _known(store: Store, name: str, at: NDArray[np.int64]) -> NDArray[np.bool_]:
    column = store[name]
    if column.validity is None:
        return np.ones(len(at), dtype=np.bool_)
    return unpacked(column.validity, column.offset + column.size)[column.offset :][at]


def row_values(row: Mapping[str, Any]) -> dict[str, Value]:
    """A row of columns as values by field code, typed as the registry says; nulls are absent."""
    return {code: _value(code, cell) for code, cell in row.items() if cell is not None}


def _value(code: str, cell: Any) -> Value:
    field = REGISTRY[code]
    if field.type is FieldType.CHOICES:
        return tuple(item for place, item in enumerate(dictionary(field)) if cell >> place & 1)
    return Decimal(str(cell)) if PYTHON_TYPES[field.type] is Decimal else cell
