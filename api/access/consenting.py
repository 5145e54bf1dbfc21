"""Giving, refusing and taking back consent (授权); asking what is open to whom. Nothing is remembered between calls."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from api.access.audit import Action
from api.access.auditing import Audit
from api.access.consents import (
    WORDING_VERSION,
    Asked,
    Consent,
    ConsentEvent,
    ConsentState,
    Purpose,
    Scope,
    checked,
    opening,
    withdrawn,
    wording,
)
from api.access.permissions import Permission, Reach, require
from api.access.viewers import Viewer
from api.clock import CHINA
from api.errors import InvalidConsent, UnknownConsent
from api.store.store import Store
from matcher.errors import UnknownParty
from matcher.offers import institution_of

_ACTIONS = {
    ConsentState.GRANTED: Action.CONSENT_GRANTED,
    ConsentState.REFUSED: Action.CONSENT_REFUSED,
    ConsentState.WITHDRAWN: Action.CONSENT_WITHDRAWN,
}


class Consents:
    """Consents of a platform. What is written here holds for every process from its commit on."""

    def __init__(self, store: Store, audit: Audit, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._audit = audit
        self._now = now

    def grant(self, viewer: Viewer, recipient: str, purpose: Purpose, fields: Iterable[Scope], until: date) -> Consent:
        """Let one recipient see some groups of the viewer's party's data for one purpose, through a last day.

        It takes the place of what was said to the same recipient for the same purpose before. Raises `Forbidden`,
        and `InvalidConsent` for an unknown recipient, no groups, or an end that cannot be.
        """
        asked = checked(self.proposed(viewer, recipient, purpose, fields, until), self._today())
        return self._write(viewer, asked, ConsentState.GRANTED)

    def refuse(self, viewer: Viewer, recipient: str, purpose: Purpose) -> Consent:
        """Say no to a recipient, so that nobody asks again; a consent that stood before ends. Raises as `grant`."""
        asked = self.proposed(viewer, recipient, purpose, (), self._today())
        return self._write(viewer, asked, ConsentState.REFUSED)

    def withdraw(self, viewer: Viewer, consent: str) -> Consent:
        """Take a consent back, at once and everywhere; twice changes nothing. Raises `UnknownConsent`, `Forbidden`."""
        require(viewer, Permission.CONSENT_GRANT)
        with self._store.together():
            found = self._store.consents.get(viewer, consent)
            if found.party_id != viewer.party_id:
                raise _unknown(consent)
            after = withdrawn(found)
            if after is found:
                return found
            said = self._event(viewer, after.state, found.wording, "")
            changed = self._store.consents.change(viewer, after, said)
            self._note(viewer, changed)
        return changed

    def of(self, viewer: Viewer) -> tuple[Consent, ...]:
        """What the viewer may see: all of the platform; what their party said, and what was said to it.

        Raises `Forbidden`.
        """
        reach, store = require(viewer, Permission.CONSENT_READ), self._store.consents
        if reach is Reach.TENANT:
            return store.all(viewer)
        party = viewer.party_id or ""
        given = store.of_party(viewer, party)
        got = store.of_recipient(viewer, party) if reach is Reach.SHARED else ()
        return (*given, *(consent for consent in got if consent.party_id != party))

    def one(self, viewer: Viewer, consent: str) -> tuple[Consent, tuple[ConsentEvent, ...]]:
        """One consent that the viewer may see, and its history. Raises `UnknownConsent`, `Forbidden`."""
        reach = require(viewer, Permission.CONSENT_READ)
        found = self._store.consents.get(viewer, consent)
        own = found.party_id == viewer.party_id
        if not (reach is Reach.TENANT or own or (reach is Reach.SHARED and found.asked.recipient == viewer.party_id)):
            raise _unknown(consent)
        return found, self._store.consents.history(viewer, consent)

    def open_to(
        self, viewer: Viewer, party_ids: Iterable[str], at: date | None = None, *, purpose: Purpose | None = None
    ) -> Mapping[str, Consent]:
        """Who of these parties lets the viewer's own party see something on a day (today), for a purpose if named."""
        if viewer.party_id is None:
            return {}
        return self.open_between(viewer, viewer.party_id, party_ids, at, purpose=purpose)

    def open_between(
        self,
        viewer: Viewer,
        recipient: str,
        party_ids: Iterable[str],
        at: date | None = None,
        *,
        purpose: Purpose | None = None,
    ) -> Mapping[str, Consent]:
        """`open_to` for any recipient on the viewer's platform: for lists that the platform sends out."""
        said = self._store.consents.between(viewer, recipient, party_ids)
        return opening(said, at or self._today(), purpose)

    def proposed(self, viewer: Viewer, recipient: str, purpose: Purpose, fields: Iterable[Scope], until: date) -> Asked:
        """What the viewer's party would agree to, with the recipient's name.

        Raises `Forbidden`, `UnknownParty` where there is no such party, `InvalidConsent`.
        """
        require(viewer, Permission.CONSENT_GRANT)
        self._store.parties.get(viewer, viewer.party_id or "")
        if recipient == viewer.party_id:
            raise InvalidConsent(found="接收方是本单位自己", expected="另一家机构", remedy="请选择接收方")
        return Asked(recipient, self._name_of(viewer, recipient), purpose, frozenset(fields), until)

    def words(self, viewer: Viewer, asked: Asked) -> str:
        """The words to be shown before the enterprise says yes; kept with what it said."""
        tenants = self._store.tenants.list()
        platform = next((item.name for item in tenants if item.id == viewer.tenant), viewer.tenant)
        return wording(asked, platform)

    def _write(self, viewer: Viewer, asked: Asked, state: ConsentState) -> Consent:
        text = self.words(viewer, asked) if state is ConsentState.GRANTED else ""
        said = self._event(viewer, state, WORDING_VERSION, text)
        with self._store.together():
            written = self._store.consents.write(viewer, viewer.party_id or "", asked, said)
            self._note(viewer, written)
        return written

    def _event(self, viewer: Viewer, state: ConsentState, version: str, text: str) -> ConsentEvent:
        by = viewer.name or viewer.account_id or viewer.role.value
        return ConsentEvent(0, state, self._now(), by, viewer.role.value, version, text)

    def _note(self, viewer: Viewer, consent: Consent) -> None:
        asked = consent.asked
        detail = {
            "consent": consent.id,
            "recipient": asked.recipient,
            "scopes": sorted(asked.scopes),
            "until": asked.until.isoformat(),
        }
        action = _ACTIONS[consent.state]
        self._audit.note(viewer, action, subjects=[consent.party_id], purpose=asked.purpose.value, detail=detail)

    def _name_of(self, viewer: Viewer, recipient: str) -> str:
        """The recipient's name: a party's, or of who provides an offer that is seen here."""
        platform = Viewer(viewer.tenant)
        try:
            return self._store.parties.get(platform, recipient).name
        except UnknownParty:
            offers = self._store.offers.list(platform)
        named = next((offer.provider for offer in offers if institution_of(offer) == recipient), None)
        if named is None:
            raise InvalidConsent(
                found=f"接收方 {recipient[:40]!a}", expected="本平台的机构，或资源的提供方", remedy="请核对接收方编号"
            )
        return named

    def _today(self) -> date:
        return self._now().astimezone(CHINA).date()


def _unknown(consent: str) -> UnknownConsent:
    return UnknownConsent(found=f"授权编号 {consent[:40]!a}", expected="已有的授权", remedy="请核对编号")
