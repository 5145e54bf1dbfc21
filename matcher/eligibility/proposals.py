"""Values that a field could take for a condition to turn (可取的值): on both sides of every boundary, nearest first.

A field has only so many values that conditions can tell apart. Of each such class one value is proposed, the one that
is nearest to what the party has.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from itertools import combinations

from matcher.declarations.registry import REGISTRY
from matcher.derivation import age_years
from matcher.eligibility.comparison import place_in_tree
from matcher.eligibility.criteria import Leaf
from matcher.eligibility.levers import LEVERS, Lever
from matcher.eligibility.results import State
from matcher.errors import MatcherError
from matcher.fields import Field, FieldType, Value
from matcher.parties import Values
from matcher.taxonomy import industries, regions
from matcher.validation import check_value

_STEP = Decimal("0.01")
_DAY = timedelta(days=1)
_MOST_ITEMS = 8
_ELSEWHERE = "其他"
_PLACED = frozenset({FieldType.REGION, FieldType.INDUSTRY})
_NUMBERS = frozenset({FieldType.COUNT, FieldType.MONEY, FieldType.PERCENT, FieldType.NUMBER})

ByField = Mapping[str, tuple[Leaf, ...]]
"""Conditions by the code of the field that they compare."""


def proposals(code: str, leaves: ByField, known: Values, at: date, *, direct: bool = True) -> tuple[Value, ...]:
    """Give the values that a field could take instead of what it has, those included that move fields derived from it.

    `known` are the values derived and dated. `direct` is False for a field that no condition compares itself.
    """
    field = REGISTRY[code]
    found = dict.fromkeys(_direct(field, leaves.get(code, ()), known.get(code))) if direct else {}
    found |= dict.fromkeys(_levered(field, leaves, known))
    if code == "founded_on":
        found |= dict.fromkeys(_foundings(leaves.get("age_years", ()), at))
    return tuple(value for value in found if value != known.get(code) and _is_valid(field, value))


def _direct(field: Field, leaves: Iterable[Leaf], current: Value | None) -> Iterator[Value]:
    wanted = tuple(leaf for leaf in leaves if leaf.value is not None)
    if field.type is FieldType.FLAG:
        yield from (True, False)
    elif field.type is FieldType.CHOICE:
        yield from field.choices
    elif field.type is FieldType.CHOICES:
        yield from _selections(field, wanted, current if isinstance(current, tuple) else ())
    elif field.type in _PLACED:
        yield from _places(field.code, _codes(wanted), current if isinstance(current, str) else None)
    elif field.type is FieldType.DATE:
        yield from _dates(wanted)
    elif field.type in _NUMBERS:
        yield from _numbers(field, wanted, current)
    elif field.type is FieldType.TEXT:
        yield from (*_codes(wanted), _ELSEWHERE)


def _numbers(field: Field, leaves: Iterable[Leaf], current: Value | None) -> Iterator[Value]:
    for leaf in leaves:
        if isinstance(leaf.value, int | Decimal):
            wanted = Decimal(leaf.value)
            step = _step(field, wanted, current)
            for number in (wanted, wanted + step, wanted - step):
                yield _typed(field, number)


def _step(field: Field, *numbers: Value | None) -> Decimal:
    """The smallest difference between two values: 1 of what is counted, else 0.01 or what is written more finely."""
    if field.type is FieldType.COUNT:
        return Decimal(1)
    written = (number.as_tuple().exponent for number in numbers if isinstance(number, Decimal))
    return min((_STEP, *(Decimal(1).scaleb(places) for places in written if isinstance(places, int))))


def _levered(field: Field, leaves: ByField, known: Values) -> Iterator[Value]:
    for lever in LEVERS:
        if lever.moved_by == field.code and lever.field in leaves:
            yield from _by_threshold(field, lever, leaves[lever.field], known)
            current = known.get(field.code)
            held = current if isinstance(current, tuple) else ()
            yield from ((*held, item) for item in lever.items if item not in held)
            if current is None:
                yield from (_typed(field, number) for bound in lever.bounds for number in (bound, bound - 1))


def _by_threshold(field: Field, lever: Lever, leaves: Iterable[Leaf], known: Values) -> Iterator[Value]:
    step = _step(field)
    for leaf in leaves:
        for wanted in _around(leaf, lever.step):
            exact = lever.inverse(wanted, known)
            yield from () if exact is None else (_typed(field, number) for number in _neighbours(exact, step))


def _typed(field: Field, number: int | Decimal) -> Value:
    return int(number) if field.type is FieldType.COUNT else Decimal(number)


def _around(leaf: Leaf, step: Decimal) -> Iterator[Decimal]:
    """The thresholds on both sides of a condition on a derived field; a flag counts as 1."""
    if isinstance(leaf.value, int | Decimal):
        wanted = Decimal(leaf.value)
        yield from (wanted, wanted + step, wanted - step)


def _neighbours(exact: Decimal, step: Decimal) -> Iterator[Decimal]:
    low = (exact / step).to_integral_value(ROUND_FLOOR) * step
    high = (exact / step).to_integral_value(ROUND_CEILING) * step
    yield from (high, low, low - step, high + step)


def _dates(leaves: Iterable[Leaf]) -> Iterator[date]:
    for leaf in leaves:
        if isinstance(leaf.value, date):
            yield leaf.value
            yield from (leaf.value + _DAY for _ in range(leaf.value < date.max))
            yield from (leaf.value - _DAY for _ in range(leaf.value > date.min))


def _foundings(leaves: Iterable[Leaf], at: date) -> Iterator[date]:
    """Days of founding on both sides of each asked age: the latest that is old enough, and the day after it."""
    for leaf in leaves:
        for asked in _around(leaf, Decimal("0.0001")):
            low, high = date.min.toordinal(), at.toordinal()
            while low < high:
                middle = (low + high + 1) // 2
                if age_years(date.fromordinal(middle), at) >= asked:
                    low = middle
                else:
                    high = middle - 1
            yield from (date.fromordinal(day) for day in (low, low + 1) if day <= at.toordinal())


def _selections(field: Field, leaves: Iterable[Leaf], current: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Selections that conditions can tell apart: every one up to 8 items; past that one item more or fewer, or all.

    A selection is never empty: what no condition names stands for the rest.
    """
    items = tuple(dict.fromkeys(item for leaf in leaves for item in _texts(leaf.value)))
    kept = tuple(item for item in current if item not in items)
    neutral = tuple(item for item in field.choices if item not in items)[:1]
    count = len(items)
    sizes = range(count + 1) if count <= _MOST_ITEMS else (1, count)
    for size in sizes:
        yield from (kept + chosen or neutral for chosen in combinations(items, size))
    if count > _MOST_ITEMS:
        yield from ((*current, item) for item in items if item not in current)
        yield from (tuple(one for one in current if one != item) for item in current)


def _codes(leaves: Iterable[Leaf]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for leaf in leaves for code in _texts(leaf.value)))


def _texts(value: Value | None) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, str) else ()


@lru_cache(maxsize=4096)
def _places(code: str, wanted: tuple[str, ...], within: str | None) -> tuple[str, ...]:
    """Each wanted place, one within it that no narrower wish names, and one outside all; all within what is known."""
    every = industries.all_codes() if code == "industry" else regions.all_codes()

    def lies_in(place: str, outer: str) -> bool:
        return place_in_tree(code, place, (outer,)) is State.MET

    allowed = [place for place in every if within is None or lies_in(place, within)]
    chosen = [place for place in wanted if place in set(allowed)]
    for outer in (*wanted, None):
        inner = [one for one in wanted if one != outer and (outer is None or not lies_in(outer, one))]
        fitting = (place for place in allowed if outer is None or lies_in(place, outer))
        free = next((p for p in fitting if not any(lies_in(p, one) or lies_in(one, p) for one in inner)), None)
        chosen += [] if free is None else [free]
    return tuple(dict.fromkeys(chosen))


def _is_valid(field: Field, value: Value) -> bool:
    try:
        return check_value(field, value) == value
    except MatcherError:
        return False
