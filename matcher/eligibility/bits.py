"""Flags of many rows packed eight a byte (位图), and whole numbers of many rows as one bitmap a binary digit.

A rule over a million rows is logic on 125 kB a condition; points add up by the carry rules of a binary adder, for 8
rows a byte at once. Bits past the last row may be anything: only `flags` and `numbers`, which know n, read bits out.
"""

import threading
from collections.abc import Sequence
from functools import reduce
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]
"""Flags of n rows: row i is bit i % 8, least first, of byte i // 8, as Arrow has it."""
Flags = NDArray[np.bool_]
Planes = list[Bits]
"""A whole number for each of n rows, one bitmap a binary digit, least first."""


class _Room(threading.local):
    """Memory that a thread keeps for what it needs for a moment: pages of fresh memory cost more than a comparison."""

    def __init__(self) -> None:
        self._bytes: dict[str, NDArray[np.uint8]] = {}

    def __call__(self, use: str, size: int, dtype: Any) -> NDArray[Any]:
        """An array of n numbers for a use, which the next call for the same use takes again."""
        length = size * np.dtype(dtype).itemsize
        found = self._bytes.get(use)
        if found is None or len(found) < length:
            found = self._bytes[use] = np.empty(length, dtype=np.uint8)
        return found[:length].view(dtype)


_room = _Room()


def packed(flags: Flags) -> Bits:
    """Pack n flags."""
    return np.packbits(flags, bitorder="little")


def compared(compare: np.ufunc, values: NDArray[Any], bound: Any) -> Bits:
    """Pack what a comparison of n values with a bound gives, such as `np.greater_equal`."""
    return packed(compare(values, bound, out=_room("flags", len(values), np.bool_)))


def between(values: NDArray[Any], first: int, last: int) -> Bits:
    """Which of n unsigned numbers are from first to last, by one comparison: what is below wraps around."""
    if first == last:
        return compared(np.equal, values, first)
    moved = np.subtract(values, values.dtype.type(first), out=_room("moved", len(values), values.dtype))
    return compared(np.less_equal, moved, last - first)


def unpacked(bits: Bits | None, size: int) -> Flags:
    """Give the flags of n rows; None is nobody."""
    if bits is None:
        return np.zeros(size, dtype=np.bool_)
    return np.unpackbits(bits, count=size, bitorder="little").view(np.bool_)


def everyone(size: int) -> Bits:
    """All of n rows."""
    return np.full((size + 7) // 8, 0xFF, dtype=np.uint8)


def nobody(size: int) -> Bits:
    """None of n rows, where a bitmap is needed."""
    return np.zeros((size + 7) // 8, dtype=np.uint8)


def how_many(bits: Bits) -> int:
    """About how many rows a bitmap holds: what lies past the last whole 64 rows is not counted."""
    return int(np.bitwise_count(bits[: len(bits) // 8 * 8].view(np.uint64)).sum(dtype=np.uint32))


def window(bits: Bits, offset: int, size: int) -> Bits:
    """The bits of n rows from a place on, moved to the start of a byte where they do not lie there."""
    first, shift = divmod(offset, 8)
    length = (size + 7) // 8
    low = bits[first : first + length]
    if not shift:
        return low
    moved: Bits = low >> np.uint8(shift)
    high = bits[first + 1 : first + 1 + length]
    moved[: len(high)] |= high << np.uint8(8 - shift)
    return moved


def at_places(bits: Bits, places: NDArray[np.int64]) -> Bits:
    """The bits of some rows, by their places, packed in that order."""
    lifted = bits[places >> 3] >> (places & 7).astype(np.uint8)
    return packed((lifted & np.uint8(1)).view(np.bool_))


def either(*parts: Bits | None) -> Bits | None:
    """The rows in any of the parts; None is nobody."""
    given = [part for part in parts if part is not None]
    return reduce(np.bitwise_or, given) if given else None


def both(*parts: Bits | None) -> Bits | None:
    """The rows in all of the parts, one at least; None is nobody."""
    given = [part for part in parts if part is not None]
    return reduce(np.bitwise_and, given) if len(given) == len(parts) else None


def without(bits: Bits | None, taken: Bits | None) -> Bits | None:
    """The rows in the first and not in the second."""
    return bits if bits is None or taken is None else bits & ~taken


def others(bits: Bits | None, size: int) -> Bits:
    """The rows of n that are not in a bitmap; None is nobody."""
    return everyone(size) if bits is None else ~bits


def counted(parts: Sequence[Bits | None]) -> Planes:
    """In how many of the parts each row is."""
    planes: Planes = []
    for part in parts:
        if part is not None:
            _count(planes, part)
    return planes


def _count(planes: Planes, carry: Bits) -> None:
    for place, plane in enumerate(planes):
        planes[place], carry = plane ^ carry, plane & carry
        if not carry.any():
            return
    planes.append(carry)


def added(first: Planes, second: Planes) -> Planes:
    """The sums of two numbers, row by row."""
    long, short = (first, second) if len(first) >= len(second) else (second, first)
    if not short:
        return long
    total: Planes = [long[0] ^ short[0]]
    carry = long[0] & short[0]
    for one, other in zip(long[1 : len(short)], short[1:], strict=True):
        half = one ^ other
        total.append(half ^ carry)
        carry = (one & other) | (half & carry)
    for one in long[len(short) :]:
        total.append(one ^ carry)
        carry = one & carry
    return [*total, carry] if carry.any() else total


def highest(steps: Sequence[tuple[int, Bits | None]]) -> Planes:
    """Of numbers that each hold for some rows the largest that does, 0 where none does."""
    ordered = sorted((step for step in steps if step[1] is not None), key=lambda step: -step[0])
    planes: list[Bits | None] = [None] * max((number.bit_length() for number, _ in ordered), default=0)
    reached: Bits | None = None
    numbers_below = [*(number for number, _ in ordered), 0][1:]
    for (number, bits), lower in zip(ordered, numbers_below, strict=True):
        reached = bits if reached is None else reached | bits  # type: ignore[operator]
        for digit in range((number ^ lower).bit_length()):
            if (number ^ lower) >> digit & 1:
                plane = planes[digit]
                planes[digit] = reached if plane is None else plane ^ reached  # type: ignore[operator]
    return _filled(planes)


def _filled(planes: Sequence[Bits | None]) -> Planes:
    length = next((len(plane) for plane in planes if plane is not None), 0)
    return [np.zeros(length, dtype=np.uint8) if plane is None else plane for plane in planes]


def reaching(planes: Planes, least: int, size: int) -> Bits | None:
    """The rows of n whose number is at least so much; None is nobody."""
    if least <= 0:
        return everyone(size)
    if least >= 1 << len(planes):
        return None
    found = everyone(size)
    for digit, plane in enumerate(planes):
        found = plane & found if least >> digit & 1 else plane | found
    return found


def capped(planes: Planes, most: int, size: int) -> Planes:
    """The numbers, and `most` for those that are above it."""
    above = reaching(planes, most + 1, size)
    if above is None:
        return planes
    below = ~above
    return [(plane & below) | above if most >> digit & 1 else plane & below for digit, plane in enumerate(planes)]


def numbers(planes: Planes, size: int) -> NDArray[np.uint8]:
    """Give the numbers of n rows, up to 255."""
    found = np.zeros(size, dtype=np.uint8)
    for digit, plane in enumerate(planes):
        found |= np.unpackbits(plane, count=size, bitorder="little") << np.uint8(digit)
    return found


def unit(amounts: Sequence[int]) -> int:
    """The largest step of which all amounts are multiples, 1 where all are 0."""
    return reduce(gcd, amounts, 0) or 1
