"""Viewers, accounts, sessions and keys as documents (账号): never a secret, never a hash."""

from datetime import datetime

from api.access.accounts import Account, ApiKey, Session
from api.access.permissions import ONLY_PASSWORD, Permission, Reach, may
from api.access.viewers import ROLE_LABELS, Viewer
from api.exchange.documents import Document


def viewer_document(viewer: Viewer, *, must_change: bool = False) -> Document:
    """Who asks, and what they may do."""
    reaches = {permission.value: may(viewer, permission) for permission in Permission}
    return {
        "tenant": viewer.tenant,
        "role": viewer.role.value,
        "role_label": ROLE_LABELS[viewer.role],
        "name": viewer.name,
        "party_id": viewer.party_id,
        "must_change_password": must_change or viewer.scope == ONLY_PASSWORD,
        "permissions": {name: reach.value for name, reach in reaches.items() if reach is not Reach.NONE},
    }


def session_document(session: Session, viewer: Viewer) -> Document:
    """A session, and whether it is the one that asks."""
    return {
        "id": session.id,
        "label": session.label,
        "created": session.created.isoformat(),
        "seen": session.seen.isoformat(),
        "expires": session.expires.isoformat(),
        "current": session.id == viewer.session_id,
    }


def key_document(key: ApiKey) -> Document:
    """A key without its secret."""
    return {
        "id": key.id,
        "account_id": key.account_id,
        "name": key.name,
        "permissions": sorted(key.scope),
        "created": key.created.isoformat(),
        "expires": key.expires.isoformat(),
        "revoked": _moment(key.revoked),
        "used": _moment(key.used),
    }


def account_document(account: Account) -> Document:
    """An account."""
    return {
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "role": account.role.value,
        "role_label": ROLE_LABELS[account.role],
        "party_id": account.party_id,
        "must_change_password": account.must_change,
        "disabled": account.disabled,
        "created": account.created.isoformat(),
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
