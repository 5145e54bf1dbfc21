"""The same criteria over a column of seekers (批量资格核验), as polars expressions held equal to `evaluation`.

States are small integers whose order makes "and" a minimum: unmet, unknown, manual review, not applicable, met.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, reduce
from typing import Any, cast

import polars as pl

from matcher.declarations.registry import REGISTRY
from matcher.derived_columns import age_expression, flag_expression
from matcher.eligibility.comparison import place_in_tree
from matcher.eligibility.criteria import All, AnyOf, Criterion, Leaf, Not, Operator, Scored, Table
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State
from matcher.eligibility.scores import LEVELS, hundredths, needed
from matcher.fields import Field, FieldType, PartyKind, Value
from matcher.parties import Values
from matcher.taxonomy import industries, regions

CODES: Mapping[State, int] = {
    State.UNMET: 0,
    State.UNKNOWN: 1,
    State.MANUAL_REVIEW: 2,
    State.NOT_APPLICABLE: 3,
    State.MET: 4,
}
STATES: tuple[State, ...] = tuple(CODES)

_DTYPES: Mapping[FieldType, pl.DataType] = {
    FieldType.CHOICES: pl.List(pl.String()),
    FieldType.COUNT: pl.Int64(),
    FieldType.MONEY: pl.Float64(),
    FieldType.PERCENT: pl.Float64(),
    FieldType.NUMBER: pl.Float64(),
    FieldType.DATE: pl.Date(),
    FieldType.FLAG: pl.Boolean(),
}
_NOT_COMPARED = {FieldType.TEXT, FieldType.CREDIT_CODE}


def column_schema() -> dict[str, pl.DataType]:
    """The columns of the store of seekers: `key`, `tenant`, `kind`, and one a field that rules compare."""
    fields = {item.code: _DTYPES.get(item.type, pl.String()) for item in REGISTRY if is_compared(item)}
    return {"key": pl.Int64(), "tenant": pl.String(), "kind": pl.String(), **fields}


def is_compared(field: Field) -> bool:
    """Whether rules may compare a field: all but free texts and codes; the zone's name is compared."""
    return field.code == "zone" or field.type not in _NOT_COMPARED


@dataclass(frozen=True, slots=True)
class Row:
    """One seeker to be laid out as columns: its key, platform, kind and derived values."""

    key: int
    tenant: str
    kind: PartyKind
    values: Values


def column_frame(rows: Iterable[Row]) -> pl.DataFrame:
    """Lay rows out as columns; an unknown value is null. Money and shares become float64."""
    schema = column_schema()
    columns: dict[str, list[Any]] = {name: [] for name in schema}
    for row in rows:
        given: dict[str, Any] = {"key": row.key, "tenant": row.tenant, "kind": row.kind.value}
        for name, column in columns.items():
            column.append(given[name] if name in given else _cell(row.values.get(name)))
    return pl.DataFrame(columns, schema=schema)


def _cell(value: Value | None) -> Any:
    if value is None or isinstance(value, str | bool | int | date):
        return value
    return list(value) if isinstance(value, tuple) else float(value)


def state_codes(frame: pl.DataFrame, criterion: Criterion | None, at: date) -> pl.Series:
    """The state's code (UInt8) of each row of a frame on a day."""
    return frame.with_columns(_state=state_expression(criterion, at))["_state"]


def state_expression(criterion: Criterion | None, at: date) -> pl.Expr:
    """Compile criteria into an expression that gives the state's code (UInt8) of each row on a day."""
    if criterion is None:
        return pl.lit(CODES[State.MET], dtype=pl.UInt8)
    return _expression(criterion, at).cast(pl.UInt8)


def _expression(criterion: Criterion, at: date) -> pl.Expr:
    match criterion:
        case Leaf():
            return _leaf(criterion, at)
        case Not(child=child):
            return _negated(_expression(child, at))
        case All(children=children):
            return pl.min_horizontal(*(_expression(child, at) for child in children), _literal(State.MET))
        case AnyOf(children=children, least=least):
            return _at_least([_expression(child, at) for child in children], least)
        case Scored():
            return _scored(criterion, at)


def _scored(scored: Scored, at: date) -> pl.Expr:
    """The first level of certainty at which the points suffice (see `scores`), else unmet."""
    bands = [[_expression(band.when, at) for band in table.bands] for table in scored.tables]
    result = _literal(State.UNMET)
    for place in reversed(range(len(LEVELS))):
        points = [_points(table, row, place) for table, row in zip(scored.tables, bands, strict=True)]
        result = pl.when(_suffices(scored, points)).then(_literal(LEVELS[place])).otherwise(result)
    return result


def _points(table: Table, states: list[pl.Expr], place: int) -> pl.Expr:
    counted = [CODES[state] for state in LEVELS[: place + 1]]
    given = (
        pl.when(state.is_in(counted)).then(pl.lit(hundredths(band.points), dtype=pl.Int64)).otherwise(0)
        for band, state in zip(table.bands, states, strict=True)
    )
    return pl.max_horizontal(*given)


def _suffices(scored: Scored, points: list[pl.Expr]) -> pl.Expr:
    tables = list(zip(scored.tables, points, strict=True))
    zero = pl.lit(0, dtype=pl.Int64)
    whole = [zero, *(given for table, given in tables if not table.group)]
    reached: list[pl.Expr] = []
    for group in scored.groups:
        within = pl.sum_horizontal(zero, *(given for table, given in tables if table.group == group.name))
        capped = within if group.most is None else pl.min_horizontal(within, pl.lit(hundredths(group.most), dtype=pl.Int64))
        whole.append(capped)
        reached.append(capped >= hundredths(group.least or Decimal(0)))
    return pl.all_horizontal(pl.sum_horizontal(*whole) >= needed(scored), *reached)


def _at_least(children: list[pl.Expr], least: int) -> pl.Expr:
    reachable = pl.lit(0, dtype=pl.Int64)
    steps: list[tuple[pl.Expr, State]] = []
    for state in (State.MET, State.UNKNOWN, State.MANUAL_REVIEW, State.NOT_APPLICABLE):
        reachable = reduce(lambda total, child: total + (child == CODES[state]), children, reachable)
        steps.append((reachable >= least, state))
    result = _literal(State.UNMET)
    for reached, state in reversed(steps):
        result = pl.when(reached).then(_literal(state)).otherwise(result)
    return result


def _negated(state: pl.Expr) -> pl.Expr:
    met, unmet = CODES[State.MET], CODES[State.UNMET]
    return (
        pl.when(state == met)
        .then(_literal(State.UNMET))
        .when(state == unmet)
        .then(_literal(State.MET))
        .otherwise(state)
    )


def _literal(state: State) -> pl.Expr:
    return pl.lit(CODES[state], dtype=pl.UInt8)


def _leaf(leaf: Leaf, at: date) -> pl.Expr:
    if leaf.operator is Operator.MANUAL:
        return _literal(State.MANUAL_REVIEW)
    column = dated_column(leaf.field, at)
    decided = _decided(leaf, column)
    if REGISTRY[leaf.field].type is FieldType.CHOICE:
        decided = pl.when(column == NOT_APPLICABLE_VALUE).then(_literal(State.NOT_APPLICABLE)).otherwise(decided)
    return pl.when(column.is_null()).then(_literal(State.UNKNOWN)).otherwise(decided)


def dated_column(code: str, at: date) -> pl.Expr:
    """A field's column as it stands on a day: ages grow, certificates expire."""
    if code == "age_years":
        return age_expression(at)
    if REGISTRY[code].valid_to is not None:
        return flag_expression(REGISTRY[code], at)
    return pl.col(code)


_COMPARISONS: Mapping[Operator, Callable[[pl.Expr, Any], pl.Expr]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.GE: operator.ge,
    Operator.GT: operator.gt,
    Operator.LE: operator.le,
    Operator.LT: operator.lt,
    Operator.IN: lambda column, wanted: column.is_in(wanted),
    Operator.NOT_IN: lambda column, wanted: ~column.is_in(wanted),
    Operator.HAS_ANY: lambda column, wanted: column.list.set_intersection(wanted).list.len() > 0,
    Operator.HAS_ALL: lambda column, wanted: pl.all_horizontal(*(column.list.contains(item) for item in wanted)),
}


def _decided(leaf: Leaf, column: pl.Expr) -> pl.Expr:
    if leaf.operator is Operator.UNDER:
        places = _places(leaf.field, cast(tuple[str, ...], leaf.value))
        within, coarser = (column.is_in(places[state]) for state in (State.MET, State.UNKNOWN))
        met = pl.when(within).then(_literal(State.MET)).when(coarser).then(_literal(State.UNKNOWN))
        return met.otherwise(_literal(State.UNMET))
    holds = _COMPARISONS[leaf.operator](column, _cell(leaf.value))
    return pl.when(holds).then(_literal(State.MET)).otherwise(_literal(State.UNMET))


@cache
def _places(field: str, wanted: tuple[str, ...]) -> Mapping[State, list[str]]:
    codes = industries.all_codes() if field == "industry" else regions.all_codes()
    places: dict[State, list[str]] = {state: [] for state in State}
    for code in codes:
        places[place_in_tree(field, code, wanted)].append(code)
    return places
