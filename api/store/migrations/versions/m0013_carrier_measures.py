"""Targets beside values, what carriers focus on, and a platform's own measures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, make the tables."""
    op.add_column("carrier_values", sa.Column("kind", sa.Text, nullable=False, server_default="actual"))
    op.create_table(
        "carrier_focus",
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("industries", sa.JSON().with_variant(JSONB, "postgresql"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "party_id", "number", name="pk_carrier_focus"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_carrier_focus_tenant_id"),
    )
    op.create_table(
        "carrier_measures",
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("kept", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "number", name="pk_carrier_measures"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_carrier_measures_tenant_id"),
    )
