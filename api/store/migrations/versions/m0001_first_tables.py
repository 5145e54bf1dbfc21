"""The first tables: platforms, parties, offers, the change feed, imports, marks.

Types are written out here and not taken from `tables`: a migration says what was, not what is.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_DOCUMENT = sa.JSON().with_variant(JSONB, "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and the row that the built-in catalogue hangs on."""
    tenants = op.create_table(
        "tenants",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("tier", sa.Text, nullable=False),
        sa.Column("parent_id", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tenants"),
        sa.ForeignKeyConstraint(["parent_id"], ["tenants.id"], name="fk_tenants_parent_id"),
    )
    op.bulk_insert(tenants, [{"id": "catalogue", "name": "内置资源目录", "tier": "national", "parent_id": None}])
    _make_parties()
    _make_offers()
    _make_feed_and_marks()
    _make_imports()


def _make_parties() -> None:
    op.create_table(
        "parties",
        sa.Column("key", _KEY, autoincrement=True, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("credit_code", sa.Text, nullable=True),
        sa.Column("facts", _DOCUMENT, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("observed_on", sa.Date, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_parties"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_parties_tenant_id"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_parties_tenant_id_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_parties_tenant_id_kind", "parties", ["tenant_id", "kind"])
    op.create_index("ix_parties_credit_code", "parties", ["credit_code"])


def _make_offers() -> None:
    op.create_table(
        "offers",
        sa.Column("key", _KEY, autoincrement=True, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("body", _DOCUMENT, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("observed_on", sa.Date, nullable=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_offers"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_offers_tenant_id"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_offers_tenant_id_id"),
        sqlite_autoincrement=True,
    )


def _make_feed_and_marks() -> None:
    op.create_table(
        "changes",
        sa.Column("sequence", _KEY, autoincrement=True, nullable=False),
        sa.Column("party_key", _KEY, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("op", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_changes"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_marks"),
    )


def _make_imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("started", _MOMENT, nullable=False),
        sa.Column("finished", _MOMENT, nullable=True),
        sa.Column("counts", _DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_imports_tenant_id"),
    )
    op.create_index("ix_imports_tenant_id_started", "imports", ["tenant_id", "started"])
