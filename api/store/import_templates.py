"""Column templates of imports (导入列模板): which heading fills which field, under a name, for files of one source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import RowMapping, delete, insert, select

from api.access.viewers import Viewer
from api.errors import UnknownImport
from api.store.database import Database
from api.store.import_columns import checked_columns
from api.store.revision_tables import import_templates
from api.store.storable import digest, is_id
from api.store.tenants import require_tenant
from matcher.fields import PartyKind


@dataclass(frozen=True, slots=True)
class ImportTemplate:
    """A template: `columns` give a field's code by heading; an empty code leaves the column out."""

    id: str
    name: str
    kind: PartyKind
    columns: Mapping[str, str]
    updated: datetime


class ImportTemplateStore:
    """Templates of a platform. Each method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(
        self, viewer: Viewer, name: str, kind: PartyKind, columns: Mapping[str, str], now: datetime
    ) -> ImportTemplate:
        """Keep a template under its name, in the place of one that had it. Raises `UnknownField`, `InvalidValue`."""
        checked = checked_columns(kind, columns)
        digest([name, dict(checked)])
        made = ImportTemplate(uuid4().hex, name, kind, checked, now)
        own = (import_templates.c.tenant_id == viewer.tenant) & (import_templates.c.name == name)
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            connection.execute(delete(import_templates).where(own))
            row = {"id": made.id, "name": name, "kind": kind.value, "columns": dict(checked), "updated": now}
            connection.execute(insert(import_templates).values(tenant_id=viewer.tenant, **row))
        return made

    def list(self, viewer: Viewer) -> tuple[ImportTemplate, ...]:
        """The platform's templates, by name."""
        own = import_templates.c.tenant_id == viewer.tenant
        with self._database.reading() as connection:
            rows = connection.execute(select(import_templates).where(own).order_by(import_templates.c.name)).mappings()
            return tuple(_template(row) for row in rows)

    def get(self, viewer: Viewer, template: str) -> ImportTemplate:
        """One template of the platform. Raises `UnknownImport`."""
        own = (import_templates.c.tenant_id == viewer.tenant) & (import_templates.c.id == template)
        with self._database.reading() as connection:
            query = select(import_templates).where(own)
            row = connection.execute(query).mappings().one_or_none() if is_id(template) else None
        if row is None:
            raise _unknown(template)
        return _template(row)

    def delete(self, viewer: Viewer, template: str) -> None:
        """Remove a template. Raises `UnknownImport`."""
        own = (import_templates.c.tenant_id == viewer.tenant) & (import_templates.c.id == template)
        with self._database.writing() as connection:
            if not is_id(template) or not connection.execute(delete(import_templates).where(own)).rowcount:
                raise _unknown(template)


def _template(row: RowMapping) -> ImportTemplate:
    return ImportTemplate(row["id"], row["name"], PartyKind(row["kind"]), row["columns"], row["updated"])


def _unknown(template: str) -> UnknownImport:
    return UnknownImport(
        found=f"列模板 {template[:40]!a}", expected="本平台的列模板", remedy="请核对编号，或刷新后再选"
    )
