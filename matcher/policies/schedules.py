"""How much principal is out for how long (计息本金): the base of interest, interest subsidies and annual rates.

A loan is cut into months from the day it is drawn. A whole month is a twelfth of a year; part of a month, or a loan
that counts real days, needs a day count, for the texts give none (宁夏科技金融补助 is silent on it).
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from matcher.policies.amounts import YUAN_PER_WAN, ZERO, settled
from matcher.policies.loans import DayCount, Loan, Repayment

MONTHS_A_YEAR = 12
_REAL = {DayCount.ACTUAL_365: Decimal(365), DayCount.ACTUAL_360: Decimal(360)}


@dataclass(frozen=True, slots=True)
class Span:
    """A balance (元) that stands for part of a year: as interest is counted, and as the calendar has it."""

    balance_yuan: Decimal
    interest_years: Decimal
    calendar_years: Decimal


class Undecided(Exception):
    """A field that is needed and not known; it becomes what is lacking of a figure."""

    def __init__(self, *codes: str) -> None:
        self.codes = codes
        super().__init__(", ".join(codes))


def whole_life(loan: Loan) -> tuple[Span, ...]:
    """The spans from drawing to the end of the term; `Undecided` names the field that is needed."""
    return tuple(span for _, span in _months(loan))


def subsidised(loan: Loan) -> tuple[Span, ...]:
    """The spans of the subsidised period: as given, else the first twelve months of the loan, or all if shorter."""
    if loan.subsidy_from is None and loan.subsidy_to is None:
        return tuple(span for month, span in _months(loan) if month < MONTHS_A_YEAR)
    missing = [code for code in ("drawn_on", "subsidy_from", "subsidy_to") if getattr(loan, code) is None]
    if missing or loan.drawn_on is None or loan.subsidy_from is None or loan.subsidy_to is None:
        raise Undecided(*missing)
    return tuple(_within(loan, loan.drawn_on, loan.subsidy_from, loan.subsidy_to))


def interest_yuan(spans: tuple[Span, ...], rate_pct: Decimal) -> Decimal:
    """Interest on the spans at a yearly rate in %, not rounded to 分."""
    return settled(interest_base(spans) * rate_pct / 100)


def interest_base(spans: tuple[Span, ...]) -> Decimal:
    """Principal times the years for which interest is counted (元·年)."""
    return settled(sum((span.balance_yuan * span.interest_years for span in spans), ZERO))


def occupied(spans: tuple[Span, ...]) -> Decimal:
    """Principal times the calendar years for which it is really out (元·年), the base of the annual rate."""
    return settled(sum((span.balance_yuan * span.calendar_years for span in spans), ZERO))


def months_after(day: date, months: int) -> date:
    """The same day some months later; the last day of a shorter month."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _months(loan: Loan) -> Iterator[tuple[int, Span]]:
    for month, balance in enumerate(_balances(loan)):
        if loan.day_count not in _REAL:
            yield month, Span(balance, Decimal(1) / MONTHS_A_YEAR, Decimal(1) / MONTHS_A_YEAR)
            continue
        if loan.drawn_on is None:
            raise Undecided("drawn_on")
        start, end = months_after(loan.drawn_on, month), months_after(loan.drawn_on, month + 1)
        yield month, _span(loan, balance, start, end)


def _within(loan: Loan, drawn_on: date, first: date, last: date) -> Iterator[Span]:
    whole = dict(_months(loan))
    for month, balance in enumerate(_balances(loan)):
        start, end = months_after(drawn_on, month), months_after(drawn_on, month + 1)
        if first <= start and end <= last:
            yield whole[month]
        elif max(first, start) < min(last, end):
            yield _span(loan, balance, max(first, start), min(last, end))


def _span(loan: Loan, balance: Decimal, start: date, end: date) -> Span:
    if loan.day_count is None:
        raise Undecided("day_count")
    days = Decimal((end - start).days)
    if loan.day_count in _REAL:
        return Span(balance, days / _REAL[loan.day_count], days / 365)
    counted = (end.year - start.year) * 360 + (end.month - start.month) * 30 + min(end.day, 30) - min(start.day, 30)
    return Span(balance, Decimal(counted) / 360, Decimal(counted) / 360)


def _balances(loan: Loan) -> tuple[Decimal, ...]:
    """The balance (元) during each month of the term."""
    if loan.term_months is None:
        raise Undecided("term_months")
    principal, months = loan.principal_wan * YUAN_PER_WAN, loan.term_months
    if loan.repayment is Repayment.EQUAL_PRINCIPAL:
        return tuple(principal * (months - month) / months for month in range(months))
    if loan.repayment is Repayment.EQUAL_INSTALMENT:
        return _instalment_balances(principal, months, loan.rate_pct)
    return (principal,) * months


def _instalment_balances(principal: Decimal, months: int, rate_pct: Decimal | None) -> tuple[Decimal, ...]:
    if rate_pct is None:
        raise Undecided("rate_pct")
    monthly = rate_pct / 100 / MONTHS_A_YEAR
    if monthly == 0:
        return tuple(principal * (months - month) / months for month in range(months))
    payment = principal * monthly / (1 - (1 + monthly) ** -months)
    balances = [principal]
    for _ in range(months - 1):
        balances.append(balances[-1] * (1 + monthly) - payment)
    return tuple(balances)
