"""The tables: made from nothing, the same as declared, refused when of a later version, made once by many at once."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    insert,
    inspect,
    text,
)

from api.errors import StoreIncompatible
from api.store import migrating
from api.store.database import connect
from api.store.store import open_store
from api.store.tables import metadata


def test_migrations_make_what_is_declared_from_an_empty_database(database_url: str) -> None:
    open_store(database_url).close()
    database = connect(database_url)
    with database.reading() as connection:
        assert migrating.revision(connection) == migrating.HEAD
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        declared = {table.name: {column.name for column in table.columns} for table in metadata.sorted_tables}
        made = {name: {column["name"] for column in inspect(connection).get_columns(name)} for name in declared}
    database.close()
    assert made == declared


def test_drift_between_tables_and_migrations_is_seen(database_url: str) -> None:
    open_store(database_url).close()
    database = connect(database_url)
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE marks ADD COLUMN stray TEXT"))
        connection.execute(text("DROP INDEX ix_parties_credit_code"))
        found = {item[0] for item in compare_metadata(MigrationContext.configure(connection), metadata)}
    database.close()
    assert found == {"remove_column", "add_index"}


def test_the_head_that_the_code_knows_is_the_last_migration() -> None:
    folder = Path(migrating.__file__).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_heads() == [migrating.HEAD]


def test_a_current_database_is_left_as_it_is(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_store(database_url)
    identity, tenants = first.identity(), first.tenants.list()
    first.close()
    monkeypatch.delattr(migrating, "upgrade")
    again = open_store(database_url)
    assert (again.identity(), again.tenants.list()) == (identity, tenants)
    assert len(identity) == 32
    again.close()


def test_a_database_of_a_later_version_is_refused(database_url: str) -> None:
    open_store(database_url).close()
    database = connect(database_url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreIncompatible, match="9999"):
        open_store(database_url)
    with database.reading() as connection:
        assert migrating.revision(connection) == "9999"
    database.close()


def test_a_migration_that_fails_leaves_nothing_behind(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = migrating.upgrade

    def half(*given: object) -> None:
        made(*given)  # type: ignore[arg-type]
        raise RuntimeError

    monkeypatch.setattr(migrating, "upgrade", half)
    with pytest.raises(RuntimeError):
        open_store(database_url)
    database = connect(database_url)
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == []
    database.close()
    monkeypatch.undo()
    open_store(database_url).close()


def test_services_that_start_at_once_share_one_database(database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: open_store(database_url), range(4)))
    assert len({store.identity() for store in stores}) == 1
    assert [len(store.tenants.list()) for store in stores] == [1] * 4
    for store in stores:
        store.close()


def test_another_platform_of_the_same_database_is_made_once(database_url: str) -> None:
    for _ in range(2):
        store = open_store(database_url, tenant="suzhou")
        assert [tenant.id for tenant in store.tenants.list()] == ["suzhou"]
        store.close()


def column_values(connection: Connection, table: str) -> list[dict[str, Any]]:
    """The rows of a table as the database itself types them."""
    reflected = Table(table, MetaData(), autoload_with=connection)
    return [dict(row) for row in connection.execute(reflected.select()).mappings()]


SAMPLES: Mapping[str, Any] = {"BIGINT": 7, "INTEGER": 7, "BOOLEAN": True, "DATE": date(2026, 11, 22)}


def a_row_in_every_table(connection: Connection) -> None:
    """Fill each table that holds nothing yet with one row of whatever its columns take."""
    found = MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        if table.name in {"alembic_version", "tenants"}:
            continue
        connection.execute(insert(table), [{column.name: sample_of(column) for column in table.columns}])


def sample_of(column: Column[Any]) -> Any:
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column
        return "catalogue" if target.table.name == "tenants" else sample_of(target)
    if isinstance(column.type, JSON):
        return {"甲": [1, None, "乙"]}
    if isinstance(column.type, DateTime):
        zone = UTC if getattr(column.type, "timezone", False) else None
        return datetime(2026, 3, 1, 23, 59, 59, 123456, zone)
    if isinstance(column.type, LargeBinary):
        return b"\x00\xff"
    return SAMPLES.get(str(column.type).upper(), f"值-{column.name}")


REVISIONS = [f"{number:04}" for number in range(1, int(migrating.HEAD) + 1)]


@pytest.mark.parametrize("before", REVISIONS[:-1])
def test_an_earlier_schema_is_brought_here_with_every_row_in_it(before: str, database_url: str) -> None:
    database = connect(database_url)
    with database.writing() as connection:
        migrating.upgrade(connection, before)
        a_row_in_every_table(connection)
        names = set(inspect(connection).get_table_names()) - {"alembic_version"}
        rows = {name: column_values(connection, name) for name in sorted(names)}
    assert all(rows.values()), "a table without a row proves nothing"
    migrating.migrate(database)
    with database.reading() as connection:
        assert migrating.revision(connection) == migrating.HEAD
        after = {name: column_values(connection, name) for name in sorted(names)}
    database.close()
    for name, old in rows.items():
        kept = [{column: row[column] for column in old[0]} for row in after[name]]
        assert kept == old, name
