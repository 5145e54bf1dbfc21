"""Benefits and costs as JSON-able documents (测算结果), one shape for the command line and machines.

Money is a string in 元 and again in 万元, the unit in the name; None is not known and `lacking` says what to fill.
"""

from collections.abc import Sequence
from decimal import Decimal

from api.exchange.documents import Document, json_value
from matcher.eligibility.criteria import Clause
from matcher.eligibility.results import STATE_LABELS
from matcher.policies.advice import Advice, Combination
from matcher.policies.amounts import Lacking, in_wan
from matcher.policies.benefits import BENEFICIARY_LABELS, KIND_LABELS
from matcher.policies.claims import Claim
from matcher.policies.costs import METHOD, CostSheet
from matcher.policies.formulas import describe
from matcher.policies.loans import Loan


def advice_document(advice: Advice, loans: Sequence[Loan]) -> Document:
    """The whole answer: every benefit of every loan, the best lawful combinations, a cost sheet a loan."""
    return {
        "at": advice.at.isoformat(),
        "benefits": [claim_document(claim) for claim in advice.claims],
        "combinations": [combination_document(item) for item in advice.combinations],
        "if_open_conditions_are_met": [combination_document(item) for item in advice.hopeful],
        "undetermined": [
            {"id": claim.benefit.id, "loan": claim.loan, "lacking": _lacking(claim.lacking)}
            for claim in advice.undetermined
        ],
        "costs": _costs(loans, advice.costs),
        "costs_if_open_conditions_are_met": _costs(loans, advice.hopeful_costs),
    }


def _costs(loans: Sequence[Loan], sheets: Sequence[CostSheet]) -> list[Document]:
    return [{"loan": place, "name": loans[place].name, **cost_document(sheet)} for place, sheet in enumerate(sheets)]


def claim_document(claim: Claim) -> Document:
    """One benefit for one loan, with its formula, inputs, caps, conditions and clause."""
    benefit = claim.benefit
    return {
        "id": benefit.id,
        "name": benefit.name,
        "scheme": benefit.scheme,
        "offer_id": benefit.offer.id,
        "kind": benefit.kind.value,
        "kind_label": KIND_LABELS[benefit.kind],
        "beneficiary": benefit.beneficiary.value,
        "beneficiary_label": BENEFICIARY_LABELS[benefit.beneficiary],
        "loan": claim.loan,
        "state": claim.state.value,
        "state_label": STATE_LABELS[claim.state],
        "formula": describe(benefit.formula),
        "working": claim.working,
        "is_ceiling": benefit.ceiling,
        "inputs": [
            {
                "field": item.code,
                "label": item.label,
                "unit": item.unit,
                "value": None if item.value is None else json_value(item.value),
            }
            for item in claim.inputs
        ],
        "by_formula_yuan": _text(claim.by_formula.value),
        **_money("amount", claim.amount.value),
        **_money("at_most", claim.amount.high),
        "cap_yuan": _text(benefit.cap_yuan),
        "caps_applied": list(claim.capped_by),
        "illustration_if_all_principal_is_lost_yuan": _text(claim.illustration),
        "lacking": _lacking(claim.lacking),
        "conditions": [
            {"label": check.label, "state": check.state.value, "field": check.field} for check in claim.checks
        ],
        "clause": _clause(benefit.clause),
        "confidence": benefit.offer.confidence.value,
        "status": benefit.offer.status.value,
        "assumptions": list(benefit.assumptions),
    }


def combination_document(item: Combination) -> Document:
    """The best lawful combination under a scheme: what is granted, what was given up and why."""
    return {
        "scheme": item.scheme.id,
        "name": item.scheme.name,
        **_money("total", item.total_yuan),
        "total_cap_yuan": _text(item.scheme.cap_yuan),
        "total_cap_applied": item.total_cap_applied,
        "certain": item.certain,
        "granted": [
            {
                "id": grant.claim.benefit.id,
                "name": grant.claim.benefit.name,
                "loan": grant.claim.loan,
                **_money("amount", grant.amount_yuan),
                "open_conditions": [check.label for check in grant.claim.open_checks],
            }
            for grant in item.grants
        ],
        "given_up": [
            {
                "id": given.claim.benefit.id,
                "name": given.claim.benefit.name,
                "loan": given.claim.loan,
                "why": given.why,
                **_money("total_with_it", given.total_with_it_yuan),
                "less_yuan": _text(item.total_yuan - given.total_with_it_yuan),
            }
            for given in item.given_up
        ],
        "exclusions": [
            {"label": rule.label, "clause": None if rule.clause is None else _clause(rule.clause)}
            for rule in item.scheme.exclusions
        ],
        "clause": _clause(item.scheme.clause),
        "assumptions": list(item.scheme.assumptions),
    }


def cost_document(sheet: CostSheet) -> Document:
    """The cost sheet (贷款明白纸). With something lacking `all_in_pct` is None; `at_least_pct` is what is known."""
    return {
        "method": METHOD,
        "lines": [
            {"label": line.label, "amount_yuan": _text(line.amount_yuan), "annual_pct": _text(line.annual_pct),
             "note": line.note}
            for line in sheet.lines
        ],
        "before_subsidies_yuan": _text(sheet.gross_yuan),
        "before_subsidies_pct": _text(sheet.gross_pct),
        "subsidies_yuan": _text(sheet.relief_yuan),
        "net_yuan": _text(sheet.net_yuan),
        "net_a_year_yuan": _text(sheet.annual_net_yuan),
        "complete": sheet.complete,
        "all_in_pct": _text(sheet.net_pct) if sheet.complete else None,
        "at_least_pct": _text(sheet.net_pct),
        "lacking": _lacking(sheet.lacking),
        "assumptions": list(sheet.assumptions),
    }  # fmt: skip


def _money(name: str, amount_yuan: Decimal | None) -> Document:
    wan = None if amount_yuan is None else in_wan(amount_yuan).normalize() + 0
    return {f"{name}_yuan": _text(amount_yuan), f"{name}_wan": _text(wan)}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(json_value(amount))


def _lacking(items: Sequence[Lacking]) -> list[Document]:
    return [{"field": item.code, "label": item.label} for item in items]


def _clause(clause: Clause) -> Document:
    return {"document": clause.document, "article": clause.article, "quote": clause.quote}
