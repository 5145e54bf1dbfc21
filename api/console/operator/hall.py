"""The hall as the platform sees it (抢单大厅): every posted need, who was told, who took it, what is left."""

from datetime import datetime
from typing import Any

from nicegui import ui

from api.access.permissions import Permission
from api.access.viewers import STAFF
from api.clock import now
from api.console.blocks import bare, definition, empty, line, link, muted, note, panel, primary, tag, title
from api.console.columns import Column, ColumnKind, Row
from api.console.desk import Desk
from api.console.numbers import count, moment
from api.console.pages import Page
from api.console.tables import Table
from api.store.needs import NeedRecord
from matcher.campaigns.claiming import ClaimState

_HELD = frozenset({ClaimState.TAKEN})


async def show_all(desk: Desk) -> None:
    """The needs, the latest first."""
    title(desk, "page.hall", under=desk.text("op.hall.under"))
    needs = await desk.work(desk.services.store.needs.list, desk.viewer)
    if not needs:
        empty(desk.text("op.hall.none"))
        return
    text, at = desk.text, now()
    columns = (
        Column("text", text("op.hall.need"), pinned=True, width=380),
        Column("state", text("op.campaign.state"), width=110),
        Column("taken", text("op.hall.taken"), width=110),
        Column("waiting", text("op.hall.waiting"), ColumnKind.NUMBER, text("op.unit.institutions"), width=130),
        Column("closes", text("op.hall.closes"), ColumnKind.MOMENT, width=160),
        Column("industry", text("op.lists.industry"), width=160),
        Column("region", text("op.lists.region")),
    )
    rows = [_row(desk, need, at) for need in needs]
    Table("hall", text("page.hall"), columns, lambda key: desk.go(f"/hall/{key}")).show(desk, rows)


def _row(desk: Desk, need: NeedRecord, at: datetime) -> Row:
    return {
        "id": need.id,
        "text": need.text or desk.text("op.hall.no_words"),
        "state": desk.text(f"op.hall.{_state(need, at)}"),
        "taken": f"{_held(need)} / {need.posted.limit}",
        "waiting": sum(item.claim.state is ClaimState.WAITING for item in need.claims),
        "closes": need.posted.closes.isoformat(),
        "industry": need.profile.get("industry"),
        "region": need.profile.get("region"),
    }


def _held(need: NeedRecord) -> int:
    return sum(item.claim.state in _HELD for item in need.claims)


def _state(need: NeedRecord, at: datetime) -> str:
    if need.posted.withdrawn:
        return "withdrawn"
    if at >= need.posted.closes:
        return "closed"
    return "full" if _held(need) >= need.posted.limit else "open"


async def show(desk: Desk) -> None:
    """One need with its takers; counts change as they do."""
    need = await desk.work(desk.services.hall.get, desk.viewer, desk.path["need"])
    told = await desk.work(desk.services.hall.notices, desk.viewer, need.id)
    offers = {offer.id: offer for offer in desk.services.store.offers.list(desk.viewer)}
    title(desk, "page.need")
    with panel():
        tag("p", "", need.text or desk.text("op.hall.no_words"))
        with tag("dl", "said"):
            for value in need.profile.values():
                definition("·", str(value))
            definition(desk.text("op.hall.closes"), moment(need.posted.closes))
            if need.party_id:
                with tag("dt"):
                    tag("span", "", desk.text("op.lists.seeker"))
                with tag("dd"):
                    link(need.party_id, f"/parties/{need.party_id}")
    place = tag("div", "stack", role="status")
    _claims(desk, place, need, offers)
    _withdraw(desk, need)
    with panel(desk.text("op.hall.told", n=count(len(told)))):
        for item in told[:20]:
            offer = offers.get(item.offer_id)
            said = f"{offer.provider} · {offer.name}" if offer else item.offer_id
            tag("div", "", f"{said}（{desk.text('op.match')} {item.points / 100:.0f}）")
    seen = need.revision

    async def look() -> None:
        nonlocal seen
        found = await desk.work(desk.services.hall.get, desk.viewer, need.id)
        if found.revision != seen:
            seen = found.revision
            _claims(desk, place, found, offers)

    ui.timer(2.0, look)


def _claims(desk: Desk, place: Any, need: NeedRecord, offers: dict[str, Any]) -> None:
    place.clear()
    with place, panel(desk.text("op.hall.claims", held=_held(need), limit=need.posted.limit)):
        if not need.claims:
            muted(desk.text("op.hall.no_claims"))
        for item in need.claims:
            offer = offers.get(item.offer_id)
            name = f"{offer.provider} · {offer.name}" if offer else item.claim.institution
            said = desk.text(f"op.hall.claim_{item.claim.state.value}")
            tag("div", "", f"{name} · {said} · {moment(item.changed)}{'：' + item.reason if item.reason else ''}")


def _withdraw(desk: Desk, need: NeedRecord) -> None:
    if _state(need, now()) in {"withdrawn", "closed"} or not desk.may(Permission.NEED_POST):
        return

    def ask() -> None:
        with ui.dialog() as dialog, panel(desk.text("op.hall.withdraw")):
            note(desk.text("op.hall.withdraw_text", held=_held(need)), "amber")

            async def withdraw() -> None:
                await desk.work(desk.services.hall.withdraw, desk.viewer, need.id)
                desk.go(f"/hall/{need.id}")

            with line():
                primary(desk.text("op.hall.withdraw"), withdraw)
                bare(desk.text("cancel"), dialog.close)
        dialog.open()

    with line():
        bare(desk.text("op.hall.withdraw"), ask)


PAGES = (
    Page("/hall", "hall", show_all, Permission.NEED_READ, "front_hand", STAFF),
    Page("/hall/{need}", "need", show, Permission.NEED_READ),
)
