"""Searching for the fewest values to change (最少改变的搜索): exact, and split where conditions share no field.

Any solution changes a field of every condition that fails, so only those fields branch. Conditions that share no
field are solved apart, which keeps the search small. The number of changes deepens step by step.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from matcher.derivation import at_date, derive
from matcher.eligibility.comparison import compare
from matcher.eligibility.criteria import Criterion, Leaf, leaves
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.fixed import is_coarse
from matcher.eligibility.levers import LEVERS, contradicts, is_computed
from matcher.eligibility.movable import Component, Part, changed, components, magnitude
from matcher.eligibility.proposals import proposals
from matcher.eligibility.results import State
from matcher.fields import Value
from matcher.parties import Values

MOST_CHANGES = 5
"""Conditions that hang together are not tried with more changes than this: such a plan helps nobody."""
MOST_STEPS = 1_500
"""How many changed seekers are tried for conditions that hang together before the search gives up."""
MOST_REVISIONS = 2
"""How often a value that moves a derived field is set anew after another input of that field was changed."""

_LEVERED = frozenset(lever.moved_by for lever in LEVERS)


@dataclass(frozen=True, slots=True)
class Solution:
    """New values by field code that make criteria met, and how much they change."""

    assignment: Mapping[str, Value]
    size: Decimal


def solve(
    criterion: Criterion | None, values: Values, at: date, most: int | None = None, only: Set[str] | None = None
) -> Solution | None:
    """Give the fewest, then least, new values with which criteria are met on a day; None where none are found.

    `values` are the party's own, not derived. `most` bounds the number of changes, `only` the fields that may change.
    """
    assignment: dict[str, Value] = {}
    size = Decimal(0)
    for component in components(criterion, values, at, only):
        left = MOST_CHANGES if most is None else min(MOST_CHANGES, most - len(assignment))
        found = _Search(component, values, at).run(left)
        if found is None:
            return None
        assignment |= found.assignment
        size += found.size
    return Solution(assignment, size)


class _Search:
    """The search within one component; deepens until a number of changes suffices, then keeps the least of them."""

    def __init__(self, component: Component, values: Values, at: date) -> None:
        self._component = component
        self._values = values
        self._at = at
        self._known = at_date(derive(values), at)
        self._best: Solution | None = None
        self._seen: set[frozenset[tuple[str, Value]]] = set()
        self._steps = 0

    def run(self, most: int) -> Solution | None:
        for depth in range(most + 1):
            self._seen.clear()
            self._visit({}, depth, MOST_REVISIONS)
            if self._best is not None or self._steps > MOST_STEPS:
                break
        return self._best

    def _visit(self, assignment: dict[str, Value], left: int, revisions: int) -> None:
        key = frozenset(assignment.items())
        size = self._size(assignment)
        if key in self._seen or self._steps > MOST_STEPS or not self._is_better(size):
            return
        self._seen.add(key)
        self._steps += 1
        given = changed(self._values, assignment, self._at)
        known = at_date(derive(given), self._at)
        failing = [part for part in self._component.parts if _fails(part, known)]
        if failing:
            self._branch(assignment, (left, revisions), given, known, failing)
        elif not any(contradicts(code, given) for code in assignment):
            self._best = Solution(assignment, size)

    def _branch(
        self,
        assignment: dict[str, Value],
        budget: tuple[int, int],
        given: Values,
        known: Values,
        failing: Sequence[Part],
    ) -> None:
        left, revisions = budget
        if _least_needed(failing, assignment) > left:
            return
        part = min(failing, key=lambda item: len(item.movable))
        for code in part.movable:
            again = code in assignment
            allowed = revisions > 0 and code in _LEVERED if again else left > 0
            if not allowed:
                continue
            for value in self._options(code, given, known):
                self._visit({**assignment, code: value}, left - (not again), revisions - again)

    def _options(self, code: str, given: Values, known: Values) -> Iterator[Value]:
        """Of the values that conditions cannot tell apart the nearest, without those that they cannot tell from now."""
        touched = [leaf for part in self._component.parts if code in part.touches for leaf in leaves(part.criterion)]
        direct = code in self._component.by_field and not is_computed(code, given, known)
        found = proposals(code, self._component.by_field, known, self._at, direct=direct)
        nearest: dict[tuple[State, ...], Value] = {}
        for value in sorted(found, key=lambda item: (self._magnitude(code, item), str(item))):
            then = at_date(derive(changed(given, {code: value}, self._at)), self._at)
            nearest.setdefault(_pattern(touched, then), value)
        nearest.pop(_pattern(touched, known), None)
        yield from nearest.values()

    def _size(self, assignment: Mapping[str, Value]) -> Decimal:
        return sum((self._magnitude(code, value) for code, value in assignment.items()), Decimal(0))

    def _magnitude(self, code: str, value: Value) -> Decimal:
        """What is known too coarsely to decide is filled, not altered."""
        before = self._known.get(code)
        coarse = any(is_coarse(leaf, before) for leaf in self._component.by_field.get(code, ()))
        return magnitude(code, None if coarse else before, value)

    def _is_better(self, size: Decimal) -> bool:
        return self._best is None or size < self._best.size


def _fails(part: Part, known: Values) -> bool:
    return evaluate(part.criterion, known).state is not State.MET


def _pattern(touched: Sequence[Leaf], known: Values) -> tuple[State, ...]:
    return tuple(compare(leaf, known.get(leaf.field)) for leaf in touched)


def _least_needed(failing: Sequence[Part], assignment: Mapping[str, Value]) -> int:
    """How many more changes are needed at least: one for each failing condition that shares no field with another."""
    taken: set[str] = set()
    count = 0
    for part in failing:
        free = taken.isdisjoint(part.movable) and not any(
            code in _LEVERED for code in assignment if code in part.movable
        )
        if free:
            taken.update(part.movable)
            count += 1
    return count
