"""Who sees what of whom (谁看见什么): maskers made for a viewer, or for the recipient of a list that is sent out."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from itertools import groupby

from api.access.masking import Masker
from api.access.permissions import Permission, Reach, reach_of
from api.access.sealing import SEALED, Seals
from api.access.viewers import Viewer
from api.clock import CHINA
from api.errors import DataKeyMissing, StoreDamaged
from api.store.store import Store

ALIAS = "m."
"""What the ids begin with that stand for hidden parties."""


class Sights:
    """Makes maskers. Consents are read each time: what was taken back a moment ago is shut."""

    def __init__(self, store: Store, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def masker(self, viewer: Viewer, parties: Iterable[str]) -> Masker:
        """What the viewer may see of these parties today."""
        everything = reach_of(viewer, Permission.PARTY_READ) is Reach.TENANT
        return masker_for(self._store, viewer, viewer.party_id, parties, self._today(), everything=everything)

    def party_of(self, viewer: Viewer, identifier: str) -> str:
        """The id that an alias given to the viewer stands for; any other id as it is."""
        return unmasked(self._store.seals, viewer, identifier) if identifier.startswith(ALIAS) else identifier

    def _today(self) -> date:
        return self._now().astimezone(CHINA).date()


def masker_for(
    store: Store, viewer: Viewer, recipient: str | None, parties: Iterable[str], on: date, *, everything: bool
) -> Masker:
    """A masker for a recipient on the viewer's platform."""
    if everything or recipient is None:
        return Masker(
            everything, recipient, on, lambda party: alias(store.seals, viewer.tenant, recipient or "", party)
        )
    said = sorted(store.consents.between(viewer, recipient, parties), key=lambda consent: consent.party_id)
    grouped = {party: tuple(group) for party, group in groupby(said, key=lambda consent: consent.party_id)}
    return Masker(False, recipient, on, lambda party: alias(store.seals, viewer.tenant, recipient, party), grouped)


def alias(seals: Seals, tenant: str, recipient: str, party: str) -> str:
    """An id that says nothing of the party, made with the data key: the same each time, and another for each reader."""
    return ALIAS + seals.seal(party, "alias", tenant, recipient).removeprefix(SEALED).replace(":", ".").rstrip("=")


def unmasked(seals: Seals, viewer: Viewer, identifier: str) -> str:
    """What an alias stands for, if it was given to this viewer; any other text as it is."""
    key, _, body = identifier.removeprefix(ALIAS).partition(".")
    padded = f"{SEALED}{key}:{body}{'=' * (-len(body) % 4)}"
    try:
        return seals.open(padded, "alias", viewer.tenant, viewer.party_id or "")
    except (StoreDamaged, DataKeyMissing, UnicodeDecodeError):
        return identifier
