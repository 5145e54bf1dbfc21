"""What was done about duties to report: drafted, sent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "duty_steps",
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("duty", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("evidence", sa.JSON().with_variant(JSONB, "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "duty", "period", "number", name="pk_duty_steps"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_duty_steps_tenant_id"),
    )
