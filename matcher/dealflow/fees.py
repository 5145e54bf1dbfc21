"""The manager's yearly fee (管理费): a share of what the phase names, by the days that each base stood.

昆山市天使投资基金管理办法第七条: 1 % of each tranche's subscribed size in the investment period, 1 % of what the
projects not yet exited had cost in the exit period, nothing in extension and liquidation. It says nothing of parts of
a year; a day is 1/365 of a year, 1/366 of a leap year, which makes every whole year exactly 1 %.
"""

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from matcher.dealflow.asked import refused
from matcher.dealflow.events import CENT_WAN, Fee
from matcher.dealflow.funds import Book, Period, periods
from matcher.dealflow.pipeline import FeeBase, FundTerms, Phase
from matcher.dealflow.state import ZERO


@dataclass(frozen=True, slots=True)
class FeeSpan:
    """Days over which phase and base stayed the same: from `begins` to the day before `ends`, base in 万元."""

    begins: date
    ends: date
    phase: Phase
    base_wan: Decimal
    rate_pct: Decimal

    @property
    def amount_wan(self) -> Decimal:
        """The fee of these days (万元), not rounded."""
        year = 366 if isleap(self.begins.year) else 365
        return self.base_wan * self.rate_pct * (self.ends - self.begins).days / 100 / year


def fee_spans(terms: FundTerms, book: Book, year: int) -> tuple[FeeSpan, ...]:
    """The spans of a calendar year on which a fee is charged, in order."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    return tuple(
        span
        for period in periods(terms, book)
        for span in _spans(book, period, first, after)
        if span.base_wan and span.rate_pct
    )


def fee_of_year(terms: FundTerms, book: Book, year: int) -> Decimal:
    """The fee of a calendar year (万元), rounded half up to the cent, once."""
    total = sum((span.amount_wan for span in fee_spans(terms, book, year)), ZERO)
    return total.quantize(CENT_WAN, ROUND_HALF_UP)


def require_fee(terms: FundTerms, book: Book, fee: Fee) -> None:
    """Raise `DealRefused` where a year's fees, this one on top of the book, come to more, or the year is not over."""
    due = fee_of_year(terms, book, fee.year)
    taken = sum((item.amount_wan for item in book.fees() if item.year == fee.year), fee.amount_wan)
    if fee.on <= date(fee.year, 12, 31):
        raise refused("fee", f"{fee.on} 计提 {fee.year} 年管理费", "年度结束后", "请在年度结束后计提")
    if taken > due:
        expected = f"不超过 {due} 万元（{_article(terms)}）"
        raise refused("fee", f"{fee.year} 年管理费合计 {taken} 万元", expected, "请核对各阶段的基数")


def _article(terms: FundTerms) -> str:
    return next((phase.basis.article for phase in terms.phases if phase.fee_pct), "未约定管理费")


def _spans(book: Book, period: Period, first: date, after: date) -> Iterator[FeeSpan]:
    begins, ends = max(period.begins, first), min(period.ends or after, after)
    if begins >= ends:
        return
    days = sorted({begins, ends, *(day for day in _changes(book) if begins < day < ends)})
    for start, end in pairwise(days):
        base = _base(book, period.terms.fee_base, start)
        yield FeeSpan(start, end, period.terms.phase, base, period.terms.fee_pct)


def _changes(book: Book) -> Iterator[date]:
    yield from (item.on for item in book.tranches())
    for position in book.positions:
        yield from (on for on, _ in position.payments)
        yield from (on for on, _, _ in position.exits)


def _base(book: Book, kind: FeeBase, day: date) -> Decimal:
    if kind is FeeBase.SUBSCRIBED:
        return sum((item.subscribed_wan for item in book.tranches() if item.on <= day), ZERO)
    if kind is FeeBase.UNEXITED_COST:
        return sum((position.cost_on(day) for position in book.positions), ZERO)
    return ZERO
