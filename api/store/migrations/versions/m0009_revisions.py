"""What parties were before an import or an edit, so that it can be undone; column templates of imports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_DOCUMENT = sa.JSON().with_variant(JSONB, "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "party_revisions",
        sa.Column("number", _KEY, autoincrement=True, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("import_id", sa.Text, nullable=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("before", _DOCUMENT, nullable=True),
        sa.Column("after_digest", sa.Text, nullable=False),
        sa.Column("undone", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_party_revisions"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_party_revisions_tenant_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_party_revisions_tenant_id_party_id", "party_revisions", ["tenant_id", "party_id"])
    op.create_index("ix_party_revisions_tenant_id_import_id", "party_revisions", ["tenant_id", "import_id"])
    op.create_index("ix_party_revisions_at", "party_revisions", ["at"])
    op.create_table(
        "import_templates",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("columns", _DOCUMENT, nullable=False),
        sa.Column("updated", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_templates"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_import_templates_tenant_id"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_import_templates_tenant_id_name"),
    )
