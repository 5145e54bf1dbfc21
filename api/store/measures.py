"""Files of measures in SQL (评价办法文件): each version as it was uploaded, none is lost."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, func, insert, select

from api.access.viewers import Viewer
from api.store.carrier_tables import carrier_measures
from api.store.database import Database
from api.store.storable import digest
from api.store.tenants import require_tenant


@dataclass(frozen=True, slots=True)
class MeasuresFile:
    """A version of a platform's measures: its file's name, for messages, what stands in it, since when, by whom."""

    version: str
    file: str
    content: str
    kept: datetime
    by: str


class MeasuresStore:
    """A platform's own measures. Each method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, viewer: Viewer, kept: MeasuresFile) -> None:
        """Keep a version as the last; what is the last already is left. Raises `UnknownTenant`, `InvalidValue`."""
        digest([kept.file, kept.content, kept.by])
        columns, row = carrier_measures.c, {name: getattr(kept, name) for name in MeasuresFile.__slots__}
        own = columns.tenant_id == viewer.tenant
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            last = select(columns.version).where(own).order_by(columns.number.desc()).limit(1)
            if connection.execute(last).scalar_one_or_none() == kept.version:
                return
            number = connection.execute(select(func.count()).where(own)).scalar_one() + 1
            connection.execute(insert(carrier_measures).values(tenant_id=viewer.tenant, number=number, **row))

    def versions(self, viewer: Viewer) -> tuple[MeasuresFile, ...]:
        """A platform's own versions, the last first."""
        columns = carrier_measures.c
        query = select(carrier_measures).where(columns.tenant_id == viewer.tenant).order_by(columns.number.desc())
        with self._database.reading() as connection:
            return tuple(_file(row) for row in connection.execute(query).mappings())


def _file(row: RowMapping) -> MeasuresFile:
    return MeasuresFile(**{name: row[name] for name in MeasuresFile.__slots__})
