"""Where an enterprise is (所在地): region and development zone, not where it sells or would like to move."""

import re
from collections.abc import Iterator
from datetime import date

from matcher.reading.clauses import Clause, Found
from matcher.reading.subjects import is_planned, is_supposed
from matcher.taxonomy.regions import Region, ancestors, read_region, region
from matcher.taxonomy.zones import Zone, find_zone

_LONGEST = 16
_WHO = "我们公司|我们厂|我们企业|我们|我司|公司|本公司|我厂|工厂|厂子|厂|企业|总部|团队|项目|我|人|基地"
_SETTLED = re.compile(
    rf"(?:位于|坐落于|坐落在|坐落|注册地址在|注册地址|注册地在|注册地|注册在|注册于|地处|落户于|落户在|"
    rf"落户|总部设在|总部在|来自|地址|所在地|(?:{_WHO})(?:都|就|现在|目前|也)?(?:设)?在|^(?:目前|"
    rf"现在)?在)(?:是|为|:)?"
)
_CALLED = re.compile(rf"(?:^(?:{_WHO})?(?:是|是一家|是一个|一家|作为)?|(?:{_WHO})是|是一家|是)")
_AFTER_SETTLED = re.compile(
    "$|的|本地|当地|这边|才|刚|已|就|注册|成立|做|从事|生产|经营|办|主营|专|研发|加工|开了?(?:厂|公司)|高新|经开|"
    "开发区|新区|工业园|科技|国家|综合|自贸|[一二三四五六七八九十\\d]|、|[^，]{0,12}(?:路|街|镇|乡|村|园|"
    "大厦|楼|号|产业园|孵化器|基地)"
)
_AFTER_CALLED = re.compile(
    "(?:的|本地|当地|地区|本土)?(?:一家|企业|公司|厂|工厂|小微|中小|初创|创业|高新技术|科技型|科技|高企|民营|"
    "团队|个体|做|从事|专精特新|制造业|生产)|的$|的[\u4e00-\u9fff]{1,12}(?:企业|公司|厂|团队|的)|"
    "[\u4e00-\u9fff]{0,10}(?:企业|公司|工厂|厂|团队)$|$"
)
_AT = re.compile("在(?!建|读|职|岗|册|手|研|售|线|贷|审|谈)")
_AFTER_AT = re.compile("(?:专门|专业|主要)?(?:做|从事|生产|加工|经营|开厂|办厂|注册|成立)")
_ELSEWHERE = re.compile(
    "客户|市场|销往|出口|卖到|面向|分公司|办事处|分部|子公司|参展|迁|搬|银行|大学|学院|出差|招聘|代理商|"
    "经销|门店遍布|有(?:个|一个|一家)?(?:客户|工厂|门店|仓库)|读书|毕业|上学|展会|医院|交易所|法院|推广|"
    "设厂|建厂|设有|分厂|合作|上市|供应商|专家|教授|老师|研究院"
)
_ZONE_WORD = re.compile(
    "高新区|高新技术产业开发区|开发区|经开区|工业园区|工业园|新区|科学城|科技园|科技城|产业园|中关村|"
    "张江|光谷|保税区|自贸区|园区|基地|软件园|未来科技城|新城"
)
_TRIGGER = re.compile("在|位于|坐落|注册|地处|落户|来自|地址|所在地|是|^.{0,14}(?:企业|公司|厂|团队|的|一家)|总部")


def read_places(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield `region` (GB/T 2260 code) and `zone` (the zone's name) of where the asker is."""
    bare = clause.opens_sentence and len(clause.text) <= 12
    if not (bare or _TRIGGER.search(clause.text)) or _ELSEWHERE.search(clause.text):
        return
    for cue, follows in ((_SETTLED, _AFTER_SETTLED), (_CALLED, _AFTER_CALLED), (_AT, _AFTER_AT)):
        for match in cue.finditer(clause.text):
            if match.end() == 0 and not clause.opens_sentence and _is_bare(clause.text):
                continue
            if is_planned(clause, match.end()) or is_supposed(clause, match.start()):
                continue
            found = [*_named(clause, match, follows)]
            if found:
                yield from found
                return


def _is_bare(text: str) -> bool:
    """Whether a clause is nothing but a place: one of a list of branches unless it opens the sentence."""
    place, end = read_region(text)
    return place is not None and end == len(text)


def _named(clause: Clause, cue: re.Match[str], follows: re.Pattern[str]) -> Iterator[Found]:
    text, start = clause.text, cue.end()
    place, place_end = read_region(text[: start + _LONGEST], start)
    zone, zone_length = _zone(text[start : start + _LONGEST])
    end = max(place_end, start + zone_length)
    if end == start or not follows.match(text, end):
        return
    if zone is not None:
        yield Found("zone", zone.name, start, end)
    code = _deepest(place, zone)
    if code:
        yield Found("region", code, start, end)


def _refines(found: Region, best: Region) -> bool:
    return found != best and best.code in ancestors(found.code)


def _zone(text: str) -> tuple[Zone | None, int]:
    for word in _ZONE_WORD.finditer(text):
        zone = find_zone(text[: word.end()])
        if zone is not None:
            return zone, word.end()
    return None, 0


def _deepest(place: Region | None, zone: Zone | None) -> str:
    if zone is None:
        return place.code if place else ""
    if place is not None and _refines(place, region(zone.region)):
        return place.code
    return zone.region
