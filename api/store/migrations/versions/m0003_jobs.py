"""Jobs: work that outlives a request."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_DOCUMENT = sa.JSON().with_variant(JSONB, "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table of jobs."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=True),
        sa.Column("arguments", _DOCUMENT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("resumed_at", sa.BigInteger, nullable=False),
        sa.Column("checkpoint", _DOCUMENT, nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("lease_owner", sa.Text, nullable=True),
        sa.Column("lease_until", _MOMENT, nullable=True),
        sa.Column("due", _MOMENT, nullable=False),
        sa.Column("cancel_asked", sa.Boolean, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("result", _DOCUMENT, nullable=True),
        sa.Column("error", _DOCUMENT, nullable=True),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("started", _MOMENT, nullable=True),
        sa.Column("updated", _MOMENT, nullable=False),
        sa.Column("finished", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_jobs_tenant_id"),
        sa.UniqueConstraint("tenant_id", "kind", "key", name="uq_jobs_tenant_id_kind_key"),
    )
    op.create_index("ix_jobs_state_due", "jobs", ["state", "due"])
    op.create_index("ix_jobs_tenant_id_created", "jobs", ["tenant_id", "created"])
