"""The five states as small integers (状态编码), for many rules or many rows at once."""

from collections.abc import Mapping

from matcher.eligibility.results import State

CODES: Mapping[State, int] = {
    State.UNMET: 0,
    State.UNKNOWN: 1,
    State.MANUAL_REVIEW: 2,
    State.NOT_APPLICABLE: 3,
    State.MET: 4,
}
STATES: tuple[State, ...] = tuple(CODES)
"""The states in the order of their codes, which makes "and" a minimum."""
