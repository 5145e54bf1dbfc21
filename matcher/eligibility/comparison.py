"""Comparing one known value with one criterion (比较)."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from matcher.eligibility.criteria import Leaf, Operator
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State
from matcher.fields import Value
from matcher.taxonomy import industries, regions

ORDERINGS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.GE: operator.ge,
    Operator.GT: operator.gt,
    Operator.LE: operator.le,
    Operator.LT: operator.lt,
}
"""The comparisons that need an order."""


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
    wanted: Any = leaf.value
    given: Any = value
    if leaf.operator in ORDERINGS:
        return ORDERINGS[leaf.operator](given, wanted)
    match leaf.operator:
        case Operator.EQ:
            return bool(given == wanted)
        case Operator.NE:
            return bool(given != wanted)
        case Operator.IN:
            return given in wanted
        case Operator.NOT_IN:
            return given not in wanted
        case Operator.HAS_ANY:
            return not set(wanted).isdisjoint(given)
        case Operator.HAS_ALL:
            return set(wanted) <= set(given)
        case _:
            return is_under(leaf.field, str(given), wanted)


def is_under(field: str, code: str, ancestors: tuple[str, ...]) -> bool:
    """Whether a region's or an industry's code is one of the given codes or lies below one (GB/T 2260, GB/T 4754)."""
    taxonomy = industries if field == "industry" else regions
    return taxonomy.is_under(code, ancestors)
