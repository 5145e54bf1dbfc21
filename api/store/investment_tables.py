"""The table of investments (投资记录): only ever added to, the last record of an id counts."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text

from api.store.tables import UtcDateTime, metadata

investments = Table(
    "investments",
    metadata,
    Column("tenant_id", Text, ForeignKey("tenants.id"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("same", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("investor", Text, nullable=False),
    Column("investor_id", Text, nullable=True),
    Column("offer_id", Text, nullable=True),
    Column("firm", Text, nullable=False),
    Column("party_id", Text, nullable=True),
    Column("industry", Text, nullable=False),
    Column("business", Text, nullable=False),
    Column("on", Date, nullable=True),
    Column("round", Text, nullable=False),
    Column("amount_wan", Text, nullable=True),
    Column("stake_pct", Text, nullable=True),
    Column("source", Text, nullable=False),
    Index(None, "tenant_id", "same"),
    Index(None, "tenant_id", "investor_id"),
    Index(None, "tenant_id", "offer_id"),
    Index(None, "tenant_id", "investor"),
)
"""Who invested in whom: decimals as text, what is not known null or empty. `same` tells who, whom, when and the round:
what is told of the same investment again bears it too. `digest` tells all that a record says of it."""
