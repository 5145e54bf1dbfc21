"""Invented funds and service providers (演示基金、演示服务机构). The funds also seek carriers (投资+孵化)."""

from decimal import Decimal

from matcher.eligibility.criteria import Criterion, Leaf, Operator
from matcher.evaluation.demo_materials import (
    OBSERVED,
    PREFIX,
    SOURCE,
    Draft,
    clause,
    credit_code,
    party,
    source_of_chance,
    trades,
)
from matcher.fields import PartyKind
from matcher.offers import Confidence, Offer, OfferKind, Terms
from matcher.parties import Party

_SECTORS = (
    ("澄湖医健", "320500", ("ivd", "device", "imaging", "drug", "cro"), "生物医药与医疗器械"),
    ("阳澄芯动", "320583", ("chip", "semicon", "sensor", "materials"), "集成电路与半导体"),
    ("太湖智造", "320500", ("robot", "machine-tool", "precision", "mould"), "先进装备制造"),
    ("钱塘数科", "330000", ("industrial-software", "ai", "integration"), "工业软件与人工智能"),
    ("贺兰绿能", "640000", ("solar", "battery", "energy-saving", "water"), "新能源与节能环保"),
    ("塞上农食", "640000", ("wolfberry", "wine", "food", "agriculture", "livestock"), "现代农业与食品"),
    ("江海新材", "320000", ("materials", "polymer", "chemical"), "新材料"),
    ("浦江车链", "310000", ("auto-parts", "battery", "drone", "telecom"), "智能网联与新能源汽车"),
    ("华北文创", "110000", ("animation", "design", "garment", "furniture"), "文化创意与消费品牌"),
    ("蜀道物联", "510000", ("trucking", "cold-chain", "warehouse", "cross-border"), "现代物流与供应链"),
)
"""Name, place, lines of business and the sector's name of each invented fund."""
_ROUNDS = (("种子轮", "天使轮"), ("天使轮", "Pre-A轮"), ("A轮", "B轮"))
_TICKETS = ((100, 500), (300, 1500), (1000, 5000))
_SERVICES = (
    ("检验检测机构", "检测认证", "产品检测、可靠性试验、认证咨询、计量校准，帮助制造企业取得检测报告"),
    ("知识产权运营机构", "知识产权", "专利申请、专利布局、商标注册、专利评估、质押融资评估、侵权预警"),
    ("会计师事务所", "财税", "审计、税务筹划、研发费用加计扣除专项审计、高企认定专项审计"),
    ("律师事务所", "法律", "合同审查、股权架构、劳动用工、涉外合规、上市法律服务"),
    ("公共服务平台", "数字化", "企业上云、生产管理软件实施、设备联网、数字化诊断与改造"),
    ("公共服务平台", "节能低碳", "节能诊断、碳核查、清洁生产审核、绿色工厂申报"),
    ("专家智库", "管理咨询", "战略规划、精益生产、质量管理体系、股权激励咨询"),
    ("行业协会", "展会市场", "国内外展会组织、采购对接、品牌推广、出口渠道"),
    ("公共服务平台", "人才培训", "技能培训、人才招聘、职称申报、校企合作"),
    ("公共服务平台", "政策申报", "高新技术企业、专精特新、科技项目、补贴资金的申报辅导"),
)
FUND_COUNT = len(_SECTORS)
SERVICE_COUNT = len(_SERVICES)


def fund(seed: int, number: int) -> tuple[Party, Offer]:
    """The fund manager of a number (1 to `FUND_COUNT`) and its offer to enterprises, teams and carriers."""
    chance = source_of_chance(seed, "fund", number)
    word, region, keys, sector = _SECTORS[number - 1]
    rounds, (least, most) = chance.choice(list(zip(_ROUNDS, _TICKETS, strict=True)))
    values: Draft = {
        "name": f"{PREFIX}{word}创业投资基金管理有限公司",
        "credit_code": credit_code(3, number),
        "region": region,
        "institution_kind": chance.choice(("创业投资机构", "产业基金管理人")),
        "service_industries": sector,
        "service_text": f"{sector}方向股权投资，投前投中投后服务，与孵化器、特色载体合作选投",
        "preferred_rounds": "、".join(rounds),
        "ticket_min_wan": Decimal(least),
        "ticket_max_wan": Decimal(most),
        "fund_size_wan": Decimal(chance.choice((10_000, 30_000, 50_000, 100_000))),
    }
    owner = party(f"demo-fund-manager-{number:04d}", PartyKind.INSTITUTION, values)
    return owner, _fund_offer(owner, number, keys, sector, rounds)


def _fund_offer(owner: Party, number: int, keys: tuple[str, ...], sector: str, rounds: tuple[str, ...]) -> Offer:
    lines = [line for line in trades() if line.key in keys]
    listed = "、".join(line.label for line in lines)
    words = f"演示说明：重点投资{'、'.join(rounds)}"
    return Offer(
        id=f"demo-fund-{number:04d}",
        kind=OfferKind.FUND,
        name=f"{owner.name.removesuffix('管理有限公司')}",
        provider=owner.name,
        summary=f"演示基金，投资{sector}，重点为{'、'.join(rounds)}，并与载体合作选投在孵企业",
        focus=f"{listed}企业股权融资。{sector}方向孵化器、专业资本集聚型载体合作，投资加孵化",
        audience=frozenset({PartyKind.ENTERPRISE, PartyKind.TEAM, PartyKind.CARRIER}),
        clauses=(clause(words),),
        preferences=(Leaf("financing_round", Operator.IN, rounds, f"{'、'.join(rounds)}融资", clause(words)),),
        terms=Terms(amount_min_wan=_money(owner, "ticket_min_wan"), amount_max_wan=_money(owner, "ticket_max_wan")),
        service_regions=(str(owner.values["region"]),),
        industry_focus=tuple(dict.fromkeys(line.industry for line in lines)),
        provider_id=owner.id,
        confidence=Confidence.B,
        source=SOURCE,
        observed_on=OBSERVED,
        synthetic=True,
    )


def _money(owner: Party, code: str) -> Decimal:
    return Decimal(str(owner.values[code]))


def service(seed: int, number: int) -> tuple[Party, Offer]:
    """The service provider of a number (1 to `SERVICE_COUNT`) and its offer to enterprises and carriers."""
    chance = source_of_chance(seed, "service", number)
    kind, word, text = _SERVICES[number - 1]
    region = chance.choice(("320500", "320583", "330000", "640000", "310000"))
    values: Draft = {
        "name": f"{PREFIX}{word}服务中心",
        "credit_code": credit_code(4, number),
        "region": region,
        "institution_kind": kind,
        "service_text": text,
    }
    owner = party(f"demo-service-provider-{number:04d}", PartyKind.INSTITUTION, values)
    return owner, Offer(
        id=f"demo-service-{number:04d}",
        kind=OfferKind.SERVICE,
        name=f"{word}服务",
        provider=owner.name,
        summary=f"演示服务：{text}",
        focus=text,
        audience=frozenset({PartyKind.ENTERPRISE, PartyKind.TEAM, PartyKind.CARRIER}),
        clauses=(clause(f"演示服务说明：{text}"),),
        criteria=_service_area(region),
        service_regions=(region,),
        provider_id=owner.id,
        confidence=Confidence.B,
        source=SOURCE,
        observed_on=OBSERVED,
        synthetic=True,
    )


def _service_area(region: str) -> Criterion:
    return Leaf("region", Operator.UNDER, (region,), "在服务地区内", clause("演示条件：只服务所在地区的企业与载体"))
