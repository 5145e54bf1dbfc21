"""Views of tables that people saved, of each account."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "saved_views",
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("view", sa.JSON().with_variant(JSONB, "postgresql"), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "shown", "name", name="pk_saved_views"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_saved_views_tenant_id"),
    )
