"""What a matched loan would cost a year after subsidies (年化综合成本), by the terms that its source states."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from api.console.desk import Desk
from api.console.numbers import percent
from matcher.fields import Value
from matcher.offers import OfferKind
from matcher.policies.advice import advise
from matcher.policies.benefit_files import built_in_benefits
from matcher.policies.loans import PRODUCTS, Loan

YEAR_MONTHS = 12


def yearly_cost(
    desk: Desk, match: Mapping[str, Any], values: Mapping[str, Value], at: date, quoted: Decimal | None = None
) -> str:
    """The cost in words, or what is lacking to know it; empty for what is no loan.

    `quoted` is the rate (% a year) that the lender quotes, which counts before the one that the source states.
    """
    offer = match["offer"]
    if offer["kind"] != OfferKind.LOAN:
        return ""
    terms = offer["terms"]
    rate = quoted if quoted is not None else _stated(terms)
    if rate is None:
        return desk.text("cost.no_rate")
    amount = _amount(terms, values)
    if amount is None:
        return desk.text("cost.no_amount", rate=percent(rate, places=2))
    sheet = advise(built_in_benefits(), values, [_loan(offer, amount, rate, values)], at).costs[0]
    if sheet.net_pct is None or sheet.gross_pct is None:
        return desk.text("cost.unknown")
    key = "cost.complete" if sheet.complete else "cost.least"
    relief = sheet.gross_pct - sheet.net_pct
    return desk.text(
        key,
        net=percent(sheet.net_pct, places=2),
        gross=percent(sheet.gross_pct, places=2),
        relief=percent(relief, places=2),
        amount=f"{amount:,.0f}",
    )


def _stated(terms: Mapping[str, Any]) -> Decimal | None:
    rate = terms["rate_min_pct"]
    return None if rate is None else Decimal(rate)


def _amount(terms: Mapping[str, Any], values: Mapping[str, Value]) -> Decimal | None:
    """What is wanted, no more than the offer gives."""
    wanted = values.get("need_amount_wan")
    if not isinstance(wanted, Decimal):
        return None
    most = terms["amount_max_wan"]
    return wanted if most is None else min(wanted, Decimal(most))


def _loan(offer: Mapping[str, Any], amount: Decimal, rate: Decimal, values: Mapping[str, Value]) -> Loan:
    months = values.get("need_term_months") or offer["terms"]["term_months_max"] or YEAR_MONTHS
    product = next((item for item in PRODUCTS if item in offer["name"]), None)
    return Loan(amount, rate_pct=rate, term_months=int(str(months)), product=product, name=offer["name"])
