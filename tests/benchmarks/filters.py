"""Five-attribute filters of a known share (五项条件), said as rules for our engine and as plain ranges for the others.

Place, trade, staff and founding day are given; the least registered capital (万元) is found so that the wanted share of
the world passes. A row of which any of the five is unknown does not pass, here as everywhere.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matcher.eligibility.criteria import All, Clause, Criterion, Leaf, Operator

_CLAUSE = Clause("合成数据（测量用）", "", "测量用条件")
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Filter:
    """Ranges with both ends included; `founded` in days since 1970, `capital` in 万元."""

    share: float
    region: tuple[int, int]
    industry: tuple[int, int]
    headcount: tuple[int, int]
    founded: int
    capital: float

    @property
    def name(self) -> str:
        """The share that passes, in %."""
        return f"{self.share * 100:g} %"

    def passing(self, plain: pl.DataFrame) -> NDArray[np.bool_]:
        """Which rows of the plain columns pass."""
        return (
            plain.select(self._open(plain) & (pl.col("capital") >= self.capital))
            .to_series()
            .fill_null(False)
            .to_numpy()
        )

    def sql(self) -> str:
        """The filter as SQL over the plain columns; DuckDB, PostgreSQL and LanceDB understand it alike."""
        ranges = " AND ".join(f"{code} BETWEEN {low} AND {high}" for code, (low, high) in self.ranges().items())
        return f"{ranges} AND founded >= {self.founded} AND capital >= {self.capital}"

    def ranges(self) -> Mapping[str, tuple[int, int]]:
        """The three attributes that have two ends."""
        return {"region": self.region, "industry": self.industry, "headcount": self.headcount}

    def criterion(self) -> Criterion:
        """The filter as a rule."""
        least, most = self.headcount
        return All(
            (
                _leaf("region", Operator.UNDER, _prefixes(*self.region, 6)),
                _leaf("industry", Operator.UNDER, _prefixes(*self.industry, 4)),
                _leaf("headcount", Operator.GE, least),
                _leaf("headcount", Operator.LE, most),
                _leaf("founded_on", Operator.GE, date.fromordinal(_EPOCH.toordinal() + self.founded)),
                _leaf("registered_capital_wan", Operator.GE, Decimal(str(self.capital))),
            )
        )

    def written(self) -> dict[str, object]:
        """The filter as JSON."""
        return asdict(self)

    @classmethod
    def read(cls, written: dict[str, object]) -> "Filter":
        """What `written` gave."""
        return cls(**{key: tuple(value) if isinstance(value, list) else value for key, value in written.items()})  # type: ignore[arg-type]

    def _open(self, plain: pl.DataFrame) -> pl.Expr:
        conditions = [pl.col(code).is_between(low, high) for code, (low, high) in self.ranges().items()]
        return pl.all_horizontal(*conditions, pl.col("founded") >= self.founded)


def filters(plain: pl.DataFrame) -> list[Filter]:
    """The filters that 0.1, 1, 10 and 50 % of these rows pass, the tightest first."""
    shapes = (
        Filter(0.001, (320500, 320599), (2700, 2799), (10, 300), _day(2008), 0.0),
        Filter(0.01, (320500, 320599), (3500, 4099), (10, 300), _day(2008), 0.0),
        Filter(0.1, (320000, 329999), (1300, 4399), (10, 300), _day(2008), 0.0),
        Filter(0.5, (310000, 379999), (1300, 6599), (1, 1000), _day(1996), 0.0),
    )
    return [_calibrated(shape, plain) for shape in shapes]


def _calibrated(shape: Filter, plain: pl.DataFrame) -> Filter:
    open_yet = plain.filter(shape._open(plain))["capital"].drop_nulls().sort(descending=True)
    wanted = round(shape.share * plain.height)
    if len(open_yet) < wanted:
        raise ValueError(f"only {len(open_yet)} rows can pass {shape.name}, {wanted} are wanted")
    return Filter(**{**asdict(shape), "capital": float(open_yet[wanted - 1])})


def _leaf(field: str, operator: Operator, value: object) -> Leaf:
    return Leaf(field, operator, value, field, _CLAUSE)  # type: ignore[arg-type]


def _prefixes(low: int, high: int, digits: int) -> tuple[str, ...]:
    """The shortest codes that cover a range of whole branches: 320500 to 320599 is 3205."""
    first, last = f"{low:0{digits}d}", f"{high:0{digits}d}"
    kept = next(
        size for size in (2, 3, 4, 6) if first[size:] == "0" * (digits - size) and last[size:] == "9" * (digits - size)
    )
    return tuple(f"{code:0{kept}d}" for code in range(int(first[:kept]), int(last[:kept]) + 1))


def _day(year: int) -> int:
    return date(year, 1, 1).toordinal() - _EPOCH.toordinal()
