"""The hall as an institution sees it (抢单大厅): needs that fit it, what is left of each, live; what it has taken."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui
from nicegui.element import Element

from api.access.permissions import Permission
from api.clock import now
from api.console.blocks import empty, line, primary, quiet, span, tag, title
from api.console.desk import Desk
from api.console.institution.grounds import fit
from api.console.institution.taken import show_taken
from api.console.numbers import moment
from api.exchange.needs import CLAIM_LABELS, hall_document
from matcher.campaigns.claiming import ClaimState, NeedState

LOOK_SECONDS = 2.0
Need = Mapping[str, Any]


async def show(desk: Desk) -> None:
    """Open needs, brought up to date every two seconds, and what was taken."""
    title(desk, "page.taking", under=desk.text("inst.taking_under"))
    hall = _Hall(desk)
    await hall.look()
    ui.timer(LOOK_SECONDS, hall.look)


class _Hall:
    """The needs on the page: each card is made anew when something of it changed, the others stay as they are."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._cards: dict[str, tuple[Need, Element]] = {}
        self._taken: list[Any] | None = None
        with line():
            tag("h2", "", desk.text("inst.open_needs"))
            self._count = span("", "muted small")
        self._none = tag("div", "wide")
        with self._none:
            empty(desk.text("inst.no_open_needs"))
        self._open = tag("div", "stack")
        tag("h2", "", desk.text("inst.taken_needs"))
        self._mine = tag("div", "stack")

    async def look(self) -> None:
        """Read both again; who sits at the desk is asked again with it."""
        desk = self._desk
        viewer = desk.viewer
        institution = viewer.party_id or ""
        hall = desk.services.hall
        found = await desk.work(hall.open_to, viewer, institution)
        self._show_open(hall_document(found, institution, now())["needs"])
        taken = list(await desk.work(hall.taken, viewer, institution))
        if taken != self._taken:
            self._taken = taken
            self._mine.clear()
            with self._mine:
                await show_taken(desk, taken, self.look)

    def _show_open(self, needs: list[Need]) -> None:
        here = {need["id"]: need for need in needs if need["own"] in (None, CLAIM_LABELS[ClaimState.RELEASED])}
        for key in [key for key in self._cards if key not in here]:
            self._cards.pop(key)[1].delete()
        for key, need in here.items():
            before = self._cards.get(key)
            if before is None:
                with self._open:
                    place = tag("div", "wide")
            elif before[0] == need:
                continue
            else:
                place = before[1]
            place.clear()
            with place:
                self._card(need)
            self._cards[key] = (need, place)
        self._none.set_visibility(not here)
        self._count.set_text(self._desk.text("table.count", n=len(here)))  # type: ignore[attr-defined]

    def _card(self, need: Need) -> None:
        desk = self._desk
        with tag("article", "match", aria_label=need["text"][:40]):
            with tag("div", "head"):
                with tag("div", "stack tight"):
                    tag("h3", "", need["text"] or desk.text("inst.no_words"))
                    with line():
                        for part in need["profile"]:
                            span(f"{part['label']} {part['value']}", "tag")
                fit(desk, need["score"])
            with line("apart"):
                self._left(need)
                self._acts(need)

    def _left(self, need: Need) -> None:
        desk = self._desk
        full = need["state"] == NeedState.FULL.value
        with line():
            with tag("span", "state state-unknown" if full else "state state-met", role="status"):
                ui.icon("lock" if full else "groups").props("aria-hidden=true")
                key = "inst.full" if full else "inst.left"
                tag("span", "", desk.text(key, left=need["left"], limit=need["limit"]))
            span(desk.text("inst.closes", at=moment(need["closes"])), "muted small")

    def _acts(self, need: Need) -> None:
        desk = self._desk
        if not desk.may(Permission.NEED_CLAIM):
            return
        full = need["state"] == NeedState.FULL.value

        async def take() -> None:
            await self._claim(need, wait=full)

        with line():
            button = quiet if full else primary
            button(desk.text("inst.wait_in_line" if full else "inst.take"), take, "hourglass_empty" if full else "bolt")

    async def _claim(self, need: Need, *, wait: bool) -> None:
        desk = self._desk
        viewer = desk.viewer
        try:
            await desk.work(
                desk.services.hall.claim, viewer, need["id"], viewer.party_id or "", need["offer_id"], wait=wait
            )
            desk.say("inst.waits" if wait else "inst.taken")
        finally:
            await self.look()
