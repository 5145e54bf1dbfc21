"""Invented carriers (演示载体) of every kind, each with a place to move into as an `incubation` offer."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from random import Random

from matcher.catalogue.carrier_kinds import load_carrier_kinds
from matcher.declarations.carrier import CARRIER_KINDS
from matcher.eligibility.criteria import Criterion, Leaf, Operator
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
    places,
    source_of_chance,
    trade,
    trades,
    whole,
)
from matcher.fields import PartyKind
from matcher.offers import Confidence, Offer, OfferKind
from matcher.parties import Party
from matcher.taxonomy import regions

_SUFFIXES = {
    "大中小企业融通型特色载体": "融通创新基地",
    "专业资本集聚型特色载体": "资本孵化基地",
    "小微企业创业创新基地": "双创基地",
    "专精特新产业园": "专精特新产业园",
    "龙头骨干企业创业创新基地": "龙头企业创新基地",
    "产业园区": "产业园",
}
_INVESTING = "专业资本集聚型特色载体"
_JOINING = ("大中小企业融通型特色载体", "龙头骨干企业创业创新基地")
_SETTLED: Mapping[int, tuple[str, tuple[str, ...]]] = {
    1: ("昆山高新区", ("robot", "precision")),
    2: ("苏州工业园区", ("drug", "cro")),
    3: ("银川经开区", ("solar", "energy-saving")),
    4: ("杭州高新区", ("ai", "industrial-software")),
    5: ("苏州高新区", ("ivd", "device")),
    6: ("合肥", ("battery",)),
    9: ("绍兴", ("textile",)),
    11: ("宁波", ("auto-parts",)),
    12: ("吴忠", ("wolfberry", "food")),
}
"""Carriers that are always there, by number: place (zone or name) and lines of business."""
_SERVICES = (
    "共享实验室",
    "中试平台",
    "检验检测",
    "创业导师辅导",
    "融资对接",
    "知识产权服务",
    "标准厂房",
    "人才公寓",
    "产业基金跟投",
)


def carrier(seed: int, number: int) -> tuple[Party, Offer]:
    """The carrier of a number (from 1) and its offer; the kinds take turns, so that each is there."""
    chance = source_of_chance(seed, "carrier", number)
    kind = CARRIER_KINDS[(number - 1) % len(CARRIER_KINDS)]
    where, lines = _settled(number) if number in _SETTLED else _drawn(chance)
    services = tuple(chance.sample(_SERVICES, k=4))
    labels = "、".join(line.label for line in lines)
    values: Draft = {
        "name": f"{PREFIX}{where.name}{brand(number + 17)}{lines[0].label}{_SUFFIXES.get(kind, kind)}",
        "credit_code": credit_code(1, number),
        "region": where.region,
        "carrier_kind": kind,
        "specialism": f"{labels}，重点引进{'、'.join(_products(lines))}类企业",
        "carrier_services": "、".join((*load_carrier_kinds().named(kind).functions[:2], *services)),
        "focus_industries": len(lines),
        "need_text": _need(kind, labels),
        **_figures(chance),
    }
    if where.zone:
        values["zone"] = where.zone
    owner = party(f"demo-carrier-{number:04d}", PartyKind.CARRIER, values)
    return owner, _place_to_move_in(owner, number, lines, services, where, chance)


def _settled(number: int) -> tuple[Place, tuple[Trade, ...]]:
    name, keys = _SETTLED[number]
    where = next(item for item in places() if name in (item.zone, item.name))
    return where, tuple(line for line in trades() if line.key in keys)


def _drawn(chance: Random) -> tuple[Place, tuple[Trade, ...]]:
    """One or two lines of business, as 工信厅联企业函〔2019〕92号 一（一） asks of a carrier."""
    where = place(chance)
    first, second = trade(chance, where), trade(chance, where)
    return where, (first,) if chance.random() < 0.5 or second == first else (first, second)


def _products(lines: tuple[Trade, ...]) -> list[str]:
    return [product for line in lines for product in line.products[:3]]


def _need(kind: str, labels: str) -> str:
    if kind == _INVESTING:
        return f"寻找{labels}方向的创投基金、产业基金合作，共同投资在孵企业"
    if kind in _JOINING:
        return f"寻找{labels}领域的龙头企业合作，为在孵企业提供订单、中试和市场渠道"
    return f"希望对接{labels}领域的投资机构和龙头企业，服务在孵企业"


def _figures(chance: Random) -> Draft:
    area = whole(chance.choice((800, 3000, 8000, 15000, 30000, 60000)))
    days = chance.randint(400, 5000)
    incubated = max(5, round(float(area) / 300 * chance.uniform(0.5, 1.2)))
    return {
        "carrier_level": chance.choices(("国家级", "省级", "市级", "区县级"), (15, 30, 40, 15))[0],
        "founded_on": OBSERVED - timedelta(days=days),
        "area_sqm": area,
        "vacant_area_sqm": whole(float(area) * chance.uniform(0.02, 0.3)),
        "incubation_area_pct": Decimal(chance.randint(60, 92)),
        "workstations": round(float(area) / 40),
        "operating_months": days // 30 - 1,
        "incubated_firms": incubated,
        "graduated_firms": round(incubated * chance.uniform(0.1, 0.8)),
        "funded_firms": round(incubated * chance.uniform(0.02, 0.3)),
        "incubation_fund_wan": whole(chance.choice((0, 200, 500, 1000, 5000))),
        "service_staff": max(3, incubated // 8),
        "mentors": chance.randint(3, 40),
        "supports_cross_region": chance.random() < 0.3,
    }


def _place_to_move_in(
    owner: Party, number: int, lines: tuple[Trade, ...], services: tuple[str, ...], where: Place, chance: Random
) -> Offer:
    labels, listed = "、".join(line.label for line in lines), "、".join(services)
    return Offer(
        id=f"demo-incubation-{number:04d}",
        kind=OfferKind.INCUBATION,
        name=f"{owner.name}入驻",
        provider=owner.name,
        summary=f"演示载体，面向{labels}企业与团队提供入驻场地和{listed}",
        focus=f"{owner.values['specialism']}。孵化器、园区入驻，{listed}",
        audience=frozenset({PartyKind.ENTERPRISE, PartyKind.TEAM}),
        clauses=(clause(f"演示载体的入驻说明：聚焦{labels}"),),
        criteria=_entry_condition(chance),
        service_regions=(_around(where.region),),
        industry_focus=tuple(line.industry for line in lines),
        benefits=tuple(f"提供{service}" for service in services),
        provider_id=owner.id,
        confidence=Confidence.B,
        source=SOURCE,
        observed_on=OBSERVED,
        synthetic=True,
    )


def _around(region: str) -> str:
    """The city or province around a county: firms near a carrier are served too."""
    found = regions.region(region)
    return found.parent if found.level == "county" and found.parent else region


def _entry_condition(chance: Random) -> Criterion | None:
    """An invented limit on age at some carriers, so that places differ in whom they take."""
    years = chance.choice((None, None, 3, 5, 8))
    if years is None:
        return None
    words = f"演示条件：入驻企业成立不超过{years}年"
    return Leaf("age_years", Operator.LE, Decimal(years), f"成立不超过{years}年", clause(words))
