"""Platforms (平台): national, of an industry association, local; each but the first may stand below another."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from api.errors import UnknownTenant
from api.store.database import Database
from api.store.queries import CATALOGUE_TENANT
from api.store.storable import digest, is_id, require_id
from api.store.tables import tenants
from matcher.errors import InvalidValue


class Tier(StrEnum):
    """Levels of a platform (平台层级)."""

    NATIONAL = "national"
    ASSOCIATION = "association"
    LOCAL = "local"


class Sharing(StrEnum):
    """What a platform lets those above it see (上报共享): nothing, counts, or counts and masked profiles."""

    NOTHING = "nothing"
    COUNTS = "counts"
    PROFILES = "profiles"


TIER_LABELS = {Tier.NATIONAL: "国家级", Tier.ASSOCIATION: "行业协会", Tier.LOCAL: "地方"}
SHARING_LABELS = {Sharing.NOTHING: "不共享", Sharing.COUNTS: "数量", Sharing.PROFILES: "数量与脱敏画像"}


@dataclass(frozen=True, slots=True)
class Tenant:
    """A platform; the offers of `parent_id` and of those above it are seen here too, and `shares` is seen there."""

    id: str
    name: str
    tier: Tier
    parent_id: str | None = None
    shares: Sharing = Sharing.NOTHING


class TenantStore:
    """Platforms in the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, tenant: str) -> Tenant:
        """Give one platform; raise `UnknownTenant`."""
        with self._database.reading() as connection:
            return _found(connection, tenant)

    def list(self) -> tuple[Tenant, ...]:
        """All platforms, by id."""
        with self._database.reading() as connection:
            rows = connection.execute(select(tenants).where(tenants.c.id != CATALOGUE_TENANT)).all()
        return tuple(sorted((_tenant(*row) for row in rows), key=lambda tenant: tenant.id))

    def ensure(self, tenant: Tenant) -> None:
        """Write a platform, new or changed.

        Raises `UnknownTenant` if its parent does not exist, `InvalidValue` for an id that cannot be one.
        """
        if require_id(tenant.id) == CATALOGUE_TENANT:
            raise InvalidValue(found=f"平台编号 {tenant.id}", expected="未被保留的编号", remedy="请换一个编号")
        digest(tenant.name)
        with self._database.writing() as connection:
            if tenant.parent_id is not None:
                _found(connection, tenant.parent_id)
            same = tenants.c.id == tenant.id
            if not connection.execute(update(tenants).where(same).values(**asdict(tenant))).rowcount:
                connection.execute(insert(tenants).values(**asdict(tenant)))

    def share(self, tenant: str, shares: Sharing) -> None:
        """Decide what a platform lets those above it see, from now on; raise `UnknownTenant`."""
        with self._database.writing() as connection:
            _found(connection, tenant)
            connection.execute(update(tenants).where(tenants.c.id == tenant).values(shares=shares.value))


def require_tenant(connection: Connection, tenant: str) -> None:
    """Raise `UnknownTenant` unless the platform exists."""
    _found(connection, tenant)


def _found(connection: Connection, tenant: str) -> Tenant:
    is_platform = is_id(tenant) and tenant != CATALOGUE_TENANT
    row = connection.execute(select(tenants).where(tenants.c.id == tenant)).first() if is_platform else None
    if row is None:
        raise UnknownTenant(
            found=f"平台 {tenant!a}", expected="已建立的平台", remedy="请检查 RONGTONG_TENANT，或先建立该平台"
        )
    return _tenant(*row)


def _tenant(tenant: str, name: str, tier: str, parent: str | None, shares: str) -> Tenant:
    return Tenant(tenant, name, Tier(tier), parent, Sharing(shares))
