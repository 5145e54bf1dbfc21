"""The table of duties (报送): what was done about each, only ever added to."""

from sqlalchemy import Column, Date, ForeignKey, Integer, Table, Text

from api.store.tables import Document, UtcDateTime, metadata

duty_steps = Table(
    "duty_steps",
    metadata,
    Column("tenant_id", Text, ForeignKey("tenants.id"), primary_key=True),
    Column("duty", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("evidence", Document, nullable=False),
)
"""A step about a duty for a period, numbered from 1: drafted, or sent `on` a day in China, by whom and how."""
