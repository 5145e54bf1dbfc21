"""Consent to send one's data to an institution (同意发送): the words first, what, for what and until when; then yes."""

from datetime import date, timedelta
from typing import Any

from nicegui import ui

from api.access.consents import PURPOSE_LABELS, SCOPE_LABELS, Purpose, Scope, purpose_of
from api.clock import today
from api.console.blocks import bare, dialog, line, note, primary, span, tag
from api.console.desk import Desk
from api.errors import ServiceError
from matcher.errors import MatcherError
from matcher.offers import institution_of

DAYS = 90
DEFAULT = (Scope.IDENTITY, Scope.BUSINESS)


async def ask_consent(desk: Desk, offer_id: str, done: Any = None) -> None:
    """Open the dialog for an offer's institution; `done` is called after a yes. Raises `UnknownOffer`."""
    offer = await desk.work(desk.services.store.offers.get, desk.viewer, offer_id)
    asking = _Asking(desk, institution_of(offer), purpose_of(offer.kind), done)
    words = await desk.work(asking.words, set(DEFAULT), today() + timedelta(days=DAYS))
    asking.open(offer.provider, words)


class _Asking:
    """One dialog: the words as they would be agreed to, which follow what is ticked, and the yes."""

    def __init__(self, desk: Desk, recipient: str, purpose: Purpose, done: Any) -> None:
        self._desk = desk
        self._recipient = recipient
        self._purpose = purpose
        self._done = done

    def words(self, scopes: set[Scope], last: date) -> str:
        """The words for some groups of data until a last day. Raises as `Consents.proposed`."""
        consents = self._desk.services.consents
        asked = consents.proposed(self._desk.viewer, self._recipient, self._purpose, scopes, last)
        return consents.words(self._desk.viewer, asked)

    def open(self, provider: str, words: str) -> None:
        """Show the dialog."""
        text = self._desk.text
        with dialog(text("consent.title", name=provider)) as self._shown:
            span(text("consent.purpose", purpose=PURPOSE_LABELS[self._purpose]))
            self._boxes = _scopes(self._desk, set(DEFAULT))
            until = (today() + timedelta(days=DAYS)).isoformat()
            self._last = ui.input(text("consent.until"), value=until).props("dense outlined type=date")
            self._said = note(words)
            self._wrong = note("", "red")
            self._wrong.set_visibility(False)
            for box in self._boxes.values():
                box.on_value_change(self._again)
            self._last.on_value_change(self._again)
            with line():
                primary(text("consent.agree"), lambda: self._agree(provider))
                bare(text("consent.not_now"), self._shown.close)
        self._shown.open()

    async def _again(self) -> None:
        try:
            words = await self._desk.work(self.words, _ticked(self._boxes), date.fromisoformat(self._last.value))
        except (ServiceError, MatcherError, ValueError):
            return
        self._said.set_text(words)  # type: ignore[attr-defined]

    async def _agree(self, provider: str) -> None:
        desk, scopes = self._desk, _ticked(self._boxes)
        try:
            last = date.fromisoformat(self._last.value)
            await desk.work(desk.services.consents.grant, desk.viewer, self._recipient, self._purpose, scopes, last)
        except (ServiceError, MatcherError) as error:
            self._wrong.set_text(str(error))  # type: ignore[attr-defined]
            self._wrong.set_visibility(True)
            return
        self._shown.close()
        desk.say("consent.given", name=provider)
        if self._done is not None:
            await self._done()


def _scopes(desk: Desk, chosen: set[Scope]) -> dict[Scope, ui.checkbox]:
    tag("h3", "", desk.text("consent.scopes"))
    return {scope: ui.checkbox(SCOPE_LABELS[scope], value=scope in chosen).props("dense") for scope in Scope}


def _ticked(boxes: dict[Scope, ui.checkbox]) -> set[Scope]:
    return {scope for scope, box in boxes.items() if box.value}
