"""Who asks (访问者). Every read of the store is told, so that consent and masking need no second way in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Roles of an account (角色)."""

    OPERATOR = "operator"
    ADMIN = "admin"
    ENTERPRISE = "enterprise"
    INSTITUTION = "institution"
    CARRIER = "carrier"
    LEAD_FIRM = "lead_firm"
    AUDITOR = "auditor"


ROLE_LABELS: Mapping[Role, str] = {
    Role.OPERATOR: "平台运营",
    Role.ADMIN: "平台管理员",
    Role.ENTERPRISE: "企业",
    Role.INSTITUTION: "机构",
    Role.CARRIER: "载体",
    Role.LEAD_FIRM: "龙头企业",
    Role.AUDITOR: "审计",
}
"""What a role is called."""
STAFF = frozenset({Role.OPERATOR, Role.ADMIN})
"""Roles that work for the platform itself; the others act for one party."""

LOCAL_TENANT = "local"
"""The platform that a fresh installation is (本级平台)."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """An asker: the platform (tenant) they belong to, their role, and the party they act for, if any.

    `scope` narrows what the role may do to these permissions (an API key, a session whose password must be changed
    first); None narrows nothing. `key_id` is the API key by which a machine came, `session_id` the session.
    """

    tenant: str = LOCAL_TENANT
    role: Role = Role.OPERATOR
    party_id: str | None = None
    account_id: str | None = None
    name: str = ""
    scope: frozenset[str] | None = None
    key_id: str | None = None
    session_id: str | None = None

    @property
    def sight(self) -> "Viewer":
        """Anybody with the same sight of the store: without who they are and how they came in."""
        return Viewer(self.tenant, self.role, self.party_id)


@dataclass(frozen=True, slots=True)
class SystemViewer:
    """The service itself, where it must read every platform: only to rebuild derived data such as the index.

    It is no `Viewer`: what answers a person cannot be given one by mistake.
    """


SYSTEM = SystemViewer()
"""The only `SystemViewer`."""
