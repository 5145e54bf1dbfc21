"""Requests for a human review in SQL (人工复核): kept, listed, answered once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, RowMapping, insert, select, update

from api.access.viewers import Viewer
from api.errors import ReviewAnswered, UnknownReview
from api.store.consent_tables import reviews
from api.store.database import Database
from api.store.storable import digest, is_id, require_id
from api.store.tenants import require_tenant

MOST_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class Review:
    """A party's request that a person look at a result again; `answer` is None until somebody has.

    `subject` names the result: the id of an offer, or of a place on a list.
    """

    id: str
    tenant: str
    party_id: str
    subject: str
    reason: str
    asked: datetime
    asked_by: str
    answer: str | None = None
    answered: datetime | None = None
    answered_by: str | None = None


class ReviewStore:
    """Requests of a platform. Each method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, viewer: Viewer, party: str, subject: str, reason: str, now: datetime) -> Review:
        """Keep a request. Raises `UnknownTenant`, and `InvalidValue` for text that cannot be stored."""
        digest([require_id(party), require_id(subject), reason, viewer.name])
        made = Review(uuid4().hex, viewer.tenant, party, subject, reason, now, viewer.name or viewer.role.value)
        row = {name: getattr(made, name) for name in Review.__slots__ if name != "tenant"}
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            connection.execute(insert(reviews).values(tenant_id=made.tenant, **row))
        return made

    def list(self, viewer: Viewer, party: str | None = None, *, waiting: bool = False) -> tuple[Review, ...]:
        """Requests of the platform, or of one party; those without an answer first, then the latest."""
        own = reviews.c.tenant_id == viewer.tenant
        if party is not None:
            own &= reviews.c.party_id == party
        if waiting:
            own &= reviews.c.answered.is_(None)
        order = (reviews.c.answered.is_not(None), reviews.c.asked.desc(), reviews.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(select(reviews).where(own).order_by(*order).limit(MOST_LISTED)).mappings()
            return tuple(_review(row) for row in rows)

    def get(self, viewer: Viewer, review: str, party: str | None = None) -> Review:
        """One request, of one party where it is named; raise `UnknownReview`."""
        with self._database.reading() as connection:
            found = _one(connection, _own(viewer, review), review)
        if party not in (None, found.party_id):
            raise _unknown(review)
        return found

    def answer(self, viewer: Viewer, review: str, answer: str, now: datetime) -> Review:
        """Answer a request, once. Raises `UnknownReview`, `ReviewAnswered`, `InvalidValue`."""
        digest([answer, viewer.name])
        own = _own(viewer, review)
        by = viewer.name or viewer.role.value
        with self._database.writing() as connection:
            if _one(connection, own, review).answered is not None:
                raise ReviewAnswered(found="这项复核已经答复", expected="尚未答复的复核", remedy="请查看已有的答复")
            connection.execute(update(reviews).where(own).values(answer=answer, answered=now, answered_by=by))
            return _one(connection, own, review)


def _own(viewer: Viewer, review: str) -> ColumnElement[bool]:
    return (reviews.c.id == review) & (reviews.c.tenant_id == viewer.tenant)


def _one(connection: Connection, own: ColumnElement[bool], review: str) -> Review:
    row = connection.execute(select(reviews).where(own)).mappings().one_or_none() if is_id(review) else None
    if row is None:
        raise _unknown(review)
    return _review(row)


def _review(row: RowMapping) -> Review:
    given = {name: row[name] for name in Review.__slots__ if name != "tenant"}
    return Review(tenant=row["tenant_id"], **given)


def _unknown(review: str) -> UnknownReview:
    return UnknownReview(found=f"复核编号 {review[:40]!a}", expected="已有的人工复核", remedy="请核对编号")
