"""Parties in the store: written in bulk, read by those who may see them."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import RowMapping, delete, func, select

from api.access.viewers import SystemViewer, Viewer
from api.errors import ForeignTenant
from api.store.changes import ChangeOp, record
from api.store.database import Database
from api.store.party_rows import merged, party_of, row_of
from api.store.queries import visible_parties
from api.store.storable import is_id
from api.store.tables import parties
from api.store.tenants import require_tenant
from api.store.upserting import Row, UpsertCounts, chunks, replaced, upsert
from matcher.errors import UnknownParty
from matcher.fields import PartyKind
from matcher.parties import Party

_MAX_KEY = 2**63 - 1


class PartyStore:
    """Parties (主体). Reads are narrowed to the viewer's platform; every write leaves a change in the feed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, viewer: Viewer, party: str) -> Party:
        """Give one party; raise `UnknownParty` where there is none or the viewer may not see it."""
        return party_of(self._row(viewer, party))

    def key_of(self, viewer: Viewer, party: str) -> int:
        """Give the key under which a party's vector stands; raise `UnknownParty`."""
        return int(self._row(viewer, party)["key"])

    def get_many(self, viewer: Viewer | SystemViewer, keys: Sequence[int]) -> dict[int, Party]:
        """Give the parties of some keys; a key that is gone or may not be seen is left out."""
        wanted = [key for key in map(int, keys) if 0 < key <= _MAX_KEY]
        found: dict[int, Party] = {}
        with self._database.reading() as connection:
            for chunk in chunks(wanted):
                query = select(parties).where(parties.c.key.in_(chunk), visible_parties(viewer))
                found |= {row["key"]: party_of(row) for row in connection.execute(query).mappings()}
        return found

    def find_by_credit_code(self, viewer: Viewer, code: str) -> tuple[Party, ...]:
        """Give the parties with a 统一社会信用代码, oldest first; two sources may have brought one party twice."""
        if not is_id(code):
            return ()
        query = select(parties).where(parties.c.credit_code == code, visible_parties(viewer)).order_by(parties.c.key)
        with self._database.reading() as connection:
            return tuple(party_of(row) for row in connection.execute(query).mappings())

    def iterate(
        self, viewer: Viewer | SystemViewer, kind: PartyKind | None = None, batch: int = 1000
    ) -> Iterator[list[tuple[int, Party]]]:
        """Yield (key, party) in batches by rising key, each read in its own short transaction.

        Whoever derives something from all parties reads `changes.latest()` first and then applies the changes since.
        """
        last = 0
        while rows := self._after(viewer, kind, last, batch):
            yield [(row["key"], party_of(row)) for row in rows]
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

        Raises `ForeignTenant`, `UnknownTenant`, `UnknownField`, and `InvalidValue` for text that cannot be stored.
        """
        rows = [_own_row(viewer, party) for party in written]
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            done = upsert(connection, parties, viewer.tenant, rows, merged if merge else replaced)
            record(connection, viewer.tenant, ChangeOp.UPSERT, done.written)
        return done.counts

    def delete(self, viewer: Viewer, party: str) -> None:
        """Remove a party; its key is never used again. Raises `UnknownParty`."""
        if not is_id(party):
            raise _unknown(party)
        gone = delete(parties).where(parties.c.id == party, visible_parties(viewer)).returning(parties.c.key)
        with self._database.writing() as connection:
            key = connection.execute(gone).scalar_one_or_none()
            if key is None:
                raise _unknown(party)
            record(connection, viewer.tenant, ChangeOp.DELETE, [(key, party)])

    def _row(self, viewer: Viewer, party: str) -> RowMapping:
        if not is_id(party):
            raise _unknown(party)
        query = select(parties).where(parties.c.id == party, visible_parties(viewer))
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
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


def _own_row(viewer: Viewer, party: Party) -> Row:
    if party.tenant != viewer.tenant:
        raise ForeignTenant(
            found=f"主体 {party.id!a} 属于平台 {party.tenant!a}",
            expected=f"本平台 {viewer.tenant!a} 的主体",
            remedy="请由该平台的账号写入",
        )
    return row_of(party)


def _unknown(party: str) -> UnknownParty:
    shown = ascii(party[:40]) if not is_id(party) else f"“{party}”"
    return UnknownParty(found=f"主体编号 {shown}", expected="本平台已有的主体", remedy="请核对编号，或先导入该主体")
