"""The answer to "is this seeker eligible" (资格结果): five states, with what was compared and how far off it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from matcher.eligibility.criteria import Leaf
from matcher.fields import Value


class State(StrEnum):
    """Five states of a condition (资格状态)."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"
    MANUAL_REVIEW = "manual_review"
    NOT_APPLICABLE = "not_applicable"


STATE_LABELS = {
    State.MET: "已满足",
    State.UNMET: "未满足",
    State.UNKNOWN: "待补充",
    State.MANUAL_REVIEW: "需人工核验",
    State.NOT_APPLICABLE: "不适用",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition, evaluated (核验结果).

    `value` is what the seeker has (None: not known); `gap` says in Chinese how far off an unmet value is, or is empty.
    """

    leaf: Leaf
    state: State
    value: Value | None
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Eligibility:
    """An offer's criteria, evaluated for one seeker: the overall state and every single finding."""

    state: State
    findings: tuple[Finding, ...] = ()

    def of_state(self, state: State) -> tuple[Finding, ...]:
        """The findings that are in one state."""
        return tuple(item for item in self.findings if item.state is state)


def conjunction(states: Iterable[State]) -> State:
    """Kleene "and" over states: unmet beats manual_review beats unknown beats met; not_applicable counts as met."""
    return _strongest(states, (State.UNMET, State.MANUAL_REVIEW, State.UNKNOWN))


def _strongest(states: Iterable[State], order: tuple[State, ...]) -> State:
    present = set(states)
    for state in order:
        if state in present:
            return state
    if present and present <= {State.NOT_APPLICABLE}:
        return State.NOT_APPLICABLE
    return State.MET
