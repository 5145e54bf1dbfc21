"""The audit log (审计): who saw, exported or changed what, for what; the chain checked at a click."""

from collections.abc import Sequence
from datetime import datetime, time

from api.access.audit import ACTION_LABELS, AuditRow
from api.access.permissions import Permission, Reach, may
from api.access.viewers import ROLE_LABELS, Role
from api.clock import CHINA
from api.console.blocks import line, muted, note, panel, primary, tag, title
from api.console.columns import Column, ColumnKind, Row
from api.console.desk import Desk
from api.console.numbers import count
from api.console.pages import Page
from api.console.tables import Table
from api.store.audit import AuditQuery

_MOST = 2_000
READERS = frozenset({Role.ADMIN, Role.AUDITOR, Role.ENTERPRISE})


async def show(desk: Desk) -> None:
    """The latest rows under a filter, and the check of the whole chain."""
    title(desk, "page.audit", under=desk.text("op.audit.under"))
    asked = _asked(desk)
    _filter(desk)
    if may(desk.viewer, Permission.AUDIT_READ) is Reach.TENANT:
        _verify(desk)
    rows = await desk.work(desk.services.audit.read, desk.viewer, asked)
    if not rows:
        muted(desk.text("op.audit.none"))
        return
    _table(desk, rows)


def _asked(desk: Desk) -> AuditQuery:
    query = desk.query
    return AuditQuery(
        action=query.get("action") or None,
        subject=query.get("subject", "").strip() or None,
        since=_moment(query.get("since", ""), time.min),
        until=_moment(query.get("until", ""), time.max),
        limit=_MOST,
    )


def _moment(day: str, at: time) -> datetime | None:
    try:
        return datetime.combine(datetime.fromisoformat(day).date(), at, CHINA) if day else None
    except ValueError:
        return None


def _filter(desk: Desk) -> None:
    """A plain form: the filter stands in the address and can be sent on."""
    text, query = desk.text, desk.query
    with panel(), tag("form", "line", method="get"):
        with tag("select", "plain-select", name="action", aria_label=text("op.audit.action")):
            tag("option", "", text("op.audit.any"), value="")
            for action, label in ACTION_LABELS.items():
                tag("option", "", label, value=action, selected=query.get("action") == action)
        for name in ("subject", "since", "until"):
            said = text(f"op.audit.{name}")
            kind = "search" if name == "subject" else "text"
            tag(
                "input",
                "plain-input",
                type=kind,
                name=name,
                value=query.get(name, ""),
                placeholder=said,
                aria_label=said,
            )
        tag("button", "submit slim", text("op.audit.filter"), type="submit")


def _verify(desk: Desk) -> None:
    with line():

        async def verify() -> None:
            found = await desk.work(desk.services.audit.verify, desk.viewer)
            result.clear()
            with result:
                if found.holds:
                    note(desk.text("op.audit.holds", n=count(found.rows), head=found.head[:16]))
                else:
                    note(desk.text("op.audit.broken", fault=found.fault, n=count(found.rows)), "red")

        primary(desk.text("op.audit.verify"), verify, "link")
    result = tag("div", "stack", role="status")


def _table(desk: Desk, rows: Sequence[AuditRow]) -> None:
    text = desk.text
    columns = (
        Column("number", text("op.audit.number"), ColumnKind.NUMBER, width=90, pinned=True),
        Column("at", text("op.audit.at"), ColumnKind.MOMENT, width=160),
        Column("who", text("op.audit.who"), width=160),
        Column("role", text("op.audit.role"), width=110),
        Column("action", text("op.audit.action"), width=150),
        Column("count", text("op.audit.count"), ColumnKind.NUMBER, text("op.unit.firms"), width=120),
        Column("subjects", text("op.audit.subject"), width=220),
        Column("purpose", text("op.audit.purpose"), width=160),
        Column("detail", text("op.audit.detail")),
    )
    Table("audit", text("page.audit"), columns).show(desk, [_row(row) for row in rows])


def _row(row: AuditRow) -> Row:
    entry = row.entry
    return {
        "id": str(row.number),
        "number": row.number,
        "at": entry.at.isoformat(),
        "who": entry.account or entry.account_id,
        "role": ROLE_LABELS[Role(entry.role)] if entry.role in set(Role) else entry.role,
        "action": ACTION_LABELS.get(entry.action, entry.action),
        "count": len(entry.subjects),
        "subjects": "、".join(entry.subjects[:3]) + (" …" if len(entry.subjects) > 3 else ""),
        "purpose": entry.purpose,
        "detail": "，".join(f"{key}={value}" for key, value in entry.detail.items()),
    }


PAGES = (Page("/audit", "audit", show, Permission.AUDIT_READ, "policy", READERS),)
