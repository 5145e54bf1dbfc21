"""Consent to send one's data to an institution (同意发送): the words first, what, for what and until when; then yes."""

from datetime import date, timedelta
from typing import Any

from nicegui import ui

from api.access.consents import PURPOSE_LABELS, SCOPE_LABELS, Asked, Scope, purpose_of
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
    recipient, purpose = institution_of(offer), purpose_of(offer.kind)
    chosen, until = set(DEFAULT), today() + timedelta(days=DAYS)

    def asked(scopes: set[Scope], last: date) -> tuple[Asked, str]:
        made = desk.services.consents.proposed(desk.viewer, recipient, purpose, scopes, last)
        return made, desk.services.consents.words(desk.viewer, made)

    _, words = await desk.work(asked, chosen, until)
    with dialog(desk.text("consent.title", name=offer.provider)) as shown:
        span(desk.text("consent.purpose", purpose=PURPOSE_LABELS[purpose]))
        boxes = _scopes(desk, chosen)
        last = ui.input(desk.text("consent.until"), value=until.isoformat()).props("dense outlined type=date")
        said = note(words)
        wrong = note("", "red")
        wrong.set_visibility(False)

        async def again() -> None:
            try:
                _, words = await desk.work(asked, _ticked(boxes), date.fromisoformat(last.value))
            except (ServiceError, MatcherError, ValueError):
                return
            said.set_text(words)  # type: ignore[attr-defined]

        async def agree() -> None:
            try:
                day = date.fromisoformat(last.value)
                await desk.work(desk.services.consents.grant, desk.viewer, recipient, purpose, _ticked(boxes), day)
            except (ServiceError, MatcherError) as error:
                wrong.set_text(str(error))  # type: ignore[attr-defined]
                wrong.set_visibility(True)
                return
            shown.close()
            desk.say("consent.given", name=offer.provider)
            if done is not None:
                await done()

        for box in boxes.values():
            box.on_value_change(again)
        last.on_value_change(again)
        with line():
            primary(desk.text("consent.agree"), agree)
            bare(desk.text("consent.not_now"), shown.close)
    shown.open()


def _scopes(desk: Desk, chosen: set[Scope]) -> dict[Scope, ui.checkbox]:
    tag("h3", "", desk.text("consent.scopes"))
    return {scope: ui.checkbox(SCOPE_LABELS[scope], value=scope in chosen).props("dense") for scope in Scope}


def _ticked(boxes: dict[Scope, ui.checkbox]) -> set[Scope]:
    return {scope for scope, box in boxes.items() if box.value}
