"""Tables of match campaigns (对接活动): plans, runs, who was assigned to whom, what came of it."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from api.store.tables import Document, Key, UtcDateTime, metadata

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, ForeignKey("tenants.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    Index(None, "tenant_id", "created"),
)
"""A campaign; `plan` is its plan's text (YAML), as it was given."""

campaign_runs = Table(
    "campaign_runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("campaign_id", Text, ForeignKey("campaigns.id"), nullable=False),
    Column("tenant_id", Text, ForeignKey("tenants.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("dry", Boolean, nullable=False),
    Column("plan", Text, nullable=False),
    Column("frozen", Document, nullable=False),
    Column("counts", Document, nullable=False),
    Column("job_id", Text, nullable=True),
    Column("created", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime, nullable=True),
    Column("approved_by", Text, nullable=True),
    Column("approved", UtcDateTime, nullable=True),
    UniqueConstraint("campaign_id", "number"),
)
"""A run of a campaign: the plan and the versions that it was made with, and its numbers."""

assignments = Table(
    "assignments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, ForeignKey("tenants.id"), nullable=False),
    Column("campaign_id", Text, ForeignKey("campaigns.id"), nullable=False),
    Column("run_id", Text, ForeignKey("campaign_runs.id"), nullable=False),
    Column("seeker_key", Key, nullable=False),
    Column("seeker_id", Text, nullable=False),
    Column("offer_id", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("points", Integer, nullable=False),
    Column("eligibility", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("match", Document, nullable=False),
    UniqueConstraint("run_id", "seeker_key", "offer_id"),
    Index(None, "run_id", "institution"),
    Index(None, "campaign_id", "seeker_id"),
)
"""A pair on a list: its place on the list of its offer, its points (hundredths) and the match as it was shown."""

outcome_events = Table(
    "outcome_events",
    metadata,
    Column("assignment_id", Text, ForeignKey("assignments.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("amount_wan", Text, nullable=True),
    Column("rate_pct", Text, nullable=True),
    Column("recorded", UtcDateTime, nullable=False),
)
"""What became of an assignment, in order, only ever added to; decimals stand as text."""
