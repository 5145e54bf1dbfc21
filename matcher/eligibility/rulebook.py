"""Many offers' criteria for one seeker at once (规则簿): compiled once, then a few milliseconds a seeker.

What offers share is judged once: single conditions are sorted by field and operator, so that a value is compared with
all thresholds by one search, and an alternative that many offers name ("科技企业") stands in the book once. The answer
is that of `evaluation`, state by state, held equal by a property test; findings are made for what is shown.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter
from typing import Any

from matcher.eligibility.codes import CODES, STATES
from matcher.eligibility.comparison import compare
from matcher.eligibility.criteria import All, AnyOf, Criterion, Leaf, Not, Operator, Scored, conditions, leaves
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State
from matcher.eligibility.scores import LEVELS, hundredths, needed
from matcher.parties import Values

Codes = list[int]
Rule = Callable[[Codes], int]
Key = tuple[Any, ...]

_MET, _UNMET, _UNKNOWN = CODES[State.MET], CODES[State.UNMET], CODES[State.UNKNOWN]
_NOT = tuple(CODES[{State.MET: State.UNMET, State.UNMET: State.MET}.get(state, state)] for state in STATES)
_NO_CEILING = 2**62
_LEVELS = tuple(CODES[state] for state in LEVELS)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a seeker stands with one offer (资格概要): the state, and that of each condition as the text counts."""

    state: State
    conditions: tuple[State, ...]


@dataclass(frozen=True, slots=True)
class _Run:
    """Conditions on one field that have their codes side by side; ordered by threshold where the operator orders."""

    field: str
    operator: Operator
    first: int
    leaves: tuple[Leaf, ...]
    thresholds: tuple[Any, ...]

    def judge(self, values: Values, codes: Codes) -> None:
        """Write the code of each condition of the run."""
        size, value = len(self.leaves), values.get(self.field)
        count = _REACHED.get(self.operator)
        if count is None or value is None or value == NOT_APPLICABLE_VALUE:
            codes[self.first : self.first + size] = [CODES[compare(leaf, value)] for leaf in self.leaves]
            return
        met, rising = count(self.thresholds, value)
        low, high = (_MET, _UNMET) if rising else (_UNMET, _MET)
        codes[self.first : self.first + size] = [low] * met + [high] * (size - met)


_REACHED: Mapping[Operator, Callable[[Sequence[Any], Any], tuple[int, bool]]] = {
    Operator.GE: lambda thresholds, value: (bisect_right(thresholds, value), True),
    Operator.GT: lambda thresholds, value: (bisect_left(thresholds, value), True),
    Operator.LE: lambda thresholds, value: (bisect_left(thresholds, value), False),
    Operator.LT: lambda thresholds, value: (bisect_right(thresholds, value), False),
}
"""How many of the rising thresholds come before the value, and whether those are the ones that are met."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Compiled criteria (规则簿), one entry an offer in the order given; `None` asks nothing."""

    runs: tuple[_Run, ...]
    rules: tuple[Rule, ...]
    entries: tuple[tuple[int, tuple[int, ...]], ...]
    size: int

    @classmethod
    def of(cls, criteria: Iterable[Criterion | None]) -> "Rulebook":
        """Compile criteria; identical conditions and compounds become one."""
        given = list(criteria)
        runs, places = _runs(leaf for one in given if one is not None for leaf in leaves(one))
        book = _Book(places, len(places))
        entries = tuple(book.entry(one) for one in given)
        return cls(runs, tuple(book.rules), entries, book.size)

    def standings(self, values: Values) -> list[Standing]:
        """Where a seeker stands with each offer; its values are derived and dated (`matcher.derivation`)."""
        codes = self._codes(values)
        return [
            Standing(STATES[codes[whole]], tuple([STATES[codes[part]] for part in parts]))
            for whole, parts in self.entries
        ]

    def states(self, values: Values) -> list[State]:
        """The state of each offer for a seeker."""
        codes = self._codes(values)
        return [STATES[codes[whole]] for whole, _ in self.entries]

    def _codes(self, values: Values) -> Codes:
        codes = [_UNKNOWN] * (self.size - len(self.rules))
        for run in self.runs:
            run.judge(values, codes)
        write = codes.append
        for rule in self.rules:
            write(rule(codes))
        return codes


def _key(leaf: Leaf) -> Key:
    return leaf.field, leaf.operator.value, type(leaf.value).__name__, leaf.value


def _runs(given: Iterable[Leaf]) -> tuple[tuple[_Run, ...], dict[Key, int]]:
    """The distinct conditions in runs, and the place of each."""
    groups: dict[tuple[str, Operator], dict[Key, Leaf]] = {}
    for leaf in given:
        groups.setdefault((leaf.field, leaf.operator), {}).setdefault(_key(leaf), leaf)
    runs: list[_Run] = []
    places: dict[Key, int] = {}
    for (code, operator), members in groups.items():
        run = list(members.values())
        if operator in _REACHED:
            run.sort(key=_threshold)
        runs.append(_Run(code, operator, len(places), tuple(run), tuple(map(_threshold, run))))
        places.update({_key(leaf): place for place, leaf in enumerate(run, len(places))})
    return tuple(runs), places


def _threshold(leaf: Leaf) -> Any:
    return leaf.value


@dataclass(slots=True)
class _Book:
    """A rulebook in the making: compounds by what they are made of, each after its parts."""

    places: dict[Key, int]
    size: int
    rules: list[Rule] = field(default_factory=list)

    def entry(self, criterion: Criterion | None) -> tuple[int, tuple[int, ...]]:
        parts = tuple(self.place(part) for part in conditions(criterion))
        return (parts[0] if len(parts) == 1 else self._add(("all", *parts), _all(parts))), parts

    def place(self, criterion: Criterion) -> int:
        match criterion:
            case Leaf():
                return self.places[_key(criterion)]
            case Not(child=child):
                inner = self.place(child)
                return self._add(("not", inner), lambda codes: _NOT[codes[inner]])
            case All(children=children):
                parts = tuple(self.place(child) for child in children)
                return self._add(("all", *parts), _all(parts))
            case AnyOf(children=children, least=least):
                parts = tuple(self.place(child) for child in children)
                return self._add(("any", least, *parts), _any(parts, least))
            case Scored():
                return self._scored(criterion)

    def _scored(self, scored: Scored) -> int:
        tables = tuple(
            tuple((hundredths(band.points), self.place(band.when)) for band in table.bands) for table in scored.tables
        )
        groups = tuple(table.group for table in scored.tables)
        return self._add(("scored", tables, groups, scored.groups, needed(scored)), _points(scored, tables))

    def _add(self, key: Key, rule: Rule) -> int:
        found = self.places.get(key)
        if found is None:
            found = self.places[key] = self.size
            self.size += 1
            self.rules.append(rule)
        return found


def _all(parts: tuple[int, ...]) -> Rule:
    if not parts:
        return lambda _: _MET
    if len(parts) == 1:
        (only,) = parts
        return lambda codes: codes[only]
    take = itemgetter(*parts)
    return lambda codes: min(take(codes))


def _any(parts: tuple[int, ...], least: int) -> Rule:
    """The first state, from met over the undecided ones, with which at least `least` of the parts are reached."""

    def rule(codes: Codes) -> int:
        found = [codes[part] for part in parts]
        reached = 0
        for level in _LEVELS:
            reached += found.count(level)
            if reached >= least:
                return level
        return _UNMET

    return rule


def _points(scored: Scored, tables: Sequence[Sequence[tuple[int, int]]]) -> Rule:
    """The first level of certainty at which the points suffice (see `scores.evaluate_scored`)."""
    names = [table.group for table in scored.tables]
    floors = [
        (group.name, hundredths(group.least) if group.least else 0, _ceiling(group.most)) for group in scored.groups
    ]
    enough = needed(scored)

    def suffices(codes: Codes, counted: tuple[int, ...]) -> bool:
        given = [max((points for points, place in bands if codes[place] in counted), default=0) for bands in tables]
        whole = sum(points for points, name in zip(given, names, strict=True) if not name)
        for group, least, most in floors:
            within = min(most, sum(points for points, name in zip(given, names, strict=True) if name == group))
            if within < least:
                return False
            whole += within
        return whole >= enough

    def rule(codes: Codes) -> int:
        for place, level in enumerate(_LEVELS):
            if suffices(codes, _LEVELS[: place + 1]):
                return level
        return _UNMET

    return rule


def _ceiling(most: Decimal | None) -> int:
    return _NO_CEILING if most is None else hundredths(most)
