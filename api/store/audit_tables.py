"""The table of the audit log (审计日志): only ever added to; triggers in both databases refuse any other change."""

from sqlalchemy import Column, Index, Integer, Table, Text

from api.store.tables import Document, Key, UtcDateTime, metadata

audit_log = Table(
    "audit_log",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("number", Key, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("account_id", Text, nullable=True),
    Column("account", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("party_id", Text, nullable=True),
    Column("action", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("subjects_digest", Text, nullable=False),
    Column("subjects", Document, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("detail", Document, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index(None, "tenant_id", "at"),
)
"""A row a thing done; `subjects` are the ids of the parties concerned, `count` how many there are."""
