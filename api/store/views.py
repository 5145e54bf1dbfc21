"""Saved views in SQL (视图): columns, order, widths, sorting and filters of a table, by account; no data of a party."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select

from api.access.viewers import Viewer
from api.store.database import Database
from api.store.storable import as_json, digest
from api.store.tenants import require_tenant
from api.store.view_tables import saved_views
from matcher.errors import InvalidValue

MOST_VIEWS = 30
"""So many views of one table an account may keep."""
LONGEST_NAME = 40
MOST_BYTES = 64 * 1024
View = Mapping[str, Any]
"""A grid's state as JSON."""


class ViewStore:
    """Views of each account. Each method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, viewer: Viewer, shown: str) -> dict[str, View]:
        """The viewer's own views of a table, by name."""
        query = select(saved_views.c.name, saved_views.c.view).where(_own(viewer, shown)).order_by(saved_views.c.name)
        with self._database.reading() as connection:
            return {row.name: row.view for row in connection.execute(query)}

    def keep(self, viewer: Viewer, shown: str, name: str, view: View, now: datetime) -> None:
        """Keep a view under its name, in the place of one that had it. Raises `InvalidValue`, `UnknownTenant`."""
        if not 0 < len(name) <= LONGEST_NAME or len(as_json(view)) > MOST_BYTES:
            raise InvalidValue(
                found=f"视图“{name[:LONGEST_NAME]}”",
                expected=f"1 到 {LONGEST_NAME} 字的名称，不超过 {MOST_BYTES:,} 字节的设置",
                remedy="请换一个名称，或清除部分筛选",
            )
        digest([shown, name, view])
        same = _own(viewer, shown) & (saved_views.c.name == name)
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            connection.execute(delete(saved_views).where(same))
            kept = connection.execute(select(func.count()).where(_own(viewer, shown))).scalar_one()
            if kept >= MOST_VIEWS:
                raise InvalidValue(
                    found=f"已有 {kept} 个视图", expected=f"至多 {MOST_VIEWS} 个", remedy="请先删除不用的视图"
                )
            row = {"tenant_id": viewer.tenant, "account_id": viewer.account_id or "", "shown": shown, "name": name}
            connection.execute(insert(saved_views).values(**row, view=dict(view), updated=now))

    def drop(self, viewer: Viewer, shown: str, name: str) -> None:
        """Remove a view; one that is not there is gone already."""
        with self._database.writing() as connection:
            connection.execute(delete(saved_views).where(_own(viewer, shown) & (saved_views.c.name == name)))


def _own(viewer: Viewer, shown: str) -> ColumnElement[bool]:
    columns = saved_views.c
    account = columns.account_id == (viewer.account_id or "")
    return (columns.tenant_id == viewer.tenant) & account & (columns.shown == shown)
