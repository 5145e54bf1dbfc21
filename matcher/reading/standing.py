"""What kind of firm speaks (企业性质): ownership, lead firm, group membership, premises, independence."""

import re
from collections.abc import Iterator
from datetime import date

from matcher.reading.clauses import Clause, Found
from matcher.reading.subjects import is_denied, is_fact, is_planned, is_supposed

_OWNERS: tuple[tuple[str, str], ...] = (
    ("个体工商户", "个体工商户|个体户|个体经营"),
    ("混合所有制", "混合所有制(?:企业)?"),
    ("港澳台投资", "港资企业|台资企业|港澳台投资企业|港资|台资|港商独资|台商独资"),
    ("外商投资", "外资企业|外商投资企业|外商独资企业|外商独资|中外合资|中外合资企业|外资独资"),
    ("国有", "国有企业|国企|央企|国有控股企业|国有控股|国有独资"),
    ("集体", "集体企业|集体所有制企业"),
    ("民营", "民营企业|民企|私营企业|民营(?:科技|小微|中小)企业|民营小厂|民营公司"),
)
_OWNER = re.compile("|".join(f"(?P<o{place}>{words})" for place, (_, words) in enumerate(_OWNERS)) + "(?!家)")
_COPULA = re.compile(
    "(?:是|为|(?<!隶)属于|系|作为|性质:?|类型:?)(?:一家|一个|典型的?|纯|小型?|中型|大型|微型|本地的?|地方|市属|"
    "省属|区属|[\u4e00-\u9fff]{2,6}的|[\u4e00-\u9fff]{2,3}[省市区县]的?){0,3}$"
)
_HEAD = re.compile("^(?:我们|公司|本公司|企业|我司|一家|本地)?(?:的)?$")
_OBJECT = re.compile(
    "(?:的(?!企业|公司)|客户|供应|配套|采购|合作|招标|订单|子公司|下属|控股|参股|投资|背景|股东|老板|"
    "混改|全资|旗下|集团|上市公司[^，])"
)
_SERVED = re.compile("提供|服务|配套|供应|打造|做")
_LEAD = re.compile("(?:链主企业|产业链链主|链主|龙头骨干企业|行业龙头企业|龙头企业|行业龙头|产业链领航企业)")
_LEAD_IS = re.compile(
    "(?:是|作为|属于|为|成为了?|被认定为|认定为)(?:了|一家|一个|国内|国家级?|全国|全市|全省|市级?|省级?|"
    "本市|本地|区域|产业链|行业|细分领域的?|细分行业的?|的|[\u4e00-\u9fff]{1,6}){0,3}$"
)
_LEAD_OBJECT = re.compile(
    "(?:企业)?(?:的(?!企业|公司|地位)|供应|配套|客户|采购|合作|对接|做|提供|服务|下面|订单|生产|加工|供货)"
)
_SUBSIDIARY = re.compile(
    "(?:是(?!由)|为|属于|隶属于?|系)[^，]{0,12}(?:集团|上市公司|央企|国企|大公司|大型企业)[^，]{0,6}(?:子公司|"
    "下属公司|下属企业|旗下(?:公司|企业)?|控股公司)"
)
_NOT_SUBSIDIARY = re.compile("(?:不是|不属于|非|并非)[^，]{0,6}(?:集团|大公司|大企业)[^，]{0,6}(?:子公司|下属)")
_EQUITY = re.compile("股权(?:结构)?(?:很|非常|比较)?(?:清晰|明晰|清楚)")
_LEGAL = re.compile("(?<!非)独立法人")
_PREMISES = re.compile("(?:(?P<no>没有|无)|具?有|拥有|具备)(?:自己的?)?固定的?(?:经营|办公|生产)?场[所地]")
_FREE_FLAGS = (("has_clear_equity", _EQUITY), ("is_independent_legal_person", _LEGAL))
_STAGE = re.compile("(?P<stage>种子期|初创期|成长期|成熟期)|初创(?=(?:科技|创业|型)?(?:企业|公司|团队|项目))")
_STAGE_IS = re.compile(
    "(?:^(?:我们|公司|企业|[\u4e00-\u9fff]{2,6}的)?|(?:处于|处在|还在|正在|目前|现在|现阶段|是|作为|"
    "属于)(?:一家|一个|的|[\u4e00-\u9fff]{0,6}(?<![为给帮向投持助对务化育合成资]))?)$"
)
_TRIGGER = re.compile(
    "国有|民营|合资|初创|[种长熟]期|子期|企|资|个体|制|链主|龙头|集团|下属|旗下|股权|法人|场所|场地|子公司"
)


def read_standing(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield ownership, `is_lead_firm`, `is_group_subsidiary` and the plain flags of a firm's set-up."""
    if not _TRIGGER.search(clause.text):
        return
    yield from _ownership(clause)
    yield from _lead_firm(clause)
    yield from _membership(clause)
    for field, pattern in _FREE_FLAGS:
        match = pattern.search(clause.text)
        if match and not is_supposed(clause, match.start()) and not is_planned(clause, match.start()):
            yield Found(
                field,
                not is_denied(clause, match.start()) and "不是" not in clause.text[: match.start()][-3:],
                *match.span(),
            )
    stage = _STAGE.search(clause.text)
    if stage and _STAGE_IS.search(clause.text[: stage.start()][-14:]) and is_fact(clause, stage.start()):
        yield Found("life_stage", stage["stage"] or "初创期", *stage.span())
    premises = _PREMISES.search(clause.text)
    if premises and not is_planned(clause, premises.start()):
        yield Found("has_fixed_premises", premises["no"] is None, *premises.span())


def _ownership(clause: Clause) -> Iterator[Found]:
    for match in _OWNER.finditer(clause.text):
        left = clause.text[max(0, match.start() - 16) : match.start()]
        said = _COPULA.search(left) or (match.start() <= 8 and _HEAD.search(left))
        denied = re.search("(?:不是|非|并非|不属于)[^，]{0,4}$", left)
        if said and said[0].startswith("为") and _SERVED.search(clause.text, match.end(), match.end() + 16):
            continue
        if (
            said
            and not denied
            and not _OBJECT.match(clause.text, match.end())
            and not is_supposed(clause, match.start())
        ):
            kind = _OWNERS[int((match.lastgroup or "o0")[1:])][0]
            yield Found("ownership", kind, *match.span())
            return


def _lead_firm(clause: Clause) -> Iterator[Found]:
    match = _LEAD.search(clause.text)
    if not match or _LEAD_OBJECT.match(clause.text, match.end()):
        return
    left = clause.text[max(0, match.start() - 20) : match.start()]
    denied = re.search("(?:不是|并非|不算|还不是)[^，]{0,8}$", left)
    own = _LEAD_IS.search(left) and not re.search("给|向|找|对接|想|跟|与|成为[^，]{0,4}的", left)
    if denied:
        yield Found("is_lead_firm", False, match.start() - len(left) + denied.start(), match.end())
    elif own and not is_supposed(clause, match.start()) and not is_planned(clause, match.start()):
        yield Found("is_lead_firm", True, *match.span())


def _membership(clause: Clause) -> Iterator[Found]:
    denied = _NOT_SUBSIDIARY.search(clause.text)
    stated = None if denied else _SUBSIDIARY.search(clause.text)
    match = denied or stated
    if match and not is_supposed(clause, match.start()):
        yield Found("is_group_subsidiary", denied is None, *match.span())
