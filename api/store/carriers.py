"""What is told of carriers in SQL (载体填报): values, targets and focus, by whom, on what evidence; only added to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import RowMapping, func, insert, select

from api.access.viewers import Viewer
from api.store.carrier_tables import carrier_focus, carrier_values
from api.store.database import Database
from api.store.storable import digest, require_id
from api.store.tenants import require_tenant


class Told(StrEnum):
    """What a value says (填报类别): what came about, or what was promised for the year."""

    ACTUAL = "actual"
    TARGET = "target"


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
    kind: Told = Told.ACTUAL


@dataclass(frozen=True, slots=True)
class EnteredFocus:
    """What a carrier focuses on: classes by industry code of GB/T 4754, told when and by whom."""

    industries: Mapping[str, str]
    at: datetime
    by: str


class CarrierStore:
    """What was told. Each method may raise `StoreUnavailable`; whether the carrier is the viewer's the desk asks."""

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
            connection.execute(insert(carrier_values).values(**row, kind=entered.kind.value))

    def entered(self, viewer: Viewer, party: str) -> tuple[EnteredValue, ...]:
        """All that was entered for a carrier, by year and indicator, in order."""
        return self.entered_by_carrier(viewer, party).get(party, ())

    def entered_by_carrier(self, viewer: Viewer, party: str | None = None) -> dict[str, tuple[EnteredValue, ...]]:
        """All that was entered on a platform, or for one carrier of it, by carrier."""
        columns = carrier_values.c
        own = columns.tenant_id == viewer.tenant
        if party is not None:
            own &= columns.party_id == party
        ordered = (columns.party_id, columns.year, columns.indicator, columns.number)
        found: dict[str, list[EnteredValue]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(select(carrier_values).where(own).order_by(*ordered)).mappings():
                found.setdefault(row["party_id"], []).append(_entered(row))
        return {carrier: tuple(values) for carrier, values in found.items()}

    def focus(self, viewer: Viewer, party: str, told: EnteredFocus) -> None:
        """Keep what a carrier focuses on. Raises `UnknownTenant`, and `InvalidValue` for text that cannot be kept."""
        digest([told.by, dict(told.industries)])
        columns = carrier_focus.c
        with self._database.writing() as connection:
            require_tenant(connection, viewer.tenant)
            own = (columns.tenant_id == viewer.tenant) & (columns.party_id == require_id(party))
            number = connection.execute(select(func.count()).where(own)).scalar_one() + 1
            row = {"tenant_id": viewer.tenant, "party_id": party, "number": number, "at": told.at, "by": told.by}
            connection.execute(insert(carrier_focus).values(**row, industries=dict(told.industries)))

    def focuses(self, viewer: Viewer, party: str | None = None) -> dict[str, EnteredFocus]:
        """What each carrier of a platform, or one of them, focuses on; a carrier that has not told is absent."""
        columns = carrier_focus.c
        own = columns.tenant_id == viewer.tenant
        if party is not None:
            own &= columns.party_id == party
        query = select(carrier_focus).where(own).order_by(columns.party_id, columns.number)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings()
            return {row["party_id"]: EnteredFocus(row["industries"], row["at"], row["by"]) for row in rows}


def _entered(row: RowMapping) -> EnteredValue:
    told = {name: row[name] for name in ("party_id", "year", "indicator", "at", "by", "on")}
    return EnteredValue(**told, value=Decimal(row["value"]), evidence=tuple(row["evidence"]), kind=Told(row["kind"]))
