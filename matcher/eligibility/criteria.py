"""Criteria as data (条件): what an offer asks of a seeker, each condition with the clause that it comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
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


@dataclass(frozen=True, slots=True)
class Band:
    """Points (分) that are given where a condition holds (分档): "研发费用占比 5%以上，20 分"."""

    points: Decimal
    when: "Criterion"


@dataclass(frozen=True, slots=True)
class Table:
    """One indicator of a score (评分指标): of the bands that hold the one with the most points counts, of none 0 分.

    Alternatives that a firm may choose between (任选一项指标) are bands of one table. `group` names the first-level
    indicator (一级指标) that the points also count towards. Points are never negative and have at most two decimals.
    """

    label: str
    bands: tuple[Band, ...]
    group: str = ""
    clause: Clause | None = None

    @property
    def most(self) -> Decimal:
        """The full marks (满分)."""
        return max(band.points for band in self.bands)


@dataclass(frozen=True, slots=True)
class Group:
    """A first-level indicator (一级指标): at least `least` points must come from its tables, at most `most` count."""

    name: str
    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """A score that must reach a threshold (评分条件): `least` points in all, `above` meaning more than that.

    With what is not known the score is an interval: met when its lower end suffices, unmet when its upper end does
    not. A band with a `manual` condition is the part of the score that a person gives.
    """

    tables: tuple[Table, ...]
    least: Decimal
    label: str
    clause: Clause
    groups: tuple[Group, ...] = ()
    above: bool = False
    assumption: str = ""


Criterion = Leaf | All | AnyOf | Not | Scored


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
        case Scored(tables=tables):
            for band in (band for table in tables for band in table.bands):
                yield from leaves(band.when)
