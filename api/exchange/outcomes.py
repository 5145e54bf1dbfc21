"""Outcomes, funnels, reminders and returned lists as documents (反馈)."""

from api.access.consents import purpose_of
from api.access.masking import Masker
from api.delivery.filled import CellProblem
from api.delivery.receiving import ReturnReport
from api.delivery.tracking import Late
from api.exchange.decimals import plain
from api.exchange.documents import Document
from api.store.outcome_rows import ReportResult
from matcher.learning.funnel import STEPS, Funnel
from matcher.learning.outcomes import OUTCOME_LABELS, Event


def event_document(event: Event) -> Document:
    """One event of a history."""
    return {
        "state": event.state.value,
        "label": OUTCOME_LABELS[event.state],
        "at": event.at.isoformat(),
        "by": event.by,
        "reason": event.reason,
        "amount_wan": plain(event.amount_wan),
        "rate_pct": plain(event.rate_pct),
    }


def result_document(result: ReportResult) -> Document:
    """What became of one report; a refusal says why."""
    error = result.error
    told = None if error is None else {"code": error.code, "detail": str(error)}
    return {"assignment_id": result.assignment_id, "state": result.state.value, "error": told}


def funnel_document(funnel: Funnel) -> Document:
    """Counts, shares of what was pushed (0 to 1) and sums; null where it is not known."""
    return {
        "steps": [
            {
                "state": step.value,
                "label": OUTCOME_LABELS[step],
                "count": funnel.steps[step],
                "share": funnel.share(step),
            }
            for step in STEPS
        ],
        "succeeded": funnel.succeeded,
        "refused": funnel.refused,
        "withdrawn": funnel.withdrawn,
        "refusal_reasons": [{"reason": reason, "count": count} for reason, count in funnel.refusal_reasons.items()],
        "amount_wan": plain(funnel.amount_wan),
        "amounts_known": funnel.amounts_known,
        "rate_pct": plain(funnel.rate_pct),
        "days_to_decide": funnel.days_to_decide,
        "promises": [
            {"state": state.value, "label": OUTCOME_LABELS[state], "kept": kept, "judged": judged}
            for state, (kept, judged) in funnel.promises_kept.items()
        ],
    }


def late_document(late: Late, masker: Masker) -> Document:
    """A promise that lapsed; the enterprise by an alias where the reader may not know it."""
    pair, reminder = late.pair, late.reminder
    return {
        "assignment_id": pair.id,
        "institution": pair.institution,
        "provider": pair.provider,
        "offer_id": pair.offer_id,
        "seeker_id": masker.id_of(pair.seeker_id, purpose_of(pair.kind)),
        "due": reminder.due.value,
        "due_label": OUTCOME_LABELS[reminder.due],
        "deadline": reminder.deadline.day.isoformat(),
        "provisional": reminder.deadline.provisional,
        "late_days": reminder.late_days,
    }


def return_document(report: ReturnReport) -> Document:
    """What became of a returned list."""
    return {
        "sheet": report.sheet,
        "rows": report.rows,
        "said": report.said,
        "same": report.same,
        "added": report.added,
        "written": report.written,
        "problem_count": report.problem_count,
        "problems": [problem_document(problem) for problem in report.problems],
    }


def problem_document(problem: CellProblem) -> Document:
    """What is wrong in a cell, and where."""
    return {
        "sheet": problem.sheet,
        "row": problem.line,
        "column": problem.column,
        "found": problem.found,
        "expected": problem.expected,
        "remedy": problem.remedy,
    }
