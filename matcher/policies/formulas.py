"""Benefit formulas as data (计算公式): a handful of forms, each with a unit, in decimals, shown in Chinese.

There is no expression language and nothing is executed: a formula is a tree of the classes below, read from YAML by
`matcher.policies.formula_reading`. What is not known gives bounds, never a guess (`matcher.policies.amounts`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from matcher.eligibility.criteria import Criterion
from matcher.eligibility.gaps import plain
from matcher.eligibility.results import State
from matcher.policies.amounts import Figure, Lacking, either, exactly, least, product, total, unknown
from matcher.policies.conditions import fields_of, state_of, unknown_fields
from matcher.policies.quantities import NAMES, Scope, Unit, lacking, unit_of_field

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Named:
    """The amount of a field or of what follows from a loan (取数)."""

    code: str


@dataclass(frozen=True, slots=True)
class Constant:
    """An amount that the text states (定数): 50 %, 500,000 元. `shown` is how the text writes it, such as 5‰."""

    amount: Decimal
    unit: Unit
    shown: str


@dataclass(frozen=True, slots=True)
class Times:
    """Shares of shares, or of one sum of money (乘)."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Least:
    """The smallest of several amounts of one unit (取小): a cap."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """Several amounts of one unit added (加)."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Tier:
    """One band (档): up to a limit in the field's own unit, itself in or not; None is all that is left."""

    limit: Decimal | None
    inclusive: bool
    then: "Formula"


@dataclass(frozen=True, slots=True)
class Tiers:
    """By bands of a field, the first that holds counts (分档)."""

    code: str
    bands: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One alternative and when it holds (情形)."""

    when: Criterion
    then: "Formula"


@dataclass(frozen=True, slots=True)
class Choose:
    """The first case that holds, else the rest (分情形)."""

    cases: tuple[Case, ...]
    otherwise: "Formula"


@dataclass(frozen=True, slots=True)
class Between:
    """From one amount to another, the text does not say which (区间)."""

    low: "Formula"
    high: "Formula"
    why: str


@dataclass(frozen=True, slots=True)
class Unstated:
    """What the text leaves open (原文未给出): never a number."""

    why: str
    unit: Unit


Formula = Named | Constant | Times | Least | Sum | Tiers | Choose | Between | Unstated


def unit_of(formula: Formula) -> Unit | None:
    """The unit of what a formula gives; None where its parts do not fit together."""
    match formula:
        case Named(code=code):
            return unit_of_field(NAMES[code])
        case Constant(unit=unit) | Unstated(unit=unit):
            return unit
        case Times(parts=parts):
            units = [unit_of(part) for part in parts]
            if None in units or units.count(Unit.YUAN) > 1:
                return None
            return Unit.YUAN if Unit.YUAN in units else Unit.PERCENT
        case _:
            units = [unit_of(part) for part in branches(formula)]
            return units[0] if len(set(units)) == 1 else None


def branches(formula: Formula) -> tuple[Formula, ...]:
    """The formulas directly within a formula."""
    match formula:
        case Times(parts=parts) | Least(parts=parts) | Sum(parts=parts):
            return parts
        case Tiers(bands=bands):
            return tuple(band.then for band in bands)
        case Choose(cases=cases, otherwise=otherwise):
            return (*(case.then for case in cases), otherwise)
        case Between(low=low, high=high):
            return (low, high)
        case _:
            return ()


def names_in(formula: Formula) -> tuple[str, ...]:
    """The names that a formula takes amounts from, each once."""
    own = (formula.code,) if isinstance(formula, Named | Tiers) else ()
    return tuple(dict.fromkeys((*own, *(code for part in branches(formula) for code in names_in(part)))))


def evaluate(formula: Formula, scope: Scope) -> Figure:
    """The amount of a formula, in 元 or %, with bounds where something is not known."""
    match formula:
        case Times(parts=parts):
            return _times(parts, scope)
        case Least() | Sum():
            join = least if isinstance(formula, Least) else total
            return join([evaluate(part, scope) for part in formula.parts])
        case Between(low=low, high=high, why=why):
            return either([evaluate(low, scope), evaluate(high, scope)], (Lacking("", why),))
        case Tiers() | Choose():
            return _chosen(formula, scope)
        case _:
            return _single(formula, scope)


def _single(formula: Named | Constant | Unstated, scope: Scope) -> Figure:
    if isinstance(formula, Named):
        return scope.figure(formula.code)
    return exactly(formula.amount) if isinstance(formula, Constant) else unknown(Lacking("", formula.why))


def _times(parts: tuple[Formula, ...], scope: Scope) -> Figure:
    """Multiply; each share beyond what stays a share is a hundredth."""
    shares = sum(unit_of(part) is Unit.PERCENT for part in parts)
    hundredths = shares if shares < len(parts) else shares - 1
    figures = [evaluate(part, scope) for part in parts]
    return product([*figures, exactly(1 / _HUNDRED**hundredths)])


def _chosen(formula: Tiers | Choose, scope: Scope) -> Figure:
    possible, missing = applying(formula, scope)
    figures = [evaluate(part, scope) for part in possible]
    return figures[0] if len(figures) == 1 else either(figures, (lacking(code) for code in missing))


def applying(formula: Tiers | Choose, scope: Scope) -> tuple[tuple[Formula, ...], tuple[str, ...]]:
    """The alternatives that may apply, and the fields that would decide between them."""
    if isinstance(formula, Tiers):
        value = scope.values.get(formula.code)
        if not isinstance(value, int | Decimal) or isinstance(value, bool):
            return tuple(band.then for band in formula.bands), (formula.code,)
        return (next(band.then for band in formula.bands if _holds(band, Decimal(value))),), ()
    possible: list[Formula] = []
    missing: list[str] = []
    for case in formula.cases:
        state = state_of(case.when, scope.values)
        if state is State.MET:
            return (*possible, case.then), tuple(missing)
        if state is not State.UNMET:
            possible.append(case.then)
            missing.extend(unknown_fields(case.when, scope.values) or fields_of(case.when))
    return (*possible, formula.otherwise), tuple(missing)


def _holds(band: Tier, value: Decimal) -> bool:
    if band.limit is None:
        return True
    return value <= band.limit if band.inclusive else value < band.limit


def describe(formula: Formula, name: Callable[[str], str] = lambda code: NAMES[code].label) -> str:
    """A formula in Chinese: "50% × 补助期内实际利息"; `name` says how a name is written, by default as its label."""
    match formula:
        case Times() | Sum():
            joint = " × " if isinstance(formula, Times) else " + "
            return joint.join(_grouped(part, name) for part in formula.parts)
        case Least(parts=parts):
            return f"取小（{'，'.join(describe(part, name) for part in parts)}）"
        case Between(low=low, high=high):
            return f"{describe(low, name)}—{describe(high, name)}"
        case Tiers() | Choose():
            return _described(formula, name)
        case _:
            return _written(formula, name)


def _written(formula: Named | Constant | Unstated, name: Callable[[str], str]) -> str:
    if isinstance(formula, Named):
        return name(formula.code)
    return formula.shown if isinstance(formula, Constant) else f"（{formula.why}）"


def _described(formula: Tiers | Choose, name: Callable[[str], str]) -> str:
    if isinstance(formula, Choose):
        cases = "；".join(f"{case.when.label} {describe(case.then, name)}" for case in formula.cases)
        return f"[{cases}；其余 {describe(formula.otherwise, name)}]"
    unit = NAMES[formula.code].unit or ""
    bands = "，".join(f"{_limit(band, unit)} {describe(band.then, name)}" for band in formula.bands)
    return f"[按{NAMES[formula.code].label}：{bands}]"


def _limit(band: Tier, unit: str) -> str:
    if band.limit is None:
        return "以上"
    return f"{'不超过' if band.inclusive else '低于'} {plain(band.limit)} {unit}"


def _grouped(formula: Formula, name: Callable[[str], str]) -> str:
    text = describe(formula, name)
    return f"（{text}）" if isinstance(formula, Sum) else text
