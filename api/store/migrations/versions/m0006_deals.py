"""Funds and deals with their histories (投资+孵化)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_DOCUMENT = sa.JSON().with_variant(JSONB, "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "funds",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("pipeline", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_funds"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_funds_tenant_id"),
    )
    op.create_index("ix_funds_tenant_id", "funds", ["tenant_id"])
    op.create_table(
        "deals",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("pipeline", sa.Text, nullable=False),
        sa.Column("fund_id", sa.Text, nullable=True),
        sa.Column("party_key", _KEY, nullable=True),
        sa.Column("party_id", sa.Text, nullable=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deals"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_deals_tenant_id"),
        sa.ForeignKeyConstraint(["fund_id"], ["funds.id"], name="fk_deals_fund_id"),
    )
    op.create_index("ix_deals_tenant_id_pipeline_stage", "deals", ["tenant_id", "pipeline", "stage"])
    op.create_index("ix_deals_fund_id", "deals", ["fund_id"])
    _make_history("fund_events", "fund_id", "funds")
    _make_history("deal_events", "deal_id", "deals")


def _make_history(name: str, owner: str, owners: str) -> None:
    op.create_table(
        name,
        sa.Column(owner, sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("evidence", _DOCUMENT, nullable=False),
        sa.Column("body", _DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint(owner, "number", name=f"pk_{name}"),
        sa.ForeignKeyConstraint([owner], [f"{owners}.id"], name=f"fk_{name}_{owner}"),
    )
