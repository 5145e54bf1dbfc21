"""Many offers' criteria for one seeker at once (规则簿): compiled once into arrays, then a few milliseconds a seeker.

What offers share is judged once: identical conditions and identical alternatives ("科技企业") stand in the book once.
Single conditions are judged field by field (`runs`), compounds layer by layer (`compounds`). The answer is that of
`evaluation`, state by state, held equal by a property test; findings are made for what is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.eligibility.codes import CODES, STATES
from matcher.eligibility.compounds import AllLayer, AnyLayer, Layer, LeastLayer, NotLayer, scored_layer
from matcher.eligibility.criteria import All, AnyOf, Criterion, Leaf, Not, Operator, Scored, conditions, leaves
from matcher.eligibility.folding import Columns, Groups
from matcher.eligibility.results import State
from matcher.eligibility.runs import MET, UNKNOWN, UNMET, Codes, Run, judge_of, ordered_by
from matcher.eligibility.scores import hundredths, needed
from matcher.parties import Values

Key = tuple[Any, ...]
Counts = NDArray[np.int64]

_HOLDS, _FAILS, _NOTHING = 0, 1, 2
"""The places of what always holds, of what never does, and of what is asked by who asks nothing."""
_HALF = 32
_LOW = (1 << _HALF) - 1
_COUNTED: Counts = np.array(
    [(state in (State.MET, State.UNMET)) + ((state is State.MET) << _HALF) for state in STATES], dtype=np.int64
)
"""What a state counts for: whether it is decided, in the lower half, and whether it is met, in the upper one."""


@dataclass(frozen=True, slots=True)
class Standings:
    """Where a seeker stands with each of n offers (资格概要), in the order of the book.

    `states` (n,) are coded by `matcher.eligibility.codes`. Of the `sizes` conditions of an offer, as the text counts
    them, `decided` could be decided and `met` are met.
    """

    states: Codes
    sizes: Counts
    decided: Counts
    met: Counts


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Compiled criteria (规则簿), one entry an offer in the order given; `None` asks nothing.

    `runs` stand by the field that they read, layers beside the fields that they depend on; `blank` are the codes of a
    seeker of whom nothing is known, which stay where nothing that is known has a say.
    """

    runs: Mapping[str, tuple[Run, ...]]
    layers: tuple[tuple[frozenset[str], Layer], ...]
    blank: Codes
    entries: Columns
    sizes: Counts

    @classmethod
    def of(cls, criteria: Iterable[Criterion | None]) -> "Rulebook":
        """Compile criteria; identical conditions and compounds become one."""
        given = list(criteria)
        book = _Book()
        book.add_runs(leaf for one in given if one is not None for leaf in leaves(one))
        parts = [[book.node(part) for part in conditions(one)] for one in given]
        layers, places = book.layers()
        entries = Columns.of([places[node] for node in nodes] or [_NOTHING] for nodes in parts)
        sizes = np.array([len(nodes) for nodes in parts], dtype=np.int64)
        blank = np.array(book.blank + [UNKNOWN] * len(book.compounds), dtype=np.uint8)
        for _, layer in layers:
            layer.write(blank)
        return cls(book.runs_by_field(), layers, blank, entries, sizes)

    def standings(self, values: Values) -> Standings:
        """Where a seeker stands with each offer; its values are derived and dated (`matcher.derivation`)."""
        codes = self._codes(values)
        counts = _COUNTED[codes]
        counts[_NOTHING] = 0
        counted = self.entries.sums(counts)
        return Standings(self.entries.least(codes), self.sizes, counted & _LOW, counted >> _HALF)

    def _codes(self, values: Values) -> Codes:
        codes = self.blank.copy()
        for code, value in values.items():
            for run in self.runs.get(code, ()):
                run.write(value, codes)
        for reads, layer in self.layers:
            if not reads.isdisjoint(values):
                layer.write(codes)
        return codes


@dataclass(frozen=True, slots=True)
class _Node:
    """A compound in the making: the nodes that it is made of, and the layer that it belongs to."""

    criterion: Criterion
    parts: tuple[int, ...]
    layer: tuple[int, str]


@dataclass(slots=True)
class _Book:
    """A rulebook in the making. A node is a place for single conditions, and counts on from there for compounds."""

    runs: list[Run] = field(default_factory=list)
    blank: list[int] = field(default_factory=lambda: [MET, UNMET, MET])
    compounds: list[_Node] = field(default_factory=list)
    known: dict[Key, int] = field(default_factory=dict)

    def add_runs(self, given: Iterable[Leaf]) -> None:
        """Lay out the distinct conditions, those on one field with one operator side by side."""
        groups: dict[tuple[str, Operator], dict[Key, Leaf]] = {}
        for leaf in given:
            groups.setdefault((leaf.field, leaf.operator), {}).setdefault(_key(leaf), leaf)
        for (code, operator), members in groups.items():
            run, first = ordered_by(operator, list(members.values())), len(self.blank)
            self.known |= {_key(leaf): place for place, leaf in enumerate(run, first)}
            if operator is Operator.MANUAL:
                self.blank += [CODES[State.MANUAL_REVIEW]] * len(run)
            else:
                self.blank += [UNKNOWN] * len(run)
                self.runs.append(Run(code, first, len(run), judge_of(operator, run)))

    def node(self, criterion: Criterion) -> int:
        """The node of a criterion, made where it is new."""
        match criterion:
            case Leaf():
                return self.known[_key(criterion)]
            case Not(child=child):
                return self._add(criterion, (self.node(child),), ())
            case Scored():
                parts = tuple(self.node(band.when) for table in criterion.tables for band in table.bands)
                return self._add(criterion, parts, _points(criterion))
            case All(children=children):
                return self._joined(criterion, tuple(self.node(child) for child in children), len(children))
            case AnyOf(children=children, least=least):
                return self._joined(criterion, tuple(self.node(child) for child in children), least)

    def _joined(self, criterion: All | AnyOf, parts: tuple[int, ...], least: int) -> int:
        if least <= 0:
            return _HOLDS
        if least > len(parts):
            return _FAILS
        return parts[0] if len(parts) == 1 else self._add(criterion, parts, (least,))

    def _add(self, criterion: Criterion, parts: tuple[int, ...], more: Key) -> int:
        several = isinstance(criterion, AnyOf) and criterion.least > 1
        kind = "Least" if several else type(criterion).__name__
        key = (kind, parts, more)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = len(self.blank) + len(self.compounds)
            depth = 1 + max((self._depth(part) for part in parts), default=0)
            self.compounds.append(_Node(criterion, parts, (depth, kind)))
        return found

    def _depth(self, node: int) -> int:
        return 0 if node < len(self.blank) else self.compounds[node - len(self.blank)].layer[0]

    def runs_by_field(self) -> dict[str, tuple[Run, ...]]:
        """The runs of each field."""
        found: dict[str, tuple[Run, ...]] = {}
        for run in self.runs:
            found[run.field] = (*found.get(run.field, ()), run)
        return found

    def layers(self) -> tuple[tuple[tuple[frozenset[str], Layer], ...], list[int]]:
        """The layers from the ground up, each with the fields that it depends on, and the place of each node."""
        single = len(self.blank)
        order = sorted(range(len(self.compounds)), key=lambda number: self.compounds[number].layer)
        places = list(range(single + len(order)))
        for place, number in enumerate(order, single):
            places[single + number] = place
        made: list[tuple[frozenset[str], Layer]] = []
        first = single
        for (_, kind), numbers in groupby(order, key=lambda number: self.compounds[number].layer):
            nodes = [self.compounds[number] for number in numbers]
            reads = frozenset(leaf.field for node in nodes for leaf in leaves(node.criterion))
            parts = [[places[part] for part in node.parts] for node in nodes]
            made.append((reads, _layer(kind, first, nodes, parts)))
            first += len(nodes)
        return tuple(made), places


def _layer(kind: str, first: int, nodes: Sequence[_Node], parts: Sequence[Sequence[int]]) -> Layer:
    match kind:
        case "All":
            return AllLayer(first, Groups.of(parts))
        case "AnyOf":
            return AnyLayer(first, Groups.of(parts))
        case "Not":
            return NotLayer(first, np.array([part for (part,) in parts], dtype=np.int64))
        case "Least":
            least = [node.criterion.least for node in nodes if isinstance(node.criterion, AnyOf)]
            return LeastLayer(first, Groups.of(parts), np.array(least, dtype=np.int64))
        case _:
            scores = [node.criterion for node in nodes if isinstance(node.criterion, Scored)]
            return scored_layer(first, list(zip(scores, parts, strict=True)))


def _key(leaf: Leaf) -> Key:
    return leaf.field, leaf.operator.value, type(leaf.value).__name__, leaf.value


def _points(scored: Scored) -> Key:
    """What tells two scores over the same conditions apart."""
    tables = tuple((table.group, tuple(hundredths(band.points) for band in table.bands)) for table in scored.tables)
    return tables, scored.groups, needed(scored)
