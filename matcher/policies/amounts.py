"""Amounts that are known exactly or only within bounds (金额区间): what is not known is never zero.

Every figure is at least zero; `high` None is "no upper bound is known". A figure is exact when both bounds are equal.
Money is in 元, shares in %; all arithmetic is decimal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
RATE_STEP = Decimal("0.0001")
_NOISE = Decimal("0.00000001")
YUAN_PER_WAN = Decimal(10_000)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Lacking:
    """What stands in the way of an exact amount (缺项): a field to fill, or what the source leaves open."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount between two bounds, and what is lacking to make it exact (金额)."""

    low: Decimal
    high: Decimal | None
    lacking: tuple[Lacking, ...] = ()

    @property
    def value(self) -> Decimal | None:
        """The exact amount; None where it is not known."""
        return self.low if self.low == self.high else None


def exactly(amount: Decimal) -> Figure:
    """A known amount."""
    return Figure(amount, amount)


def unknown(*lacking: Lacking) -> Figure:
    """An amount of which nothing is known."""
    return Figure(ZERO, None, lacking)


def product(figures: Sequence[Figure]) -> Figure:
    """The product of figures; a known zero makes it zero whatever the others are."""
    low, high = Decimal(1), Decimal(1)
    for figure in figures:
        low *= figure.low
    if any(figure.high == 0 for figure in figures):
        return exactly(ZERO)
    for figure in figures:
        if figure.high is None:
            return Figure(low, None, _lacking(figures))
        high *= figure.high
    return _figure(low, high, figures)


def least(figures: Sequence[Figure]) -> Figure:
    """The smallest of figures: bounded by any of them that is."""
    highs = [figure.high for figure in figures if figure.high is not None]
    return _figure(min(figure.low for figure in figures), min(highs) if highs else None, figures)


def total(figures: Sequence[Figure]) -> Figure:
    """The sum of figures."""
    highs = [figure.high for figure in figures]
    low = sum((figure.low for figure in figures), ZERO)
    return _figure(low, None if None in highs else sum((high for high in highs if high is not None), ZERO), figures)


def either(figures: Sequence[Figure], lacking: Iterable[Lacking] = ()) -> Figure:
    """One of several figures, it is not known which: from the lowest to the highest."""
    highs = [figure.high for figure in figures]
    low = min(figure.low for figure in figures)
    high = None if None in highs else max(high for high in highs if high is not None)
    found = _figure(low, high, figures)
    return found if found.value is not None else Figure(low, high, _unique((*lacking, *found.lacking)))


def rounded_down(figure: Figure) -> Figure:
    """Money to 0.01 元, the rest dropped (分以下舍去), so that no cap and no formula is exceeded."""
    high = None if figure.high is None else _down(figure.high)
    return Figure(_down(figure.low), high, figure.lacking)


def _down(amount: Decimal) -> Decimal:
    return settled(amount).quantize(FEN, ROUND_DOWN)


def settled(amount: Decimal) -> Decimal:
    """Drop what division left far behind the point: a third thrice is one, not 0.999…"""
    return amount.quantize(_NOISE)


def rounded(amount: Decimal) -> Decimal:
    """A cost to 0.01 元, half up (四舍五入)."""
    return settled(amount).quantize(FEN, ROUND_HALF_UP)


def rate_pct(part: Decimal, whole: Decimal) -> Decimal:
    """`part` of `whole` in %, to 0.0001, half up."""
    return (part * 100 / whole).quantize(RATE_STEP, ROUND_HALF_UP)


def in_wan(amount_yuan: Decimal) -> Decimal:
    """An amount of 元 in 万元, exactly."""
    return amount_yuan / YUAN_PER_WAN


def _figure(low: Decimal, high: Decimal | None, figures: Sequence[Figure]) -> Figure:
    return Figure(low, high) if low == high else Figure(low, high, _lacking(figures))


def _lacking(figures: Iterable[Figure]) -> tuple[Lacking, ...]:
    return _unique(item for figure in figures for item in figure.lacking)


def _unique(items: Iterable[Lacking]) -> tuple[Lacking, ...]:
    return tuple(dict.fromkeys(items))
