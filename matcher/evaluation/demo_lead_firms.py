"""Invented lead firms (演示龙头企业) and what they open to smaller ones, in the seven areas of 融通.

The areas, from 研发设计 to 市场营销, are those of 工信厅联企业函〔2019〕92号 一（二）.
"""

from datetime import timedelta
from random import Random

from matcher.declarations.enterprise import COOPERATION_AREAS
from matcher.evaluation.demo_materials import (
    OBSERVED,
    PREFIX,
    SOURCE,
    Draft,
    Place,
    Trade,
    brand,
    clause,
    credit_code,
    party,
    place,
    source_of_chance,
    trades,
    whole,
)
from matcher.fields import PartyKind
from matcher.offers import Confidence, Offer, OfferKind
from matcher.parties import Party

_OPENINGS = {
    "研发设计": "联合研发{product}所需的{item}，开放应用场景，先试首用",
    "检验检测": "开放企业检测中心，为配套企业的{item}提供检验检测与认证",
    "模型加工": "寻找{item}的样件试制、模型加工与快速打样企业",
    "中试生产": "开放中试线，供{item}企业小批量试制与工艺验证",
    "企业管理": "向{item}供应商输出质量管理、精益生产与数字化管理经验",
    "物资采购": "采购{item}，用于生产{product}，长期招募合格供应商",
    "市场营销": "开放销售渠道，与{label}上下游企业联合推广{product}",
}
_MAKING = ("high", "middle", "low")


def lead_firm(seed: int, number: int) -> tuple[Party, tuple[Offer, ...]]:
    """The lead firm of a number (from 1) and its one to three demands."""
    chance = source_of_chance(seed, "lead", number)
    making = [line for line in trades() if line.rd in _MAKING]
    line, where = making[(number * 3) % len(making)], place(chance)
    first = COOPERATION_AREAS[number % len(COOPERATION_AREAS)]
    others = [area for area in COOPERATION_AREAS if area != first]
    areas = (first, *chance.sample(others, k=chance.randint(0, 2)))
    openings = [(area, _opening(area, line, chance)) for area in areas]
    owner = party(
        f"demo-lead-{number:04d}",
        PartyKind.ENTERPRISE,
        {**_profile(line, where, number, chance), "cooperation_areas": areas, "procurement_text": _joined(openings)},
    )
    offers = (_demand(owner, number, turn, opening, line) for turn, opening in enumerate(openings, 1))
    return owner, tuple(offers)


def _joined(openings: list[tuple[str, str]]) -> str:
    return "；".join(words for _, words in openings)


def _opening(area: str, line: Trade, chance: Random) -> str:
    return _OPENINGS[area].format(item=chance.choice(line.inputs), product=line.products[0], label=line.label)


def _profile(line: Trade, where: Place, number: int, chance: Random) -> Draft:
    heads = chance.randint(1200, 9000)
    revenue = heads * chance.uniform(80, 200)
    values: Draft = {
        "name": f"{PREFIX}{where.name}{brand(number + 40)}{line.suffix}集团股份有限公司",
        "credit_code": credit_code(2, number),
        "region": where.region,
        "industry": line.industry,
        "industry_label": line.label,
        "founded_on": OBSERVED - timedelta(days=chance.randint(4000, 11000)),
        "headcount": heads,
        "revenue_wan": whole(revenue),
        "total_assets_wan": whole(revenue * chance.uniform(0.8, 1.8)),
        "is_lead_firm": True,
        "chain_name": f"{line.label}产业链",
        "annual_procurement_wan": whole(revenue * chance.uniform(0.3, 0.6)),
        "supplier_count": chance.randint(80, 900),
        "main_business": f"{line.label}龙头企业，主要产品为{'、'.join(line.products[:3])}",
        "products": "、".join(line.products[:3]),
        "need_text": f"寻找{'、'.join(line.inputs)}方面的配套企业与合作载体",
        "financing_round": "已上市",
    }
    return values | {"zone": where.zone} if where.zone else values


def _demand(owner: Party, number: int, turn: int, opening: tuple[str, str], line: Trade) -> Offer:
    area, words = opening
    return Offer(
        id=f"demo-procurement-{number:04d}-{turn}",
        kind=OfferKind.PROCUREMENT,
        name=f"{owner.name}·{area}",
        provider=owner.name,
        summary=f"演示需求（{area}）：{words}",
        focus=f"{words}。{line.label}产业链配套，{area}合作",
        audience=frozenset({PartyKind.ENTERPRISE, PartyKind.CARRIER}),
        clauses=(clause(f"演示需求：{words}"),),
        industry_focus=line.suppliers,
        provider_id=owner.id,
        confidence=Confidence.B,
        source=SOURCE,
        observed_on=OBSERVED,
        synthetic=True,
    )
