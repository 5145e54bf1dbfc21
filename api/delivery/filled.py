"""What an institution wrote in a row (填写结果): result, reason, amount, rate and day, read without guessing."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeVar

from api.clock import CHINA
from api.delivery.headings import AMOUNT, DAY, RATE, REASON, RESULT
from api.exchange.records import Cell, cell_text
from matcher.errors import InvalidValue
from matcher.learning.outcomes import OUTCOME_LABELS, Event, OutcomeState
from matcher.reading.values import Precision, clean, parse_date, parse_money_wan, parse_percent

LONGEST_REASON = 500
MOST_WAN = Decimal(10_000_000)
MOST_PCT = Decimal(100)
_PLACES = 6
_STATES = {label: state for state, label in OUTCOME_LABELS.items() if state is not OutcomeState.PUSHED}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong in a cell: sheet, row (from 1), column, what was found, what was expected, what to do."""

    sheet: str
    line: int
    column: str
    found: str
    expected: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Slip:
    """What is wrong, before its place is known."""

    found: str
    expected: str
    remedy: str

    def at(self, sheet: str, line: int, column: str) -> CellProblem:
        """The slip with its place."""
        return CellProblem(sheet, line, column, self.found, self.expected, self.remedy)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a row says: amounts in 万元, rates in % a year; None is what was left blank."""

    state: OutcomeState
    reason: str = ""
    amount_wan: Decimal | None = None
    rate_pct: Decimal | None = None
    day: date | None = None

    def says(self, event: Event) -> bool:
        """Whether the row says what an event says already."""
        said = (event.state, event.reason.strip(), event.amount_wan, event.rate_pct)
        same = said == (self.state, self.reason, self.amount_wan, self.rate_pct)
        return same and self.day in (None, event.at.astimezone(CHINA).date())

    def event(self, by: str, now: datetime) -> Event:
        """The event of the row: at the start of its day in China, or now where it names none."""
        at = now if self.day is None else datetime.combine(self.day, time(), CHINA)
        return Event(self.state, at, by, self.reason, self.amount_wan, self.rate_pct)


def read_filled(cells: Mapping[str, Cell]) -> tuple[Filled | None, list[tuple[str, Slip]]]:
    """Read the cells of a row; None and the slips by column where any cannot be read."""
    slips: list[tuple[str, Slip]] = []

    def read(column: str, reader: Callable[[Cell], T]) -> T | None:
        cell = cells[column]
        if isinstance(cell, str) and not cell.strip():
            return None
        try:
            return reader(cell)
        except InvalidValue as error:
            slips.append((column, Slip(error.found, error.expected, error.remedy)))
        return None

    if isinstance(cells[RESULT], str) and not str(cells[RESULT]).strip():
        slips.append((RESULT, Slip("空白，而同一行填了其他内容", "、".join(_STATES), "请选择结果，或清空这一行的填写")))
    state, reason = read(RESULT, _state), read(REASON, _reason)
    amount, rate, day = read(AMOUNT, _amount), read(RATE, _rate), read(DAY, _day)
    if slips or state is None:
        return None, slips
    return Filled(state, reason or "", amount, rate, day), []


def _state(cell: Cell) -> OutcomeState:
    text = clean(cell_text(cell)[:100])
    if text not in _STATES:
        raise InvalidValue(found=_quoted(cell), expected="、".join(_STATES), remedy="请从下拉列表中选择")
    return _STATES[text]


def _reason(cell: Cell) -> str:
    text = cell_text(cell).strip()
    if len(text) > LONGEST_REASON:
        raise InvalidValue(
            found=f"{len(text)} 个字的原因", expected=f"不超过 {LONGEST_REASON} 个字", remedy="请写一句话原因"
        )
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in text):
        raise InvalidValue(found="含控制字符的原因", expected="可以显示的文字", remedy="请重新填写")
    return text


def _amount(cell: Cell) -> Decimal:
    return _bounded(cell, parse_money_wan(_number(cell), unit="万元"), MOST_WAN, "以万元计的金额")


def _rate(cell: Cell) -> Decimal:
    """A bare number between 0 and 1 is refused: Excel keeps 3.65 % as 0.0365, and 0.0365 % looks the same."""
    return _bounded(cell, parse_percent(_number(cell), unit="%"), MOST_PCT, "百分数，如 3.65 或 3.65%")


def _day(cell: Cell) -> date:
    parsed = parse_date(cell)
    if parsed.precision is not Precision.DAY:
        raise InvalidValue(found=_quoted(cell), expected="年月日俱全的日期，如 2026-11-24", remedy="请写明是哪一天")
    return parsed.date


def _number(cell: Cell) -> object:
    if isinstance(cell, str | int | float):
        return cell
    raise InvalidValue(found=_quoted(cell), expected="数字", remedy="单元格是日期格式，请改为常规后重新填写")


def _bounded(cell: Cell, figure: Decimal, most: Decimal, expected: str) -> Decimal:
    exponent = figure.normalize().as_tuple().exponent
    if not 0 <= figure <= most or not isinstance(exponent, int) or exponent < -_PLACES:
        raise InvalidValue(
            found=_quoted(cell),
            expected=f"0 至 {most:,}、至多 {_PLACES} 位小数的{expected}",
            remedy="请核对单位和小数点",
        )
    return figure


def _quoted(cell: Cell) -> str:
    text = cell_text(cell)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"
