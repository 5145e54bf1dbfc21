"""Posted needs as documents (限额抢单)."""

from collections.abc import Iterable
from datetime import datetime

from api.exchange.documents import Document
from api.store.needs import NeedRecord, Notice, StandingClaim
from matcher.campaigns.claiming import ClaimState, NeedState, place_in_line, places_left, state_of
from matcher.declarations.registry import REGISTRY

NEED_LABELS = {
    NeedState.OPEN: "可接单",
    NeedState.FULL: "已满",
    NeedState.EXPIRED: "已截止",
    NeedState.WITHDRAWN: "已撤回",
}
CLAIM_LABELS = {ClaimState.TAKEN: "已接单", ClaimState.WAITING: "等候中", ClaimState.RELEASED: "已退出"}


def need_document(record: NeedRecord, now: datetime, institution: str | None = None) -> Document:
    """A need with its claims, or only those of one institution; `now` decides whether it is still open."""
    claims = record.plain_claims
    return (
        _shown(record, now)
        | {"claims": [_claim(item, record) for item in record.claims if institution in {None, item.claim.institution}]}
        | {"waiting": sum(claim.state is ClaimState.WAITING for claim in claims)}
    )


def notice_document(notice: Notice) -> Document:
    """An institution that a need fits, and how well."""
    return {"institution": notice.institution, "offer_id": notice.offer_id, "score": notice.points / 100}


def hall_document(found: Iterable[tuple[NeedRecord, Notice]], institution: str, now: datetime) -> Document:
    """What one institution may take, with its own standing: nothing of the enterprise beyond its profile."""
    shown = [
        _shown(record, now)
        | {"offer_id": notice.offer_id, "score": notice.points / 100}
        | {"own": next((CLAIM_LABELS[claim.state] for claim in own), None)}
        for record, notice in found
        for own in [[claim for claim in reversed(record.plain_claims) if claim.institution == institution]]
    ]
    return {"institution": institution, "count": len(shown), "needs": shown}


def _shown(record: NeedRecord, now: datetime) -> Document:
    state = state_of(record.posted, record.plain_claims, now)
    return {
        "id": record.id,
        "text": record.text,
        "profile": [
            {"field": code, "label": REGISTRY[code].label, "value": value}
            for code, value in record.profile.items()
            if code in REGISTRY.fields
        ],
        "limit": record.posted.limit,
        "left": places_left(record.posted, record.plain_claims),
        "state": state.value,
        "state_label": NEED_LABELS[state],
        "opens": record.posted.opens.isoformat(),
        "closes": record.posted.closes.isoformat(),
    }


def _claim(item: StandingClaim, record: NeedRecord) -> Document:
    return {
        "institution": item.claim.institution,
        "offer_id": item.offer_id,
        "state": item.claim.state.value,
        "state_label": CLAIM_LABELS[item.claim.state],
        "place_in_line": place_in_line(record.plain_claims, item.claim.institution)
        if item.claim.state is ClaimState.WAITING
        else None,
        "reason": item.reason,
        "at": item.at.isoformat(),
        "changed": item.changed.isoformat(),
    }
