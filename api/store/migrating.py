"""Bring a database's tables to this version of the service, at every start; a fresh database gets them all."""

from pathlib import Path

import structlog
from sqlalchemy import Connection, inspect, text

from api.errors import StoreIncompatible
from api.store.database import Database

HEAD = "0015"
"""The revision that this version works with; known here so that a start on a current database loads no alembic."""
_SCRIPTS = Path(__file__).parent / "migrations"
_log = structlog.get_logger(__name__)


def migrate(database: Database) -> None:
    """Run the missing migrations, all in one transaction. Of several processes that start at once, one runs them.

    Raises `StoreIncompatible` for a database of a later version, and `StoreUnavailable`.
    """
    with database.reading() as connection:
        if revision(connection) == HEAD:
            return
    with database.writing() as connection:
        before = revision(connection)
        if before != HEAD:
            upgrade(connection, HEAD)
            _log.info("store_migrated", before=before, after=HEAD)


def revision(connection: Connection) -> str | None:
    """The revision of a database, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def upgrade(connection: Connection, to: str) -> None:
    """Run the migrations up to revision `to`, in the caller's transaction; `StoreIncompatible` for one unknown here."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    for wanted in {revision(connection), to} - known - {None}:
        raise StoreIncompatible(
            found=f"数据库版本 {wanted}", expected=f"不高于 {HEAD} 的版本", remedy="请升级本软件，或换一个数据文件夹"
        )
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))  # an index over millions takes its time
    command.upgrade(config, to)
