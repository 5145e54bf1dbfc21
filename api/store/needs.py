"""Posted needs and their claims in SQL (限额抢单): what stands here is true, whatever a counter elsewhere says.

Writers take turns (`api.store.database`), so that a claim is decided from all the claims before it. Two unique keys
hold the same even against a mistake in the code: a number, and an institution's standing claim, stand once a need.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, insert, select, update

from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.errors import UnknownNeed
from api.store.database import Database
from api.store.need_tables import need_claims, need_notices, needs
from api.store.queries import speaks_for, visible_needs
from api.store.storable import digest, is_id, require_id
from api.store.tenants import require_tenant
from matcher.campaigns.claiming import Claim, ClaimState, PostedNeed, checked_need, claimed, released


@dataclass(frozen=True, slots=True)
class Notice:
    """An institution that fits a need, by which of its offers, and how well (hundredths of a point)."""

    institution: str
    offer_id: str
    points: int


@dataclass(frozen=True, slots=True)
class StandingClaim:
    """A claim with the offer it is made for, why it was given back, when it was made and last changed."""

    claim: Claim
    offer_id: str
    reason: str
    at: datetime
    changed: datetime


@dataclass(frozen=True, slots=True)
class NeedRecord:
    """A posted need, with its claims in the order in which they came. `profile` is what is shown before it is taken."""

    id: str
    tenant: str
    party_id: str | None
    text: str
    profile: Mapping[str, Any]
    posted: PostedNeed
    revision: int
    claims: tuple[StandingClaim, ...] = field(default=())

    @property
    def plain_claims(self) -> tuple[Claim, ...]:
        """The claims as the rules know them."""
        return tuple(item.claim for item in self.claims)


@dataclass(frozen=True, slots=True)
class NewNeed:
    """A need to be posted: whose, in which words, what is shown of it, under which limit and until when."""

    text: str
    profile: Mapping[str, Any]
    posted: PostedNeed
    party_key: int | None = None
    party_id: str | None = None


class NeedStore:
    """Needs of a platform. Reads and writes may raise `StoreUnavailable`; an id that is not there is `UnknownNeed`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def post(self, viewer: Viewer, new: NewNeed, notices: Sequence[Notice]) -> NeedRecord:
        """Post a need and note whom it fits, together. Raises `InvalidNeed`, `UnknownTenant`, `InvalidValue`."""
        checked_need(new.posted)
        digest([new.text, new.profile, [notice.institution for notice in notices]])
        key = uuid4().hex
        row = {
            "id": key,
            "tenant_id": viewer.tenant,
            "party_key": new.party_key,
            "party_id": new.party_id,
            "text": new.text,
            "profile": dict(new.profile),
            "most_takers": new.posted.limit,
            "opens": new.posted.opens,
            "closes": new.posted.closes,
            "withdrawn": None,
            "revision": 0,
        }
        told = [
            {
                "need_id": key,
                "institution": notice.institution,
                "offer_id": notice.offer_id,
                "points": notice.points,
                "told": new.posted.opens,
            }
            for notice in notices
        ]
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            connection.execute(insert(needs).values(**row))
            if told:
                connection.execute(insert(need_notices), told)
            return _record(connection, viewer, key)

    def get(self, viewer: Viewer, need: str) -> NeedRecord:
        """Give one need with its claims; raise `UnknownNeed`."""
        with self._database.reading() as connection:
            return _record(connection, viewer, need)

    def list(self, viewer: Viewer, limit: int = 1_000) -> tuple[NeedRecord, ...]:
        """The needs that the viewer may see, the latest first."""
        query = select(needs.c.id).where(visible_needs(viewer)).order_by(needs.c.opens.desc(), needs.c.id).limit(limit)
        with self._database.reading() as connection:
            keys = connection.execute(query).scalars().all()
            return tuple(_record(connection, viewer, key) for key in keys)

    def notices(self, viewer: Viewer, need: str) -> tuple[Notice, ...]:
        """Whom a need fits, best first; raise `UnknownNeed`."""
        columns = need_notices.c
        query = (
            select(columns.institution, columns.offer_id, columns.points)
            .where(columns.need_id == need)
            .order_by(columns.points.desc(), columns.institution)
        )
        with self._database.reading() as connection:
            _row(connection, viewer, need)
            return tuple(Notice(*row) for row in connection.execute(query))

    def open_to(
        self, viewer: Viewer, institution: str, now: datetime, limit: int = 100
    ) -> tuple[tuple[NeedRecord, Notice], ...]:
        """The needs that fit an institution and can still be taken, the best fit first, then the soonest to close.

        None where the viewer does not speak for the institution, as for one that was told of nothing.
        """
        if not speaks_for(viewer, institution, Permission.NEED_CLAIM):
            return ()
        fits = (
            select(needs.c.id, need_notices.c.offer_id, need_notices.c.points)
            .join(need_notices, need_notices.c.need_id == needs.c.id)
            .where(needs.c.tenant_id == viewer.tenant, need_notices.c.institution == institution)
            .where(needs.c.withdrawn.is_(None), needs.c.opens <= now, needs.c.closes > now)
            .order_by(need_notices.c.points.desc(), needs.c.closes, needs.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            found = connection.execute(fits).all()
            return tuple(
                (_record(connection, viewer, key), Notice(institution, offer, points)) for key, offer, points in found
            )

    def taken(self, viewer: Viewer, institution: str, limit: int = 200) -> tuple[NeedRecord, ...]:
        """The needs that an institution has taken or waits for, the latest first; none where the viewer is not it."""
        if not speaks_for(viewer, institution, Permission.NEED_CLAIM):
            return ()
        held = (
            select(needs.c.id)
            .join(need_claims, need_claims.c.need_id == needs.c.id)
            .where(needs.c.tenant_id == viewer.tenant, need_claims.c.institution == institution)
            .where(need_claims.c.standing.is_(True))
            .order_by(need_claims.c.at.desc(), needs.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(_record(connection, viewer, key) for key in connection.execute(held).scalars())

    def claim(
        self, viewer: Viewer, need: str, wanted: tuple[str, str], now: datetime, *, wait: bool = False
    ) -> NeedRecord:
        """Claim a need for an institution and one of its offers (`wanted`), under the limit.

        Raises `UnknownNeed`, and `ClaimRefused` where it is full, over or withdrawn: all that was committed before it
        counts. Whoever has a crowd asks the rules of what `get` reads first, and lets only those claim that may.
        """
        institution, offer = wanted
        require_id(institution)

        return self._changed(
            viewer,
            need,
            now,
            lambda record: claimed(record.posted, record.plain_claims, institution, now, wait=wait),
            offer=offer,
        )

    def release(self, viewer: Viewer, need: str, institution: str, now: datetime, reason: str) -> NeedRecord:
        """Give an institution's claim back; the first who waits moves up. Raises `UnknownNeed`, `ClaimRefused`."""
        digest(reason)
        return self._changed(
            viewer,
            need,
            now,
            lambda record: released(record.posted, record.plain_claims, institution, now),
            reason=reason,
        )

    def withdraw(self, viewer: Viewer, need: str, now: datetime) -> NeedRecord:
        """Take a need back; who took it keeps its claim. Doing it again changes nothing. Raises `UnknownNeed`."""
        with self._database.writing() as connection:
            _row(connection, viewer, need, Permission.NEED_POST)
            record = _record(connection, viewer, need)
            if not record.posted.withdrawn:
                gone = update(needs).where(needs.c.id == need).values(withdrawn=now, revision=needs.c.revision + 1)
                connection.execute(gone)
            return _record(connection, viewer, need)

    def _changed(
        self,
        viewer: Viewer,
        need: str,
        now: datetime,
        decide: Callable[[NeedRecord], tuple[Claim, ...]],
        *,
        offer: str = "",
        reason: str = "",
    ) -> NeedRecord:
        with self._database.writing() as connection:
            before = _record(connection, viewer, need)
            after = decide(before)
            _write(connection, before, after, {"offer_id": offer, "reason": reason, "changed": now})
            return _record(connection, viewer, need)


def _write(connection: Connection, before: NeedRecord, after: Sequence[Claim], given: Mapping[str, Any]) -> None:
    """Write the claims that are new or in another state; a reason belongs to the one that was given back."""
    known = {item.claim.number: item.claim for item in before.claims}
    different = [claim for claim in after if known.get(claim.number) != claim]
    for claim in sorted(different, key=lambda claim: claim.state is not ClaimState.RELEASED):
        standing = None if claim.state is ClaimState.RELEASED else True
        said = {"state": claim.state.value, "standing": standing, "changed": given["changed"]}
        if claim.state is ClaimState.RELEASED:
            said["reason"] = given["reason"]
        same = (need_claims.c.need_id == before.id) & (need_claims.c.number == claim.number)
        if claim.number in known:
            connection.execute(update(need_claims).where(same).values(**said))
            continue
        fresh = {"need_id": before.id, "number": claim.number, "institution": claim.institution, "reason": ""}
        row = {**fresh, **said, "offer_id": given["offer_id"], "at": given["changed"]}
        connection.execute(insert(need_claims).values(**row))
    if different:
        connection.execute(update(needs).where(needs.c.id == before.id).values(revision=needs.c.revision + 1))


def _row(
    connection: Connection, viewer: Viewer, need: str, permission: Permission = Permission.NEED_READ
) -> RowMapping:
    query = select(needs).where(needs.c.id == need, visible_needs(viewer, permission))
    row = connection.execute(query).mappings().one_or_none() if is_id(need) else None
    if row is None:
        raise UnknownNeed(found=f"需求编号 {need[:40]!a}", expected="本平台发布的需求", remedy="请核对编号")
    return row


def _record(connection: Connection, viewer: Viewer, need: str) -> NeedRecord:
    row = _row(connection, viewer, need)
    query = select(need_claims).where(need_claims.c.need_id == need).order_by(need_claims.c.number)
    made = tuple(_claim(item) for item in connection.execute(query).mappings())
    posted = PostedNeed(row["most_takers"], row["opens"], row["closes"], row["withdrawn"] is not None)
    return NeedRecord(
        row["id"], row["tenant_id"], row["party_id"], row["text"], row["profile"], posted, row["revision"], made
    )


def _claim(row: RowMapping) -> StandingClaim:
    claim = Claim(row["number"], row["institution"], ClaimState(row["state"]))
    return StandingClaim(claim, row["offer_id"], row["reason"], row["at"], row["changed"])
