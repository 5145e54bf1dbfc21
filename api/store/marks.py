"""Single values about the store itself (标记), read and written in the caller's transaction."""

from sqlalchemy import Connection, insert, select, update

from api.store.tables import marks

IDENTITY = "identity"
"""Tells this database from every other one; a snapshot of another database is not ours."""
OFFERS_REVISION = "offers_revision"
CATALOGUE_VERSION = "catalogue_version"
PRUNED = "changes_pruned"
"""Up to which sequence number the change feed has been cleared."""


def read_mark(connection: Connection, name: str) -> str | None:
    """Give a mark, None where it was never set."""
    return connection.execute(select(marks.c.value).where(marks.c.name == name)).scalar_one_or_none()


def write_mark(connection: Connection, name: str, value: str) -> None:
    """Set a mark."""
    if not connection.execute(update(marks).where(marks.c.name == name).values(value=value)).rowcount:
        connection.execute(insert(marks).values(name=name, value=value))
