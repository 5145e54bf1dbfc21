"""Who waits for an enterprise's answer (待答复的授权): it is on their lists, and said neither yes nor no."""

from dataclasses import dataclass
from datetime import datetime

from api.access.consents import Purpose, purpose_of
from api.access.viewers import Viewer
from api.store.store import Store
from matcher.offers import OfferKind


@dataclass(frozen=True, slots=True)
class Waiting:
    """A recipient that would have to ask: by which offer, on which campaign's list since when, for what purpose."""

    recipient: str
    name: str
    offer_id: str
    offer: str
    purpose: Purpose
    campaign: str
    since: datetime


def waiting_for(store: Store, viewer: Viewer) -> tuple[Waiting, ...]:
    """The recipients that the viewer's own party has not answered, the latest list first, each purpose once.

    What is off the list asks no more. Raises `StoreUnavailable`.
    """
    said = {
        (item.asked.recipient, item.asked.purpose) for item in store.consents.of_party(viewer, viewer.party_id or "")
    }
    found: dict[tuple[str, Purpose], Waiting] = {}
    for row in store.received.about(viewer):
        offer, recipient = row.row.match["offer"], row.row.institution
        purpose = purpose_of(OfferKind(offer["kind"]))
        if row.standing and (recipient, purpose) not in said:
            asked = Waiting(
                recipient, offer["provider"], row.row.offer_id, offer["name"], purpose, row.campaign, row.history[0].at
            )
            found.setdefault((recipient, purpose), asked)
    return tuple(found.values())
