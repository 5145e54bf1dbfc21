"""What one benefit gives for one loan (测算): eligibility, the formula with its inputs, the cap, what is lacking."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from matcher.eligibility.comparison import compare
from matcher.eligibility.criteria import Criterion, Leaf, conditions
from matcher.eligibility.evaluation import evaluate as evaluate_offer
from matcher.eligibility.gaps import plain
from matcher.eligibility.results import State, conjunction
from matcher.fields import Value
from matcher.offers import Offer, OfferStatus, in_force
from matcher.policies.amounts import Figure, Lacking, exactly, least, rounded_down
from matcher.policies.benefits import Benefit, Scheme
from matcher.policies.conditions import Check, checks_of, state_of, unknown_fields
from matcher.policies.formulas import describe, evaluate, names_in
from matcher.policies.quantities import NAMES, Scope, basis_of

EXCLUDED = frozenset({State.UNMET, State.NOT_APPLICABLE})
UNDECIDED = frozenset({State.UNKNOWN, State.MANUAL_REVIEW})


@dataclass(frozen=True, slots=True)
class Input:
    """What a formula rests on (取数): a field of the party or the loan in its own unit, None where it is not known."""

    code: str
    label: str
    unit: str
    value: Value | None


@dataclass(frozen=True, slots=True)
class Claim:
    """One benefit for one loan (一项测算), in 元.

    `by_formula` is what the text's formula gives, `amount` after the caps, to 0.01 元 and rounded down; `capped_by`
    names the caps that were applied. `illustration` is the formula with one amount replaced (a loss of all principal).
    """

    benefit: Benefit
    loan: int
    state: State
    checks: tuple[Check, ...]
    inputs: tuple[Input, ...]
    working: str
    by_formula: Figure
    amount: Figure
    capped_by: tuple[str, ...] = ()
    illustration: Decimal | None = None

    @property
    def lacking(self) -> tuple[Lacking, ...]:
        """What is to be filled for the amount to be exact; empty when it is."""
        return self.amount.lacking if self.amount.value is None else ()

    @property
    def open_checks(self) -> tuple[Check, ...]:
        """The conditions that are neither met nor unmet."""
        return tuple(check for check in self.checks if check.state in UNDECIDED)

    @property
    def failed_checks(self) -> tuple[Check, ...]:
        """The conditions that exclude the claim."""
        return tuple(check for check in self.checks if check.state in EXCLUDED)


def claim_of(benefit: Benefit, scope: Scope, at: date, loan: int = 0) -> Claim:
    """Compute one benefit for a party and a loan (the `loan`-th of several) on a day."""
    checks = (_in_force(benefit.offer, at), *_offer_checks(benefit, scope.values), *_own_checks(benefit, scope.values))
    checks = tuple(dict.fromkeys(checks))
    by_formula = evaluate(benefit.formula, scope)
    amount, capped_by = _capped(benefit, scope, by_formula)
    return Claim(
        benefit,
        loan,
        conjunction(check.state for check in checks),
        checks,
        _inputs(benefit, scope),
        describe(benefit.formula, lambda code: _written(scope, code)),
        rounded_down(by_formula),
        amount,
        capped_by,
        _illustration(benefit, scope),
    )


def conflicts_of(claims: tuple[Claim, ...], scheme: Scheme, scopes: tuple[Scope, ...]) -> dict[frozenset[int], str]:
    """The pairs of claims (by place) that one loan never gets together, and why.

    Where it is not known whether an exclusion applies (the kind of insurance is not stated) it is taken to apply.
    """
    pairs: dict[frozenset[int], str] = {}
    for rule in scheme.exclusions:
        for first, one in enumerate(claims):
            for second, other in enumerate(claims):
                same_loan = first != second and one.loan == other.loan
                if not same_loan or (one.benefit.kind, other.benefit.kind) != rule.kinds:
                    continue
                state = State.MET if rule.when is None else state_of(rule.when, scopes[one.loan].values)
                if state is not State.UNMET:
                    doubt = (
                        ""
                        if state is State.MET
                        else f"（未说明是否“{rule.when.label if rule.when else ''}”，按是处理）"
                    )
                    pairs.setdefault(frozenset({first, second}), rule.label + doubt)
    return pairs


def _capped(benefit: Benefit, scope: Scope, by_formula: Figure) -> tuple[Figure, tuple[str, ...]]:
    limits: list[tuple[str, Figure]] = []
    if benefit.spent:
        limits.append((f"{NAMES[benefit.spent].label}（推断：补助不超过实际支出）", scope.figure(benefit.spent)))
    if benefit.cap_yuan is not None:
        limits.append((f"年度上限 {plain(benefit.cap_yuan)} 元", exactly(benefit.cap_yuan)))
    amount = rounded_down(least([by_formula, *(limit for _, limit in limits)]))
    value = by_formula.value
    binding = tuple(
        label for label, limit in limits if value is not None and limit.value is not None and limit.value < value
    )
    return amount, binding


def _in_force(offer: Offer, at: date) -> Check:
    """Whether the text stands on the day; a draft (征求意见稿) may yet change."""
    if not in_force(offer, at):
        return Check(f"文件于 {at} 有效", State.UNMET, "")
    if offer.status is OfferStatus.DRAFT:
        return Check("文件为征求意见稿，须待正式印发", State.MANUAL_REVIEW, "")
    return Check(f"文件于 {at} 有效", State.MET, "")


def _offer_checks(benefit: Benefit, values: Mapping[str, Value]) -> tuple[Check, ...]:
    return tuple(
        check for part in conditions(benefit.offer.criteria) for check in _offer_check(benefit.settled, part, values)
    )


def _offer_check(settled: Mapping[str, Criterion], part: Criterion, values: Mapping[str, Value]) -> tuple[Check, ...]:
    """A condition of the offer: as the loan decides it, else as the party's own values do."""
    if isinstance(part, Leaf):
        own = settled.get(part.label)
        decided = State.UNKNOWN if own is None else state_of(own, values)
        if own is not None and decided is not State.UNKNOWN:
            return (Check(own.label, decided, _first_field(own, values)),)
        state = compare(part, values.get(part.field))
        if own is not None and state in UNDECIDED:
            return (Check(own.label, State.UNKNOWN, _first_field(own, values)),)
        return (Check(part.label, state, part.field),)
    result = evaluate_offer(part, values)
    open_fields = [item.leaf.field for item in result.findings if item.decisive and item.state is result.state]
    return (Check(part.label, result.state, next(iter(open_fields), "")),)


def _own_checks(benefit: Benefit, values: Mapping[str, Value]) -> tuple[Check, ...]:
    return () if benefit.requires is None else checks_of(benefit.requires, values)


def _first_field(criterion: Criterion, values: Mapping[str, Value]) -> str:
    return next(
        iter((*unknown_fields(criterion, values), *(check.field for check in checks_of(criterion, values)))), ""
    )


def _inputs(benefit: Benefit, scope: Scope) -> tuple[Input, ...]:
    names = (*names_in(benefit.formula), *((benefit.spent,) if benefit.spent else ()))
    codes = dict.fromkeys(code for name in names for code in basis_of(name, scope.loan))
    return tuple(Input(code, NAMES[code].label, NAMES[code].unit or "", scope.values.get(code)) for code in codes)


def _written(scope: Scope, code: str) -> str:
    field, amount = NAMES[code], scope.figure(code).value
    if amount is None:
        return f"{field.label}？"
    return f"{plain(amount)}%" if field.unit == "%" else f"{plain(amount)} 元"


def _illustration(benefit: Benefit, scope: Scope) -> Decimal | None:
    if benefit.illustrate is None:
        return None
    instead_of, take = benefit.illustrate
    amount = scope.figure(take).value
    if amount is None:
        return None
    shown = replace(scope, values={**scope.values, instead_of: amount})
    return rounded_down(evaluate(benefit.formula, shown)).value
