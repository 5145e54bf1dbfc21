"""Parties in the store: written in bulk, read by those who may see them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, delete, func, select

from api.access.permissions import Permission
from api.access.sealing import Seals
from api.access.viewers import SystemViewer, Viewer
from api.clock import today
from api.crash_points import crash_point
from api.errors import ForeignTenant
from api.store.changes import latest, record_removed, record_written
from api.store.database import Database
from api.store.handing import Handover
from api.store.party_rows import merged, party_of, replaced, row_of
from api.store.queries import speaks_for, visible_parties
from api.store.sealed_facts import claim_key, has_personal, opened_row, sealed_row
from api.store.steps import Step, StoredParty, WrittenParty
from api.store.storable import as_json, is_id
from api.store.tables import parties
from api.store.tenants import require_tenant
from api.store.upserting import Row, Stored, UpsertCounts, chunks, upsert
from api.turns import TURNS
from matcher.errors import MatcherError, UnknownParty
from matcher.fields import PartyKind
from matcher.parties import Party

_MAX_KEY = 2**63 - 1
_SLICE = 64
"""Rows that are laid out between two rests: some 3 ms."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch did: counts of the written, how many were removed, and why some were neither, by place."""

    counts: UpsertCounts
    deleted: int
    refused: Mapping[int, MatcherError]
    missing: Mapping[int, UnknownParty]


@dataclass(frozen=True, slots=True)
class PreparedBatch:
    """Parties laid out as rows, and why some could not be, by their place."""

    rows: tuple[tuple[Row, Party], ...]
    refused: Mapping[int, MatcherError]


@dataclass(frozen=True, slots=True)
class _Written:
    counts: UpsertCounts
    removed: frozenset[str]


class PartyStore:
    """Parties (主体). Reads are narrowed to the viewer's platform; every write leaves a change in the feed."""

    def __init__(self, database: Database, seals: Seals, handover: Handover) -> None:
        self._database = database
        self._seals = seals
        self._handover = handover

    def get(self, viewer: Viewer, party: str, permission: Permission = Permission.PARTY_READ) -> Party:
        """Give one party; raise `UnknownParty` where there is none or it is not within the permission's reach."""
        return self._party(self._row(viewer, party, permission))

    def key_of(self, viewer: Viewer, party: str) -> int:
        """Give the key under which a party's vector stands; raise `UnknownParty`."""
        return int(self._row(viewer, party)["key"])

    def keys_of(self, viewer: Viewer, ids: Collection[str]) -> dict[str, int]:
        """Give the keys of some parties by id; those that are not there, or may not be seen, are left out."""
        found: dict[str, int] = {}
        with self._database.reading() as connection:
            for chunk in chunks(sorted(filter(is_id, ids))):
                query = select(parties.c.id, parties.c.key).where(parties.c.id.in_(chunk), visible_parties(viewer))
                found |= {row.id: int(row.key) for row in connection.execute(query)}
        return found

    def get_many(self, viewer: Viewer | SystemViewer, keys: Sequence[int]) -> dict[int, Party]:
        """Give the parties of some keys; a key that is gone or may not be seen is left out."""
        wanted = [key for key in map(int, keys) if 0 < key <= _MAX_KEY]
        found: dict[int, Party] = {}
        with self._database.reading() as connection:
            for chunk in chunks(wanted):
                query = select(parties).where(parties.c.key.in_(chunk), visible_parties(viewer))
                found |= {row["key"]: self._party(row) for row in connection.execute(query).mappings()}
        return found

    def find_by_credit_code(self, viewer: Viewer, code: str) -> tuple[Party, ...]:
        """Give the parties with a 统一社会信用代码, oldest first; two sources may have brought one party twice."""
        if not is_id(code):
            return ()
        query = select(parties).where(parties.c.credit_code == code, visible_parties(viewer)).order_by(parties.c.key)
        with self._database.reading() as connection:
            return tuple(self._party(row) for row in connection.execute(query).mappings())

    def iterate(
        self, viewer: Viewer | SystemViewer, kind: PartyKind | None = None, batch: int = 1000
    ) -> Iterator[list[tuple[int, Party]]]:
        """Yield (key, party) in batches by rising key, each read in its own short transaction.

        Whoever derives something from all parties reads `changes.latest()` first and then applies the changes since.
        """
        last = 0
        while rows := self._after(viewer, kind, last, batch):
            yield [(row["key"], self._party(row)) for row in rows]
            last = rows[-1]["key"]

    def count(self, viewer: Viewer | SystemViewer, kind: PartyKind | None = None) -> int:
        """How many parties the viewer may see."""
        query = select(func.count()).select_from(parties).where(visible_parties(viewer))
        if kind is not None:
            query = query.where(parties.c.kind == kind.value)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one()

    def upsert_many(self, viewer: Viewer, written: Iterable[Party], *, merge: bool = True) -> UpsertCounts:
        """Write parties of the viewer's platform, all or none.

        With `merge` a fact that is observed later replaces the stored one and the others stay; without it the party
        is what is given, and facts that are not given are gone. A party equal to what is stored leaves no change.

        Raises `ForeignTenant`, `UnknownTenant`, `UnknownParty` for one that the viewer may not write, `UnknownField`,
        and `InvalidValue` for text that cannot be stored.
        """
        given = [(self._sealed(viewer, party), party) for party in written]
        return self._write(viewer, given, (), merge=merge).counts

    def prepare(self, viewer: Viewer, written: Sequence[Party]) -> PreparedBatch:
        """Lay parties out as rows, before the transaction that writes them: others wait for that one.

        Raises `ForeignTenant`.
        """
        given: list[tuple[Row, Party]] = []
        refused: dict[int, MatcherError] = {}
        for place, party in enumerate(written):
            if place % _SLICE == 0:
                TURNS.give_way()
            try:
                given.append((self._sealed(viewer, party), party))
            except MatcherError as error:
                refused[place] = error
        return PreparedBatch(tuple(given), refused)

    def write_batch(
        self, viewer: Viewer, written: PreparedBatch, removed: Sequence[str] = (), *, merge: bool = True
    ) -> BatchResult:
        """Remove some parties and write others, in one transaction; what cannot be is left out and said, by place.

        `merge` is that of `upsert_many`. Raises `UnknownTenant`, and then writes nothing.
        """
        done = self._write(viewer, written.rows, [party for party in removed if is_id(party)], merge=merge)
        missing = {place: _unknown(party) for place, party in enumerate(removed) if party not in done.removed}
        return BatchResult(done.counts, len(done.removed), written.refused, missing)

    def delete(self, viewer: Viewer, party: str) -> None:
        """Remove a party; its key is never used again. Raises `UnknownParty`."""
        if not (is_id(party) and self._write(viewer, [], [party], merge=True).removed):
            raise _unknown(party)

    def _write(
        self, viewer: Viewer, given: Sequence[tuple[Row, Party]], removed: Sequence[str], *, merge: bool
    ) -> _Written:
        """The one way by which parties change: with their changes in the feed, in one transaction."""
        with self._database.writing() as connection:
            if given:
                require_tenant(connection, viewer.tenant)
            if any(has_personal(row) for row, _ in given):
                claim_key(connection, self._seals)
            before = latest(connection)
            gone = _removed(connection, viewer, removed)
            numbers = record_removed(connection, viewer.tenant, gone)
            done = upsert(connection, parties, viewer.tenant, [row for row, _ in given], merged if merge else replaced)
            told = [(row["key"], row["id"]) for row in done.written]
            numbers |= record_written(connection, viewer.tenant, told)
            if numbers and self._handover.listened_to:
                step = partial(_step, viewer.tenant, numbers, done.written, given)
                self._database.after_commit(lambda: self._handover.put(before, step()))
            crash_point("upsert.before_commit")
        return _Written(done.counts, frozenset(party for _, party in gone))

    def _party(self, row: Stored) -> Party:
        return party_of(opened_row(row, self._seals))

    def _sealed(self, viewer: Viewer, party: Party) -> Row:
        return sealed_row(_own_row(viewer, party), viewer.tenant, self._seals)

    def _row(self, viewer: Viewer, party: str, permission: Permission = Permission.PARTY_READ) -> RowMapping:
        if not is_id(party):
            raise _unknown(party)
        with self._database.reading() as connection:
            asked = _one_of(viewer.sight, permission, today())
            row = connection.execute(asked, {"wanted": party}).mappings().one_or_none()
        if row is None:
            raise _unknown(party)
        return row

    def _after(
        self, viewer: Viewer | SystemViewer, kind: PartyKind | None, key: int, limit: int
    ) -> Sequence[RowMapping]:
        query = select(parties).where(parties.c.key > key, visible_parties(viewer)).order_by(parties.c.key).limit(limit)
        if kind is not None:
            query = query.where(parties.c.kind == kind.value)
        with self._database.reading() as connection:
            return connection.execute(query).mappings().all()


@lru_cache(maxsize=256)
def _one_of(viewer: Viewer, permission: Permission, _on: date) -> Select[Any]:
    """The question for one party, built once an asker and day: that takes as long as the database does to answer."""
    return select(parties).where(parties.c.id == bindparam("wanted"), visible_parties(viewer, permission))


def _removed(connection: Connection, viewer: Viewer, ids: Sequence[str]) -> list[tuple[int, str]]:
    """Remove parties; gives the (key, id) of those that were there, by key."""
    gone: list[tuple[int, str]] = []
    for chunk in chunks(ids):
        may_go = visible_parties(viewer, Permission.PARTY_DELETE)
        found = delete(parties).where(parties.c.id.in_(chunk), may_go)
        gone += [(key, party) for key, party in connection.execute(found.returning(parties.c.key, parties.c.id))]
    return sorted(gone)


def _step(tenant: str, numbers: Mapping[int, int], written: Sequence[Row], given: Sequence[tuple[Row, Party]]) -> Step:
    """What the feed says of this write, with the values as they came where nothing stored was merged with them."""
    said = {row["digest"]: party for row, party in given}
    known = (
        WrittenParty(row["key"], tenant, row["kind"], said[row["digest"]].values)
        if row["digest"] in said
        else StoredParty(row["key"], tenant, row["kind"], as_json(row["facts"]))
        for row in written
    )
    return Step(max(numbers.values()), {tenant: numbers}, tuple(known), more=True)


def _own_row(viewer: Viewer, party: Party) -> Row:
    if party.tenant != viewer.tenant:
        raise ForeignTenant(
            found=f"主体 {party.id!a} 属于平台 {party.tenant!a}",
            expected=f"本平台 {viewer.tenant!a} 的主体",
            remedy="请由该平台的账号写入",
        )
    if not speaks_for(viewer, party.id, Permission.PARTY_WRITE):
        raise _unknown(party.id)
    return row_of(party)


def _unknown(party: str) -> UnknownParty:
    shown = ascii(party[:40]) if not is_id(party) else f"“{party}”"
    return UnknownParty(found=f"主体编号 {shown}", expected="本平台已有的主体", remedy="请核对编号，或先导入该主体")
