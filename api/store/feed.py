"""The change feed read together with what it speaks of, for whoever derives something from the parties (变更读取).

A step is read in one transaction: its rows are those of one moment, so that what is derived from the last step of a
series equals the store at that moment and is never a mixture of two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, func, select, text

from api.store.changes import require_held
from api.store.database import Database
from api.store.handing import Handover
from api.store.steps import Step, StoredParty
from api.store.tables import changes, parties
from api.store.upserting import chunks

_STEP = 10_000


@dataclass(frozen=True, slots=True)
class Span:
    """Parties that are read together: keys above `after` and up to `last`, of one platform, or several `whole` ones."""

    tenants: tuple[str, ...]
    after: int
    last: int
    rows: int
    whole: bool


class Feed:
    """Reads parties in bulk, for the derived side alone: every platform's, past every narrowing to a viewer."""

    def __init__(self, database: Database, handover: Handover) -> None:
        self._database = database
        self._handover = handover

    def listen(self) -> None:
        """Have what this process writes from now on kept for `following`, until it is asked for."""
        self._handover.listened_to = True

    def following(self, sequence: int) -> Step:
        """A step after `sequence`: one that this process has just written, or what `after` reads."""
        return self._handover.take(sequence) or self.after(sequence)

    def after(self, sequence: int, limit: int = _STEP) -> Step:
        """The first `limit` changes after `sequence` and the parties that they touch, all as of one moment.

        Raises `FeedPruned` where changes after `sequence` are no longer held.
        """
        query = select(changes.c.sequence, changes.c.party_key, changes.c.tenant_id)
        query = query.where(changes.c.sequence > sequence).order_by(changes.c.sequence).limit(limit)
        with self._database.reading() as connection:
            _hold_still(connection)
            rows = connection.execute(query).all()
            require_held(connection, sequence)
            touched: dict[str, dict[int, int]] = {}
            for number, key, tenant in rows:
                touched.setdefault(tenant, {})[key] = number
            found = _by_keys(connection, sorted(key for keys in touched.values() for key in keys))
        return Step(rows[-1][0] if rows else sequence, touched, tuple(found), len(rows) == limit)

    def spans(self, size: int) -> list[Span]:
        """Cut all parties into spans of about `size` rows, in the order of platform and key."""
        counted = select(parties.c.tenant_id, func.count(), func.min(parties.c.key), func.max(parties.c.key))
        with self._database.reading() as connection:
            rows = connection.execute(counted.group_by(parties.c.tenant_id)).all()
        spans: list[Span] = []
        for tenant, count, first, last in sorted(tuple(row) for row in rows):
            pieces = -(-count // size)
            if pieces == 1 and spans and spans[-1].whole and spans[-1].rows + count <= size:
                together = spans.pop()
                after, end = min(together.after, first - 1), max(together.last, last)
                spans.append(Span((*together.tenants, tenant), after, end, together.rows + count, whole=True))
                continue
            edges = [first - 1 + (last - first + 1) * piece // pieces for piece in range(pieces + 1)]
            spans += [
                Span((tenant,), after, end, -(-count // pieces), whole=pieces == 1) for after, end in pairwise(edges)
            ]
        return spans

    def parties(self, span: Span) -> list[StoredParty]:
        """The parties of a span, ordered by platform and key, each platform's as of one moment.

        Whoever reads several spans reads `changes.latest()` first and applies the changes since.
        """
        found: list[StoredParty] = []
        with self._database.reading() as connection:
            for tenant in span.tenants:
                query = _stored().where(_of(tenant, by_index=span.whole), parties.c.key > span.after)
                query = query.where(parties.c.key <= span.last).order_by(parties.c.key)
                found += _read(connection, query)
        return found


def _of(tenant: str, *, by_index: bool) -> ColumnElement[bool]:
    """Rows of a platform: a small one is found by its index, a piece of a large one by the range of its keys alone."""
    return (parties.c.tenant_id if by_index else func.coalesce(parties.c.tenant_id, "")) == tenant


def _stored() -> Select[Any]:
    return select(parties.c.key, parties.c.tenant_id, parties.c.kind, cast(parties.c.facts, Text))


def _read(connection: Connection, query: Select[Any]) -> list[StoredParty]:
    return [StoredParty(key, tenant, kind, facts) for key, tenant, kind, facts in connection.execute(query)]


def _by_keys(connection: Connection, keys: Sequence[int]) -> list[StoredParty]:
    found: list[StoredParty] = []
    for chunk in chunks(keys):
        found += _read(connection, _stored().where(parties.c.key.in_(chunk)))
    return found


def _hold_still(connection: Connection) -> None:
    """See one moment for the whole transaction; SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
