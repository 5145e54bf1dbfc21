"""Decimals in answers (数值): plain text, so that no cent is lost on the way; without an exponent or idle zeros."""

from decimal import Decimal
from typing import overload


@overload
def plain(value: Decimal) -> str: ...
@overload
def plain(value: Decimal | None) -> str | None: ...
def plain(value: Decimal | None) -> str | None:
    """Give `1500.5` for 1500.50 and 1.5005E+3 alike; None where it is not known."""
    if value is None:
        return None
    return format(value.normalize() if value else Decimal(0), "f")
