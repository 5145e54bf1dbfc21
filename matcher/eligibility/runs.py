"""Single conditions side by side (同类条件): all those on one field with one operator, judged by one search.

Thresholds stand in order, so that a value is compared with all of them by one bisection; what is named (a region, a
certificate, a kind of collateral) is looked up by its name. Each gives the states that `comparison.compare` gives.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.eligibility.codes import CODES
from matcher.eligibility.comparison import compare
from matcher.eligibility.criteria import Leaf, Operator
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State
from matcher.fields import Value
from matcher.taxonomy import industries, regions

Codes = NDArray[np.uint8]
"""States as `matcher.eligibility.codes`."""
Places = NDArray[np.int64]

T = TypeVar("T")
MET, UNMET, UNKNOWN = CODES[State.MET], CODES[State.UNMET], CODES[State.UNKNOWN]
_NOTHING: Places = np.empty(0, dtype=np.int64)


class Judge(Protocol):
    """Gives the states of n conditions for one known value."""

    def judge(self, value: Value, codes: Codes) -> None:
        """Write the (n,) codes."""


@dataclass(frozen=True, slots=True)
class Run:
    """Conditions on one field (`size` of them), whose codes stand side by side from `first` on."""

    field: str
    first: int
    size: int
    judge: Judge

    def write(self, value: Value | None, codes: Codes) -> None:
        """Write the state of each of the conditions into the codes of the whole book, where all are unknown yet."""
        if value is None:
            return
        own = codes[self.first : self.first + self.size]
        if value == NOT_APPLICABLE_VALUE:
            own[:] = CODES[State.NOT_APPLICABLE]
        else:
            self.judge.judge(value, own)


@dataclass(frozen=True, slots=True)
class Ordered:
    """Thresholds in rising order; `reached` counts those that come before a value, which are met where `rising`."""

    thresholds: Sequence[Any]
    reached: Callable[[Sequence[Any], Any], int]
    rising: bool

    def judge(self, value: Value, codes: Codes) -> None:
        """Write the (n,) codes."""
        count = self.reached(self.thresholds, value)
        codes[:count], codes[count:] = (MET, UNMET) if self.rising else (UNMET, MET)


@dataclass(frozen=True, slots=True)
class Named:
    """Conditions found by the names that they ask for; those that share one with the value are met if `meets`."""

    names: Callable[[Any], tuple[Any, ...]]
    asked: Mapping[Value, Places]
    meets: bool

    def judge(self, value: Value, codes: Codes) -> None:
        """Write the (n,) codes."""
        codes[:], found = (UNMET, MET) if self.meets else (MET, UNMET)
        for name in self.names(value):
            codes[self.asked.get(name, _NOTHING)] = found


@dataclass(frozen=True, slots=True)
class Under:
    """Conditions on a place in a tree: met by what lies within, undecided by what is only coarser (苏州市)."""

    lines: Callable[[str], tuple[str, ...]]
    asked: Mapping[str, Places]
    coarse: Mapping[str, Places]

    def judge(self, value: Value, codes: Codes) -> None:
        """Write the (n,) codes."""
        line = self.lines(str(value))
        codes[:] = UNMET
        codes[self.coarse.get(line[0], _NOTHING)] = UNKNOWN
        for code in line:
            codes[self.asked.get(code, _NOTHING)] = MET


@dataclass(frozen=True, slots=True)
class Each:
    """Conditions that are compared one by one."""

    leaves: Sequence[Leaf]

    def judge(self, value: Value, codes: Codes) -> None:
        """Write the (n,) codes."""
        codes[:] = [CODES[compare(leaf, value)] for leaf in self.leaves]


def ordered_by(operator: Operator, leaves: list[Leaf]) -> list[Leaf]:
    """The conditions of one field and operator in the order in which `judge_of` wants them."""
    return sorted(leaves, key=lambda leaf: leaf.value) if operator in _REACHED else leaves  # type: ignore[arg-type, return-value]


def judge_of(operator: Operator, leaves: Sequence[Leaf]) -> Judge:
    """Compile the conditions of one field and operator."""
    if operator in _REACHED:
        return Ordered([leaf.value for leaf in leaves], *_REACHED[operator])
    if operator is Operator.UNDER:
        return _under(leaves)
    if operator in _NAMES:
        return _named(operator, leaves)
    return Each(leaves)


_REACHED: Mapping[Operator, tuple[Callable[[Sequence[Any], Any], int], bool]] = {
    Operator.GE: (bisect_right, True),
    Operator.GT: (bisect_left, True),
    Operator.LE: (bisect_left, False),
    Operator.LT: (bisect_right, False),
}
"""How many rising thresholds a value has passed, and whether those are the ones that are met."""


def _itself(value: Any) -> tuple[Any, ...]:
    return (value,)


def _each(value: Any) -> tuple[Any, ...]:
    return tuple(value)


_NAMES: Mapping[Operator, tuple[Callable[[Any], tuple[Any, ...]], Callable[[Any], tuple[Any, ...]], bool]] = {
    Operator.EQ: (_itself, _itself, True),
    Operator.NE: (_itself, _itself, False),
    Operator.IN: (_itself, _each, True),
    Operator.NOT_IN: (_itself, _each, False),
    Operator.HAS_ANY: (_each, _each, True),
}
"""The names in a value, the names that a condition asks for, and whether one in common meets it."""


def _named(operator: Operator, leaves: Sequence[Leaf]) -> Named:
    given, wanted, meets = _NAMES[operator]
    asked = _places((name, place) for place, leaf in enumerate(leaves) for name in wanted(leaf.value))
    return Named(given, asked, meets)


def _under(leaves: Sequence[Leaf]) -> Under:
    lines = industries.ancestors if leaves[0].field == "industry" else regions.ancestors
    wanted = [(lines(code), place) for place, leaf in enumerate(leaves) for code in _codes(leaf)]
    asked = _places((line[0], place) for line, place in wanted)
    return Under(lines, asked, _places((upper, place) for line, place in wanted for upper in line[1:]))


def _codes(leaf: Leaf) -> tuple[str, ...]:
    return leaf.value if isinstance(leaf.value, tuple) else ()


def _places(named: Iterable[tuple[T, int]]) -> dict[T, Places]:
    found: dict[T, list[int]] = {}
    for name, place in named:
        found.setdefault(name, []).append(place)
    return {name: np.array(places, dtype=np.int64) for name, places in found.items()}
