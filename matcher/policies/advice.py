"""All benefits for a party and its loans (惠企测算): each claim, the best lawful combination, the net cost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from matcher.eligibility.gaps import plain
from matcher.eligibility.results import State
from matcher.parties import Values
from matcher.policies.amounts import ZERO
from matcher.policies.benefits import Beneficiary, BenefitBook, BenefitKind, Scheme
from matcher.policies.claims import EXCLUDED, Claim, claim_of, conflicts_of
from matcher.policies.combining import Candidate, Pairs, best, best_with, grants, worth
from matcher.policies.costs import CostSheet, cost_sheet
from matcher.policies.loans import GUARANTEE_INSURANCE, Loan
from matcher.policies.quantities import Scope, scope_of

_LOWERS_COST = frozenset({BenefitKind.INTEREST, BenefitKind.GUARANTEE_FEE, BenefitKind.VALUATION_FEE})

CEILING_NOTE = "补助按原文的上限（“不超过”）计，主管部门核定的金额可能更低，补助后的成本相应更高"


@dataclass(frozen=True, slots=True)
class Grant:
    """A claim that is chosen, and what it gets after all caps (元)."""

    claim: Claim
    amount_yuan: Decimal


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A claim that is not chosen (放弃), why, and what the best combination with it would give (元)."""

    claim: Claim
    why: str
    total_with_it_yuan: Decimal


@dataclass(frozen=True, slots=True)
class Combination:
    """The best lawful combination under one scheme (最优组合), in 元.

    `certain` says that every condition of every claim considered is met; otherwise claims whose conditions are open
    were considered too, and the total holds only if they turn out to be met.
    """

    scheme: Scheme
    grants: tuple[Grant, ...]
    given_up: tuple[GivenUp, ...]
    total_yuan: Decimal
    total_cap_applied: bool
    certain: bool


@dataclass(frozen=True, slots=True)
class Advice:
    """The answer for a party and its loans on a day (测算结果).

    `claims` are all benefits of all loans. `combinations` rest on what is certain; `hopeful` also on claims with
    open conditions, and holds only the schemes where that gives more. `costs` is one sheet a loan after `combinations`;
    `hopeful_costs` one after `hopeful` where there is any.
    """

    at: date
    claims: tuple[Claim, ...]
    combinations: tuple[Combination, ...]
    hopeful: tuple[Combination, ...]
    costs: tuple[CostSheet, ...]
    hopeful_costs: tuple[CostSheet, ...]

    @property
    def undetermined(self) -> tuple[Claim, ...]:
        """The enterprise's claims whose amount is not known: what they lack may change the best combination."""
        return tuple(
            claim
            for claim in self.claims
            if claim.benefit.beneficiary is Beneficiary.ENTERPRISE and claim.state not in EXCLUDED and claim.lacking
        )


def advise(book: BenefitBook, party: Values, loans: Sequence[Loan], at: date) -> Advice:
    """Work out every benefit of a party's loans on a day; values of the party as stored, not yet derived or dated."""
    scopes = tuple(scope_of(party, loan, at) for loan in loans)
    claims = tuple(
        claim_of(benefit, scope, at, place) for place, scope in enumerate(scopes) for benefit in book.benefits
    )
    combinations = _combinations(book, claims, scopes, certain=True)
    hopeful = _combinations(book, claims, scopes, certain=False)
    sure = {item.scheme.id: item.total_yuan for item in combinations}
    better = tuple(item for item in hopeful if item.total_yuan > sure.get(item.scheme.id, ZERO))
    return Advice(
        at, claims, combinations, better, _costs(combinations, loans), _costs(hopeful, loans) if better else ()
    )


def _combinations(
    book: BenefitBook, claims: Sequence[Claim], scopes: tuple[Scope, ...], *, certain: bool
) -> tuple[Combination, ...]:
    found = (_combination(scheme, _claimable(claims, scheme, certain=certain), scopes, certain=certain)
             for scheme in book.schemes.values())  # fmt: skip
    return tuple(item for item in found if item.grants)


def _claimable(claims: Iterable[Claim], scheme: Scheme, *, certain: bool) -> tuple[Claim, ...]:
    return tuple(
        claim
        for claim in claims
        if claim.benefit.scheme == scheme.id
        and claim.benefit.beneficiary is Beneficiary.ENTERPRISE
        and claim.amount.value
        and (claim.state is State.MET if certain else claim.state not in EXCLUDED)
    )


def _combination(scheme: Scheme, claims: tuple[Claim, ...], scopes: tuple[Scope, ...], *, certain: bool) -> Combination:
    reasons = conflicts_of(claims, scheme, scopes)
    candidates = [
        Candidate(claim.loan, claim.benefit.id, claim.amount.value or ZERO, claim.benefit.cap_yuan) for claim in claims
    ]
    excluded: Pairs = frozenset(reasons)
    chosen = best(candidates, excluded, scheme.cap_yuan)
    amounts = grants(candidates, chosen, scheme.cap_yuan)
    together = sum(amounts.values(), ZERO)
    return Combination(
        scheme,
        tuple(Grant(claims[place], amount) for place, amount in amounts.items()),
        tuple(
            GivenUp(
                claims[place],
                _why(place, chosen, claims, reasons, scheme),
                best_with(candidates, excluded, scheme.cap_yuan, place),
            )
            for place in range(len(claims))
            if place not in chosen
        ),
        together,
        worth(candidates, chosen, None) > together,
        certain and all(claim.state is State.MET for claim in claims),
    )


def _why(
    place: int, chosen: tuple[int, ...], claims: Sequence[Claim], reasons: dict[frozenset[int], str], scheme: Scheme
) -> str:
    for other in chosen:
        reason = reasons.get(frozenset({place, other}))
        if reason is not None:
            return f"与“{claims[other].benefit.name}”不可兼得：{reason}"
    cap = "" if scheme.cap_yuan is None else f"（合计 {plain(scheme.cap_yuan)} 元）"
    return f"年度上限已用尽，再申报不增加金额{cap}"


def _costs(combinations: Sequence[Combination], loans: Sequence[Loan]) -> tuple[CostSheet, ...]:
    return tuple(_cost(combinations, place, loan) for place, loan in enumerate(loans))


def _cost(combinations: Iterable[Combination], place: int, loan: Loan) -> CostSheet:
    """The cost of one loan after the chosen subsidies for its interest and fees, not those for other insurance."""
    mine = [
        grant
        for item in combinations
        for grant in item.grants
        if grant.claim.loan == place and _lowers_cost(grant.claim, loan)
    ]
    relief = sum((grant.amount_yuan for grant in mine), ZERO)
    ceiling = any(grant.claim.benefit.ceiling for grant in mine)
    return cost_sheet(loan, relief, (CEILING_NOTE,) if ceiling else ())


def _lowers_cost(claim: Claim, loan: Loan) -> bool:
    if claim.benefit.kind is BenefitKind.PREMIUM:
        return loan.insurance_kind == GUARANTEE_INSURANCE
    return claim.benefit.kind in _LOWERS_COST
