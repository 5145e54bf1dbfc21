"""Pipelines in SQL (流程文件): each version as its file said, so that what was begun under it goes on under it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, insert, select

from api.access.viewers import Viewer
from api.errors import UnknownPipeline
from api.store.database import Database
from api.store.deal_tables import pipelines
from api.store.storable import digest, require_id
from api.store.tenants import require_tenant


@dataclass(frozen=True, slots=True)
class PipelineFile:
    """One version of a pipeline: the name of its file, for messages, and what stands in it."""

    id: str
    version: str
    file: str
    content: str
    kept: datetime


class PipelineStore:
    """Pipelines of a platform. Each method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, viewer: Viewer, kept: PipelineFile) -> None:
        """Keep a version, once. Raises `UnknownTenant`, and `InvalidValue` for text that cannot be stored."""
        digest([require_id(kept.id), kept.file, kept.content])
        row = {name: getattr(kept, name) for name in PipelineFile.__slots__}
        own = (pipelines.c.tenant_id == viewer.tenant) & (pipelines.c.id == kept.id)
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            same = select(pipelines.c.id).where(own & (pipelines.c.version == kept.version))
            if connection.execute(same).first() is None:
                connection.execute(insert(pipelines).values(tenant_id=viewer.tenant, **row))

    def get(self, viewer: Viewer, pipeline: str, version: str) -> PipelineFile:
        """One version; raise `UnknownPipeline`."""
        for found in self.versions(viewer, pipeline):
            if found.version == version:
                return found
        raise UnknownPipeline(
            found=f"流程 {pipeline[:80]!a} 的版本 {version[:40]!a}", expected="本平台保存的版本", remedy="请核对编号"
        )

    def versions(self, viewer: Viewer, pipeline: str | None = None) -> tuple[PipelineFile, ...]:
        """The versions of one pipeline, or of all, the latest first."""
        own = pipelines.c.tenant_id == viewer.tenant
        if pipeline is not None:
            own &= pipelines.c.id == pipeline
        order = (pipelines.c.kept.desc(), pipelines.c.id, pipelines.c.version)
        with self._database.reading() as connection:
            return tuple(
                _file(row) for row in connection.execute(select(pipelines).where(own).order_by(*order)).mappings()
            )


def _file(row: RowMapping) -> PipelineFile:
    return PipelineFile(**{name: row[name] for name in PipelineFile.__slots__})
