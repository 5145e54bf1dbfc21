"""A field in which a party is found by typing (选主体): by name, id or credit code, else by what it does."""

from nicegui import events, ui

from api.console.desk import Desk
from api.searching import SearchRequest
from api.store.listing import PartyListing
from matcher.fields import PartyKind

_MOST = 20
_LEAST_LETTERS = 2


def party_choice(desk: Desk, label: str, kind: PartyKind | None = None) -> ui.select:
    """A choice of one party whose value is its id; None until one is chosen."""
    chosen = ui.select({}, label=label, with_input=True, clearable=True)
    chosen.props("dense outlined options-dense input-debounce=250").style("min-width: 300px")

    async def find(event: events.GenericEventArguments) -> None:
        typed = str(event.args or "").strip()
        if len(typed) < _LEAST_LETTERS:
            return
        found = await desk.work(_found, desk, typed, kind)
        if chosen.value and chosen.value not in found:
            found[chosen.value] = chosen.options[chosen.value]
        chosen.set_options(found)

    chosen.on("input-value", find)
    return chosen


def _found(desk: Desk, typed: str, kind: PartyKind | None) -> dict[str, str]:
    listed, _ = desk.services.store.listing.page(desk.viewer, PartyListing(text=typed, kind=kind, limit=_MOST))
    if listed:
        return {item.id: item.name for item in listed}
    answer = desk.services.searching.search(desk.viewer, SearchRequest(text=typed, kind=kind, limit=_MOST))
    return {item.party.id: item.party.name for item in answer.found}
