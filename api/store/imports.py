"""Imports (导入批次): which file came when, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select, update

from api.access.viewers import Viewer
from api.errors import UnknownImport
from api.store.database import Database
from api.store.storable import digest, is_id
from api.store.tables import imports
from api.store.tenants import require_tenant
from matcher.fields import PartyKind


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import: the file by name and sha256, and counts of rows by outcome. `finished` None: it did not end."""

    id: str
    tenant: str
    kind: PartyKind
    file_name: str
    sha256: str
    started: datetime
    finished: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


class ImportStore:
    """Imports of a platform."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, viewer: Viewer, *, kind: PartyKind, file_name: str, sha256: str) -> ImportRecord:
        """Note that an import begins. Raises `UnknownTenant`, and `InvalidValue` for an unstorable file name."""
        digest([file_name, sha256])
        made = ImportRecord(uuid4().hex, viewer.tenant, kind, file_name, sha256, datetime.now(UTC))
        row: dict[str, Any] = {
            "id": made.id,
            "tenant_id": made.tenant,
            "kind": kind.value,
            "file_name": file_name,
            "sha256": sha256,
            "started": made.started,
            "finished": None,
            "counts": {},
        }
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            connection.execute(insert(imports).values(**row))
        return made

    def finish(self, viewer: Viewer, batch: str, counts: Mapping[str, int]) -> ImportRecord:
        """Note that an import ended, with its counts; raise `UnknownImport`."""
        done = {"finished": datetime.now(UTC), "counts": dict(counts)}
        own = (imports.c.id == batch) & (imports.c.tenant_id == viewer.tenant)
        with self._database.writing() as connection:
            if not is_id(batch) or not connection.execute(update(imports).where(own).values(**done)).rowcount:
                raise _unknown(batch)
        return self.get(viewer, batch)

    def get(self, viewer: Viewer, batch: str) -> ImportRecord:
        """Give one import of the viewer's platform; raise `UnknownImport`."""
        query = select(imports).where(imports.c.id == batch, imports.c.tenant_id == viewer.tenant)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none() if is_id(batch) else None
        if row is None:
            raise _unknown(batch)
        return _record(*row)

    def list(self, viewer: Viewer, limit: int = 100) -> tuple[ImportRecord, ...]:
        """The platform's imports, the latest first."""
        own = select(imports).where(imports.c.tenant_id == viewer.tenant)
        with self._database.reading() as connection:
            rows = connection.execute(own.order_by(imports.c.started.desc(), imports.c.id).limit(limit)).all()
        return tuple(_record(*row) for row in rows)


def _record(  # noqa: PLR0913, PLR0917  # one argument a column
    batch: str,
    tenant: str,
    kind: str,
    file_name: str,
    sha256: str,
    started: datetime,
    finished: datetime | None,
    counts: Mapping[str, int],
) -> ImportRecord:
    return ImportRecord(batch, tenant, PartyKind(kind), file_name, sha256, started, finished, counts)


def _unknown(batch: str) -> UnknownImport:
    return UnknownImport(found=f"导入批次 {batch[:40]!a}", expected="本平台的导入批次", remedy="请核对批次编号")
