"""Criteria as data (条件): what an offer asks of a seeker, each condition with the clause that it comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from matcher.fields import Value


class Operator(StrEnum):
    """How a field's value is compared with the criterion's (比较方式)."""

    EQ = "eq"
    NE = "ne"
    GE = "ge"
    GT = "gt"
    LE = "le"
    LT = "lt"
    IN = "in"
    NOT_IN = "not_in"
    HAS_ANY = "has_any"
    HAS_ALL = "has_all"
    UNDER = "under"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Clause:
    """Where a rule is written (条款): the document, the article if it has one, and its words in Chinese."""

    document: str
    article: str
    quote: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition on one field (单项条件).

    `value` is in the field's own unit; for `in`, `not_in`, `has_any`, `has_all` and `under` it is a tuple
    (`under`: region or industry codes, the field's code being one of them or a descendant). `manual` needs a person:
    it has no value and is never decided by the machine. `label` is the condition in Chinese as an officer would say it.
    """

    field: str
    operator: Operator
    value: Value | None
    label: str
    clause: Clause
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class All:
    """Every child must hold (同时满足)."""

    children: tuple["Criterion", ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least `least` of the children must hold (满足任意 n 项)."""

    children: tuple["Criterion", ...]
    label: str = ""
    least: int = 1


@dataclass(frozen=True, slots=True)
class Not:
    """The child must not hold (不得存在)."""

    child: "Criterion"
    label: str = ""


Criterion = Leaf | All | AnyOf | Not


def conditions(criterion: Criterion | None) -> tuple[Criterion, ...]:
    """The conditions as the text counts them: what must hold together, an alternative or an exclusion being one."""
    if criterion is None:
        return ()
    if not isinstance(criterion, All):
        return (criterion,)
    return tuple(part for child in criterion.children for part in conditions(child))


def leaves(criterion: Criterion) -> Iterator[Leaf]:
    """Yield each single condition of a criterion, in reading order."""
    match criterion:
        case Leaf():
            yield criterion
        case Not(child=child):
            yield from leaves(child)
        case All(children=children) | AnyOf(children=children):
            for child in children:
                yield from leaves(child)
