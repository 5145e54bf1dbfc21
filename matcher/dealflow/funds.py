"""A fund as a whole (基金): tranches, phases, and the money that is there on each day (万元).

What a fund has is what was paid in, less payments and fees, plus what came back where the phase lets it be invested
again (滚动投资). No day may end below zero, however late an entry is made.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from matcher.dealflow.events import (
    Contribution,
    Correction,
    Custody,
    DealBody,
    Exit,
    Extension,
    Fee,
    FundEvent,
    Payment,
    Tranche,
)
from matcher.dealflow.pipeline import FundTerms, Phase, PhaseTerms
from matcher.dealflow.state import ZERO, corrected
from matcher.policies.schedules import months_after


@dataclass(frozen=True, slots=True)
class Position:
    """What a fund paid into one deal and got back: (day, 万元) and (day, proceeds, cost of the shares given up)."""

    deal: str
    payments: tuple[tuple[date, Decimal], ...] = ()
    exits: tuple[tuple[date, Decimal, Decimal], ...] = ()

    def cost_on(self, day: date) -> Decimal:
        """The cost of the shares held at the end of a day (万元)."""
        paid = sum((amount for on, amount in self.payments if on <= day), ZERO)
        return paid - sum((cost for on, _, cost in self.exits if on <= day), ZERO)


@dataclass(frozen=True, slots=True)
class Book:
    """A fund's own history and its positions in all deals."""

    events: tuple[FundEvent, ...] = ()
    positions: tuple[Position, ...] = ()

    def with_position(self, position: Position) -> "Book":
        """The book with a deal's position in place of what it held of that deal."""
        others = tuple(item for item in self.positions if item.deal != position.deal)
        return Book(self.events, (*others, position))

    def standing(self) -> Iterator[FundEvent]:
        """Yield the fund's events that were not corrected, in their order."""
        gone = corrected(self.events)
        yield from (event for number, event in enumerate(self.events, 1) if number not in gone)

    def tranches(self) -> tuple[Tranche, ...]:
        """What was subscribed, in the order of the entries."""
        return tuple(event.body for event in self.standing() if isinstance(event.body, Tranche))

    def fees(self) -> tuple[Fee, ...]:
        """The fees that were taken."""
        return tuple(event.body for event in self.standing() if isinstance(event.body, Fee))

    def in_custody(self, day: date) -> bool:
        """Whether a bank keeps the money on a day."""
        return any(isinstance(event.body, Custody) and event.body.on <= day for event in self.standing())

    @property
    def subscribed_wan(self) -> Decimal:
        """All that was subscribed (认缴，万元)."""
        return sum((item.subscribed_wan for item in self.tranches()), ZERO)

    @property
    def paid_in_wan(self) -> Decimal:
        """All that was paid in (实缴，万元)."""
        return sum((amount for _, amount in self.paid_in()), ZERO)

    def paid_in(self) -> Iterator[tuple[date, Decimal]]:
        """Yield what was paid in and when (万元)."""
        for event in self.standing():
            if isinstance(event.body, Tranche):
                yield event.body.on, event.body.paid_wan
            elif isinstance(event.body, Contribution):
                yield event.body.on, event.body.amount_wan

    def cash_moves(self) -> Iterator[tuple[date, Decimal]]:
        """Yield every movement of money, in no order: in above zero, out below."""
        yield from self.paid_in()
        yield from ((fee.on, -fee.amount_wan) for fee in self.fees())
        for position in self.positions:
            yield from ((on, -amount) for on, amount in position.payments)
            yield from ((on, proceeds) for on, proceeds, _ in position.exits)


def position_of(deal: str, numbered: Iterable[tuple[int, DealBody]]) -> Position:
    """A deal's position out of its numbered events; payments, exits and corrections are all that it needs of them."""
    entries = tuple(numbered)
    gone = {body.number for _, body in entries if isinstance(body, Correction)}
    standing = [body for number, body in entries if number not in gone]
    return Position(
        deal,
        tuple((body.on, body.amount_wan) for body in standing if isinstance(body, Payment)),
        tuple((body.on, body.proceeds_wan, body.cost_wan) for body in standing if isinstance(body, Exit)),
    )


@dataclass(frozen=True, slots=True)
class Period:
    """A phase with its first day and the day after its last (None: open)."""

    terms: PhaseTerms
    begins: date
    ends: date | None


def periods(terms: FundTerms, book: Book) -> tuple[Period, ...]:
    """The phases of a fund by their days; none before its first tranche.

    The phases with months follow each other; an extension runs to the day the partners set, and liquidation after.
    """
    begun = book.tranches()
    if not begun:
        return ()
    day, found = min(item.on for item in begun), []
    until = max((event.body.until for event in book.standing() if isinstance(event.body, Extension)), default=None)
    for phase in terms.phases:
        ends = None if phase.months is None else months_after(day, phase.months)
        if phase.phase is Phase.EXTENSION:
            ends = until if until is not None and until > day else day
        if ends != day:
            found.append(Period(phase, day, ends))
        day = ends or day
    return tuple(found)


def phase_at(spans: Sequence[Period], day: date) -> PhaseTerms | None:
    """The phase that a fund is in on a day; None before it begins."""
    return next((item.terms for item in spans if item.begins <= day and (item.ends is None or day < item.ends)), None)


def lowest_cash(terms: FundTerms, book: Book, *, investable: bool) -> tuple[date, Decimal] | None:
    """The day on which least money was there at its end, and how much; None where none ever moved.

    With `investable`, what came back and may not be invested again is left out, and only days of phases that invest
    are looked at.
    """
    spans = periods(terms, book)
    by_day: dict[date, Decimal] = {}
    for day, amount in _investable(spans, book) if investable else book.cash_moves():
        by_day[day] = by_day.get(day, ZERO) + amount
    balance, found = ZERO, []
    for day in sorted(by_day):
        balance += by_day[day]
        phase = phase_at(spans, day)
        if not investable or (phase is not None and phase.invests):
            found.append((balance, day))
    return None if not found else (min(found)[1], min(found)[0])


def _investable(spans: Sequence[Period], book: Book) -> Sequence[tuple[date, Decimal]]:
    kept = [
        (on, -proceeds)
        for position in book.positions
        for on, proceeds, _ in position.exits
        if not ((phase := phase_at(spans, on)) and phase.rolling)
    ]
    return [*book.cash_moves(), *kept]
