"""The table of saved views (视图): how an account wants a table of the console shown."""

from sqlalchemy import Column, ForeignKey, Table, Text

from api.store.tables import Document, UtcDateTime, metadata

saved_views = Table(
    "saved_views",
    metadata,
    Column("tenant_id", Text, ForeignKey("tenants.id"), primary_key=True),
    Column("account_id", Text, primary_key=True),
    Column("shown", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("view", Document, nullable=False),
    Column("updated", UtcDateTime, nullable=False),
)
"""`shown` names the table of a page, `view` is the grid's state: columns, order, sorting, filters.

`account_id` is empty where nobody signs in (`open`).
"""
