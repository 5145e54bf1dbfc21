"""Trees as numbers (树的行): for every code of a field's dictionary the places of all that it lies within.

What lies within a region is then one comparison of small arrays, where a campaign asks it of hundreds of offers.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from matcher.eligibility.column_types import codes_in_order
from matcher.fields import Field, FieldType
from matcher.taxonomy import industries, regions

_NONE = -1


def within(field: Field, wanted: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which of the n codes are one of those wanted or lie within one (n,). Raises `UnknownPlace`, `UnknownIndustry`."""
    places = _places(field)
    asked = [places[_line(field, one)[0]] for one in wanted]
    found = np.isin(_lines(field), np.array(asked, dtype=np.int32))
    return np.asarray(found.any(axis=1), dtype=np.bool_)


def coarser(field: Field, wanted: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which of the n codes do not lie within those wanted, but hold one of them (n,)."""
    places = _places(field)
    above = np.zeros(len(places), dtype=np.bool_)
    above[[places[code] for one in wanted for code in _line(field, one)]] = True
    return above & ~within(field, wanted)


@cache
def _places(field: Field) -> dict[str, int]:
    return {code: place for place, code in enumerate(codes_in_order(field))}


@cache
def _lines(field: Field) -> NDArray[np.int32]:
    """For each code its own place and those of all above it (n, the most there are), -1 where there are fewer."""
    places = _places(field)
    lines = [[places[step] for step in _line(field, code)] for code in codes_in_order(field)]
    found = np.full((len(lines), max(map(len, lines))), _NONE, dtype=np.int32)
    for row, line in enumerate(lines):
        found[row, : len(line)] = line
    return found


def _line(field: Field, code: str) -> tuple[str, ...]:
    return industries.ancestors(code) if field.type is FieldType.INDUSTRY else regions.ancestors(code)
