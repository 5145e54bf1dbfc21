"""The first page of who receives lists (工作台): what waits, what is late, what can be taken, how it goes."""

from collections.abc import Sequence

from api.access.consents import Consent, Standing
from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.clock import today
from api.console.blocks import address, empty, link, muted, panel, span, tag, title
from api.console.desk import Desk
from api.console.institution.effect import steps_chart
from api.console.institution.grounds import fit
from api.console.institution.ownership import own_offers
from api.console.institution.products import WORTH
from api.console.institution.shelves import Shelf, of_shelf
from api.console.numbers import count, day, moment
from api.delivery.inbox import Received
from api.store.needs import NeedRecord, Notice
from matcher.learning.funnel import funnel

_FIRST = 6
"""So many rows of each kind stand on the first page."""
Open = Sequence[tuple[NeedRecord, Notice]]


async def show(desk: Desk) -> None:
    """What there is to do, the most pressing first."""
    viewer = desk.viewer
    pairs = await desk.work(desk.services.inbox.all, viewer)
    needs: Open = await desk.work(desk.services.hall.open_to, viewer, viewer.party_id or "")
    consents = [item for item in await desk.work(desk.services.consents.of, viewer) if _stands(item, viewer)]
    title(desk, "page.workdesk", under=desk.text("inst.workdesk_under", name=await desk.work(_name, desk, viewer)))
    with tag("div", "tiles"):
        for shelf in (Shelf.NEW, Shelf.LATE, Shelf.WORKING, Shelf.DONE):
            label = desk.text(f"inst.shelf.{shelf.value}")
            _door(label, len(of_shelf(shelf, pairs)), f"/received?show={shelf.value}")
        _door(desk.text("inst.open_needs"), len(needs), "/taking")
        _door(desk.text("page.consented"), len(consents), "/consented")
    with tag("div", "deskwise"):
        with panel(desk.text("inst.first_these")):
            _pressing(desk, pairs)
        with tag("div", "stack"):
            with panel(desk.text("inst.open_needs")):
                _needs(desk, needs)
            with panel(desk.text("inst.own")):
                await _own(desk, viewer)
            if pairs:
                with panel():
                    steps_chart(desk, funnel([pair.tracked for pair in pairs]))


def _stands(consent: Consent, viewer: Viewer) -> bool:
    return consent.asked.recipient == viewer.party_id and consent.standing(today()) is Standing.GRANTED


def _name(desk: Desk, viewer: Viewer) -> str:
    """The party's name, or the id of one that is named by its offers alone."""
    found = desk.services.store.offers.list(viewer)
    known = next((offer.provider for offer in found if offer.provider_id == viewer.party_id), None)
    return known or viewer.name or viewer.party_id or ""


def _door(label: str, number: int, path: str) -> None:
    """A number that leads to what it counts."""
    with tag("a", "tile", href=address(path)):
        tag("div", "muted small", label)
        tag("div", "big", count(number))


def _pressing(desk: Desk, pairs: Sequence[Received]) -> None:
    late = sorted(of_shelf(Shelf.LATE, pairs), key=lambda pair: -max(item.late_days for item in pair.due))
    rows = late or of_shelf(Shelf.NEW, pairs)
    if not rows:
        muted(desk.text("inst.nothing_waits"))
        return
    several = len({pair.row.row.offer_id for pair in rows}) > 1
    with tag("ul", "plain-list"):
        for pair in rows[:_FIRST]:
            row = pair.item.row
            with tag("li", "line apart"):
                with tag("div", "stack tight grow"):
                    link(str(row.match["seeker"]["name"]), f"/received/{row.id}")
                    tag("div", "muted small", _why(desk, pair, several=several))
                fit(desk, row.points / 100)
    if len(rows) > _FIRST:
        link(desk.text("inst.all_of_them", n=len(rows)), f"/received?show={(Shelf.LATE if late else Shelf.NEW).value}")


def _why(desk: Desk, pair: Received, *, several: bool) -> str:
    """What is late, and of which of several offers."""
    parts = [str(pair.item.row.match["offer"]["name"])] if several or not pair.due else []
    for late in pair.due[:1]:
        what = desk.text(f"inst.due.{late.due.value}")
        parts.insert(0, desk.text("inst.late", what=what, deadline=day(late.deadline.day), n=late.late_days))
    return " · ".join(parts)


def _needs(desk: Desk, needs: Open) -> None:
    if not needs:
        muted(desk.text("inst.no_open_needs"))
        return
    with tag("ul", "plain-list"):
        for record, notice in needs[:_FIRST]:
            with tag("li"):
                link(record.text[:60] or desk.text("inst.no_words"), "/taking")
                said = desk.text("inst.fit_and_end", fit=round(notice.points / 100), at=moment(record.posted.closes))
                tag("div", "muted small", said)


async def _own(desk: Desk, viewer: Viewer) -> None:
    offers = await desk.work(own_offers, desk.services.store, viewer, in_force_only=True)
    if not offers:
        new = [(desk.text("inst.new_offer"), lambda: desk.go("/own-offers/new"))]
        empty(desk.text("inst.no_offers"), new if desk.may(Permission.OFFER_WRITE) else [])
        return
    worth = WORTH.get(viewer.role, "clients")
    with tag("ul", "plain-list"):
        for offer in offers[:_FIRST]:
            with tag("li"):
                link(offer.name, f"/own-offers/{offer.id}")
                span(" · ", "muted")
                link(desk.text(f"inst.see.{worth}"), f"/{worth}?offer={offer.id}")
