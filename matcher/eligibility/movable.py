"""What may be changed for which condition (可改变的字段), and how much a change is."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from matcher.declarations.registry import REGISTRY
from matcher.derivation import RULES, at_date, derive
from matcher.eligibility.criteria import Criterion, Leaf, Operator, conditions, leaves
from matcher.eligibility.fixed import is_coarse, why_fixed
from matcher.eligibility.levers import inputs_of, is_computed
from matcher.fields import Value
from matcher.parties import Values

_DAYS_A_YEAR = Decimal(365)


@dataclass(frozen=True, slots=True)
class Part:
    """One condition, the fields that its state depends on, and those that may be changed for it."""

    criterion: Criterion
    touches: frozenset[str]
    movable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Component:
    """Conditions that hang together by the fields that they share, and their single conditions by field."""

    parts: tuple[Part, ...]
    by_field: Mapping[str, tuple[Leaf, ...]]


def components(
    criterion: Criterion | None, values: Values, at: date, only: Set[str] | None = None
) -> Iterator[Component]:
    """Give the outermost conditions in groups that share no field; `values` are the party's own.

    `only` bounds the fields that may be changed.
    """
    known = at_date(derive(values), at)
    groups: list[tuple[set[str], list[Criterion]]] = []
    for part in conditions(criterion):
        touched, joined = set(_touches(part)), [part]
        for group in [group for group in groups if group[0] & touched]:
            groups.remove(group)
            touched |= group[0]
            joined = [*group[1], *joined]
        groups.append((touched, joined))
    for _, parts in groups:
        yield _component(parts, values, known, only)


def changed(values: Values, assignment: Mapping[str, Value], at: date) -> dict[str, Value]:
    """Give a party's own values with new ones; a certificate that is got anew no longer has the end that is past."""
    result = {**values, **assignment}
    for code, value in assignment.items():
        valid_to = REGISTRY[code].valid_to or ""
        ends = result.get(valid_to)
        if value is True and isinstance(ends, date) and ends < at and valid_to not in assignment:
            del result[valid_to]
    return result


def magnitude(code: str, before: Value | None, after: Value) -> Decimal:
    """How much a change is: 0 for what was not known, 1 for a flag, a number's relative difference, years of a date,
    the share of a list of choices that is stepped over, the number of items put into or out of a selection."""
    if before is None:
        return Decimal(0)
    if isinstance(before, tuple) and isinstance(after, tuple):
        return Decimal(len(set(before) ^ set(after)))
    if isinstance(before, date) and isinstance(after, date):
        return abs((after - before).days) / _DAYS_A_YEAR
    if isinstance(before, bool | str):
        return _steps(REGISTRY[code].choices, before, after)
    if isinstance(before, int | Decimal) and isinstance(after, int | Decimal):
        largest = max(abs(Decimal(before)), abs(Decimal(after)))
        return abs(Decimal(after) - Decimal(before)) / largest if largest else Decimal(0)
    return Decimal(1)


def _steps(choices: tuple[str, ...], before: Value, after: Value) -> Decimal:
    if before in choices and after in choices:
        return Decimal(abs(choices.index(str(before)) - choices.index(str(after)))) / len(choices)
    return Decimal(1)


def _component(parts: list[Criterion], values: Values, known: Values, only: Set[str] | None) -> Component:
    every = [leaf for part in parts for leaf in leaves(part)]
    allowed = (code for leaf in every for code in _movable(leaf, values, known))
    movable = dict.fromkeys(code for code in allowed if only is None or code in only)
    by_field: dict[str, tuple[Leaf, ...]] = {}
    for leaf in every:
        by_field[leaf.field] = (*by_field.get(leaf.field, ()), leaf)
    touches = [_touches(part) for part in parts]
    return Component(
        tuple(
            Part(part, touched, tuple(code for code in movable if code in touched))
            for part, touched in zip(parts, touches, strict=True)
        ),
        by_field,
    )


def _touches(part: Criterion) -> frozenset[str]:
    found: set[str] = set()
    waiting = [leaf.field for leaf in leaves(part)]
    while waiting:
        code = waiting.pop()
        if code not in found:
            found.add(code)
            field = REGISTRY[code]
            waiting += [*field.derived_from, *inputs_of(code), *([field.valid_to] if field.valid_to else [])]
    return frozenset(found)


def _movable(leaf: Leaf, given: Values, known: Values) -> tuple[str, ...]:
    code = leaf.field
    if leaf.operator is Operator.MANUAL:
        return ()
    if code == "age_years":
        return () if "founded_on" in given or code in given else ("founded_on",)
    inputs = tuple(item for item in inputs_of(code, known) if not why_fixed(item, known.get(item)))
    if is_computed(code, given, known):
        return () if why_fixed(code, known[code]) else inputs
    value = known.get(code)
    direct = () if why_fixed(code, value) and not is_coarse(leaf, value) else (code,)
    return (*inputs, *direct) if code in RULES and code not in given else direct
