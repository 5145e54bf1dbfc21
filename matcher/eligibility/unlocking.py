"""Which field to fill next (补充哪个字段): how many more offers become decidable, and which of them could be met.

A field decides an offer when nothing else that the offer's answer hangs on is unknown: whatever is filled in, the
offer is no longer `unknown` (a person may still have to look). It could meet an offer when some value of it alone
makes the criteria met.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from matcher.declarations.registry import REGISTRY
from matcher.derivation import RULES, at_date, derive
from matcher.eligibility.codes import STATES
from matcher.eligibility.criteria import Leaf, Operator, conditions
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.gaps import show
from matcher.eligibility.results import Eligibility, State
from matcher.eligibility.rulebook import Rulebook
from matcher.eligibility.search import solve
from matcher.fields import Value
from matcher.offers import Offer
from matcher.parties import Values
from matcher.taxonomy.sizes import size_class

MOST_FIELDS = 3
"""Sets of fields that are filled together are not larger than this."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """An offer that cannot be decided yet (待判断资源) and the fields that are to be filled for it."""

    offer: Offer
    asks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unlock:
    """What filling a field, or some fields together, brings (补充后可判断的资源).

    `decides` and `could_meet` are ids of offers; `concerns` counts the undecided offers that ask for any of them.
    """

    fields: tuple[str, ...]
    labels: tuple[str, ...]
    decides: tuple[str, ...]
    could_meet: tuple[str, ...]
    concerns: int

    @property
    def field(self) -> str:
        """The field's code, of one field."""
        return self.fields[0]

    @property
    def label(self) -> str:
        """The fields' names in Chinese: "从业人员、上年营业收入"."""
        return "、".join(self.labels)


def undecided(values: Values, offers: Iterable[Offer], at: date) -> tuple[Undecided, ...]:
    """Give the offers whose eligibility is unknown on a day, with what each asks for.

    `values` are the seeker's own; offers not in force or not for this kind of party are the caller's to leave out.
    """
    known = at_date(derive(values), at)
    return tuple(
        Undecided(offer, asks(evaluate(offer.criteria, known), values, known))
        for offer, state in states_of(known, offers)
        if state is State.UNKNOWN
    )


def states_of(known: Values, offers: Iterable[Offer]) -> tuple[tuple[Offer, State], ...]:
    """Give each offer with its state for a seeker's values, derived and dated."""
    given = tuple(offers)
    states = Rulebook.of(offer.criteria for offer in given).standings(known).states
    return tuple(zip(given, (STATES[state] for state in states.tolist()), strict=True))


def asks(eligibility: Eligibility, given: Values, known: Values) -> frozenset[str]:
    """Give the fields to fill so that nothing decisive is unknown; a derived field asks for its input if one lacks."""
    return frozenset(_ask(item.leaf.field, given, known) for item in eligibility.of_state(State.UNKNOWN))


def unlocking(values: Values, waiting: Sequence[Undecided], at: date) -> tuple[Unlock, ...]:
    """Rank the fields to fill by how many more offers become decidable, then by how many could be met.

    Fields that decide no offer alone follow, by how many offers ask for them. `waiting` are the seeker's `undecided`.
    """
    fields = sorted({code for item in waiting for code in item.asks})
    found = (_unlock((code,), waiting, values, at) for code in fields)
    return tuple(
        sorted(found, key=lambda item: (-len(item.decides), -len(item.could_meet), -item.concerns, item.fields))
    )


def unlocking_sets(
    values: Values, waiting: Sequence[Undecided], at: date, *, most: int = MOST_FIELDS
) -> tuple[Unlock, ...]:
    """Give for 2 to `most` fields the set that, filled together, makes most offers decidable.

    Greedy from every small set that some offer asks for; a larger set that decides no more than a smaller is left out.
    """
    best: list[tuple[str, ...]] = []
    decided = max((_decided(frozenset((code,)), waiting) for item in waiting for code in item.asks), default=0)
    for size in range(2, most + 1):
        chosen = _best_set(waiting, size)
        count = _decided(chosen, waiting)
        if count > decided:
            best.append(tuple(sorted(chosen)))
            decided = count
    return tuple(_unlock(fields, waiting, values, at) for fields in best)


def _ask(code: str, given: Values, known: Values) -> str:
    if code == "age_years":
        return "founded_on"
    if code not in RULES or code in known:
        return code
    missing = _missing_inputs(code, known)
    return _ask(missing[0], given, known) if len(missing) == 1 else code


def _missing_inputs(code: str, known: Values) -> tuple[str, ...]:
    if code == "size_class":
        return size_class(
            _text(known.get("industry")),
            _count(known.get("headcount")),
            _decimal(known.get("revenue_wan")),
            _decimal(known.get("total_assets_wan")),
        ).missing
    return tuple(item for item in REGISTRY[code].derived_from if item not in known)


def _text(value: Value | None) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: Value | None) -> int | None:
    return value if isinstance(value, int) else None


def _decimal(value: Value | None) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _unlock(fields: tuple[str, ...], waiting: Sequence[Undecided], values: Values, at: date) -> Unlock:
    chosen = frozenset(fields)
    concerned = [item for item in waiting if item.asks & chosen]
    return Unlock(
        fields=fields,
        labels=tuple(_label(code, values) for code in fields),
        decides=tuple(item.offer.id for item in concerned if item.asks <= chosen),
        could_meet=tuple(item.offer.id for item in concerned if _could_meet(item, chosen, values, at)),
        concerns=len(concerned),
    )


def _could_meet(item: Undecided, fields: Set[str], values: Values, at: date) -> bool:
    if any(isinstance(part, Leaf) and part.operator is Operator.MANUAL for part in conditions(item.offer.criteria)):
        return False
    return solve(item.offer.criteria, values, at, len(fields), fields) is not None


def _label(code: str, values: Values) -> str:
    """A field's name; of a place that is known too coarsely also what is known."""
    field = REGISTRY[code]
    return field.label if code not in values else f"{field.label}（现只知 {show(field, values[code])}）"


def _decided(fields: Set[str], waiting: Iterable[Undecided]) -> int:
    return sum(item.asks <= fields for item in waiting)


def _best_set(waiting: Sequence[Undecided], size: int) -> frozenset[str]:
    seeds: set[frozenset[str]] = {item.asks for item in waiting if len(item.asks) <= size} | {frozenset()}
    grown = {_grown(seed, waiting, size) for seed in seeds}
    return max(grown, key=lambda fields: (_decided(fields, waiting), sorted(fields, reverse=True)))


def _grown(seed: frozenset[str], waiting: Sequence[Undecided], size: int) -> frozenset[str]:
    fields = seed
    rest = sorted({code for item in waiting for code in item.asks} - seed)
    while len(fields) < size and rest:
        best = max(rest, key=lambda code: _gain(fields | {code}, waiting))
        fields |= {best}
        rest.remove(best)
    return fields


def _gain(fields: Set[str], waiting: Iterable[Undecided]) -> tuple[int, int]:
    """How many offers are decided, and how many then ask for one more field."""
    left = [len(item.asks - fields) for item in waiting]
    return left.count(0), left.count(1)
