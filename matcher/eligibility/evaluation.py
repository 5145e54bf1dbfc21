"""Evaluating an offer's criteria for one seeker (资格核验)."""

from dataclasses import replace

from matcher.eligibility.comparison import compare
from matcher.eligibility.criteria import All, AnyOf, Criterion, Leaf, Not, Scored, conditions
from matcher.eligibility.gaps import gap_of
from matcher.eligibility.results import Eligibility, Finding, State, at_least, conjunction, negation
from matcher.eligibility.scores import evaluate_scored
from matcher.parties import Values


def evaluate(criterion: Criterion | None, values: Values) -> Eligibility:
    """Evaluate criteria on a seeker's values, derived and dated (`matcher.derivation`). No criteria: met."""
    parts = [_evaluate(part, values) for part in conditions(criterion)]
    states = tuple(state for state, _ in parts)
    return Eligibility(conjunction(states), _joined(parts), states)


def _evaluate(criterion: Criterion, values: Values) -> tuple[State, tuple[Finding, ...]]:
    match criterion:
        case Leaf():
            value = values.get(criterion.field)
            state = compare(criterion, value)
            return state, (Finding(criterion, state, value, gap_of(criterion, state, value)),)
        case Not(child=child, label=label):
            return _negated(child, label, values)
        case All(children=children):
            parts = [_evaluate(child, values) for child in children]
            return conjunction(state for state, _ in parts), _joined(parts)
        case AnyOf():
            return _alternatives(criterion, values)
        case Scored():
            return evaluate_scored(criterion, lambda child: _evaluate(child, values))


def _negated(child: Criterion, label: str, values: Values) -> tuple[State, tuple[Finding, ...]]:
    state, findings = _evaluate(child, values)
    flipped = tuple(_flip(item, label) for item in findings)
    return negation(state), flipped


def _flip(finding: Finding, label: str) -> Finding:
    state = negation(finding.state)
    gap = f"不得存在“{finding.leaf.label}”" if state is State.UNMET else ""
    return replace(finding, state=state, gap=gap, group=finding.group or label)


def _alternatives(criterion: AnyOf, values: Values) -> tuple[State, tuple[Finding, ...]]:
    parts = [_evaluate(child, values) for child in criterion.children]
    state = at_least((part for part, _ in parts), criterion.least)
    return state, tuple(
        _grouped(item, criterion.label, decisive=part is state) for part, findings in parts for item in findings
    )


def _grouped(item: Finding, label: str, *, decisive: bool) -> Finding:
    """The finding under the label of its alternative; `replace` would take several times as long."""
    decisive = item.decisive and decisive
    return Finding(item.leaf, item.state, item.value, item.gap, item.group or label, decisive, item.score)


def _joined(parts: list[tuple[State, tuple[Finding, ...]]]) -> tuple[Finding, ...]:
    return tuple(item for _, findings in parts for item in findings)
