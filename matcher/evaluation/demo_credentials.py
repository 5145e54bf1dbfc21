"""What invented enterprises hold and owe (演示企业的知识产权、资质、信用)."""

from datetime import date
from random import Random

from matcher.evaluation.demo_materials import OBSERVED, Draft, Sketch, whole

_PATENTS = {"patent": (2.2, 3.6), "software": (0.5, 0.6), "trademark": (0.1, 0.5), "none": (0.0, 0.1)}
"""Yearly invention patents and utility models by what a trade mostly protects; made up, for variety only."""


def property_rights(sketch: Sketch, chance: Random) -> Draft:
    """Intellectual property by type, in whole items; growing with age."""
    habit = sketch.line.ip
    years = min(sketch.age, 12.0) * chance.uniform(0.2, 1.0)
    inventions, utilities = _PATENTS[habit]
    return {
        "invention_patents": round(years * inventions * chance.uniform(0, 0.9)),
        "utility_patents": round(years * utilities * chance.uniform(0, 1.0)),
        "design_patents": round(years * 0.4 * chance.random()),
        "software_copyrights": round(years * (4.0 if habit == "software" else 0.6) * chance.random()),
        "copyrights": round(years * 0.8 * chance.random()) if habit in ("software", "trademark") else 0,
        "trademarks": round(years * (1.6 if habit == "trademark" else 0.5) * chance.random()),
    }


def certificates(sketch: Sketch, chance: Random) -> Draft:
    """Certificates with the date until which they hold; some have run out."""
    draft: Draft = {}
    for code, probability in _likely(sketch).items():
        holds = chance.random() < probability
        draft[code] = holds
        if holds:
            draft[f"{code}_valid_to"] = _validity(chance)
    return draft


def _likely(sketch: Sketch) -> dict[str, float]:
    share, revenue, age = sketch.rd_share, sketch.revenue, sketch.age
    inventive = share >= 4
    likely = {
        "high_tech_enterprise": 0.75 if inventive and age >= 1 else 0.02,
        "tech_sme": 0.8 if share >= 3 and sketch.heads <= 500 and revenue <= 20_000 else 0.05,
        "innovative_sme": 0.45 if share >= 2 else 0.03,
        "specialised_sme": 0.35 if share >= 3 and revenue >= 1500 and age >= 3 else 0.0,
        "little_giant": 0.12 if share >= 3 and revenue >= 5000 and age >= 3 else 0.0,
        "gazelle": 0.06 if inventive else 0.0,
        "ip_advantage": 0.05 if inventive and age >= 3 else 0.0,
        "listing_reserve": 0.06 if revenue >= 5000 else 0.0,
        "maker_china_winner": 0.03 if inventive else 0.0,
    }
    if sketch.where.region.startswith("64"):
        likely |= {"ningxia_tech_little_giant": 0.15, "ningxia_innovative_model": 0.08, "ningxia_contest_winner": 0.1}
    return likely


def _validity(chance: Random) -> date:
    return date(OBSERVED.year + chance.choice((-1, 0, 1, 1, 2, 2)), chance.randint(1, 12), 28)


def credit(sketch: Sketch, chance: Random) -> Draft:
    """Credit, compliance and loans; balances in 万元."""
    revenue, borrows = sketch.revenue, chance.random() < 0.55
    draft: Draft = {
        "tax_credit_grade": chance.choices(("A", "B", "M", "C", "D"), (30, 45, 15, 8, 2))[0],
        "has_serious_dishonesty": chance.random() < 0.02,
        "is_dishonest_debtor": chance.random() < 0.01,
        "is_abnormal_operation": chance.random() < 0.02,
        "has_major_incident": chance.random() < 0.01,
        "has_overdue_loan": borrows and chance.random() < 0.04,
        "received_other_public_funds": chance.random() < 0.1,
        "has_fixed_premises": chance.random() < 0.95,
        "has_bank_loan": borrows,
        "has_ever_borrowed": borrows or chance.random() < 0.3,
        "loan_balance_wan": whole(revenue * chance.uniform(0.05, 0.4) if borrows else 0),
        "has_partner_institution_business": chance.random() < 0.3,
        "has_equity_investors": chance.random() < 0.2,
        "plans_listing": chance.random() < (0.2 if revenue > 5000 else 0.03),
    }
    return draft | _collateral(chance)


def _collateral(chance: Random) -> Draft:
    has_property = chance.random() < 0.4
    others = [
        item for item in ("设备", "存货", "应收账款", "订单", "股权", "保证担保", "保单") if chance.random() < 0.22
    ]
    held = (["房产"] if has_property else []) + others
    draft: Draft = {"has_real_estate_collateral": has_property}
    if held:
        draft["collateral"] = tuple(held)
    return draft
