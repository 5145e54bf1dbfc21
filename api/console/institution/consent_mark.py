"""How an enterprise's consent stands (授权情况): an icon, a word and a colour, never a colour alone."""

from nicegui import ui

from api.access.consents import Standing
from api.console.blocks import note, tag
from api.console.desk import Desk

_SHOWN = {
    Standing.NONE: ("visibility_off", "state-not_applicable"),
    Standing.GRANTED: ("lock_open", "state-met"),
    Standing.EXPIRED: ("event_busy", "state-unknown"),
    Standing.REFUSED: ("block", "state-unmet"),
    Standing.WITHDRAWN: ("undo", "state-unmet"),
}


def mark(desk: Desk, standing: str, until: str | None = None) -> None:
    """The mark, with the last day of one that stands."""
    which = Standing(standing)
    icon, classes = _SHOWN[which]
    with tag("span", f"state {classes}"):
        ui.icon(icon).props("aria-hidden=true")
        text = desk.text(f"inst.consent.{which.value}")
        tag(
            "span",
            "",
            desk.text("inst.consent.until", said=text, until=until) if until and which is Standing.GRANTED else text,
        )


def explained(desk: Desk, standing: str) -> None:
    """What the standing means for whoever works on the list."""
    which = Standing(standing)
    if which is not Standing.GRANTED:
        note(desk.text(f"inst.consent.{which.value}_means"), "red" if which is Standing.WITHDRAWN else "")
