"""The library as a list (主体库): parties page by page, sorted and narrowed by the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from api.access.viewers import Viewer
from api.store.database import Database
from api.store.queries import visible_parties
from api.store.tables import parties
from api.store.upserting import chunks
from matcher.fields import PartyKind

MOST_LISTED = 1_000
"""So many rows at most are given at once."""
_CODED = ("region", "industry")


class PartyOrder(StrEnum):
    """What a list can be sorted by."""

    KEY = "key"
    NAME = "name"
    KIND = "kind"
    OBSERVED = "observed_on"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class PartyListing:
    """Which parties are wanted.

    `text` is part of a name, an id or a whole credit code. `codes` narrows `region` and `industry` to some of their
    codes, `source` to part of a source's name. An empty set of codes leaves nothing.
    """

    text: str = ""
    kind: PartyKind | None = None
    source: str = ""
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    order: PartyOrder = PartyOrder.KEY
    descending: bool = False
    start: int = 0
    limit: int = 200


@dataclass(frozen=True, slots=True)
class ListedParty:
    """A party as a list shows it; region and industry are codes, None where they are not known."""

    id: str
    name: str
    kind: PartyKind
    region: str | None
    industry: str | None
    credit_code: str | None
    source: str
    observed_on: date
    updated: datetime
    synthetic: bool


class ListingStore:
    """Lists of parties. Each method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, viewer: Viewer, wanted: PartyListing) -> tuple[tuple[ListedParty, ...], int]:
        """Some parties of those wanted, and how many there are in all."""
        asked = select(*_COLUMNS).where(_narrowed(viewer, wanted))
        ordered = asked.order_by(*_ordered(wanted)).offset(max(0, wanted.start)).limit(min(wanted.limit, MOST_LISTED))
        with self._database.reading() as connection:
            total: int = connection.execute(_count(_narrowed(viewer, wanted))).scalar_one()
            rows = connection.execute(ordered).all()
        return tuple(_listed(row) for row in rows), total

    def ids_named(self, viewer: Viewer, names: Collection[str]) -> dict[str, str]:
        """The ids of enterprises and teams by name; a name that two bear means neither. It reads the whole library."""
        found: dict[str, set[str]] = {}
        kinds = (PartyKind.ENTERPRISE.value, PartyKind.TEAM.value)
        with self._database.reading() as connection:
            for chunk in chunks(sorted(names)):
                which = visible_parties(viewer) & parties.c.kind.in_(kinds) & parties.c.name.in_(chunk)
                for name, party in connection.execute(select(parties.c.name, parties.c.id).where(which)):
                    found.setdefault(name, set()).add(party)
        return {name: ids.pop() for name, ids in found.items() if len(ids) == 1}

    def codes(self, viewer: Viewer, field_code: str) -> dict[str, int]:
        """How many parties stand under each code of a coded field (`region`, `industry`)."""
        if field_code not in _CODED:
            raise ValueError(f"{field_code} is no coded field of the list")
        code = _fact(field_code)
        query = select(code, func.count()).where(visible_parties(viewer), code.is_not(None)).group_by(code)
        with self._database.reading() as connection:
            return {str(found): count for found, count in connection.execute(query)}


def _fact(code: str) -> ColumnElement[str | None]:
    """The value of a fact that is text."""
    value: ColumnElement[str | None] = parties.c.facts[code, 0].as_string()
    return value


_COLUMNS: Sequence[ColumnElement[Any]] = (
    parties.c.id,
    parties.c.name,
    parties.c.kind,
    _fact("region"),
    _fact("industry"),
    parties.c.credit_code,
    parties.c.source,
    parties.c.observed_on,
    parties.c.updated_at,
    parties.c.synthetic,
)
_ORDERS: Mapping[PartyOrder, ColumnElement[Any]] = {
    PartyOrder.KEY: parties.c.key,
    PartyOrder.NAME: parties.c.name,
    PartyOrder.KIND: parties.c.kind,
    PartyOrder.OBSERVED: parties.c.observed_on,
    PartyOrder.UPDATED: parties.c.updated_at,
}


def _narrowed(viewer: Viewer, wanted: PartyListing) -> ColumnElement[bool]:
    found = visible_parties(viewer)
    if wanted.kind is not None:
        found &= parties.c.kind == wanted.kind.value
    if wanted.text:
        typed, name = wanted.text.replace("\0", ""), parties.c.name
        found &= or_(name.contains(typed, autoescape=True), parties.c.id == typed, parties.c.credit_code == typed)
    if wanted.source:
        found &= parties.c.source.contains(wanted.source.replace("\0", ""), autoescape=True)
    for code, among in wanted.codes.items():
        found &= _fact(code).in_(sorted(among))
    return found


def _ordered(wanted: PartyListing) -> tuple[ColumnElement[Any], ...]:
    column = _ORDERS[wanted.order]
    first = column.desc() if wanted.descending else column.asc()
    return (first,) if wanted.order is PartyOrder.KEY else (first, parties.c.key)


def _count(narrowed: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(parties).where(narrowed)


def _listed(row: Row[Any]) -> ListedParty:
    values = list(row)
    return ListedParty(values[0], values[1], PartyKind(values[2]), *values[3:])
