"""Five states of many rows at once (批量状态), each worked out only when it is asked for.

The laws are those of `results`: the same order in which one state gives way to another, held equal by a property test.
Which rows are excluded is all that a list must know of most of them: it costs one comparison a condition.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.eligibility.bits import Bits, both, counted, either, others, reaching, unpacked, without


class Masks(Protocol):
    """Which of n rows are in which state, packed; None is nobody. A row in none of the four is unknown."""

    @property
    def met(self) -> Bits | None:
        """The rows that meet it."""

    @property
    def unmet(self) -> Bits | None:
        """The rows that do not."""

    @property
    def manual(self) -> Bits | None:
        """The rows that a person must judge."""

    @property
    def other(self) -> Bits | None:
        """The rows to which it does not apply."""


@dataclass(frozen=True, slots=True)
class Found:
    """States that are worked out already: those of a single condition."""

    met: Bits | None = None
    unmet: Bits | None = None
    manual: Bits | None = None
    other: Bits | None = None


class Decided:
    """A condition that holds for some rows, of which some are known (None: all); the others are unknown.

    What holds `loosely` is not unmet either, and is asked for only when somebody wants to know what is.
    """

    manual: Bits | None = None
    other: Bits | None = None

    def __init__(self, holds: Bits, known: Bits | None, loosely: Callable[[], Bits] | None = None) -> None:
        self._holds = holds
        self._known = known
        self._loosely = loosely

    @cached_property
    def met(self) -> Bits | None:
        """The rows that are known to hold it."""
        return self._holds if self._known is None else self._holds & self._known

    @cached_property
    def unmet(self) -> Bits | None:
        """The rows that are known not to."""
        holds = self._holds if self._loosely is None else self._holds | self._loosely()
        return ~holds if self._known is None else self._known & ~holds


class Later:
    """A single condition that is compared when it is first asked for."""

    def __init__(self, compare: Callable[[], Masks]) -> None:
        self._compare = compare

    @cached_property
    def _found(self) -> Masks:
        return self._compare()

    @property
    def met(self) -> Bits | None:
        """The rows that meet it."""
        return self._found.met

    @property
    def unmet(self) -> Bits | None:
        """The rows that do not."""
        return self._found.unmet

    @property
    def manual(self) -> Bits | None:
        """The rows that a person must judge."""
        return self._found.manual

    @property
    def other(self) -> Bits | None:
        """The rows to which it does not apply."""
        return self._found.other


class Opposite:
    """Kleene "not": met and unmet change places."""

    def __init__(self, part: Masks) -> None:
        self._part = part

    @property
    def met(self) -> Bits | None:
        """The rows that do not meet the part."""
        return self._part.unmet

    @property
    def unmet(self) -> Bits | None:
        """The rows that meet the part."""
        return self._part.met

    @property
    def manual(self) -> Bits | None:
        """The rows that a person must judge."""
        return self._part.manual

    @property
    def other(self) -> Bits | None:
        """The rows to which it does not apply."""
        return self._part.other


class _Joined(ABC):
    """What "and" and "or" share: where neither decides, the first undecided state that any part is in."""

    def __init__(self, parts: Sequence[Masks]) -> None:
        self._parts = parts

    @cached_property
    def manual(self) -> Bits | None:
        """The rows that a person must judge."""
        some = either(*(part.manual for part in self._parts))
        return None if some is None else both(self._open, some)

    @cached_property
    def other(self) -> Bits | None:
        """The rows to which it does not apply."""
        some = either(*(part.other for part in self._parts))
        return None if some is None else without(both(self._open, some), self.manual)

    @cached_property
    def _open(self) -> Bits | None:
        """The rows that no part leaves unknown and that no part decides."""
        return without(both(*(known(part) for part in self._parts)), self._decided)

    @property
    @abstractmethod
    def _decided(self) -> Bits | None:
        """The rows that one part alone decides."""


class Together(_Joined):
    """Kleene "and" of at least one part: unmet decides, then unknown, manual review, not applicable, then met."""

    @cached_property
    def met(self) -> Bits | None:
        """The rows that meet every part."""
        found: Bits | None = self._parts[0].met
        for part in self._parts[1:]:
            if found is None or not found.any():
                return None
            found = both(found, part.met)
        return found

    @cached_property
    def unmet(self) -> Bits | None:
        """The rows that any part excludes; what is past the part that excludes the last row is not looked at."""
        found: Bits | None = None
        for part in self._parts:
            found = either(found, part.unmet)
            if found is not None and found.min(initial=0xFF) == 0xFF:
                return found
        return found

    @property
    def _decided(self) -> Bits | None:
        return self.unmet


class Alternatives(_Joined):
    """Kleene "or" of at least one part: met decides, then unknown, manual review, not applicable, then unmet."""

    @cached_property
    def met(self) -> Bits | None:
        """The rows that meet any part."""
        return either(*(part.met for part in self._parts))

    @cached_property
    def unmet(self) -> Bits | None:
        """The rows that every part excludes."""
        return both(*(part.unmet for part in self._parts))

    @property
    def _decided(self) -> Bits | None:
        return self.met


class Levels(ABC):
    """States by what suffices at each level of certainty (`scores.LEVELS`), each reaching what the one before does."""

    def __init__(self, parts: Sequence[Masks], size: int) -> None:
        self._size = size
        self._reached: dict[int, Bits | None] = {}
        self._may = [any(getattr(part, state) is not None for part in parts) for state in ("manual", "other")]

    @abstractmethod
    def suffices(self, place: int) -> Bits | None:
        """The rows that suffice where what is met counts and what is undecided up to a level."""

    def level(self, place: int) -> Bits | None:
        """The same, worked out once, and not again where no part is in the state that the level adds."""
        if place >= 2 and not self._may[place - 2]:
            return self.level(place - 1)
        if place not in self._reached:
            self._reached[place] = self.suffices(place)
        return self._reached[place]

    @property
    def met(self) -> Bits | None:
        """The rows that what is met suffices for."""
        return self.level(0)

    @cached_property
    def unmet(self) -> Bits | None:
        """The rows for which nothing that is open could suffice."""
        return others(self.level(3), self._size)

    @cached_property
    def manual(self) -> Bits | None:
        """The rows for which a person's part is needed."""
        return without(self.level(2), self.level(1)) if self._may[0] else None

    @cached_property
    def other(self) -> Bits | None:
        """The rows for which only what does not apply would suffice."""
        return without(self.level(3), self.level(2)) if self._may[1] else None


class AtLeast(Levels):
    """Kleene "at least n" of the parts."""

    def __init__(self, parts: Sequence[Masks], least: int, size: int) -> None:
        super().__init__(parts, size)
        self._parts = parts
        self._least = least

    def suffices(self, place: int) -> Bits | None:
        """The rows that enough parts hold for at a level."""
        return reaching(counted([up_to(part, place, self._size) for part in self._parts]), self._least, self._size)


def known(part: Masks) -> Bits | None:
    """The rows that are in one of the four states."""
    return either(part.met, part.unmet, part.manual, part.other)


def up_to(part: Masks, place: int, size: int) -> Bits | None:
    """The rows that are met or in an undecided state up to a level of certainty (`scores.LEVELS`)."""
    if place == 0:
        return part.met
    later = (part.unmet, part.other, part.manual)[: 4 - place]
    return others(either(*later), size)


def standing(part: Masks, size: int) -> Bits:
    """The rows that are not excluded: neither unmet nor such that it does not apply."""
    return others(either(part.unmet, part.other), size)


def codes(part: Masks, size: int) -> NDArray[np.uint8]:
    """The state's code (`codes.CODES`) of each row (n,)."""
    steps = ((part.met, 3), (part.manual, 1), (part.other, 2))
    found: NDArray[np.uint8] = 1 - unpacked(part.unmet, size).view(np.uint8)
    for bits, step in steps:
        if bits is not None:
            found += np.uint8(step) * unpacked(bits, size).view(np.uint8)
    return found
