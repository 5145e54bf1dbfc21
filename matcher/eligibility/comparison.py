"""Comparing one known value with one criterion (比较)."""

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Protocol

from matcher.eligibility.criteria import Leaf, Operator
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State
from matcher.fields import Value
from matcher.taxonomy import industries, regions

COMPARISONS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.GE: operator.ge,
    Operator.GT: operator.gt,
    Operator.LE: operator.le,
    Operator.LT: operator.lt,
    Operator.IN: lambda given, wanted: given in wanted,
    Operator.NOT_IN: lambda given, wanted: given not in wanted,
    Operator.HAS_ANY: lambda given, wanted: not set(wanted).isdisjoint(given),
    Operator.HAS_ALL: lambda given, wanted: set(wanted) <= set(given),
}
"""What each operator means for a known value; `under` needs the field's taxonomy and `manual` a person."""


def compare(leaf: Leaf, value: Value | None) -> State:
    """Give the state of one condition for one value; None is an unknown value and stays unknown."""
    if leaf.operator is Operator.MANUAL:
        return State.MANUAL_REVIEW
    if value is None:
        return State.UNKNOWN
    if value == NOT_APPLICABLE_VALUE:
        return State.NOT_APPLICABLE
    if leaf.operator is Operator.UNDER:
        return place_in_tree(leaf.field, str(value), leaf.value if isinstance(leaf.value, tuple) else ())
    return State.MET if COMPARISONS[leaf.operator](value, leaf.value) else State.UNMET


def place_in_tree(field: str, code: str, wanted: tuple[str, ...]) -> State:
    """Whether a region's or industry's code lies within the wanted ones (GB/T 2260, GB/T 4754).

    A code that is only coarser than what is wanted (苏州市, where 虎丘区 is asked) is not known to lie within: unknown.
    """
    line = _taxonomy(field).ancestors(code)
    asked, above = _reach(field, wanted)
    if not asked.isdisjoint(line):
        return State.MET
    return State.UNKNOWN if line[0] in above else State.UNMET


@lru_cache(maxsize=1 << 14)
def _reach(field: str, wanted: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The codes that are wanted, and all that these lie within."""
    lines = [_taxonomy(field).ancestors(one) for one in wanted]
    return frozenset(line[0] for line in lines), frozenset(code for line in lines for code in line)


def _taxonomy(field: str) -> "_Taxonomy":
    return industries if field == "industry" else regions


class _Taxonomy(Protocol):
    def ancestors(self, code: str) -> tuple[str, ...]: ...
