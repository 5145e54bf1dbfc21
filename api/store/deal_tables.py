"""Tables of deal flow (投资+孵化): funds and deals, each with a history that is only ever added to."""

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from api.store.tables import Document, Key, UtcDateTime, metadata


def _history(owner: Column[str]) -> tuple[Column[Any], ...]:
    """The columns of a history, numbered from 1 within its owner; decimals stand as text within `body`."""
    return (
        owner,
        Column("number", Integer, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("by", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("why", Text, nullable=False),
        Column("evidence", Document, nullable=False),
        Column("body", Document, nullable=False),
    )


pipelines = Table(
    "pipelines",
    metadata,
    Column("tenant_id", Text, ForeignKey("tenants.id"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("file", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("kept", UtcDateTime, nullable=False),
)
"""Pipelines as their files said when something was begun under them, or a platform wrote them; never changed."""

funds = Table(
    "funds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, ForeignKey("tenants.id"), nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("version", Text, nullable=True),
    Column("name", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Index(None, "tenant_id"),
)
"""A fund that a platform runs by a version of a pipeline; NULL was not noted: the built-in one."""

fund_events = Table(
    "fund_events",
    metadata,
    *_history(Column("fund_id", Text, ForeignKey("funds.id"), primary_key=True)),
)
"""What happened to a fund itself: tranches, money paid in, custody, extension, fees."""

deals = Table(
    "deals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, ForeignKey("tenants.id"), nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("version", Text, nullable=True),
    Column("fund_id", Text, ForeignKey("funds.id"), nullable=True),
    Column("party_key", Key, nullable=True),
    Column("party_id", Text, nullable=True),
    Column("name", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Index(None, "tenant_id", "pipeline", "stage"),
    Index(None, "fund_id"),
)
"""A deal; `stage` and `since` are what its history comes to, kept beside it for the board. `revision` counts events."""

deal_events = Table(
    "deal_events",
    metadata,
    *_history(Column("deal_id", Text, ForeignKey("deals.id"), primary_key=True)),
)
"""What happened to a deal, in order: moves, documents, checks, plans, votes, counts, payments, exits, corrections."""
