"""Campaigns, their runs, assignments and outcomes (对接活动)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_DOCUMENT = sa.JSON().with_variant(JSONB, "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the four tables."""
    _campaigns()
    _runs()
    _assignments()
    op.create_table(
        "outcome_events",
        sa.Column("assignment_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("amount_wan", sa.Text, nullable=True),
        sa.Column("rate_pct", sa.Text, nullable=True),
        sa.Column("recorded", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("assignment_id", "number", name="pk_outcome_events"),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name="fk_outcome_events_assignment_id"),
    )


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("updated", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_campaigns_tenant_id"),
    )
    op.create_index("ix_campaigns_tenant_id_created", "campaigns", ["tenant_id", "created"])


def _runs() -> None:
    op.create_table(
        "campaign_runs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("dry", sa.Boolean, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("frozen", _DOCUMENT, nullable=False),
        sa.Column("counts", _DOCUMENT, nullable=False),
        sa.Column("job_id", sa.Text, nullable=True),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("finished", _MOMENT, nullable=True),
        sa.Column("approved_by", sa.Text, nullable=True),
        sa.Column("approved", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_runs"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_campaign_runs_campaign_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_campaign_runs_tenant_id"),
        sa.UniqueConstraint("campaign_id", "number", name="uq_campaign_runs_campaign_id_number"),
    )


def _assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("seeker_key", _KEY, nullable=False),
        sa.Column("seeker_id", sa.Text, nullable=False),
        sa.Column("offer_id", sa.Text, nullable=False),
        sa.Column("institution", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("eligibility", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("match", _DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_assignments_tenant_id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_assignments_campaign_id"),
        sa.ForeignKeyConstraint(["run_id"], ["campaign_runs.id"], name="fk_assignments_run_id"),
        sa.UniqueConstraint("run_id", "seeker_key", "offer_id", name="uq_assignments_run_id_seeker_key_offer_id"),
    )
    op.create_index("ix_assignments_run_id_institution", "assignments", ["run_id", "institution"])
    op.create_index("ix_assignments_campaign_id_seeker_id", "assignments", ["campaign_id", "seeker_id"])
