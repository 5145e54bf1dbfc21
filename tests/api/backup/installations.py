"""An installation with a row of every kind in every table, and what is in a database, table by table."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import insert, inspect

from api.access.viewers import Viewer
from api.backup.rows import tables_of
from api.settings import Settings
from api.store.database import connect
from api.store.store import open_store
from api.store.tables import imports
from api.store.tenants import Tenant, Tier
from matcher.catalogue.loader import load_catalogue
from matcher.fields import PartyKind
from matcher.parties import Fact, Party

DAY = date(2026, 11, 22)
NAMES = ("甲“引号”\n换行", "乙🧪", "丙")


def settings_of(data: Path, database_url: str | None = None) -> Settings:
    return Settings.load(data=data, database_url=database_url)


def fill(settings: Settings) -> None:
    """Parties (one of them removed, so that a counter is past its rows), platforms that refer to each other, offers."""
    store = open_store(settings.store_url)
    viewer = Viewer()
    store.tenants.ensure(Tenant("z-above", "全国平台", Tier.NATIONAL))
    store.tenants.ensure(Tenant("a-below", "地方平台", Tier.LOCAL, parent_id="z-above"))
    catalogue = load_catalogue()
    store.offers.replace_catalogue(list(catalogue.offers.values())[:20], catalogue.version)
    facts = {
        "revenue_wan": Fact(Decimal("293525000.10"), "税务", DAY),
        "is_independent_legal_person": Fact(False, "自填\\u0000", DAY),
        "headcount": Fact(10**18, "自填", DAY),
        "founded_on": Fact(date(1949, 10, 1), "工商", DAY),
    }
    parties = [Party(f"p-{n}", PartyKind.ENTERPRISE, name, facts, "local", "测试", DAY) for n, name in enumerate(NAMES)]
    store.parties.upsert_many(viewer, parties)
    store.parties.delete(viewer, "p-2")
    begun = store.imports.start(viewer, kind=PartyKind.ENTERPRISE, file_name="名录.csv", sha256="0" * 64)
    store.imports.finish(viewer, begun.id, {"rows": 3})
    with store.parties._database.writing() as connection:
        row = {"id": "open", "tenant_id": "local", "kind": "team", "file_name": "x", "sha256": "y", "counts": {}}
        moment = datetime(2026, 3, 1, 23, 59, 59, 123456, UTC)
        connection.execute(insert(imports).values(**row, started=moment, finished=None))
    store.close()
    kept = settings.data / "imports" / f"{begun.id}.csv"
    kept.parent.mkdir(parents=True)
    kept.write_text("行号,原因\n3,存疑\n", encoding="utf-8")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents(settings: Settings, *, but_identity: bool = True) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table; the identity is what a restored database does not share."""
    database = connect(settings.store_url)
    found: dict[str, list[dict[str, Any]]] = {}
    with database.reading() as connection:
        for table in tables_of(connection):
            rows = [dict(row) for row in connection.execute(table.select()).mappings()]
            shown = [{name: _plain(value) for name, value in row.items()} for row in rows]
            found[table.name] = sorted(shown, key=repr)
        assert inspect(connection).has_table("alembic_version")
    database.close()
    if but_identity:
        found["marks"] = [row for row in found["marks"] if row["name"] != "identity"]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value
