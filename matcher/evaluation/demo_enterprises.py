"""Invented enterprises (演示企业): coherent in size, age, money, research and property; some of it not known."""

from datetime import timedelta
from math import exp
from random import Random

from matcher.evaluation.demo_credentials import certificates, credit, property_rights
from matcher.evaluation.demo_materials import (
    OBSERVED,
    PREFIX,
    Draft,
    Sketch,
    brand,
    credit_code,
    party,
    place,
    source_of_chance,
    trade,
    trades,
    whole,
)
from matcher.evaluation.demo_wishes import wishes
from matcher.fields import PartyKind
from matcher.parties import Party

_RD_SHARE = {"high": (6.0, 28.0), "middle": (2.5, 6.5), "low": (0.3, 2.5), "none": (0.0, 0.0)}
_REVENUE_A_HEAD = {"high": (28.0, 90.0), "middle": (40.0, 110.0), "low": (45.0, 140.0), "none": (35.0, 160.0)}
_TECH_SHARE = {"high": (0.2, 0.65), "middle": (0.08, 0.25), "low": (0.02, 0.1), "none": (0.0, 0.02)}
_ALWAYS = frozenset(
    {"name", "credit_code", "region", "zone", "industry", "founded_on", "main_business", "products", "need_text"}
)
_RICHNESS = (0.35, 0.6, 0.85, 1.0)


def enterprise(seed: int, number: int) -> Party:
    """The enterprise of a number (from 1): the same for a seed, whatever else the world holds."""
    chance = source_of_chance(seed, "enterprise", number)
    sketch = _sketch(chance)
    draft = {
        **_identity(sketch, chance),
        **_money(sketch, chance),
        **_research(sketch, chance),
        **property_rights(sketch, chance),
        **certificates(sketch, chance),
        **credit(sketch, chance),
        **wishes(sketch, chance),
    }
    known = _partly_known(draft, chance)
    known["name"] = f"{PREFIX}{sketch.where.name}{brand(number)}{sketch.line.suffix}有限公司"
    known["credit_code"] = credit_code(0, number)
    return party(f"demo-ent-{number:04d}", PartyKind.ENTERPRISE, known)


def team(seed: int, number: int) -> Party:
    """A start-up team (创业团队) of a number (from 1): no company yet, so no figures."""
    chance = source_of_chance(seed, "team", number)
    where = place(chance)
    line = chance.choice([item for item in trades() if item.rd == "high"])
    product = chance.choice(line.products)
    values: Draft = {
        "name": f"{PREFIX}{where.name}{brand(number + 500)}创业团队",
        "region": where.region,
        "industry": line.industry,
        "main_business": f"{product}创业项目，已完成原型，面向{chance.choice(line.customers)}",
        "life_stage": "种子期",
        "need_text": f"寻找{line.label}方向的孵化载体和天使投资",
        "tech_staff": chance.randint(2, 8),
        "has_talent_programme": chance.random() < 0.4,
    }
    return party(f"demo-team-{number:04d}", PartyKind.TEAM, values)


def _sketch(chance: Random) -> Sketch:
    where = place(chance)
    line = trade(chance, where)
    days = round(365.25 * min(25.0, max(0.2, chance.gammavariate(2.2, 3.4))))
    age = days / 365.25
    heads = max(3, min(900, round(exp(chance.gauss(3.0 + 0.06 * min(age, 12.0), 0.8)))))
    young = 0.25 if age < 1.5 else 0.7 if age < 3 else 1.0
    revenue = heads * chance.uniform(*_REVENUE_A_HEAD[line.rd]) * young
    products = tuple(chance.sample(line.products, k=min(len(line.products), chance.randint(1, 3))))
    rd_share = chance.uniform(*_RD_SHARE[line.rd])
    return Sketch(line, where, OBSERVED - timedelta(days=days), heads, revenue, rd_share, products)


def _partly_known(draft: Draft, chance: Random) -> Draft:
    """Leave out part of what an enterprise would have to fill in, as real registers do."""
    richness = chance.choice(_RICHNESS)
    return {code: value for code, value in draft.items() if chance.random() < richness or code in _ALWAYS}


def _identity(sketch: Sketch, chance: Random) -> Draft:
    values: Draft = {
        "region": sketch.where.region,
        "industry": sketch.line.industry,
        "industry_label": sketch.line.label,
        "founded_on": sketch.founded_on,
        "is_independent_legal_person": True,
        "ownership": chance.choices(("民营", "外商投资", "国有", "混合所有制"), (86, 6, 4, 4))[0],
        "has_clear_equity": chance.random() < 0.92,
        "is_group_subsidiary": chance.random() < 0.06,
        "is_local_leading_industry": sketch.line.rd in ("high", "middle"),
        "is_restricted_industry": False,
        "life_stage": _stage(sketch.age),
        "products": "、".join(sketch.products),
        "main_business": _business(sketch, chance),
    }
    if sketch.where.zone:
        values["zone"] = sketch.where.zone
    return values


def _stage(age: float) -> str:
    return "种子期" if age < 1 else "初创期" if age < 4 else "成长期" if age < 12 else "成熟期"


def _business(sketch: Sketch, chance: Random) -> str:
    listed, label, customer = "、".join(sketch.products), sketch.line.label, chance.choice(sketch.line.customers)
    if sketch.line.rd == "none":
        ways = (f"主营{listed}，服务{customer}", f"为{customer}提供{listed}", f"{label}企业，业务包括{listed}")
        return chance.choice(ways)
    makes = f"主要从事{listed}的研发、生产和销售，产品用于{customer}"
    return chance.choice((makes, f"{label}企业，为{customer}提供{listed}", f"专注{listed}，主要客户为{customer}"))


def _money(sketch: Sketch, chance: Random) -> Draft:
    inventive = sketch.line.rd == "high"
    growth = max(-60.0, chance.gauss(12 if inventive else 5, 14))
    assets = whole(sketch.revenue * chance.uniform(0.5, 1.6))
    liabilities = whole(float(assets) * chance.uniform(0.15, 0.78))
    return {
        "headcount": sketch.heads,
        "insured_staff": max(1, round(sketch.heads * chance.uniform(0.8, 1.0))),
        "registered_capital_wan": whole(chance.choice((100, 200, 500, 500, 1000, 1000, 2000, 5000))),
        "revenue_wan": whole(sketch.revenue),
        "revenue_previous_wan": whole(max(1.0, sketch.revenue / (1 + growth / 100))),
        "net_profit_wan": whole(sketch.revenue * chance.uniform(-0.12 if inventive else -0.03, 0.13)),
        "profit_growth_pct": whole(chance.gauss(4, 18)),
        "total_assets_wan": assets,
        "total_liabilities_wan": liabilities,
        "net_assets_wan": assets - liabilities,
        "main_business_share_pct": whole(chance.uniform(62, 100)),
        "tax_paid_wan": whole(sketch.revenue * chance.uniform(0.01, 0.06)),
        "export_wan": whole(sketch.revenue * chance.choice((0, 0, 0, 0.1, 0.3, 0.6))),
    }


def _research(sketch: Sketch, chance: Random) -> Draft:
    expense = sketch.revenue * sketch.rd_share / 100
    staff = round(sketch.heads * chance.uniform(*_TECH_SHARE[sketch.line.rd]))
    return {
        "rd_expense_wan": whole(expense),
        "rd_expense_previous_wan": whole(expense / chance.uniform(0.9, 1.5)),
        "tech_staff": staff,
        "doctors": round(staff * chance.uniform(0, 0.12)) if sketch.line.rd == "high" else 0,
        "has_talent_programme": chance.random() < (0.22 if sketch.line.rd == "high" else 0.03),
        "has_technology_conversion_project": chance.random() < (0.12 if sketch.line.rd == "high" else 0.02),
        "niche_market_years": whole(sketch.age * chance.uniform(0.5, 1.0)),
    }
