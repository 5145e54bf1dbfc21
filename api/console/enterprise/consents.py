"""One's consents (我的授权): who may see what, for what, until when; taken back with one click, which holds at once."""

from collections.abc import Sequence

from api.access.consents import PURPOSE_LABELS, SCOPE_LABELS, STANDING_LABELS, Consent, ConsentEvent, Scope, Standing
from api.access.permissions import Permission
from api.access.viewers import Role
from api.access.waiting import Waiting, waiting_for
from api.clock import today
from api.console.blocks import bare, dialog, empty, line, muted, panel, primary, quiet, tag, title
from api.console.desk import Desk
from api.console.enterprise.sending import ask_consent
from api.console.numbers import count, day, moment
from api.console.pages import Page

_TONES = {Standing.GRANTED: "met", Standing.REFUSED: "unmet", Standing.EXPIRED: "unknown"}


async def show(desk: Desk) -> None:
    """Build the page."""
    title(desk, "page.consents", under=desk.text("consents.under"))
    await _Given(desk).show()


class _Given:
    """The list; taking one back shows it anew."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._body = tag("div", "stack", aria_live="polite")

    async def show(self) -> None:
        """Read what stands, and show it."""
        desk = self._desk
        given = await desk.work(lambda: [one for one in desk.services.consents.of(desk.viewer) if self._mine(one)])
        waiting = await desk.work(waiting_for, desk.services.store, desk.viewer)
        self._body.clear()
        with self._body:
            if waiting:
                self._show_waiting(waiting)
            if not given and not waiting:
                empty(desk.text("consents.none"), [(desk.text("following.ask"), lambda: desk.go("/ask"))])
                return
            if given:
                tag("h2", "finding", desk.text("consents.count", n=count(len(given))))
            for consent in given:
                self._show(consent)

    def _show_waiting(self, waiting: Sequence[Waiting]) -> None:
        """Who sees the masked profile and waits for a yes or a no."""
        desk = self._desk
        tag("h2", "finding", desk.text("consents.waiting", n=count(len(waiting))))
        muted(desk.text("consents.waiting_under"))
        for asked in waiting:
            with panel():
                with line("apart"):
                    tag("h3", "", f"{asked.name} · {asked.offer}")
                    tag("span", "state state-unknown", desk.text("consents.unanswered"))
                muted(desk.text("consents.on_list", campaign=asked.campaign, day=day(asked.since)))
                with line():
                    primary(desk.text("consents.see_and_agree"), lambda asked=asked: self._agree(asked))
                    quiet(desk.text("consents.refuse"), lambda asked=asked: self._refuse(asked))

    async def _agree(self, asked: Waiting) -> None:
        await ask_consent(self._desk, asked.offer_id, self.show)

    async def _refuse(self, asked: Waiting) -> None:
        desk = self._desk
        await desk.work(desk.services.consents.refuse, desk.viewer, asked.recipient, asked.purpose)
        desk.say("consents.refused", name=asked.name)
        await self.show()

    def _mine(self, consent: Consent) -> bool:
        return consent.party_id == self._desk.viewer.party_id

    def _show(self, consent: Consent) -> None:
        desk, asked, standing = self._desk, consent.asked, consent.standing(today())
        with panel():
            with line("apart"):
                tag("h3", "", asked.recipient_name)
                tag("span", f"state state-{_TONES.get(standing, 'not_applicable')}", STANDING_LABELS[standing])
            with tag("dl", "said2"):
                _said(desk.text("consents.purpose"), PURPOSE_LABELS[asked.purpose])
                if asked.scopes:
                    scopes = (SCOPE_LABELS[scope] for scope in Scope if scope in asked.scopes)
                    _said(desk.text("consents.scopes"), desk.text("list.semicolon").join(scopes))
                    _said(desk.text("consents.until"), day(asked.until))
                _said(desk.text("consents.changed"), f"{moment(consent.changed)} {consent.by}")
            with line():
                if standing is Standing.GRANTED:
                    quiet(desk.text("consents.withdraw"), lambda: self._withdraw(consent), "undo")
                bare(desk.text("consents.history"), lambda: self._history(consent))

    async def _withdraw(self, consent: Consent) -> None:
        desk = self._desk
        await desk.work(desk.services.consents.withdraw, desk.viewer, consent.id)
        desk.say("consents.withdrawn", name=consent.asked.recipient_name)
        await self.show()

    async def _history(self, consent: Consent) -> None:
        desk = self._desk
        _, events = await desk.work(desk.services.consents.one, desk.viewer, consent.id)
        with dialog(desk.text("consents.history")) as shown:
            for event in events:
                _event(event)
            bare(desk.text("close"), shown.close)
        shown.open()


def _event(event: ConsentEvent) -> None:
    tag("h3", "", f"{moment(event.at)} {STANDING_LABELS[Standing(event.state.value)]} {event.by}")
    if event.text:
        muted(event.text)


def _said(term: str, said: str) -> None:
    tag("dt", "", term)
    tag("dd", "", said)


PAGES = (Page("/consents", "consents", show, Permission.CONSENT_GRANT, "handshake", frozenset({Role.ENTERPRISE})),)
