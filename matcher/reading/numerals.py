"""Numbers in running text (数): Arabic or Chinese, and whether the words around make them a mere bound."""

import re
from decimal import Decimal
from enum import StrEnum

ARABIC = r"(?:\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,4})?|\d{1,12}(?:\.\d{1,6})?)"
CHINESE = r"(?:[一二两三四五六七八九十][一二两三四五六七八九十百千零]{0,8})"
NUMBER = rf"(?:(?<![\d.,A-Za-z第]){ARABIC}|(?<![一二两三四五六七八九十百千零第几数]){CHINESE})"
"""A number, with nothing before it that would make it the tail of another or an ordinal (第三)."""

_DIGITS = {char: place % 10 for place, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_BOUND_BEFORE = re.compile(
    "(?:超过|超出|超|逾|将近|接近|近|不到|不足|不满|未满|至少|大于|突破|破|过|不低于|不少于|低于|少于|快|"
    "好几|几|(?<![以之])上|(?<![人总件个项家位])数)(?:了)?$"
)
_BOUND_AFTER = re.compile(r"多|余|来[万亿人个项件]|以上|以下|以内|之内|出头|不到|\+|几[万亿人个项件]")


class Exactness(StrEnum):
    """Whether a number is the value itself or only a bound of it (“200多人”)."""

    EXACT = "exact"
    BOUND = "bound"


def number(text: str) -> Decimal | None:
    """A number written in Arabic or Chinese digits; None where it names none or a range (“三五”)."""
    return Decimal(text.replace(",", "")) if text[0].isdigit() else _chinese(text)


def _chinese(text: str) -> Decimal | None:
    """Read up to 九千九百九十九; “三百五” is 350, as spoken. Two digits side by side (三五、二零一八) are no number."""
    total, digit, power = 0, 0, 10_000
    for place, char in enumerate(text):
        if char in _POWERS:
            if _POWERS[char] >= power or (digit == 0 and (place or char != "十")):
                return None
            power = _POWERS[char]
            total += (digit or 1) * power
            digit = 0
        elif digit or (char == "零" and not place):
            return None
        else:
            digit = _DIGITS[char]
    is_spoken = digit and power >= 100 and power < 10_000 and text[-2] in _POWERS
    return Decimal(total + digit * (power // 10 if is_spoken else 1))


def whole(text: str) -> int | None:
    """A whole number; None where it is not one."""
    value = number(text)
    return int(value) if value is not None and value == value.to_integral_value() else None


def exactness(before: str, after: str) -> Exactness:
    """Whether the words directly around a number leave it exact. “约”“左右” do: the figure is the speaker's own."""
    if _BOUND_BEFORE.search(before[-6:]) or _BOUND_AFTER.match(after):
        return Exactness.BOUND
    return Exactness.EXACT
