"""Campaigns, runs and assignments as the store gives them (对接活动), and as the tables hold them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping

Document = Mapping[str, Any]


class CampaignState(StrEnum):
    """Where a campaign stands (活动状态)."""

    DRAFT = "draft"
    ACTIVE = "active"
    CLOSED = "closed"


class RunState(StrEnum):
    """Where a run stands (运行状态)."""

    QUEUED = "queued"
    RUNNING = "running"
    ASSIGNED = "assigned"
    APPROVED = "approved"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    FAILED = "failed"


class AssignmentStatus(StrEnum):
    """Whether a pair still stands (名单项状态). One that was added to approved lists waits for its own approval."""

    ACTIVE = "active"
    PROPOSED = "proposed"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


STANDING = frozenset({AssignmentStatus.ACTIVE, AssignmentStatus.PROPOSED})
"""States of a pair that holds a place; only an active one is on the list that goes out."""
OUT = frozenset({RunState.APPROVED, RunState.DELIVERED})
"""States of a run whose lists are approved."""
DECIDED = frozenset({RunState.ASSIGNED, RunState.APPROVED, RunState.DELIVERED})
"""States of a run that has its result."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign; `plan` is the text of its plan (YAML)."""

    id: str
    tenant: str
    name: str
    plan: str
    state: CampaignState
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a campaign: the plan and the versions that it was made with, and its numbers."""

    id: str
    campaign_id: str
    tenant: str
    number: int
    state: RunState
    dry: bool
    plan: str
    frozen: Document
    counts: Document
    job_id: str | None
    created: datetime
    finished: datetime | None
    approved_by: str | None
    approved: datetime | None


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """A pair on a list (名单项): place, points (hundredths), the state of eligibility, and the match as shown."""

    id: str
    tenant: str
    campaign_id: str
    run_id: str
    seeker_key: int
    seeker_id: str
    offer_id: str
    institution: str
    rank: int
    points: int
    eligibility: str
    status: AssignmentStatus
    match: Document


def campaign_of(row: RowMapping) -> Campaign:
    """A row of the table as a campaign."""
    return Campaign(
        row["id"],
        row["tenant_id"],
        row["name"],
        row["plan"],
        CampaignState(row["state"]),
        row["created"],
        row["updated"],
    )


def run_of(row: RowMapping) -> Run:
    """A row of the table as a run."""
    given = {name: row[name] for name in Run.__slots__ if name not in ("tenant", "state")}
    return Run(**given, tenant=row["tenant_id"], state=RunState(row["state"]))


def assignment_of(row: RowMapping) -> AssignmentRow:
    """A row of the table as a pair on a list."""
    given = {name: row[name] for name in AssignmentRow.__slots__ if name not in ("tenant", "status")}
    return AssignmentRow(**given, tenant=row["tenant_id"], status=AssignmentStatus(row["status"]))


def row_of(row: AssignmentRow) -> dict[str, Any]:
    """A pair on a list as a row of the table."""
    given = {name: getattr(row, name) for name in AssignmentRow.__slots__ if name != "tenant"}
    return {**given, "tenant_id": row.tenant, "status": row.status.value, "match": dict(row.match)}
