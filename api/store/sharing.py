"""What platforms below share upwards (上报共享), in SQL: counts, and keys of parties whose profile is shared."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from api.access.viewers import Viewer
from api.store.database import Database
from api.store.queries import below
from api.store.tables import parties, tenants
from api.store.tenants import Sharing, Tenant, TenantStore

_COUNTED = (Sharing.COUNTS.value, Sharing.PROFILES.value)


@dataclass(frozen=True, slots=True)
class Below:
    """A platform below, with how many parties of each kind it has; None where it does not share that."""

    tenant: Tenant
    counts: Mapping[str, int] | None


class SharingStore:
    """What a viewer's platform sees of those below it. A switch is each platform's own, and holds at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def below(self, viewer: Viewer) -> tuple[Below, ...]:
        """The platforms below the viewer's, by id, with the counts of those that share them."""
        asked = (
            select(parties.c.tenant_id, parties.c.kind, func.count())
            .where(_shared(viewer, *_COUNTED))
            .group_by(parties.c.tenant_id, parties.c.kind)
        )
        with self._database.reading() as connection:
            ids = {row[0] for row in connection.execute(below(viewer.tenant))}
            counted: dict[str, dict[str, int]] = {}
            for tenant, kind, count in connection.execute(asked):
                counted.setdefault(tenant, {})[kind] = count
        known = TenantStore(self._database).list()
        return tuple(Below(item, _counts(item, counted)) for item in known if item.id in ids)

    def profiled(self, viewer: Viewer, tenant: str, after: int, limit: int) -> tuple[int, ...]:
        """Keys of parties that a platform below shares the profiles of, rising from `after`; none where it does not."""
        asked = (
            select(parties.c.key)
            .where(_shared(viewer, Sharing.PROFILES.value), parties.c.tenant_id == tenant, parties.c.key > after)
            .order_by(parties.c.key)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(connection.execute(asked).scalars())


def _shared(viewer: Viewer, *switches: str) -> ColumnElement[bool]:
    """Parties of platforms below the viewer's whose switch is one of these."""
    open_ones = select(tenants.c.id).where(tenants.c.id.in_(below(viewer.tenant)), tenants.c.shares.in_(switches))
    return parties.c.tenant_id.in_(open_ones)


def _counts(tenant: Tenant, counted: Mapping[str, Mapping[str, int]]) -> Mapping[str, int] | None:
    return None if tenant.shares is Sharing.NOTHING else counted.get(tenant.id, {})
