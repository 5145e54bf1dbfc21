"""Who sees which row: the only place where the store's reads are narrowed to the asker.

A row belongs to one platform (tenant) and is seen on that platform alone; within it each role sees what the table of
`api.access.permissions` lets it reach: all of the platform, what was delivered or consented to its party, or its
party's own. An offer is seen on its own platform and on those below it (national, association, local), and the
built-in catalogue everywhere. What is said of a party that is seen is masked elsewhere (`api.access.masking`).
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, select, true

from api.access.permissions import Permission, Reach, reach_of
from api.access.viewers import SystemViewer, Viewer
from api.clock import today
from api.store.campaign_tables import assignments, campaign_runs, campaigns
from api.store.consent_tables import consents
from api.store.investment_tables import investments
from api.store.need_tables import need_claims, need_notices, needs
from api.store.tables import offers, parties, tenants

CATALOGUE_TENANT = "catalogue"
"""The tenant row that the built-in offers hang on; outside the store their `tenant` is empty."""
_GIVEN = "granted"
_LISTED = ("approved", "delivered")
_WAITING = "proposed"
"""States of a run whose lists an institution may have."""

Seen = ColumnElement[bool]


def visible_parties(viewer: Viewer | SystemViewer, permission: Permission = Permission.PARTY_READ) -> Seen:
    """Parties that the asker may see, or do something else with (`permission`)."""
    if isinstance(viewer, SystemViewer):
        return true()
    here, reach = parties.c.tenant_id == viewer.tenant, reach_of(viewer, permission)
    if reach is Reach.TENANT:
        return here
    own = parties.c.id == viewer.party_id
    if reach is Reach.OWN:
        return here & own
    return here & (own | _consented(viewer)) if reach is Reach.SHARED else false()


def _consented(viewer: Viewer) -> Seen:
    """Parties that have a standing consent for the viewer's own."""
    said = consents.c
    given = (said.tenant_id == viewer.tenant) & (said.recipient == viewer.party_id)
    return exists().where(given, said.party_id == parties.c.id, said.state == _GIVEN, said.until >= today())


def visible_assignments(viewer: Viewer, permission: Permission = Permission.OUTCOME_READ) -> Seen:
    """Pairs on lists: of the platform; on lists that went to the viewer's party; of the viewer's party itself."""
    table = assignments.c
    here, reach = table.tenant_id == viewer.tenant, reach_of(viewer, permission)
    if reach is Reach.TENANT:
        return here
    if reach is Reach.NONE:
        return false()
    theirs = table.seeker_id == viewer.party_id
    if reach is Reach.SHARED:
        theirs |= table.institution == viewer.party_id
    approved = select(campaign_runs.c.id).where(
        campaign_runs.c.tenant_id == viewer.tenant, campaign_runs.c.state.in_(_LISTED)
    )
    return here & theirs & table.run_id.in_(approved) & (table.status != _WAITING)


def visible_campaigns(viewer: Viewer) -> Seen:
    """Campaigns of the platform; to others than its own people those that they are on a list of."""
    here = campaigns.c.tenant_id == viewer.tenant
    if reach_of(viewer, Permission.CAMPAIGN_READ) is Reach.TENANT:
        return here
    on_list = exists().where(assignments.c.campaign_id == campaigns.c.id, visible_assignments(viewer))
    return here & on_list


def visible_needs(viewer: Viewer, permission: Permission = Permission.NEED_READ) -> Seen:
    """Posted needs: of the platform; those that the viewer's party was told of or has taken; its own."""
    here, reach = needs.c.tenant_id == viewer.tenant, reach_of(viewer, permission)
    if reach is Reach.TENANT:
        return here
    own = needs.c.party_id == viewer.party_id
    if reach is Reach.OWN:
        return here & own
    if reach is Reach.NONE:
        return false()
    told = exists().where(need_notices.c.need_id == needs.c.id, need_notices.c.institution == viewer.party_id)
    taken = exists().where(need_claims.c.need_id == needs.c.id, need_claims.c.institution == viewer.party_id)
    return here & (own | told | taken)


def visible_investments(viewer: Viewer, permission: Permission = Permission.INVESTMENT_READ) -> Seen:
    """Investments: of the platform; those that the viewer's own party made."""
    here, reach = investments.c.tenant_id == viewer.tenant, reach_of(viewer, permission)
    if reach is Reach.TENANT:
        return here
    return here & (investments.c.investor_id == viewer.party_id) if reach is Reach.OWN else false()


def speaks_for(viewer: Viewer, institution: str, permission: Permission) -> bool:
    """Whether the viewer may act for an institution: for any as the platform's own people, else for their own."""
    reach = reach_of(viewer, permission)
    return reach is Reach.TENANT or (reach is not Reach.NONE and institution == viewer.party_id)


def visible_offers(viewer: Viewer | SystemViewer) -> Seen:
    """Offers that the asker may see: the platform's, those of the platforms above it, the built-in catalogue."""
    if isinstance(viewer, SystemViewer):
        return true()
    return offers.c.tenant_id.in_(_with_ancestors(viewer.tenant)) | (offers.c.tenant_id == CATALOGUE_TENANT)


def _with_ancestors(tenant: str) -> Select[tuple[str]]:
    own = select(tenants.c.id, tenants.c.parent_id).where(tenants.c.id == tenant).cte("line", recursive=True)
    above = select(tenants.c.id, tenants.c.parent_id).join(own, tenants.c.id == own.c.parent_id)
    line = own.union(above)  # not UNION ALL: ends even if platforms were ever wired in a circle
    return select(line.c.id)


def below(tenant: str) -> Select[Any]:
    """The platforms below one, at any depth, without itself."""
    first = select(tenants.c.id).where(tenants.c.parent_id == tenant).cte("below", recursive=True)
    line = first.union(select(tenants.c.id).join(first, tenants.c.parent_id == first.c.id))
    return select(line.c.id).where(line.c.id != tenant)
