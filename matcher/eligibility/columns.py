"""The same criteria over a column of seekers (批量资格核验), held equal to `evaluation` by a property test.

Each single condition is one pass over its column, that gives a bitmap; the logic on top of it is `masks`. Places,
industries and choices are stored as numbers with a dictionary (polars Enum), so that no text is compared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from matcher.declarations.registry import REGISTRY
from matcher.eligibility.column_leaves import codes_in_order, leaf_masks
from matcher.eligibility.column_scores import scored_masks
from matcher.eligibility.criteria import All, AnyOf, Criterion, Leaf, Not, Scored, leaves
from matcher.eligibility.masks import Masks, all_in, at_least, conjunction, negation, spread, union
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State
from matcher.fields import Field, FieldType, PartyKind, Value
from matcher.parties import Values

"""The states' codes as `state_codes` gives them, and the states in the order of their codes."""

_DTYPES = {
    FieldType.CHOICES: pl.List(pl.String()),
    FieldType.COUNT: pl.Int64(),
    FieldType.MONEY: pl.Float64(),
    FieldType.PERCENT: pl.Float64(),
    FieldType.NUMBER: pl.Float64(),
    FieldType.DATE: pl.Date(),
    FieldType.FLAG: pl.Boolean(),
}
_WORTH_FILTERING = 0.7
_NOT_COMPARED = {FieldType.TEXT, FieldType.CREDIT_CODE}


@cache
def _tree_type(code: str) -> pl.Enum:
    return pl.Enum(codes_in_order(code))


def _dtype(field: Field) -> pl.DataType:
    if field.type in (FieldType.REGION, FieldType.INDUSTRY):
        return _tree_type("industry" if field.type is FieldType.INDUSTRY else "region")
    if field.type is FieldType.CHOICE:
        return pl.Enum((*field.choices, NOT_APPLICABLE_VALUE))
    return _DTYPES.get(field.type, pl.String())


def column_schema() -> dict[str, pl.DataType]:
    """The columns of the store of seekers: `key`, `tenant`, `kind`, and one a field that rules compare."""
    fields = {item.code: _dtype(item) for item in REGISTRY if is_compared(item)}
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
    """Lay rows out as columns; an unknown value is null. Money and shares become float64.

    A place, industry or choice that the taxonomy or the field no longer holds is unknown.
    """
    schema = column_schema()
    columns: dict[str, list[Any]] = {name: [] for name in schema}
    for row in rows:
        given: dict[str, Any] = {"key": row.key, "tenant": row.tenant, "kind": row.kind.value}
        for name, column in columns.items():
            column.append(given[name] if name in given else _cell(row.values.get(name)))
    plain = {name: pl.String() if isinstance(dtype, pl.Enum) else dtype for name, dtype in schema.items()}
    return pl.DataFrame(columns, schema=plain).cast(schema, strict=False)  # type: ignore[arg-type]


def _cell(value: Value | None) -> Any:
    if value is None or isinstance(value, str | bool | int | date):
        return value
    return list(value) if isinstance(value, tuple) else float(value)


def state_codes(frame: pl.DataFrame, criterion: Criterion | None, at: date) -> pl.Series:
    """The state's code (UInt8, `codes.CODES`) of each row of a frame on a day; no criterion is met."""
    if criterion is None:
        return all_in(State.MET, frame.height).codes()
    return _Columns(frame, at, {}).masks(criterion).codes()


@dataclass(frozen=True, slots=True)
class _Columns:
    """A frame on a day; a condition that stands twice in a rule is compared once."""

    frame: pl.DataFrame
    at: date
    seen: dict[tuple[str, str, Value | None], Masks]

    def masks(self, criterion: Criterion) -> Masks:
        size = self.frame.height
        match criterion:
            case Leaf():
                return self._leaf(criterion)
            case Not(child=child):
                return negation(self.masks(child))
            case All(children=children):
                return self._together(children)
            case AnyOf(children=children, least=least):
                return at_least([self.masks(child) for child in children], least, size)
            case Scored(tables=tables):
                bands = [[self.masks(band.when) for band in table.bands] for table in tables]
                return scored_masks(criterion, bands, size)

    def _together(self, children: Sequence[Criterion]) -> Masks:
        """What must hold together; a score is worked out only for the rows that nothing else excludes."""
        size = self.frame.height
        scores = [child for child in children if _is_score(child)]
        parts = [self.masks(child) for child in children if not _is_score(child)]
        open_yet = ~union(size, *(part.unmet for part in parts)) if scores else pl.Series(dtype=pl.Boolean)
        if scores and parts and open_yet.sum() < size * _WORTH_FILTERING:
            fields = {leaf.field for child in scores for leaf in leaves(child)}
            needed = [name for name in self.frame.columns if name in fields | _dated(fields)]
            inner = _Columns(self.frame.select(needed or self.frame.columns[:1]).filter(open_yet), self.at, {})
            return conjunction([*parts, *(spread(inner.masks(child), open_yet.to_numpy()) for child in scores)], size)
        parts += [self.masks(child) for child in scores]
        return conjunction(parts, size) if parts else all_in(State.MET, size)

    def _leaf(self, leaf: Leaf) -> Masks:
        key = leaf.field, leaf.operator.value, leaf.value
        found = self.seen.get(key)
        if found is None:
            found = self.seen[key] = leaf_masks(self.frame, leaf, self.at)
        return found


def _is_score(criterion: Criterion) -> bool:
    match criterion:
        case Scored():
            return True
        case Not(child=child):
            return _is_score(child)
        case All(children=children) | AnyOf(children=children):
            return any(_is_score(child) for child in children)
    return False


def _dated(fields: Iterable[str]) -> set[str]:
    """The columns that decide, beside a field's own, what it is worth on a day."""
    dates = {REGISTRY[code].valid_to or "" for code in fields}
    return dates | {"founded_on"}
