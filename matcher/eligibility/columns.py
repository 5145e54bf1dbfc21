"""Seekers as columns (列存): one column a field that rules compare, so that a rule looks at many seekers at once.

Places, industries and choices are stored as numbers with a dictionary (polars Enum), several choices as the bits of a
number, so that no text is compared. A column that nobody has a value for is left out: it is unknown for every row.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import polars as pl

from matcher.declarations.registry import REGISTRY
from matcher.derivation import derive
from matcher.derived_columns import with_derived
from matcher.eligibility.column_types import column_type, dictionary
from matcher.fields import Field, FieldType, PartyKind
from matcher.parties import Values

_NOT_COMPARED = {FieldType.TEXT, FieldType.CREDIT_CODE}
_FEW = 40
"""Up to so many rows, a rule a row costs less than a rule a column."""
_MOST_COUNTED = 2**31 - 1


@cache
def column_schema() -> dict[str, pl.DataType]:
    """The columns of the store of seekers: `key`, `tenant`, `kind`, and one a field that rules compare."""
    fields = {item.code: column_type(item) for item in REGISTRY if is_compared(item)}
    return {"key": pl.Int64(), "tenant": pl.String(), "kind": pl.Enum([kind.value for kind in PartyKind]), **fields}


def is_compared(field: Field) -> bool:
    """Whether rules may compare a field: all but free texts and codes; the zone's name is compared."""
    return field.code == "zone" or field.type not in _NOT_COMPARED


@dataclass(frozen=True, slots=True)
class Row:
    """One seeker to be laid out as columns: its key, platform, kind and values."""

    key: int
    tenant: str
    kind: PartyKind
    values: Values


def column_frame(rows: Iterable[Row]) -> pl.DataFrame:
    """Lay rows out as columns and add what follows from them; an unknown value is null.

    A column of nothing else is left out. What follows is derived row by row where rows are few, else by columns.

    Money and shares become float64. A place, industry or choice that the taxonomy or the field no longer holds is
    unknown. A count past 2,147,483,647 is that.
    """
    given = list(rows)
    if len(given) > _FEW:
        return with_derived(_laid_out(given))
    return _laid_out([replace(row, values=derive(row.values)) for row in given])


def _laid_out(rows: Sequence[Row]) -> pl.DataFrame:
    cells: dict[str, tuple[list[int], list[Any]]] = {code: ([], []) for code in column_schema()}
    for place, row in enumerate(rows):
        for code, value in row.values.items():
            column = cells.get(code)
            if column is not None:
                column[0].append(place)
                column[1].append(value)
    frame = pl.DataFrame(
        {
            "key": pl.Series([row.key for row in rows], dtype=pl.Int64),
            "tenant": pl.Series([row.tenant for row in rows], dtype=pl.String),
            "kind": pl.Series([row.kind.value for row in rows], dtype=column_schema()["kind"]),
        }
    )
    made = (_column(code, *cells[code], len(rows)) for code, (places, _) in cells.items() if places)
    return frame.with_columns([column for column in made if column.null_count() < len(column)])


def _column(code: str, places: list[int], values: list[Any], size: int) -> pl.Series:
    """One field's column of n rows from the values that are known and their rows."""
    dtype = column_schema()[code]
    known = _typed(REGISTRY[code], values).cast(dtype, strict=False)
    if len(known) == size:
        return known.alias(code)
    return pl.repeat(None, size, dtype=dtype, eager=True).scatter(places, known).alias(code)


def _typed(field: Field, values: list[Any]) -> pl.Series:
    cell = _CELLS.get(field.type)
    if cell is not None:
        return pl.Series(list(map(cell, values)), dtype=_PLAIN.get(field.type))
    if field.type is FieldType.CHOICES:
        places = {item: place for place, item in enumerate(dictionary(field))}
        return pl.Series([_bits(value, places) for value in values], dtype=pl.UInt32)
    return pl.Series(values)


def _bits(value: tuple[str, ...], places: dict[str, int]) -> int:
    return sum(1 << places[item] for item in set(value) if item in places)


_CELLS: dict[FieldType, Callable[[Any], Any]] = {
    FieldType.MONEY: float,
    FieldType.PERCENT: float,
    FieldType.NUMBER: float,
    FieldType.COUNT: lambda count: max(-_MOST_COUNTED, min(count, _MOST_COUNTED)),
}
_PLAIN = {FieldType.COUNT: pl.Int32()}
