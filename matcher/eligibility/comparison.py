"""Comparing one known value with one criterion (比较)."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

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
    return State.MET if _holds(leaf, value) else State.UNMET


def _holds(leaf: Leaf, value: Value) -> bool:
    if leaf.operator is Operator.UNDER:
        return is_under(leaf.field, str(value), _codes(leaf))
    return COMPARISONS[leaf.operator](value, leaf.value)


def _codes(leaf: Leaf) -> tuple[str, ...]:
    return leaf.value if isinstance(leaf.value, tuple) else ()


def is_under(field: str, code: str, ancestors: tuple[str, ...]) -> bool:
    """Whether a region's or an industry's code is one of the given codes or lies below one (GB/T 2260, GB/T 4754)."""
    return industries.is_under(code, ancestors) if field == "industry" else regions.is_under(code, ancestors)
