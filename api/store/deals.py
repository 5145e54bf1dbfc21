"""Deals and funds in SQL (项目与基金): each event is decided by the pure rules inside the writers' turn, then added.

Writers take turns (`api.store.database`), so that an event is decided on all the events before it: two members who vote
at one moment, from two processes, come one after the other. The key (deal, number) holds the same against a mistake.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, insert, select, update

from api.access.viewers import Viewer
from api.errors import UnknownDeal
from api.store.database import Database
from api.store.deal_rows import MONEY_KINDS, Said, deal_body, deal_event, event_row, fund_event
from api.store.deal_tables import deal_events, deals, fund_events, funds
from api.store.storable import digest, is_id
from api.store.tenants import require_tenant
from matcher.dealflow.deciding import MONEY, admitted
from matcher.dealflow.events import Correction, DealBody, DealEvent, Event, FundBody, FundEvent, Move, Payment
from matcher.dealflow.funding import entered
from matcher.dealflow.funds import Book, Position, position_of
from matcher.dealflow.pipeline import Pipeline
from matcher.dealflow.state import state_of


@dataclass(frozen=True, slots=True)
class FundRecord:
    """A fund with its own history."""

    id: str
    tenant: str
    pipeline: str
    version: str | None
    name: str
    revision: int
    created: datetime
    events: tuple[FundEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class NewDeal:
    """A deal to be opened: its name, the fund it is for, the party it is about."""

    name: str
    fund: str | None = None
    party_key: int | None = None
    party_id: str | None = None


@dataclass(frozen=True, slots=True)
class DealRecord:
    """A deal, where it stands since when, and its history (left out of lists)."""

    id: str
    tenant: str
    pipeline: str
    version: str | None
    fund: str | None
    party_id: str | None
    name: str
    stage: str
    since: datetime
    revision: int
    created: datetime
    history: tuple[DealEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """What a fund paid into a deal that stands: the fund by name and pipeline, the deal's firm, the payments."""

    fund: str
    fund_name: str
    pipeline: str
    version: str | None
    deal: str
    name: str
    party_id: str | None
    payments: tuple[Payment, ...]


class DealStore:
    """Deals and funds of a platform. Any method may raise `StoreUnavailable`; an id not there is `UnknownDeal`.

    The pipeline that decides is given with each event and must be the one that the deal or fund was opened under.
    `paid` is called within each write that moves a fund's money: what it has invested in is told of it.
    """

    def __init__(self, database: Database, paid: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._paid = paid

    def open_fund(self, viewer: Viewer, pipeline: Pipeline, name: str, now: datetime) -> FundRecord:
        """Open a fund without a history yet. Raises `UnknownTenant`, `InvalidValue`."""
        digest(name)
        row = {"id": uuid4().hex, "tenant_id": viewer.tenant, "pipeline": pipeline.id, "version": pipeline.version}
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            connection.execute(insert(funds).values(**row, name=name, revision=0, created=now))
            return _fund(connection, viewer, row["id"])

    def fund(self, viewer: Viewer, fund: str) -> FundRecord:
        """Give one fund with its history; raise `UnknownDeal`."""
        with self._database.reading() as connection:
            return _fund(connection, viewer, fund)

    def book(self, viewer: Viewer, fund: str) -> Book:
        """A fund's history and its positions in all deals; raise `UnknownDeal`."""
        with self._database.reading() as connection:
            return _book(connection, _fund(connection, viewer, fund))

    def enter(self, viewer: Viewer, fund: str, pipeline: Pipeline, said: Said, body: FundBody) -> FundRecord:
        """Add one event to a fund's history. Raises `UnknownDeal`, `InvalidDeal`, `DealRefused`, `InvalidValue`."""
        with self._database.writing() as connection:
            record = _fund(connection, viewer, fund)
            _require_same(pipeline, record)
            event: FundEvent = _event(said, body, record.events)
            book = entered(pipeline, _book(connection, record), event)
            row = {"fund_id": fund, "number": len(book.events), **_storable(event)}
            connection.execute(insert(fund_events).values(**row))
            connection.execute(update(funds).where(funds.c.id == fund).values(revision=len(book.events)))
            return _fund(connection, viewer, fund)

    def open(self, viewer: Viewer, pipeline: Pipeline, new: NewDeal, said: Said) -> DealRecord:
        """Open a deal in the first stage of a pipeline. Raises as `append` does, and `UnknownTenant`."""
        digest([new.name, new.party_id])
        key, first = uuid4().hex, pipeline.first.id
        row = {"id": key, "tenant_id": viewer.tenant, "pipeline": pipeline.id, "version": pipeline.version}
        about = {"name": new.name, "fund_id": new.fund, "party_key": new.party_key, "party_id": new.party_id}
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            if new.fund is not None:
                _require_same(pipeline, _fund(connection, viewer, new.fund))
            stand = {"stage": first, "since": said.at, "revision": 0, "created": said.at}
            connection.execute(insert(deals).values(**row, **about, **stand))
            return self.append(viewer, key, pipeline, said, Move(first))

    def funds(self, viewer: Viewer) -> tuple[FundRecord, ...]:
        """The platform's funds with their histories, by name."""
        query = select(funds.c.id).where(funds.c.tenant_id == viewer.tenant).order_by(funds.c.name, funds.c.id)
        with self._database.reading() as connection:
            return tuple(_fund(connection, viewer, key) for key in connection.execute(query).scalars().all())

    def histories(self, viewer: Viewer, fund: str) -> tuple[DealRecord, ...]:
        """A fund's deals with their histories, in the order in which they were opened."""
        own = (deals.c.tenant_id == viewer.tenant) & (deals.c.fund_id == fund)
        query = select(deals.c.id).where(own).order_by(deals.c.created, deals.c.id)
        with self._database.reading() as connection:
            return tuple(_deal(connection, viewer, key) for key in connection.execute(query).scalars().all())

    def get(self, viewer: Viewer, deal: str) -> DealRecord:
        """Give one deal with its history; raise `UnknownDeal`."""
        with self._database.reading() as connection:
            return _deal(connection, viewer, deal)

    def append(self, viewer: Viewer, deal: str, pipeline: Pipeline, said: Said, body: DealBody) -> DealRecord:
        """Add one event to a deal's history, if its pipeline allows it after all that came before.

        Raises `UnknownDeal`, `InvalidDeal`, `DealRefused`, and `InvalidValue` for text that cannot be stored.
        """
        with self._database.writing() as connection:
            record = _deal(connection, viewer, deal)
            _require_same(pipeline, record)
            event: DealEvent = _event(said, body, record.history)
            book = None
            if record.fund is not None and isinstance(body, MONEY):
                book = _book(connection, _fund(connection, viewer, record.fund))
            history = admitted(pipeline, record.history, event, deal, book)
            row = {"deal_id": deal, "number": len(history), **_storable(event)}
            connection.execute(insert(deal_events).values(**row))
            state = state_of(pipeline, history)
            stand = {"stage": state.stage, "since": state.since, "revision": len(history)}
            connection.execute(update(deals).where(deals.c.id == deal).values(**stand))
            if record.fund is not None and row["kind"] in MONEY_KINDS:
                self._paid()
            return _deal(connection, viewer, deal)

    def holdings(self, viewer: Viewer) -> tuple[Held, ...]:
        """What the platform's funds paid into deals, a deal each; those that nothing was paid into are left out."""
        columns = deal_events.c
        query = (
            select(deals, funds.c.name.label("fund_name"), columns.number, columns.kind, columns.body)
            .select_from(deal_events)
            .join(deals, deals.c.id == columns.deal_id)
            .join(funds, funds.c.id == deals.c.fund_id)
            .where(deals.c.tenant_id == viewer.tenant, columns.kind.in_(MONEY_KINDS))
            .order_by(columns.deal_id, columns.number)
        )
        by_deal: dict[str, list[RowMapping]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query).mappings():
                by_deal.setdefault(row["id"], []).append(row)
        held = (_held(rows) for rows in by_deal.values())
        return tuple(item for item in held if item.payments)

    def list(
        self,
        viewer: Viewer,
        pipeline: str | None = None,
        *,
        stage: str | None = None,
        fund: str | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> tuple[DealRecord, ...]:
        """The deals of the platform or of a pipeline, without their histories, those longest in their stage first."""
        own = deals.c.tenant_id == viewer.tenant
        for column, wanted in ((deals.c.pipeline, pipeline), (deals.c.stage, stage), (deals.c.fund_id, fund)):
            own = own if wanted is None else own & (column == wanted)
        query = select(deals).where(own).order_by(deals.c.since, deals.c.id).limit(limit).offset(offset)
        with self._database.reading() as connection:
            return tuple(_record(row) for row in connection.execute(query).mappings())


def _held(rows: Sequence[RowMapping]) -> Held:
    first = rows[0]
    bodies = {row["number"]: deal_body(row) for row in rows}
    gone = {body.number for body in bodies.values() if isinstance(body, Correction)}
    paid = (body for number, body in bodies.items() if number not in gone and isinstance(body, Payment))
    fund = {"fund": first["fund_id"], "fund_name": first["fund_name"]}
    told = {name: first[name] for name in ("pipeline", "version", "name", "party_id")}
    return Held(**fund, **told, deal=first["id"], payments=tuple(paid))


def _event(said: Said, body: Any, before: tuple[Any, ...]) -> Any:
    """The event, recorded no earlier than the one before it: who waited for its turn comes after whom it waited for."""
    at = max(said.at, before[-1].at) if before else said.at
    return Event(at, said.by, said.role, said.why, body, said.evidence)


def _storable(event: DealEvent | FundEvent) -> dict[str, Any]:
    row = event_row(event)
    digest([row["by"], row["role"], row["why"], row["evidence"], row["body"]])
    return row


def _require_same(pipeline: Pipeline, opened: FundRecord | DealRecord) -> None:
    if pipeline.id != opened.pipeline or opened.version not in {None, pipeline.version}:
        raise ValueError(f"{opened.pipeline} {opened.version} decides, not {pipeline.id} {pipeline.version}")


def _unknown(key: str) -> UnknownDeal:
    return UnknownDeal(found=f"编号 {key[:40]!a}", expected="本平台的项目或基金", remedy="请核对编号")


def _fund(connection: Connection, viewer: Viewer, fund: str) -> FundRecord:
    query = select(funds).where(funds.c.id == fund, funds.c.tenant_id == viewer.tenant)
    row = connection.execute(query).mappings().one_or_none() if is_id(fund) else None
    if row is None:
        raise _unknown(fund)
    told = select(fund_events).where(fund_events.c.fund_id == fund).order_by(fund_events.c.number)
    events = tuple(fund_event(item) for item in connection.execute(told).mappings())
    told_of = {name: row[name] for name in ("id", "pipeline", "version", "name", "revision", "created")}
    return FundRecord(**told_of, tenant=row["tenant_id"], events=events)


def _deal(connection: Connection, viewer: Viewer, deal: str) -> DealRecord:
    query = select(deals).where(deals.c.id == deal, deals.c.tenant_id == viewer.tenant)
    row = connection.execute(query).mappings().one_or_none() if is_id(deal) else None
    if row is None:
        raise _unknown(deal)
    told = select(deal_events).where(deal_events.c.deal_id == deal).order_by(deal_events.c.number)
    return _record(row, tuple(deal_event(item) for item in connection.execute(told).mappings()))


def _record(row: RowMapping, history: tuple[DealEvent, ...] = ()) -> DealRecord:
    given = {name: row[name] for name in DealRecord.__slots__ if name not in ("tenant", "fund", "history")}
    return DealRecord(**given, tenant=row["tenant_id"], fund=row["fund_id"], history=history)


def _book(connection: Connection, fund: FundRecord) -> Book:
    return Book(fund.events, tuple(_positions(connection, fund.id)))


def _positions(connection: Connection, fund: str) -> Iterator[Position]:
    """Yield what a fund holds in each deal, read from the events that move money alone."""
    columns = deal_events.c
    query = (
        select(columns.deal_id, columns.number, columns.kind, columns.body)
        .join(deals, deals.c.id == columns.deal_id)
        .where(deals.c.fund_id == fund, columns.kind.in_(MONEY_KINDS))
        .order_by(columns.deal_id, columns.number)
    )
    by_deal: dict[str, list[tuple[int, DealBody]]] = {}
    for row in connection.execute(query).mappings():
        by_deal.setdefault(row["deal_id"], []).append((row["number"], deal_body(row)))
    yield from (position_of(deal, numbered) for deal, numbered in by_deal.items())
