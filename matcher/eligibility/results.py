"""The answer to "is this seeker eligible" (资格结果): five states, with what was compared and how far off it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from matcher.eligibility.criteria import Leaf
from matcher.fields import Value

NOT_APPLICABLE_VALUE = "不适用"
"""The value of a field that cannot apply to a party, such as the size class of a bank."""


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

UNDECIDED = (State.UNKNOWN, State.MANUAL_REVIEW, State.NOT_APPLICABLE)
"""The states between met and unmet, the one that says most first."""

EXCLUDING = frozenset({State.UNMET, State.NOT_APPLICABLE})
"""The states in which an offer is not for a seeker."""


@dataclass(frozen=True, slots=True)
class Part:
    """One indicator's points (指标得分, 分): between `least` and `most` of `full`; the two are equal where it is known.

    `needed` is what must come from it, 0 where nothing must; `group` is its first-level indicator.
    """

    label: str
    least: Decimal
    most: Decimal
    full: Decimal
    needed: Decimal = Decimal(0)
    group: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """What a score comes to (评价得分): the whole, its first-level indicators, and each table."""

    whole: Part
    groups: tuple[Part, ...]
    tables: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition, evaluated (核验结果).

    `value` is what the seeker has (None: not known); `gap` says in Chinese how far off an unmet value is, or is empty.
    `group` is the label of the alternative that the condition stands in; `decisive` is False where another alternative
    already decides it (a missing certificate beside a valid one). `score` is what a scored condition comes to.
    """

    leaf: Leaf
    state: State
    value: Value | None
    gap: str = ""
    group: str = ""
    decisive: bool = True
    score: Score | None = None


@dataclass(frozen=True, slots=True)
class Eligibility:
    """An offer's criteria, evaluated for one seeker: overall, condition by condition, and every single finding.

    `conditions` are the states of the outermost conditions as the text counts them: "any of seven certificates" is one.
    """

    state: State
    findings: tuple[Finding, ...] = ()
    conditions: tuple[State, ...] = ()

    def of_state(self, state: State) -> tuple[Finding, ...]:
        """The decisive findings that are in one state."""
        return tuple([item for item in self.findings if item.state is state and item.decisive])


def conjunction(states: Iterable[State]) -> State:
    """Kleene "and": unmet decides, then what is not decided, then met. Of no states: met."""
    return _first(states, (State.UNMET, *UNDECIDED), State.MET)


def at_least(states: Iterable[State], least: int) -> State:
    """Kleene "at least n": met when n are met, unmet when n can no longer be, else the state that stands in the way."""
    ordered = list(states)
    reachable = 0
    for state in (State.MET, *UNDECIDED):
        reachable += ordered.count(state)
        if reachable >= least:
            return state
    return State.UNMET


def negation(state: State) -> State:
    """Kleene "not": met and unmet change places, what is undecided stays so."""
    return {State.MET: State.UNMET, State.UNMET: State.MET}.get(state, state)


def _first(states: Iterable[State], order: tuple[State, ...], otherwise: State) -> State:
    present = set(states)
    return next((state for state in order if state in present), otherwise)
