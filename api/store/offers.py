"""Offers in the store: the built-in catalogue and what platforms add to it."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from api.access.permissions import Permission, Reach, reach_of
from api.access.viewers import SystemViewer, Viewer
from api.errors import ForeignTenant
from api.store.database import Database
from api.store.marks import CATALOGUE_VERSION, OFFERS_REVISION, read_mark, write_mark
from api.store.offer_rows import body_of, offer_of
from api.store.queries import CATALOGUE_TENANT, speaks_for, visible_offers
from api.store.storable import digest, is_id, require_id
from api.store.tables import offers
from api.store.tenants import require_tenant
from api.store.upserting import UpsertCounts, chunks, replaced, upsert
from matcher.errors import InvalidValue, UnknownOffer
from matcher.offers import Offer, OfferKind, institution_of


class OfferStore:
    """Offers (资源). A platform sees its own, those of the platforms above it, and the built-in catalogue."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.writes = 0
        """How often this process has written offers: who holds a copy of them sees by it that it may be out of date."""

    def list(self, viewer: Viewer | SystemViewer, kind: OfferKind | None = None) -> tuple[Offer, ...]:
        """The offers that a viewer may see, in the order in which they came."""
        query = select(offers.c.body).where(visible_offers(viewer)).order_by(offers.c.key)
        if kind is not None:
            query = query.where(offers.c.kind == kind.value)
        with self._database.reading() as connection:
            return tuple(offer_of(body) for body in connection.execute(query).scalars())

    def get(self, viewer: Viewer, offer: str) -> Offer:
        """Give one offer; raise `UnknownOffer` where there is none or the viewer may not see it."""
        query = select(offers.c.body).where(offers.c.id == offer, visible_offers(viewer)).order_by(offers.c.key)
        with self._database.reading() as connection:
            body = connection.execute(query).scalars().first() if is_id(offer) else None
        if body is None:
            raise _unknown(offer)
        return offer_of(body)

    def offered(self, viewer: Viewer, offer: str, permission: Permission) -> Offer:
        """Give one offer for what only its provider may do; raise `UnknownOffer` where the viewer is not that.

        A provider's id means a party on its own platform only.
        """
        found = self.get(viewer, offer)
        here = found.tenant in {"", viewer.tenant} or reach_of(viewer, permission) is Reach.TENANT
        if not (here and speaks_for(viewer, institution_of(found), permission)):
            raise _unknown(offer)
        return found

    def upsert_many(self, viewer: Viewer, written: Iterable[Offer]) -> UpsertCounts:
        """Write offers of the viewer's platform, all or none.

        Raises `ForeignTenant`, `UnknownTenant`, and `InvalidValue` for an id that the catalogue or a platform above
        already uses.
        """
        rows = [_row(_own(viewer, offer)) for offer in written]
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            _require_free(connection, viewer, [row["id"] for row in rows])
            done = upsert(connection, offers, viewer.tenant, rows, replaced)
            _revise(connection, changed=bool(done.written))
        self.writes += 1
        return done.counts

    def delete(self, viewer: Viewer, offer: str) -> None:
        """Remove an offer of the viewer's own platform; raise `UnknownOffer`."""
        if not is_id(offer):
            raise _unknown(offer)
        with self._database.writing() as connection:
            gone = delete(offers).where(offers.c.id == offer, offers.c.tenant_id == viewer.tenant)
            if not connection.execute(gone).rowcount:
                raise _unknown(offer)
            _revise(connection, changed=True)
        self.writes += 1

    def replace_catalogue(self, catalogue: Iterable[Offer], version: str) -> UpsertCounts:
        """Make the built-in catalogue exactly these offers; one that is no longer in it is removed."""
        rows = [_row(offer) for offer in catalogue]
        ids = {row["id"] for row in rows}
        own = offers.c.tenant_id == CATALOGUE_TENANT
        with self._database.writing() as connection:
            stored = set(connection.execute(select(offers.c.id).where(own)).scalars())
            for chunk in chunks(sorted(stored - ids)):
                connection.execute(delete(offers).where(own, offers.c.id.in_(chunk)))
            done = upsert(connection, offers, CATALOGUE_TENANT, rows, replaced)
            _revise(connection, changed=bool(done.written or stored - ids))
            write_mark(connection, CATALOGUE_VERSION, version)
        self.writes += 1
        return done.counts

    def touch(self) -> None:
        """Have whoever holds a copy of the offers look again: what fills them (investments, payments) was written."""
        with self._database.writing() as connection:
            _revise(connection, changed=True)
            self._database.after_commit(self._count)

    def _count(self) -> None:
        self.writes += 1

    def catalogue_version(self) -> str | None:
        """The version of the built-in catalogue that is loaded, None before the first."""
        with self._database.reading() as connection:
            return read_mark(connection, CATALOGUE_VERSION)

    def version(self) -> str:
        """Changes with every change of any offer: the catalogue's version, and how often offers were written."""
        with self._database.reading() as connection:
            catalogue = read_mark(connection, CATALOGUE_VERSION) or "none"
            return f"{catalogue}+{read_mark(connection, OFFERS_REVISION) or 0}"


def _row(offer: Offer) -> dict[str, Any]:
    body = body_of(offer)
    return {
        "id": require_id(offer.id),
        "kind": offer.kind.value,
        "name": offer.name,
        "body": body,
        "synthetic": offer.synthetic,
        "source": offer.source,
        "observed_on": offer.observed_on,
        "digest": digest(body),
    }


def _own(viewer: Viewer, offer: Offer) -> Offer:
    if offer.tenant != viewer.tenant:
        raise ForeignTenant(
            found=f"资源 {offer.id!a} 属于平台 {offer.tenant!a}",
            expected=f"本平台 {viewer.tenant!a} 的资源",
            remedy="请由该平台的账号写入",
        )
    if not speaks_for(viewer, institution_of(offer), Permission.OFFER_WRITE):
        raise _unknown(offer.id)
    return offer


def _require_free(connection: Connection, viewer: Viewer, ids: Sequence[str]) -> None:
    """An id means one offer to a viewer: none may hide an offer of the catalogue or of a platform above."""
    for chunk in chunks(ids):
        elsewhere = select(offers.c.id).where(
            offers.c.id.in_(chunk), visible_offers(viewer), offers.c.tenant_id != viewer.tenant
        )
        taken = connection.execute(elsewhere).scalars().first()
        if taken is not None:
            raise InvalidValue(
                found=f"资源编号 {taken} 已被资源目录或上级平台使用", expected="未使用的编号", remedy="请换一个编号"
            )


def _revise(connection: Connection, *, changed: bool) -> None:
    if changed:
        write_mark(connection, OFFERS_REVISION, str(int(read_mark(connection, OFFERS_REVISION) or 0) + 1))


def _unknown(offer: str) -> UnknownOffer:
    shown = f"“{offer}”" if is_id(offer) else ascii(offer[:40])
    return UnknownOffer(
        found=f"资源编号 {shown}", expected="可见的资源", remedy="请用 rongtong offers list 查看可用的资源"
    )
