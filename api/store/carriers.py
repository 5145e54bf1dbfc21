"""Values of carriers' indicators in SQL (载体填报): who entered what, when, on what evidence; only ever added to."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import RowMapping, func, insert, select

from api.access.viewers import Viewer
from api.store.carrier_tables import carrier_values
from api.store.database import Database
from api.store.storable import digest, require_id
from api.store.tenants import require_tenant


@dataclass(frozen=True, slots=True)
class EnteredValue:
    """A value of an indicator, in its unit, for a carrier and a year; `on` is the day in China on which it was told."""

    party_id: str
    year: int
    indicator: str
    value: Decimal
    at: datetime
    by: str
    on: date
    evidence: tuple[str, ...]


class CarrierStore:
    """Entered values. Each method may raise `StoreUnavailable`; whether the carrier is the viewer's the desk asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(self, viewer: Viewer, entered: EnteredValue) -> None:
        """Add a value; the last one counts. Raises `UnknownTenant`, and `InvalidValue` for text that cannot be kept."""
        digest([entered.by, entered.evidence])
        key = {name: getattr(entered, name) for name in ("party_id", "year", "indicator")}
        require_id(entered.party_id)
        told = {"value": str(entered.value), "at": entered.at, "by": entered.by, "on": entered.on}
        columns = carrier_values.c
        same = [columns[name] == value for name, value in key.items()]
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            before = select(func.count()).where(columns.tenant_id == viewer.tenant, *same)
            number = connection.execute(before).scalar_one() + 1
            row = {"tenant_id": viewer.tenant, **key, "number": number, **told, "evidence": list(entered.evidence)}
            connection.execute(insert(carrier_values).values(**row))

    def entered(self, viewer: Viewer, party: str) -> tuple[EnteredValue, ...]:
        """All that was entered for a carrier, by year and indicator, in order."""
        columns = carrier_values.c
        own = (columns.tenant_id == viewer.tenant) & (columns.party_id == party)
        query = select(carrier_values).where(own).order_by(columns.year, columns.indicator, columns.number)
        with self._database.reading() as connection:
            return tuple(_entered(row) for row in connection.execute(query).mappings())


def _entered(row: RowMapping) -> EnteredValue:
    told = {name: row[name] for name in ("party_id", "year", "indicator", "at", "by", "on")}
    return EnteredValue(**told, value=Decimal(row["value"]), evidence=tuple(row["evidence"]))
