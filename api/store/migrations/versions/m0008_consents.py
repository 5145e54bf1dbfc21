"""Consents with their history, reviews by a person, and the audit log, which can only be added to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_DOCUMENT = sa.JSON().with_variant(JSONB, "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_ADDED_TO = ("consent_events", "audit_log")


def upgrade() -> None:
    """Make the four tables, and the triggers that let two of them only grow."""
    _make_consents()
    _make_reviews()
    _make_audit()
    make = _forbid_on_postgresql if op.get_bind().dialect.name == "postgresql" else _forbid_on_sqlite
    for table in _ADDED_TO:
        make(table)


def _make_consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("recipient_name", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("scopes", _DOCUMENT, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("wording", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("changed", _MOMENT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_consents_tenant_id"),
        sa.UniqueConstraint(
            "tenant_id", "party_id", "recipient", "purpose", name="uq_consents_tenant_id_party_id_recipient_purpose"
        ),
    )
    op.create_index("ix_consents_tenant_id_recipient", "consents", ["tenant_id", "recipient"])
    op.create_table(
        "consent_events",
        sa.Column("consent_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("scopes", _DOCUMENT, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("wording", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("consent_id", "number", name="pk_consent_events"),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name="fk_consent_events_consent_id"),
    )


def _make_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked", _MOMENT, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=True),
        sa.Column("answered", _MOMENT, nullable=True),
        sa.Column("answered_by", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_reviews_tenant_id"),
    )
    op.create_index("ix_reviews_tenant_id_asked", "reviews", ["tenant_id", "asked"])
    op.create_index("ix_reviews_tenant_id_party_id", "reviews", ["tenant_id", "party_id"])


def _make_audit() -> None:
    op.create_table(
        "audit_log",
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("number", _KEY, autoincrement=False, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("account_id", sa.Text, nullable=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("party_id", sa.Text, nullable=True),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("subjects_digest", sa.Text, nullable=False),
        sa.Column("subjects", _DOCUMENT, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("detail", _DOCUMENT, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "number", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_tenant_id_at", "audit_log", ["tenant_id", "at"])


def _forbid_on_sqlite(table: str) -> None:
    for change in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{change} BEFORE {change.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} can only be added to'); END"
        )


def _forbid_on_postgresql(table: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} can only be added to'; END $$"
    )
    for change, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{change} BEFORE {change.upper()} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {table}_added_to()"
        )
