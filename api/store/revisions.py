"""Changes of parties that can be undone (变更与撤销): what each was before is kept, personal data sealed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from api.access.sealing import Seals
from api.access.viewers import Viewer
from api.store.database import Database
from api.store.parties import PartyStore
from api.store.party_rows import merged, party_of, row_of
from api.store.revision_tables import party_revisions
from api.store.sealed_facts import opened_row, sealed_row
from api.store.tables import parties
from api.store.upserting import CHUNK, UpsertCounts, chunks
from matcher.parties import Party

KEPT = timedelta(days=30)
"""For so long a change can be undone; then what was before is removed."""
MOST_SHOWN = 100
_COLUMNS = ("id", "kind", "name", "facts", "synthetic", "source", "observed_on")


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of a party (变更记录): by whom, when, by which import if any, and the party as it was before."""

    number: int
    party_id: str
    import_id: str | None
    by: str
    at: datetime
    before: Party | None
    undone: datetime | None


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undoing did: parties brought back to what they were, removed, and left alone for they changed since."""

    restored: int = 0
    removed: int = 0
    kept: int = 0

    def __add__(self, other: "Undone") -> "Undone":
        return Undone(self.restored + other.restored, self.removed + other.removed, self.kept + other.kept)


class RevisionStore:
    """Writes parties so that it can be undone. Each method may raise `StoreUnavailable`."""

    def __init__(
        self, database: Database, seals: Seals, parties_store: PartyStore, *, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._seals = seals
        self._parties = parties_store
        self._now = now

    def write(
        self, viewer: Viewer, written: Sequence[Party], *, by: str, import_id: str | None = None, merge: bool = True
    ) -> UpsertCounts:
        """Write parties as `PartyStore.upsert_many` does, and keep what those that changed were before."""
        ids = [party.id for party in written]
        with self._database.writing() as connection:
            before = _rows(connection, viewer, ids)
            counts = self._parties.upsert_many(viewer, written, merge=merge)
            after = _digests(connection, viewer, ids)
            changed = [key for key in dict.fromkeys(ids) if _digest(before.get(key)) != after.get(key)]
            said: dict[str, Any] = {
                "tenant_id": viewer.tenant,
                "import_id": import_id,
                "by": by,
                "at": self._now(),
                "undone": None,
            }
            rows = [
                said | {"party_id": key, "before": _kept(before.get(key)), "after_digest": after[key]}
                for key in changed
            ]
            if rows:
                connection.execute(insert(party_revisions), rows)
        return counts

    def would(self, viewer: Viewer, written: Sequence[Party]) -> dict[str, str]:
        """What writing parties would do to each, by id: `new`, `changed` or `same`. Nothing is written."""
        with self._database.reading() as connection:
            stored = _rows(connection, viewer, [party.id for party in written])
        return {party.id: self._effect(viewer, stored.get(party.id), party) for party in written}

    def _effect(self, viewer: Viewer, stored: Mapping[Any, Any] | None, party: Party) -> str:
        if stored is None:
            return "new"
        row = sealed_row(row_of(party), viewer.tenant, self._seals)
        return "same" if merged(stored, row)["digest"] == stored["digest"] else "changed"

    def of(self, viewer: Viewer, party: str) -> tuple[Revision, ...]:
        """The changes of a party, the latest first; its reader must have been let see it."""
        table = party_revisions.c
        own = (table.tenant_id == viewer.tenant) & (table.party_id == party)
        query = select(party_revisions).where(own).order_by(table.number.desc()).limit(MOST_SHOWN)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(
            Revision(
                row["number"],
                row["party_id"],
                row["import_id"],
                row["by"],
                row["at"],
                self._before(row["before"], viewer),
                row["undone"],
            )
            for row in rows
        )

    def undo_import(self, viewer: Viewer, import_id: str) -> Undone:
        """Undo what an import changed, a batch a transaction; a party that was changed since is left as it is.

        Doing it again changes nothing.
        """
        done = Undone()
        while (part := self._undo(viewer, party_revisions.c.import_id == import_id)) is not None:
            done += part
        return done

    def undo(self, viewer: Viewer, number: int) -> Undone:
        """Undo one change."""
        return self._undo(viewer, party_revisions.c.number == number) or Undone()

    def open_of(self, viewer: Viewer, import_id: str) -> int:
        """How many parties an import changed that can still be brought back."""
        table = party_revisions.c
        own = (table.tenant_id == viewer.tenant) & (table.import_id == import_id) & table.undone.is_(None)
        with self._database.reading() as connection:
            return len(connection.execute(select(table.number).where(own)).all())

    def prune(self, before: datetime) -> int:
        """Remove what is older than a moment; gives how many."""
        with self._database.writing() as connection:
            return connection.execute(delete(party_revisions).where(party_revisions.c.at < before)).rowcount

    def _undo(self, viewer: Viewer, which: Any) -> Undone | None:
        table = party_revisions.c
        open_ones = which & (table.tenant_id == viewer.tenant) & table.undone.is_(None)
        with self._database.writing() as connection:
            query = select(party_revisions).where(open_ones).order_by(table.number.desc()).limit(CHUNK)
            rows = connection.execute(query).mappings().all()
            if not rows:
                return None
            now = _digests(connection, viewer, [row["party_id"] for row in rows])
            same = [row for row in rows if now.get(row["party_id"]) == row["after_digest"]]
            restored = [party for row in same if (party := self._before(row["before"], viewer)) is not None]
            removed = [row["party_id"] for row in same if row["before"] is None]
            self._parties.write_batch(viewer, self._parties.prepare(viewer, restored), removed, merge=False)
            numbers = [row["number"] for row in rows]
            connection.execute(update(party_revisions).where(table.number.in_(numbers)).values(undone=self._now()))
        return Undone(len(restored), len(removed), len(rows) - len(same))

    def _before(self, kept: Mapping[str, Any] | None, viewer: Viewer) -> Party | None:
        if kept is None:
            return None
        row = {**kept, "tenant_id": viewer.tenant, "observed_on": date.fromisoformat(kept["observed_on"])}
        return party_of(opened_row(row, self._seals))


def _rows(connection: Connection, viewer: Viewer, ids: Sequence[str]) -> dict[str, Mapping[Any, Any]]:
    found: dict[str, Mapping[Any, Any]] = {}
    for chunk in chunks(ids):
        query = select(parties).where(parties.c.tenant_id == viewer.tenant, parties.c.id.in_(chunk))
        found |= {row["id"]: row for row in connection.execute(query).mappings()}
    return found


def _digests(connection: Connection, viewer: Viewer, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in chunks(ids):
        same = (parties.c.tenant_id == viewer.tenant) & parties.c.id.in_(chunk)
        found |= {row.id: row.digest for row in connection.execute(select(parties.c.id, parties.c.digest).where(same))}
    return found


def _digest(row: Mapping[Any, Any] | None) -> str | None:
    return None if row is None else row["digest"]


def _kept(row: Mapping[Any, Any] | None) -> dict[str, Any] | None:
    """A row as JSON, personal data sealed as it stands."""
    if row is None:
        return None
    return {name: row[name] for name in _COLUMNS} | {"observed_on": row["observed_on"].isoformat()}
