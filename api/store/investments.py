"""Investments in SQL (投资记录): each change of one is a record of its own, and the last one counts.

Nothing that was told is lost, not even by a removal. Who tells the same again changes nothing: a record that was
corrected or removed since stays so when the file that it came from is imported again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, CompoundSelect, Connection, RowMapping, func, insert, select, true, union

from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.errors import UnknownInvestment
from api.store.database import Database
from api.store.deal_tables import deal_events, deals
from api.store.investment_tables import investments
from api.store.offers import OfferStore
from api.store.queries import visible_investments
from api.store.storable import digest, is_id
from api.store.tenants import require_tenant
from api.store.upserting import UpsertCounts, chunks
from matcher.investments import Investment, plain_name

_WRITE = Permission.INVESTMENT_WRITE
_TOLD = ("investor", "investor_id", "offer_id", "firm", "party_id", "industry", "business", "on", "round", "source")


@dataclass(frozen=True, slots=True)
class Told:
    """Who tells it, when and why."""

    by: str
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class InvestmentRecord:
    """One record of an investment: its number among those of its id, from 1, and whether it takes it away."""

    id: str
    number: int
    investment: Investment
    told: Told
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which investments: of an investor (id of its party or offer, or name), in a firm (id or name); None: all."""

    investor: str | None = None
    firm: str | None = None
    offset: int = 0
    limit: int = 100


class InvestmentStore:
    """Investments of a platform. Each method may raise `StoreUnavailable`.

    Whether who writes may speak for the investor the desk asks; what is read is narrowed to the asker here. A write
    has the shelves of offers rebuilt, whose portfolios these are.
    """

    def __init__(self, database: Database, offers: OfferStore) -> None:
        self._database = database
        self._offers = offers

    def put_many(self, viewer: Viewer, made: Sequence[Investment], told: Told) -> UpsertCounts:
        """Write many, all or none; one that was told before in just these words, ever, is left as it is.

        Raises `UnknownTenant`, and `InvalidValue` for text that cannot be stored.
        """
        rows = {row["same"]: row for row in (_row(item) for item in made)}
        counts = UpsertCounts(same=len(made) - len(rows))
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            for chunk in chunks(list(rows.values())):
                counts += _put(connection, viewer, chunk, told)
            if counts.new or counts.changed:
                self._offers.touch()
        return counts

    def put(self, viewer: Viewer, investment: Investment, told: Told, key: str | None = None) -> InvestmentRecord:
        """Write one: a new one, or a further record of `key`. Raises as `put_many`, and `UnknownInvestment`."""
        row = _row(investment)
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            last = _same(connection, viewer, row["same"]) if key is None else _last(connection, viewer, key, _WRITE)
            if last is not None and last["digest"] == row["digest"] and not last["removed"]:
                return _record(last)
            found, number = (uuid4().hex, 1) if last is None else (str(last["id"]), int(last["number"]) + 1)
            _add(connection, viewer.tenant, [(found, number, row)], told)
            self._offers.touch()
            return InvestmentRecord(found, number, investment, told)

    def remove(self, viewer: Viewer, key: str, told: Told) -> InvestmentRecord:
        """Take one away, by a further record. Raises `UnknownInvestment`."""
        with self._database.writing() as connection:
            last = _last(connection, viewer, key, _WRITE)
            if last["removed"]:
                raise unknown(key)
            row = {name: last[name] for name in ("same", "digest", *_TOLD, "amount_wan", "stake_pct")}
            _add(connection, viewer.tenant, [(key, last["number"] + 1, row)], told, removed=True)
            self._offers.touch()
            return InvestmentRecord(key, last["number"] + 1, _investment(last), told, removed=True)

    def history(self, viewer: Viewer, key: str) -> tuple[InvestmentRecord, ...]:
        """All records of one, in order. Raises `UnknownInvestment`."""
        with self._database.reading() as connection:
            _last(connection, viewer, key, Permission.INVESTMENT_READ)
            own = (investments.c.tenant_id == viewer.tenant) & (investments.c.id == key)
            query = select(investments).where(own).order_by(investments.c.number)
            return tuple(_record(row) for row in connection.execute(query).mappings())

    def list(self, viewer: Viewer, wanted: Wanted) -> tuple[int, tuple[InvestmentRecord, ...]]:
        """How many stand that the viewer may see, and a stretch of them, the latest investment first."""
        table = investments.c
        which = visible_investments(viewer) & _standing() & _about(wanted)
        ordered = select(investments).where(which).order_by(table.on.is_(None), table.on.desc(), table.firm, table.id)
        with self._database.reading() as connection:
            count = connection.execute(select(func.count()).select_from(investments).where(which)).scalar_one()
            rows = connection.execute(ordered.limit(wanted.limit).offset(wanted.offset)).mappings()
            return count, tuple(_record(row) for row in rows)

    def of_funds(self, viewer: Viewer, ids: Iterable[str] = (), names: Iterable[str] = ()) -> tuple[Investment, ...]:
        """Those of the platform that stand, of investors by id (party or offer) or name; of all where none is named."""
        which = (investments.c.tenant_id == viewer.tenant) & _standing()
        ids, names = tuple(ids), tuple(names)
        if ids or names:
            which &= investments.c.id.in_(_of(viewer.tenant, ids, names))
        with self._database.reading() as connection:
            query = select(investments).where(which).order_by(investments.c.id)
            return tuple(_investment(row) for row in connection.execute(query).mappings())

    def any_paid(self, viewer: Viewer) -> bool:
        """Whether a fund of the platform has ever paid into a deal."""
        joined = select(deal_events.c.deal_id).join(deals, deals.c.id == deal_events.c.deal_id)
        paid = joined.where(deals.c.tenant_id == viewer.tenant, deal_events.c.kind == "payment").limit(1)
        with self._database.reading() as connection:
            return connection.execute(paid).first() is not None


def unknown(key: str) -> UnknownInvestment:
    """The error for an id that is not there or may not be seen."""
    return UnknownInvestment(found=f"投资记录 {key[:40]!a}", expected="本平台的投资记录", remedy="请核对编号")


def _row(item: Investment) -> dict[str, Any]:
    row = {name: getattr(item, name) for name in _TOLD}
    row |= {"amount_wan": _text(item.amount_wan), "stake_pct": _text(item.stake_pct)}
    day = None if item.on is None else item.on.isoformat()
    key = "\x1f".join((plain_name(item.investor), plain_name(item.firm), day or "", plain_name(item.round)))
    return row | {"same": sha256(key.encode("utf-8", "surrogatepass")).hexdigest(), "digest": digest(row | {"on": day})}


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"


def _put(connection: Connection, viewer: Viewer, rows: Sequence[Mapping[str, Any]], told: Told) -> UpsertCounts:
    before = _before(connection, viewer, [row["same"] for row in rows])
    known = _told_of(connection, viewer, set(before.values()))
    counts = {"new": 0, "changed": 0, "same": 0}
    added: list[tuple[str, int, Mapping[str, Any]]] = []
    for row in rows:
        key = before.get(row["same"])
        number, digests = (0, frozenset[str]()) if key is None else known[key]
        what = "new" if key is None else "same" if row["digest"] in digests else "changed"
        counts[what] += 1
        if what != "same":
            added.append((key or uuid4().hex, number + 1, row))
    _add(connection, viewer.tenant, added, told)
    return UpsertCounts(**counts)


def _told_of(connection: Connection, viewer: Viewer, keys: Collection[str]) -> dict[str, tuple[int, frozenset[str]]]:
    """Of each id the number of its last record, and the digests of all."""
    table = investments.c
    query = select(table.id, table.number, table.digest).where(table.tenant_id == viewer.tenant, table.id.in_(keys))
    found: dict[str, tuple[int, frozenset[str]]] = {}
    for key, number, said in connection.execute(query):
        last, digests = found.get(key, (0, frozenset[str]()))
        found[key] = (max(last, number), digests | {said})
    return found


def _before(connection: Connection, viewer: Viewer, wanted: Sequence[str]) -> dict[str, str]:
    """The id under which each of these investments was first told of, where the viewer may write it."""
    table = investments.c
    which = visible_investments(viewer, _WRITE) & table.same.in_(wanted)
    rows = connection.execute(select(table.same, table.id).where(which).order_by(table.at.desc(), table.id)).all()
    return {row.same: row.id for row in rows}


def _add(
    connection: Connection,
    tenant: str,
    rows: Sequence[tuple[str, int, Mapping[str, Any]]],
    told: Told,
    *,
    removed: bool = False,
) -> None:
    head = {"tenant_id": tenant, "at": told.at, "by": told.by, "why": told.why, "removed": removed}
    digest([told.by, told.why])
    if rows:
        connection.execute(insert(investments), [{**row, **head, "id": key, "number": n} for key, n, row in rows])


def _last(connection: Connection, viewer: Viewer, key: str, permission: Permission) -> RowMapping:
    """The last record of an id that the viewer may do this to. Raises `UnknownInvestment`."""
    which = visible_investments(viewer, permission) & (investments.c.id == key) & _latest()
    query = select(investments).where(which)
    row = connection.execute(query).mappings().one_or_none() if is_id(key) else None
    if row is None:
        raise unknown(key)
    return row


def _same(connection: Connection, viewer: Viewer, same: str) -> RowMapping | None:
    """The last record of what was told of the same investment before."""
    key = _before(connection, viewer, [same]).get(same)
    return None if key is None else _last(connection, viewer, key, _WRITE)


def _latest() -> ColumnElement[bool]:
    later = investments.alias("later")
    after = (later.c.tenant_id == investments.c.tenant_id) & (later.c.id == investments.c.id)
    return ~select(later.c.id).where(after, later.c.number > investments.c.number).exists()


def _standing() -> ColumnElement[bool]:
    return _latest() & investments.c.removed.is_(False)


def _of(tenant: str, ids: Sequence[str], names: Sequence[str]) -> CompoundSelect[tuple[str]]:
    """The ids of records that name one of these investors, each way by an index of its own."""
    ways = ((investments.c.investor_id, ids), (investments.c.offer_id, ids), (investments.c.investor, names))
    here = investments.c.tenant_id == tenant
    return union(*(select(investments.c.id).where(here, column.in_(among)) for column, among in ways))


def _about(wanted: Wanted) -> ColumnElement[bool]:
    table = investments.c
    which: ColumnElement[bool] = true()
    if wanted.investor is not None:
        who = wanted.investor
        which &= (table.investor_id == who) | (table.offer_id == who) | (table.investor == who)
    if wanted.firm is not None:
        which &= (table.party_id == wanted.firm) | (table.firm == wanted.firm)
    return which


def _record(row: RowMapping) -> InvestmentRecord:
    told = Told(row["by"], row["at"], row["why"])
    return InvestmentRecord(row["id"], row["number"], _investment(row), told, row["removed"])


def _investment(row: RowMapping) -> Investment:
    said = {name: row[name] for name in _TOLD}
    amount, stake = (None if row[name] is None else Decimal(row[name]) for name in ("amount_wan", "stake_pct"))
    return Investment(**said, amount_wan=amount, stake_pct=stake)
