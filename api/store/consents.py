"""Consents in SQL (授权). Nothing is kept in memory: what is withdrawn in one process opens nothing in any other."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, RowMapping, insert, select, update

from api.access.consents import Asked, Consent, ConsentEvent, ConsentState, Purpose, Scope
from api.access.viewers import Viewer
from api.errors import UnknownConsent
from api.store.consent_tables import consent_events, consents
from api.store.database import Database
from api.store.storable import digest, is_id, require_id
from api.store.tenants import require_tenant
from api.store.upserting import chunks


class ConsentStore:
    """Consents of a platform with their histories. Each method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, viewer: Viewer, party: str, asked: Asked, said: ConsentEvent) -> Consent:
        """Keep what an enterprise says to a recipient for a purpose; what it said before stays in the history.

        The number of `said` is given here. Raises `UnknownTenant`, and `InvalidValue` for text that cannot be stored.
        """
        require_id(asked.recipient)
        digest([asked.recipient_name, said.by, said.text])
        own = _same(viewer, party, asked)
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            before = connection.execute(select(consents.c.id, consents.c.number).where(own)).one_or_none()
            key, number = (before.id, before.number + 1) if before else (uuid4().hex, 1)
            row = _row(viewer.tenant, party, asked, replace(said, number=number))
            if before:
                connection.execute(update(consents).where(consents.c.id == key).values(**row))
            else:
                connection.execute(insert(consents).values(id=key, **row))
            _add(connection, key, asked, replace(said, number=number))
            return _one(connection, consents.c.id == key, key)

    def change(self, viewer: Viewer, consent: Consent, said: ConsentEvent) -> Consent:
        """Keep another state of a consent. Raises `UnknownConsent`."""
        own = (consents.c.id == consent.id) & (consents.c.tenant_id == viewer.tenant)
        with self._database.writing() as connection:
            number = _one(connection, own, consent.id).number + 1
            event = replace(said, number=number)
            row = _row(viewer.tenant, consent.party_id, consent.asked, event)
            connection.execute(update(consents).where(own).values(**row))
            _add(connection, consent.id, consent.asked, event)
            return _one(connection, own, consent.id)

    def get(self, viewer: Viewer, consent: str) -> Consent:
        """One consent of the viewer's platform; raise `UnknownConsent`."""
        own = (consents.c.id == consent) & (consents.c.tenant_id == viewer.tenant)
        with self._database.reading() as connection:
            return _one(connection, own, consent)

    def history(self, viewer: Viewer, consent: str) -> tuple[ConsentEvent, ...]:
        """Every change of a consent, in order; raise `UnknownConsent`."""
        self.get(viewer, consent)
        query = select(consent_events).where(consent_events.c.consent_id == consent).order_by(consent_events.c.number)
        with self._database.reading() as connection:
            return tuple(_event(row) for row in connection.execute(query).mappings())

    def of_party(self, viewer: Viewer, party: str) -> tuple[Consent, ...]:
        """What an enterprise said, the latest first."""
        return self._listed(viewer, consents.c.party_id == party)

    def of_recipient(self, viewer: Viewer, recipient: str) -> tuple[Consent, ...]:
        """What was said to a recipient, the latest first."""
        return self._listed(viewer, consents.c.recipient == recipient)

    def all(self, viewer: Viewer) -> tuple[Consent, ...]:
        """Every consent of the platform, the latest first."""
        return self._listed(viewer, consents.c.tenant_id == viewer.tenant)

    def between(self, viewer: Viewer, recipient: str, parties: Iterable[str]) -> tuple[Consent, ...]:
        """What some enterprises said to one recipient, whatever its state."""
        found: list[Consent] = []
        own = (consents.c.tenant_id == viewer.tenant) & (consents.c.recipient == recipient)
        with self._database.reading() as connection:
            for chunk in chunks(sorted({party for party in parties if is_id(party)})):
                query = select(consents).where(own, consents.c.party_id.in_(chunk))
                found += [consent_of(row) for row in connection.execute(query).mappings()]
        return tuple(found)

    def _listed(self, viewer: Viewer, which: ColumnElement[bool]) -> tuple[Consent, ...]:
        query = select(consents).where(consents.c.tenant_id == viewer.tenant, which)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(consents.c.changed.desc(), consents.c.id)).mappings()
            return tuple(consent_of(row) for row in rows)


def consent_of(row: RowMapping) -> Consent:
    """A row of the table as a consent."""
    asked = Asked(
        row["recipient"], row["recipient_name"], Purpose(row["purpose"]), _scopes(row["scopes"]), row["until"]
    )
    return Consent(
        row["id"],
        row["tenant_id"],
        row["party_id"],
        asked,
        ConsentState(row["state"]),
        row["wording"],
        row["number"],
        row["changed"],
        row["by"],
    )


def _scopes(raw: Sequence[str]) -> frozenset[Scope]:
    return frozenset(Scope(item) for item in raw)


def _same(viewer: Viewer, party: str, asked: Asked) -> ColumnElement[bool]:
    columns = consents.c
    return (
        (columns.tenant_id == viewer.tenant)
        & (columns.party_id == party)
        & (columns.recipient == asked.recipient)
        & (columns.purpose == asked.purpose.value)
    )


def _row(tenant: str, party: str, asked: Asked, said: ConsentEvent) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "party_id": party,
        "recipient": asked.recipient,
        "recipient_name": asked.recipient_name,
        "purpose": asked.purpose.value,
        "scopes": sorted(scope.value for scope in asked.scopes),
        "until": asked.until,
        "state": said.state.value,
        "wording": said.wording,
        "number": said.number,
        "changed": said.at,
        "by": said.by,
    }


def _add(connection: Connection, consent: str, asked: Asked, said: ConsentEvent) -> None:
    row = {
        "consent_id": consent,
        "number": said.number,
        "state": said.state.value,
        "scopes": sorted(scope.value for scope in asked.scopes),
        "until": asked.until,
        "at": said.at,
        "by": said.by,
        "role": said.role,
        "wording": said.wording,
        "text": said.text,
    }
    connection.execute(insert(consent_events).values(**row))


def _one(connection: Connection, which: ColumnElement[bool], consent: str) -> Consent:
    row = connection.execute(select(consents).where(which)).mappings().one_or_none() if is_id(consent) else None
    if row is None:
        raise UnknownConsent(found=f"授权编号 {consent[:40]!a}", expected="已有的授权", remedy="请核对编号")
    return consent_of(row)


def _event(row: RowMapping) -> ConsentEvent:
    return ConsentEvent(
        row["number"], ConsentState(row["state"]), row["at"], row["by"], row["role"], row["wording"], row["text"]
    )
