"""One firm a region and one loan, invented and complete, from which each case departs in the point that it tests."""

from datetime import date
from decimal import Decimal
from typing import Any

from matcher.fields import Value
from matcher.policies.loans import DayCount, Loan, Repayment

AT = date(2022, 6, 1)
NINGXIA: dict[str, Value] = {
    "region": "640100",
    "is_independent_legal_person": True,
    "has_serious_dishonesty": False,
    "high_tech_enterprise": True,
    "rd_intensity_pct": Decimal(5),
    "headcount": 120,
    "revenue_wan": Decimal(8000),
    "total_assets_wan": Decimal(9000),
    "invention_patents": 3,
    "has_technology_conversion_project": True,
}
SUZHOU: dict[str, Value] = {
    "region": "320500",
    "tech_sme": True,
    "revenue_wan": Decimal(3000),
    "supported_tech_firm": False,
}
ZHEJIANG: dict[str, Value] = {
    "region": "330100",
    "specialised_sme": True,
    "rd_intensity_pct": Decimal(4),
    "rd_growth_pct": Decimal(25),
    "rd_expense_wan": Decimal(100),
}
PARTIES = {"ningxia": NINGXIA, "suzhou": SUZHOU, "zhejiang": ZHEJIANG}
LOAN: dict[str, Any] = {
    "principal_wan": Decimal(500),
    "rate_pct": Decimal("4.35"),
    "term_months": 12,
    "drawn_on": date(2022, 3, 1),
    "lpr_1y_pct_at_drawing": Decimal("3.7"),
    "repayment": Repayment.BULLET,
    "day_count": DayCount.THIRTY_360,
    "secured_by": ("房产",),
    "guarantee_fee_yuan": Decimal(0),
    "valuation_fee_yuan": Decimal(0),
    "notary_fee_yuan": Decimal(0),
    "premium_yuan": Decimal(0),
    "insurance_kind": "其他保险",
    "is_overdue": False,
    "is_personal": False,
    "is_entrusted": False,
    "lender_is_bank": True,
    "is_with_partner": True,
    "has_other_public_funds": False,
    "is_conversion_project": False,
}


def loan(**changes: Any) -> Loan:
    """The complete loan with some of its facts changed; None makes a fact unknown."""
    return Loan(**{**LOAN, **changes})


def party(name: str = "ningxia", **changes: Value | None) -> dict[str, Value]:
    """A firm with some of its facts changed; None makes a fact unknown."""
    return {code: value for code, value in {**PARTIES[name], **changes}.items() if value is not None}
