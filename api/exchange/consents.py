"""Consents, reviews and rows of the audit log as documents (授权、复核、审计)."""

from datetime import date

from api.access.audit import ACTION_LABELS, AuditRow, VerifyResult
from api.access.consents import (
    PURPOSE_LABELS,
    SCOPE_LABELS,
    STANDING_LABELS,
    Asked,
    Consent,
    ConsentEvent,
    Scope,
    Standing,
)
from api.exchange.documents import Document
from api.store.reviews import Review


def consent_document(consent: Consent, on: date) -> Document:
    """A consent as it stands on a day."""
    standing = consent.standing(on)
    return {
        "id": consent.id,
        "party_id": consent.party_id,
        **asked_document(consent.asked),
        "standing": standing.value,
        "standing_label": STANDING_LABELS[standing],
        "wording": consent.wording,
        "changed": consent.changed.isoformat(),
        "by": consent.by,
    }


def asked_document(asked: Asked) -> Document:
    """What is agreed to, in codes and words."""
    scopes = [scope for scope in Scope if scope in asked.scopes]
    return {
        "recipient": asked.recipient,
        "recipient_name": asked.recipient_name,
        "purpose": asked.purpose.value,
        "purpose_label": PURPOSE_LABELS[asked.purpose],
        "scopes": [{"code": scope.value, "name": SCOPE_LABELS[scope]} for scope in scopes],
        "until": asked.until.isoformat(),
    }


def consent_event_document(event: ConsentEvent) -> Document:
    """One change of a consent."""
    return {
        "number": event.number,
        "state": event.state.value,
        "label": STANDING_LABELS[Standing(event.state.value)],
        "at": event.at.isoformat(),
        "by": event.by,
        "role": event.role,
        "wording": event.wording,
        "text": event.text,
    }


def review_document(review: Review) -> Document:
    """A request for a human review, with its answer where there is one."""
    return {
        "id": review.id,
        "party_id": review.party_id,
        "subject": review.subject,
        "reason": review.reason,
        "asked": review.asked.isoformat(),
        "asked_by": review.asked_by,
        "answer": review.answer,
        "answered": review.answered.isoformat() if review.answered else None,
        "answered_by": review.answered_by,
    }


def audit_document(row: AuditRow) -> Document:
    """One row of the audit log, with all that its hash is made of."""
    entry = row.entry
    return {
        "number": row.number,
        "at": entry.at.isoformat(timespec="microseconds"),
        "account_id": entry.account_id,
        "account": entry.account,
        "role": entry.role,
        "party_id": entry.party_id,
        "action": entry.action,
        "label": ACTION_LABELS.get(entry.action, entry.action),
        "count": len(entry.subjects),
        "subjects": list(entry.subjects),
        "subjects_digest": row.subjects_digest,
        "purpose": entry.purpose,
        "detail": dict(entry.detail),
        "previous": row.previous,
        "hash": row.hash,
    }


def verification_document(result: VerifyResult) -> Document:
    """What a check of the chain found."""
    return {
        "holds": result.holds,
        "rows": result.rows,
        "head": result.head,
        "fault": result.fault,
    }
