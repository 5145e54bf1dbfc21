"""Investments that people told of, each change a record of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "investments",
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("same", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("investor", sa.Text, nullable=False),
        sa.Column("investor_id", sa.Text, nullable=True),
        sa.Column("offer_id", sa.Text, nullable=True),
        sa.Column("firm", sa.Text, nullable=False),
        sa.Column("party_id", sa.Text, nullable=True),
        sa.Column("industry", sa.Text, nullable=False),
        sa.Column("business", sa.Text, nullable=False),
        sa.Column("on", sa.Date, nullable=True),
        sa.Column("round", sa.Text, nullable=False),
        sa.Column("amount_wan", sa.Text, nullable=True),
        sa.Column("stake_pct", sa.Text, nullable=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "number", name="pk_investments"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_investments_tenant_id"),
    )
    for column in ("same", "investor_id", "offer_id", "investor"):
        op.create_index(f"ix_investments_tenant_id_{column}", "investments", ["tenant_id", column])
