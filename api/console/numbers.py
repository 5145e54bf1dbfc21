"""Numbers as pages show them (数字): thousands separators, a unit, days as 2026-11-22, moments in Beijing time."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
UNKNOWN = "—"
"""What stands where a number is not known: never a zero."""


def count(number: int | None, unit: str = "") -> str:
    """A whole number, such as "12,345 家"."""
    return UNKNOWN if number is None else _with_unit(f"{number:,}", unit)


def amount(number: Decimal | float | None, unit: str = "万元", *, places: int = 2) -> str:
    """A quantity with at most so many decimal places and no trailing zeros, such as "1,234.5 万元"."""
    if number is None:
        return UNKNOWN
    text = f"{number:,.{places}f}"
    return _with_unit(text.rstrip("0").rstrip(".") if "." in text else text, unit)


def percent(number: Decimal | float | None, *, places: int = 1) -> str:
    """A percentage; 12.3 stands for 12.3 %."""
    return UNKNOWN if number is None else f"{number:,.{places}f}%"


def share(part: int, whole: int, *, places: int = 1) -> str:
    """What part of a whole, in percent; unknown of nothing."""
    return UNKNOWN if not whole else percent(100 * part / whole, places=places)


def points(number: float | Decimal) -> str:
    """Points with their sign, such as "+17.76"."""
    return f"{number:+.2f}".rstrip("0").rstrip(".")


def day(value: date | str | None) -> str:
    """A day as 2026-11-22, also of a text that begins with one."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).date().isoformat()
    return value[:10] if isinstance(value, str) else value.isoformat()


def moment(value: datetime | str | None) -> str:
    """A moment to the minute in Beijing time, such as "2026-11-22 09:30"."""
    if value is None or value == "":
        return UNKNOWN
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def _with_unit(number: str, unit: str) -> str:
    return f"{number} {unit}".rstrip()
