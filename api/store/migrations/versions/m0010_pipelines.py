"""Versions of pipelines, and under which one a fund or a deal was begun."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what was begun before keeps no version and goes on under the one that is built in."""
    op.create_table(
        "pipelines",
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("kept", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", "version", name="pk_pipelines"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_pipelines_tenant_id"),
    )
    for table in ("funds", "deals"):
        op.add_column(table, sa.Column("version", sa.Text, nullable=True))
