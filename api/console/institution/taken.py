"""Needs that an institution has taken or waits for (我接的单): who it is as far as consent goes, and the way out."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from nicegui import ui

from api.access.consents import purpose_of
from api.access.masking import Sight
from api.access.viewers import Viewer
from api.clock import now
from api.console.blocks import bare, dialog, empty, line, muted, primary, quiet, span, tag
from api.console.desk import Desk
from api.console.institution.consent_mark import mark
from api.console.numbers import moment
from api.delivery.lists import CONTACT
from api.exchange.needs import need_document
from api.store.needs import NeedRecord
from matcher.campaigns.claiming import ClaimState
from matcher.errors import UnknownParty

Again = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Who:
    """The enterprise behind a need, as far as its consent to this institution goes."""

    sight: Sight
    name: str = ""
    contact: tuple[tuple[str, str], ...] = ()


async def show_taken(desk: Desk, records: Sequence[NeedRecord], again: Again) -> None:
    """Each claim with where it stands; nothing taken says how to begin."""
    if not records:
        empty(desk.text("inst.nothing_taken"))
        return
    people = await desk.work(_who, desk, records)
    for record in records:
        _claimed(desk, record, people[record.id], again)


def _who(desk: Desk, records: Sequence[NeedRecord]) -> dict[str, _Who]:
    services, viewer = desk.services, desk.viewer
    masker = services.sights.masker(viewer, [record.party_id for record in records if record.party_id])
    kinds = {offer.id: offer.kind for offer in services.store.offers.list(viewer)}
    found: dict[str, _Who] = {}
    for record in records:
        own = next((item for item in record.claims if item.claim.institution == viewer.party_id), None)
        kind = None if own is None else kinds.get(own.offer_id)
        purpose = None if kind is None else purpose_of(kind)
        sight = masker.sight(record.party_id, purpose) if record.party_id else Sight()
        found[record.id] = _named(desk, viewer, record, sight)
    return found


def _named(desk: Desk, viewer: Viewer, record: NeedRecord, sight: Sight) -> _Who:
    if not sight.named or record.party_id is None:
        return _Who(sight)
    try:
        party = desk.services.store.parties.get(Viewer(viewer.tenant), record.party_id)
    except UnknownParty:
        return _Who(sight)
    values = party.values
    contact = tuple((code, str(values[code])) for code in CONTACT if code in values and sight.exact(code))
    return _Who(sight, party.name, contact)


def _claimed(desk: Desk, record: NeedRecord, who: _Who, again: Again) -> None:
    need = need_document(record, now(), desk.viewer.party_id)
    claim = next(item for item in reversed(need["claims"]) if item["state"] != ClaimState.RELEASED.value)
    waits = claim["state"] == ClaimState.WAITING.value
    with tag("article", "match"):
        with tag("div", "head"):
            with tag("div", "stack tight"):
                if who.name:
                    tag("h3", "", who.name)
                tag("div" if who.name else "h3", "", need["text"])
                with line():
                    for part in need["profile"]:
                        span(f"{part['label']} {part['value']}", "tag")
            with tag("span", "state state-unknown" if waits else "state state-met"):
                ui.icon("hourglass_empty" if waits else "check_circle").props("aria-hidden=true")
                key = "inst.in_line" if waits else "inst.is_taken"
                tag("span", "", desk.text(key, n=claim["place_in_line"]))
        if who.contact:
            with tag("dl", "said"):
                for code, value in who.contact:
                    tag("dt", "", desk.text(f"inst.contact.{code}"))
                    tag("dd", "", value)
        with line("apart"):
            with line():
                mark(desk, who.sight.standing.value, who.sight.until.isoformat() if who.sight.until else None)
                span(desk.text("inst.taken_at", at=moment(claim["at"])), "muted small")
            quiet(desk.text("inst.release"), lambda: _ask_release(desk, record.id, again))
        if not who.name and not waits:
            muted(desk.text("inst.name_after_consent"))


def _ask_release(desk: Desk, need: str, done: Again) -> None:
    """Give a claim back, with a reason; the place goes to the first who waits."""
    with dialog(desk.text("inst.release")) as asked:
        muted(desk.text("inst.release_under"))
        reason = ui.input(desk.text("inst.reason")).props("outlined dense autofocus maxlength=200")

        async def release() -> None:
            if not reason.value:
                return
            viewer = desk.viewer
            await desk.work(desk.services.hall.release, viewer, need, viewer.party_id or "", reason.value)
            asked.close()
            desk.say("inst.released")
            await done()

        with line():
            primary(desk.text("inst.release"), release)
            bare(desk.text("cancel"), asked.close)
    asked.open()
