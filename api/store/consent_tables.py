"""Tables of consent and of what the law lets a person ask of an algorithm: consents, reviews by a person."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from api.store.tables import Document, UtcDateTime, metadata

consents = Table(
    "consents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, ForeignKey("tenants.id"), nullable=False),
    Column("party_id", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("recipient_name", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("scopes", Document, nullable=False),
    Column("until", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("wording", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("changed", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    UniqueConstraint("tenant_id", "party_id", "recipient", "purpose"),
    Index(None, "tenant_id", "recipient"),
)
"""What an enterprise said last to a recipient for a purpose; one row, changed in place."""

consent_events = Table(
    "consent_events",
    metadata,
    Column("consent_id", Text, ForeignKey("consents.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("scopes", Document, nullable=False),
    Column("until", Date, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("wording", Text, nullable=False),
    Column("text", Text, nullable=False),
)
"""Every change of a consent with the words that were shown; only ever added to."""

reviews = Table(
    "reviews",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, ForeignKey("tenants.id"), nullable=False),
    Column("party_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked", UtcDateTime, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("answer", Text, nullable=True),
    Column("answered", UtcDateTime, nullable=True),
    Column("answered_by", Text, nullable=True),
    Index(None, "tenant_id", "asked"),
    Index(None, "tenant_id", "party_id"),
)
"""A request that a person look at a result again (人工复核), and its answer; `subject` names the result."""
