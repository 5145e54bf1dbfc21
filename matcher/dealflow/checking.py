"""Checking an enterprise against a pipeline's conditions (条件审查), and what a check still leaves open."""

from collections.abc import Collection
from datetime import date

from matcher.dealflow.events import Assessment, Condition
from matcher.dealflow.pipeline import Check, Trigger
from matcher.derivation import at_date, derive
from matcher.eligibility.criteria import conditions
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.results import STATE_LABELS, State
from matcher.errors import InvalidDeal
from matcher.parties import Values


def assessed(check: Check, values: Values, on: date, confirmed: Collection[str] = ()) -> Assessment:
    """Check what is known of an enterprise as of a day; `confirmed` are the labels of what a person has verified.

    Only what data cannot decide (需人工核验) may be confirmed: a condition that is unmet or unknown stays so.
    """
    known = at_date(derive(values), on)
    states = evaluate(check.criteria, known).conditions
    labels = [item.label for item in conditions(check.criteria)]
    return Assessment(
        check.id,
        on,
        tuple(
            Condition(label, state, state is State.MANUAL_REVIEW and label in confirmed)
            for label, state in zip(labels, states, strict=True)
        ),
    )


def require_whole(check: Check, assessment: Assessment) -> None:
    """Raise `InvalidDeal` for an assessment that leaves a condition out, or confirms what needs no confirmation."""
    labels = [item.label for item in conditions(check.criteria)]
    if [item.label for item in assessment.conditions] != labels:
        raise InvalidDeal(
            found=f"审查了 {len(assessment.conditions)} 项条件", expected="、".join(labels), remedy="请重新审查"
        )
    for item in assessment.conditions:
        if item.confirmed and item.state is not State.MANUAL_REVIEW:
            raise InvalidDeal(
                found=f"“{item.label}”{STATE_LABELS[item.state]}而以人工核验通过",
                expected="只有需人工核验的条件可由人工核验",
                remedy="请补充资料后重新审查",
            )


def open_conditions(assessment: Assessment) -> tuple[str, ...]:
    """What stands in the way, one Chinese phrase a condition; empty where all are met or confirmed."""
    return tuple(
        f"{item.label}（{STATE_LABELS[item.state]}）"
        for item in assessment.conditions
        if item.state is not State.MET and not (item.state is State.MANUAL_REVIEW and item.confirmed)
    )


def shown(triggers: Collection[Trigger], values: Values, on: date) -> tuple[Trigger, ...]:
    """The grounds for an exit that an enterprise's data show on a day, such as 迁离昆山; the others need a person."""
    known = at_date(derive(values), on)
    return tuple(item for item in triggers if item.criteria and evaluate(item.criteria, known).state is State.MET)
