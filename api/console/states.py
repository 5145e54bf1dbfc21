"""The five states of eligibility (资格状态) as pages show them: an icon, a word and a colour, never a colour alone."""

from collections.abc import Mapping
from types import MappingProxyType

from nicegui import ui

from api.console.words import Words
from matcher.eligibility.results import State

ICONS: Mapping[State, str] = MappingProxyType(
    {
        State.MET: "check_circle",
        State.UNMET: "change_history",
        State.UNKNOWN: "radio_button_unchecked",
        State.MANUAL_REVIEW: "person_search",
        State.NOT_APPLICABLE: "remove_circle_outline",
    }
)
"""Icons of Material Icons, which the server brings along."""


def state(words: Words, value: State | str, more: str = "") -> None:
    """Show one state; `more` stands behind the word, such as how many conditions are in it."""
    which = State(value)
    with ui.element("span").classes(f"state state-{which.value}"):
        ui.icon(ICONS[which]).props("aria-hidden=true")
        ui.label(" ".join(part for part in (words.text(f"state.{which.value}"), more) if part))
