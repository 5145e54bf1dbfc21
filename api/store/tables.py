"""The tables: what is true. Vectors and columns are derived from them and can always be rebuilt."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, aware on every database (SQLite keeps no offset)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert an aware moment to UTC; a naive one is a mistake in the code."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive moment cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  # named by the interface
    ) -> datetime | None:
        """Give an aware moment back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Key = BigInteger().with_variant(Integer, "sqlite")
Document = JSON().with_variant(JSONB, "postgresql")
OptionalDocument = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *args: Any, **options: Any) -> Column[str]:
    return Column(name, Text, *args, nullable=options.pop("nullable", False), **options)


def _key(name: str) -> Column[int]:
    return Column(name, Key, primary_key=True, autoincrement=True)


tenants = Table(
    "tenants",
    metadata,
    _text("id", primary_key=True),
    _text("name"),
    _text("tier"),
    _text("parent_id", ForeignKey("tenants.id"), nullable=True),
    _text("shares", server_default="nothing"),
)

parties = Table(
    "parties",
    metadata,
    _key("key"),
    _text("tenant_id", ForeignKey("tenants.id")),
    _text("id"),
    _text("kind"),
    _text("name"),
    _text("credit_code", nullable=True),
    Column("facts", Document, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    _text("source"),
    Column("observed_on", Date, nullable=False),
    _text("digest"),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("tenant_id", "id"),
    Index(None, "tenant_id", "kind"),
    Index(None, "credit_code"),
    sqlite_autoincrement=True,  # a key is a vector's address: it is never given to a second party
)

offers = Table(
    "offers",
    metadata,
    _key("key"),
    _text("tenant_id", ForeignKey("tenants.id")),
    _text("id"),
    _text("kind"),
    _text("name"),
    Column("body", Document, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    _text("source"),
    Column("observed_on", Date, nullable=True),
    _text("digest"),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("tenant_id", "id"),
    sqlite_autoincrement=True,
)

changes = Table(
    "changes",
    metadata,
    _key("sequence"),
    Column("party_key", Key, nullable=False),
    _text("tenant_id"),
    _text("party_id"),
    _text("op"),
    Column("at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,  # a sequence number is never given twice, even after old changes were removed
)

imports = Table(
    "imports",
    metadata,
    _text("id", primary_key=True),
    _text("tenant_id", ForeignKey("tenants.id")),
    _text("kind"),
    _text("file_name"),
    _text("sha256"),
    Column("started", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime, nullable=True),
    Column("counts", Document, nullable=False),
    Index(None, "tenant_id", "started"),
)

idempotency = Table(
    "idempotency",
    metadata,
    _text("tenant_id", ForeignKey("tenants.id"), primary_key=True),
    _text("key", primary_key=True),
    _text("method"),
    _text("path"),
    _text("digest"),
    Column("status", Integer, nullable=False),
    _text("media_type", nullable=True),
    Column("body", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "at"),
)
"""Answers to requests that bore an Idempotency-Key: written with what the request wrote, pruned by age."""

jobs = Table(
    "jobs",
    metadata,
    _text("id", primary_key=True),
    _text("tenant_id", ForeignKey("tenants.id")),
    _text("kind"),
    _text("key", nullable=True),
    Column("arguments", Document, nullable=False),
    _text("state"),
    Column("revision", Integer, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=True),
    _text("note"),
    Column("resumed_at", BigInteger, nullable=False),
    Column("checkpoint", OptionalDocument, nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    _text("lease_owner", nullable=True),
    Column("lease_until", UtcDateTime, nullable=True),
    Column("due", UtcDateTime, nullable=False),
    Column("cancel_asked", Boolean, nullable=False),
    _text("request_id"),
    Column("result", OptionalDocument, nullable=True),
    Column("error", OptionalDocument, nullable=True),
    Column("created", UtcDateTime, nullable=False),
    Column("started", UtcDateTime, nullable=True),
    Column("updated", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime, nullable=True),
    UniqueConstraint("tenant_id", "kind", "key"),
    Index(None, "state", "due"),
    Index(None, "tenant_id", "created"),
)
"""Work that outlives a request: its state, its lease and how far it has come (`api.store.jobs`)."""

marks = Table(
    "marks",
    metadata,
    _text("name", primary_key=True),
    _text("value"),
)
"""Single values about the store itself: the catalogue's version, the revision of the offers."""
