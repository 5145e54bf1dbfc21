"""Tables of 限额抢单: posted needs, who was told of them, who took them."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from api.store.tables import Document, Key, UtcDateTime, metadata


def _need() -> Column[str]:
    return Column("need_id", Text, ForeignKey("needs.id"), primary_key=True)


needs = Table(
    "needs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, ForeignKey("tenants.id"), nullable=False),
    Column("party_key", Key, nullable=True),
    Column("party_id", Text, nullable=True),
    Column("text", Text, nullable=False),
    Column("profile", Document, nullable=False),
    Column("most_takers", Integer, nullable=False),
    Column("opens", UtcDateTime, nullable=False),
    Column("closes", UtcDateTime, nullable=False),
    Column("withdrawn", UtcDateTime, nullable=True),
    Column("revision", BigInteger, nullable=False),
    Index(None, "tenant_id", "closes"),
)
"""A need as it was posted; `profile` is what an institution is shown before it takes it. `revision` counts changes."""

need_notices = Table(
    "need_notices",
    metadata,
    _need(),
    Column("institution", Text, primary_key=True),
    Column("offer_id", Text, nullable=False),
    Column("points", Integer, nullable=False),
    Column("told", UtcDateTime, nullable=False),
    Index(None, "institution"),
)
"""Which institutions fit a need, by which offer and how well (hundredths of a point): the outbox of notifications."""

need_claims = Table(
    "need_claims",
    metadata,
    _need(),
    Column("number", Integer, primary_key=True),
    Column("institution", Text, nullable=False),
    Column("offer_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("standing", Boolean, nullable=True),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("changed", UtcDateTime, nullable=False),
    UniqueConstraint("need_id", "institution", "standing"),
    Index(None, "institution"),
)
"""Claims in the order in which they came. `standing` is true or null: an institution has one standing claim a need."""
