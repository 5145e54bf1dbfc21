"""The table of entered values of carriers (载体填报): only ever added to, the last one counts."""

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
)
"""A value of an indicator for a carrier and a year, as text in the indicator's unit, noted `on` a day in China."""
