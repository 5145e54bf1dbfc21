"""The tables: made from nothing, the same as declared, refused when of a later version, made once by many at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

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
