"""What the day of evaluation changes, for columns (批量推算): the twins of `derivation.at_date`."""

from datetime import date

import polars as pl

from matcher.derivation import day_number
from matcher.fields import Field


def age_expression(at: date) -> pl.Expr:
    """Give `age_years` as of a day for columns `founded_on` (Date) and `age_years`: Float64, null is unknown."""
    founded = pl.col("founded_on")
    day = founded.dt.year().cast(pl.Int64) * 372 + founded.dt.month().cast(pl.Int64) * 31 + founded.dt.day()
    age = ((pl.lit(day_number(at), dtype=pl.Int64) - day) / 372).round(4)
    return pl.coalesce(age, pl.col("age_years").cast(pl.Float64)).alias("age_years")


def flag_expression(field: Field, at: date) -> pl.Expr:
    """Give a certificate's flag as of a day for its Boolean column and that of its `valid_to` (Date)."""
    flag = pl.col(field.code)
    if field.valid_to is None:
        return flag
    return pl.when(flag & (pl.col(field.valid_to) < at)).then(False).otherwise(flag).alias(field.code)
