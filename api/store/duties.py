"""Duties in SQL (报送记录): who drafted or sent what about a duty and a period, in order, only ever added to."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import RowMapping, func, insert, select

from api.access.viewers import Viewer
from api.store.database import Database
from api.store.duty_tables import duty_steps
from api.store.storable import digest, require_id
from api.store.tenants import require_tenant


class Done(StrEnum):
    """What was done (办理)."""

    DRAFTED = "drafted"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class DutyStep:
    """One step about a duty and a period: what, recorded when, by whom, how, on which day, on what evidence."""

    duty: str
    period: str
    kind: Done
    at: datetime
    by: str
    how: str
    on: date
    evidence: tuple[str, ...] = ()


class DutyStore:
    """What a platform did about its duties. Each method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, viewer: Viewer, step: DutyStep) -> None:
        """Add a step. Raises `UnknownTenant`, and `InvalidValue` for text that cannot be stored."""
        digest([step.by, step.how, step.evidence])
        own = {"duty": require_id(step.duty), "period": require_id(step.period)}
        told = {name: getattr(step, name) for name in ("at", "by", "how", "on")}
        columns = duty_steps.c
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            before = select(func.count()).where(
                columns.tenant_id == viewer.tenant, columns.duty == step.duty, columns.period == step.period
            )
            number = connection.execute(before).scalar_one() + 1
            row = {"tenant_id": viewer.tenant, **own, "number": number, "kind": step.kind.value, **told}
            connection.execute(insert(duty_steps).values(**row, evidence=list(step.evidence)))

    def steps(self, viewer: Viewer) -> tuple[DutyStep, ...]:
        """Every step of the platform, by duty and period, in order."""
        columns = duty_steps.c
        query = select(duty_steps).where(columns.tenant_id == viewer.tenant)
        ordered = query.order_by(columns.duty, columns.period, columns.number)
        with self._database.reading() as connection:
            return tuple(_step(row) for row in connection.execute(ordered).mappings())


def _step(row: RowMapping) -> DutyStep:
    told = {name: row[name] for name in ("duty", "period", "at", "by", "how", "on")}
    return DutyStep(**told, kind=Done(row["kind"]), evidence=tuple(row["evidence"]))
