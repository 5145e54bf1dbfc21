"""What the tiers of platforms see of each other (上下级平台): offers go down; counts and profiles go up if shared.

Nothing of a party below leaves it but its profile: no name, no code, no id. `number` only tells one row from the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from api.access.permissions import Permission, require
from api.access.viewers import SYSTEM, Viewer
from api.store.sharing import Below
from api.store.store import Store
from api.store.tenants import Sharing, Tenant
from matcher.parties import Party


@dataclass(frozen=True, slots=True)
class SharedPage:
    """Parties that a platform below shares, by their number; `following` is where the next page begins after."""

    parties: Mapping[int, Party]
    following: int | None


class Platforms:
    """The viewer's platform and those below it. Methods raise `Forbidden` for whoever is not its own people."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def own(self, viewer: Viewer) -> Tenant:
        """The viewer's platform. Raises `Forbidden`, `UnknownTenant`."""
        require(viewer, Permission.PLATFORM_READ)
        return self._store.tenants.get(viewer.tenant)

    def below(self, viewer: Viewer) -> tuple[Below, ...]:
        """The platforms below, with the counts that they share."""
        require(viewer, Permission.PLATFORM_READ)
        return self._store.sharing.below(viewer)

    def shared(self, viewer: Viewer, tenant: str, after: int, limit: int) -> SharedPage:
        """A page of what a platform below shares; empty for one that shares no profiles, is elsewhere or is not there.

        The parties are whole: whoever shows them shows their profile only.
        """
        require(viewer, Permission.PLATFORM_READ)
        keys = self._store.sharing.profiled(viewer, tenant, after, limit)
        found = self._store.parties.get_many(SYSTEM, keys)
        page = {key: found[key] for key in keys if key in found}
        return SharedPage(page, keys[-1] if len(keys) == limit else None)

    def share(self, viewer: Viewer, what: Sharing) -> Tenant:
        """Decide what the viewer's platform lets those above it see. Raises `Forbidden` for all but its admin."""
        require(viewer, Permission.PLATFORM_MANAGE)
        with self._store.together():
            self._store.tenants.share(viewer.tenant, what)
            return self._store.tenants.get(viewer.tenant)
