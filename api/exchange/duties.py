"""Duties and drafts as documents (报送): what is due when, what was done, what a draft holds and lacks."""

from api.duties.desk import DutySeen
from api.duties.drafting import Draft
from api.exchange.decimals import plain
from api.exchange.documents import Document
from api.store.duties import DutyStep


def duty_document(seen: DutySeen) -> Document:
    """A duty for one period."""
    occasion, duty = seen.occasion, seen.occasion.duty
    return {
        "duty": duty.id,
        "label": duty.label,
        "period": occasion.period,
        "who": duty.who,
        "to": list(duty.to),
        "materials": list(duty.materials),
        "ended": occasion.ended.isoformat(),
        "due": occasion.deadline.day.isoformat(),
        "provisional": occasion.deadline.provisional,
        "days_left": seen.days_left,
        "late": seen.late,
        "sent_on": None if seen.sent is None else seen.sent.on.isoformat(),
        "steps": [_step(step) for step in seen.steps],
        "basis": {
            "document": duty.document,
            "article": duty.basis.article,
            "quote": duty.basis.quote,
            "assumption": duty.basis.assumption,
        },
    }


def draft_document(draft: Draft) -> Document:
    """A draft: its sections, its table, and every cell that must be filled in by hand. Numbers are text."""
    return {
        "duty": draft.occasion.duty.id,
        "period": draft.occasion.period,
        "title": draft.title,
        "synthetic": draft.synthetic,
        "sections": [
            {"heading": item.heading, "lines": list(item.lines), "missing": list(item.missing)}
            for item in draft.sections
        ],
        "goals": [
            {
                "carrier": goal.carrier,
                "dimension": goal.dimension,
                "indicator": goal.indicator,
                "unit": goal.unit,
                "target": plain(goal.target),
                "value": plain(goal.value),
                "reached_pct": plain(goal.reached_pct),
                "target_before": plain(goal.target_before),
                "value_before": plain(goal.value_before),
                "source": goal.source,
            }
            for goal in draft.goals
        ],
        "missing": list(draft.missing),
    }


def _step(step: DutyStep) -> Document:
    return {
        "kind": step.kind.value,
        "at": step.at.isoformat(),
        "by": step.by,
        "how": step.how,
        "on": step.on.isoformat(),
        "evidence": list(step.evidence),
    }
