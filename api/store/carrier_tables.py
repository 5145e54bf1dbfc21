"""The tables of measuring carriers (载体评价): values, targets, focus, own measures; only added to."""

from sqlalchemy import Column, Date, ForeignKey, Integer, Table, Text

from api.store.tables import Document, UtcDateTime, metadata

carrier_values = Table(
    "carrier_values",
    metadata,
    Column("tenant_id", Text, ForeignKey("tenants.id"), primary_key=True),
    Column("party_id", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("indicator", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("evidence", Document, nullable=False),
    Column("kind", Text, nullable=False, server_default="actual"),
)
"""A value of an indicator for a carrier and a year, as text in the indicator's unit, noted `on` a day in China.

`kind` is actual (what came about) or target (what was promised for the year). The last of a kind counts.
"""

carrier_focus = Table(
    "carrier_focus",
    metadata,
    Column("tenant_id", Text, ForeignKey("tenants.id"), primary_key=True),
    Column("party_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("industries", Document, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
)
"""The industries that a carrier focuses on, codes of GB/T 4754 with their classes; the last row counts."""

carrier_measures = Table(
    "carrier_measures",
    metadata,
    Column("tenant_id", Text, ForeignKey("tenants.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("version", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("kept", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
)
"""A file of measures of a platform's own, as it was uploaded; of those for a year the last one counts."""
