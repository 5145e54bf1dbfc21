"""Who sees which row: the only place where the store's reads are narrowed to the asker.

A party belongs to one platform (tenant) and is seen on that platform alone. An offer is seen on its own platform and on
those below it (national, association, local), and the built-in catalogue everywhere. Consent and masking join here.
"""

from sqlalchemy import ColumnElement, Select, select, true

from api.access.viewers import SystemViewer, Viewer
from api.store.tables import offers, parties, tenants

CATALOGUE_TENANT = "catalogue"
"""The tenant row that the built-in offers hang on; outside the store their `tenant` is empty."""


def visible_parties(viewer: Viewer | SystemViewer) -> ColumnElement[bool]:
    """Parties that the asker may see."""
    if isinstance(viewer, SystemViewer):
        return true()
    return parties.c.tenant_id == viewer.tenant


def visible_offers(viewer: Viewer | SystemViewer) -> ColumnElement[bool]:
    """Offers that the asker may see: the platform's, those of the platforms above it, the built-in catalogue."""
    if isinstance(viewer, SystemViewer):
        return true()
    return offers.c.tenant_id.in_(_with_ancestors(viewer.tenant)) | (offers.c.tenant_id == CATALOGUE_TENANT)


def _with_ancestors(tenant: str) -> Select[tuple[str]]:
    own = select(tenants.c.id, tenants.c.parent_id).where(tenants.c.id == tenant).cte("line", recursive=True)
    above = select(tenants.c.id, tenants.c.parent_id).join(own, tenants.c.id == own.c.parent_id)
    line = own.union(above)  # not UNION ALL: ends even if platforms were ever wired in a circle
    return select(line.c.id)
