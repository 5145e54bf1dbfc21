"""One row to one party (行到主体): a bad cell leaves its field unknown, only a row without a name is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from api.exchange.cells import read_cell, written
from api.exchange.columns import Binding, Column, ColumnPlan
from api.exchange.identity import IDENTIFYING, party_id
from api.exchange.industry_codes import IndustryText, resolve_industry
from api.exchange.places import PlaceText, resolve_place
from api.exchange.problems import RowProblem, RowResult, Severity
from api.exchange.reading import Row
from api.exchange.records import cell_text
from matcher.fields import FieldRegistry, PartyKind, Value
from matcher.parties import Fact, Party

_JOINT = frozenset({"region", "address", "zone", "industry"})
"""Fields that are read together with what stands in other columns."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What every fact of a file shares: kind of party, platform, source, the day it was observed."""

    kind: PartyKind
    tenant: str
    source: str
    observed_on: date


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows by a plan of columns."""

    plan: ColumnPlan
    origin: Origin
    registry: FieldRegistry

    def read(self, row: Row) -> RowResult:
        """Give the party of a row with everything doubtful about it, or the reason why there is none."""
        cells = tuple(map(cell_text, row.cells))
        if row.fault:
            return RowResult(row.line, None, (_refused("", "", "ragged_row", row.fault),), cells)
        name = self._name(row)
        values, problems = self._values(row, name or "")
        if name is None:
            header = self.plan.name.column.header
            return RowResult(row.line, None, (_refused(header, "", "name_missing", "没有主体名称"), *problems), cells)
        if row.beyond:
            problems.append(RowProblem("", row.beyond, "beyond_columns", "列名以外还有内容，未读取"))
        return RowResult(row.line, self._party(name, values), tuple(problems), cells)

    def identify(self, row: Row) -> str | None:
        """Give the id that the row's party will have, reading no more than that takes; None for a rejected row."""
        name = None if row.fault else self._name(row)
        if name is None:
            return None
        bindings = (self.plan.binding(code) for code in IDENTIFYING)
        values, _ = _read(row, (item for item in bindings if item is not None))
        return party_id(self.origin.kind, name, values)

    def _name(self, row: Row) -> str | None:
        value, _ = read_cell(self.plan.name, row.cells[self.plan.name.column.place])
        return value if isinstance(value, str) else None

    def _values(self, row: Row, name: str) -> tuple[dict[str, Value], list[RowProblem]]:
        plain = [item for item in self.plan.bindings if item.field.code not in _JOINT]
        values, problems = _read(row, plain)
        for more, doubts in (self._place(row, name), self._industry(row)):
            values |= more
            problems += doubts
        problems += self._future(values)
        return {code: value for code, value in values.items() if code in self.registry}, problems

    def _place(self, row: Row, name: str) -> tuple[dict[str, Value], list[RowProblem]]:
        region, address, zone = (self.plan.binding(code) for code in ("region", "address", "zone"))
        parts = " ".join(filter(None, (_text(row, column) for column in self.plan.places)))
        texts = [PlaceText("、".join(column.header for column in self.plan.places), parts)] if parts else []
        if region and (stated := _text(row, region.column)):
            texts.append(PlaceText(region.column.header, stated))
        values, problems = _read(row, (item for item in (address, zone) if item))
        if address and "address" in values:
            texts.append(PlaceText(address.column.header, str(values["address"]), is_address=True))
        place = resolve_place(texts, str(values.get("zone", "")), name)
        known: dict[str, Value | None] = {"region": place.region, "zone": place.zone}
        return values | {code: value for code, value in known.items() if value}, [*problems, *place.problems]

    def _industry(self, row: Row) -> tuple[dict[str, Value], list[RowProblem]]:
        """Codes with names if the file has them, else one column; what is no GB/T 4754 text is kept as a label."""
        coded = [
            IndustryText(item.code.header, _text(row, item.code), _text(row, item.name) if item.name else "")
            for item in self.plan.industries
        ]
        if coded:
            code, doubts = resolve_industry(coded)
            return {"industry": code} if code else {}, list(doubts)
        binding = self.plan.binding("industry")
        if binding is None:
            return {}, []
        values, problems = _read(row, (binding,))
        if problems and self.plan.binding("industry_label") is None and "industry_label" in self.registry:
            labels, _ = _read(row, (replace(binding, field=self.registry["industry_label"]),))
            return labels, problems
        return values, problems

    def _future(self, values: dict[str, Value]) -> list[RowProblem]:
        """A firm cannot have been founded after the day of observation: the date is taken out and reported."""
        founded, binding = values.get("founded_on"), self.plan.binding("founded_on")
        if binding is None or not isinstance(founded, date) or founded <= self.origin.observed_on:
            return []
        del values["founded_on"]
        message = f"{binding.field.label}晚于数据日期 {self.origin.observed_on.isoformat()}，未采用；请核对"
        return [RowProblem(binding.column.header, founded.isoformat(), "future_date", message)]

    def _party(self, name: str, values: Mapping[str, Value]) -> Party:
        origin = self.origin
        facts = {code: Fact(value, origin.source, origin.observed_on) for code, value in values.items()}
        return Party(
            id=party_id(origin.kind, name, values),
            kind=origin.kind,
            name=name,
            facts=facts,
            tenant=origin.tenant,
            source=origin.source,
            observed_on=origin.observed_on,
        )


def _read(row: Row, bindings: Iterable[Binding]) -> tuple[dict[str, Value], list[RowProblem]]:
    values: dict[str, Value] = {}
    problems: list[RowProblem] = []
    for binding in bindings:
        value, problem = read_cell(binding, row.cells[binding.column.place])
        if value is not None:
            values[binding.field.code] = value
        if problem is not None:
            problems.append(problem)
    return values, problems


def _text(row: Row, column: Column) -> str:
    return written(row.cells[column.place])


def _refused(column: str, value: str, code: str, message: str) -> RowProblem:
    return RowProblem(column, value, code, message, Severity.REFUSED)
