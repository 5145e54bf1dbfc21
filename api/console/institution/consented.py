"""Who lets us see what (授权给我们的企业): each consent given to the viewer's party, for what, until when."""

from api.access.consents import Consent, Scope, Standing
from api.access.viewers import Viewer
from api.clock import today
from api.console.blocks import empty, title
from api.console.columns import Column, ColumnKind, Row
from api.console.desk import Desk
from api.console.tables import Table
from matcher.errors import UnknownParty


async def show(desk: Desk) -> None:
    """Consents to the viewer's party, the latest first; those that ended stay, without a name."""
    title(desk, "page.consented", under=desk.text("inst.consented_under"))
    rows = await desk.work(_rows, desk)
    if not rows:
        empty(desk.text("inst.nobody_consented"))
        return
    columns = (
        Column("name", desk.text("inst.enterprise"), pinned=True, width=300),
        Column("standing", desk.text("inst.consent"), width=130),
        Column("purpose", desk.text("inst.purpose"), width=240),
        Column("scopes", desk.text("inst.scopes"), width=300),
        Column("until", desk.text("inst.until"), ColumnKind.DAY, width=120),
        Column("changed", desk.text("inst.changed"), ColumnKind.MOMENT, width=160),
    )
    Table("consented", desk.text("page.consented"), columns).show(desk, rows)


def _rows(desk: Desk) -> list[Row]:
    viewer = desk.viewer
    given = [item for item in desk.services.consents.of(viewer) if item.asked.recipient == viewer.party_id]
    return [_row(desk, viewer, item) for item in given]


def _row(desk: Desk, viewer: Viewer, consent: Consent) -> Row:
    text, asked, standing = desk.text, consent.asked, consent.standing(today())
    return {
        "id": consent.id,
        "name": _name(desk, viewer, consent) if standing is Standing.GRANTED else text("inst.name_hidden"),
        "standing": text(f"inst.consent.{standing.value}"),
        "purpose": text(f"inst.purpose.{asked.purpose.value}"),
        "scopes": text("list.comma").join(
            text(f"inst.scope.{scope.value}") for scope in Scope if scope in asked.scopes
        ),
        "until": asked.until.isoformat(),
        "changed": consent.changed.isoformat(),
    }


def _name(desk: Desk, viewer: Viewer, consent: Consent) -> str:
    """The name where the consent opens it."""
    if Scope.IDENTITY not in consent.asked.scopes:
        return desk.text("inst.name_hidden")
    try:
        return desk.services.store.parties.get(Viewer(viewer.tenant), consent.party_id).name
    except UnknownParty:
        return desk.text("inst.name_hidden")
