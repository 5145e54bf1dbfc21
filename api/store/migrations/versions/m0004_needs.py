"""Posted needs, notices and claims (限额抢单)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_DOCUMENT = sa.JSON().with_variant(JSONB, "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the three tables."""
    _needs()
    _notices()
    _claims()


def _needs() -> None:
    op.create_table(
        "needs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("party_key", _KEY, nullable=True),
        sa.Column("party_id", sa.Text, nullable=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("profile", _DOCUMENT, nullable=False),
        sa.Column("most_takers", sa.Integer, nullable=False),
        sa.Column("opens", _MOMENT, nullable=False),
        sa.Column("closes", _MOMENT, nullable=False),
        sa.Column("withdrawn", _MOMENT, nullable=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_needs"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_needs_tenant_id"),
    )
    op.create_index("ix_needs_tenant_id_closes", "needs", ["tenant_id", "closes"])


def _notices() -> None:
    op.create_table(
        "need_notices",
        sa.Column("need_id", sa.Text, nullable=False),
        sa.Column("institution", sa.Text, nullable=False),
        sa.Column("offer_id", sa.Text, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("told", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("need_id", "institution", name="pk_need_notices"),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name="fk_need_notices_need_id"),
    )
    op.create_index("ix_need_notices_institution", "need_notices", ["institution"])


def _claims() -> None:
    op.create_table(
        "need_claims",
        sa.Column("need_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("institution", sa.Text, nullable=False),
        sa.Column("offer_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("standing", sa.Boolean, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("changed", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("need_id", "number", name="pk_need_claims"),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name="fk_need_claims_need_id"),
        sa.UniqueConstraint("need_id", "institution", "standing", name="uq_need_claims_need_id_institution_standing"),
    )
    op.create_index("ix_need_claims_institution", "need_claims", ["institution"])
