"""Who asks (访问者). Every read of the store is told, so that consent and masking need no second way in."""

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


LOCAL_TENANT = "local"
"""The platform that a fresh installation is (本级平台)."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """An asker: the platform (tenant) they belong to, their role, and the party they act for, if any."""

    tenant: str = LOCAL_TENANT
    role: Role = Role.OPERATOR
    party_id: str | None = None


@dataclass(frozen=True, slots=True)
class SystemViewer:
    """The service itself, where it must read every platform: only to rebuild derived data such as the index.

    It is no `Viewer`: what answers a person cannot be given one by mistake.
    """


SYSTEM = SystemViewer()
"""The only `SystemViewer`."""
