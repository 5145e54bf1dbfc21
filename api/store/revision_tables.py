"""Tables of what was changed by whom (变更), so that it can be undone, and of column templates of imports."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint

from api.store.tables import Document, Key, OptionalDocument, UtcDateTime, metadata

party_revisions = Table(
    "party_revisions",
    metadata,
    Column("number", Key, primary_key=True, autoincrement=True),
    Column("tenant_id", Text, ForeignKey("tenants.id"), nullable=False),
    Column("party_id", Text, nullable=False),
    Column("import_id", Text, nullable=True),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("before", OptionalDocument, nullable=True),
    Column("after_digest", Text, nullable=False),
    Column("undone", UtcDateTime, nullable=True),
    Index(None, "tenant_id", "party_id"),
    Index(None, "tenant_id", "import_id"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)
"""What a party was before a person's change: its row as stored, personal data sealed; null where it was not there."""

import_templates = Table(
    "import_templates",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, ForeignKey("tenants.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("columns", Document, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
    UniqueConstraint("tenant_id", "name"),
)
"""Which column of a file fills which field (导入列模板), by heading."""
