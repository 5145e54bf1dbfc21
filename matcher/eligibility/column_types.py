"""How a field is laid out as a column (列类型): numbers as they are, choices as places in a dictionary."""

from functools import cache

import polars as pl

from matcher.eligibility.results import NOT_APPLICABLE_VALUE
from matcher.fields import Field, FieldType
from matcher.taxonomy import industries, regions

_DTYPES = {
    FieldType.CHOICES: pl.UInt32(),
    FieldType.COUNT: pl.Int32(),
    FieldType.MONEY: pl.Float64(),
    FieldType.PERCENT: pl.Float64(),
    FieldType.NUMBER: pl.Float64(),
    FieldType.DATE: pl.Date(),
    FieldType.FLAG: pl.Boolean(),
}


@cache
def dictionary(field: Field) -> tuple[str, ...]:
    """The values of a place, industry or choice in the order of the numbers that stand for them.

    Of several choices (多选) each is the bit of that number. Empty for a field that is no choice.
    """
    if field.type in (FieldType.REGION, FieldType.INDUSTRY):
        return codes_in_order(field)
    if field.type is FieldType.CHOICE:
        return (*field.choices, NOT_APPLICABLE_VALUE)
    return field.choices


@cache
def codes_in_order(field: Field) -> tuple[str, ...]:
    """The codes of a field's taxonomy (GB/T 2260, GB/T 4754), in order: a region or division is one run of them."""
    return tuple(sorted(industries.all_codes() if field.type is FieldType.INDUSTRY else regions.all_codes()))


@cache
def column_type(field: Field) -> pl.DataType:
    """The type of a field's column."""
    if field.type in (FieldType.REGION, FieldType.INDUSTRY, FieldType.CHOICE):
        return pl.Enum(dictionary(field))
    return _DTYPES.get(field.type, pl.String())
