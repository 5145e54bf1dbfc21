"""What an enterprise does (主营业务), in its own words."""

import re
from collections.abc import Iterator
from datetime import date

from matcher.reading.clauses import Clause, Found
from matcher.reading.products import industry_of
from matcher.reading.subjects import is_supposed

_MOST = 60
_VERBS = (
    "主营业务(?:是|为|:)|主营|主要从事|主要做|主要生产|主要经营|主要研发|专业从事|专业做|专业生产|专门做|"
    "专注于?|致力于|深耕|从事|经营范围(?:是|为|:)|经营|开(?=[\u4e00-\u9fff]{0,6}(?:店|馆|餐厅|超市|酒店|"
    "民宿|诊所|工厂|加工厂))|卖|开发|研制|生产|制造|加工|研发|做|搞|销售"
)
_WHO = "我们|我司|我|公司|本公司|我厂|厂里|企业|咱们|自己|本企业|团队|我们公司|我们厂|我们企业|我们团队"
_IS = "(?:是|属于|为)(?:一家|一个|家|个)?(?:[\u4e00-\u9fff]{0,12}?)"
_LEAD_IN = (
    "(?:目前|现在|就|也|都|主要|一直|是|专|专业|这边|在[\u4e00-\u9fff]{2,10}?|一家|家|"
    "来自[\u4e00-\u9fff]{2,6}的?|\\d{4}年(?:开始|起))"
)
_DOES = re.compile(
    rf"^(?:(?:{_WHO}){{0,2}}{_LEAD_IN}{{0,4}}|(?:{_WHO}){{0,2}}{_IS})(?P<verb>{_VERBS})(?:(?:、|和|与|及|"
    rf"并)(?:{_VERBS})){{0,2}}(?P<what>[^，]{{2,{_MOST}}})"
)
_PRODUCTS = re.compile(
    rf"^(?:{_WHO})?的?(?:主要|核心|主打|主营)?产品(?:主要)?(?:是|为|有|包括|:):?(?P<what>[^，]{{2,{_MOST}}})"
)
_NOT_BUSINESS = re.compile(
    "^(?:缺|难|需|要|用|早期|了|过|的|到|不|得|大|完|好|起|出|成|一下|什么|哪|个[AB]|[ABCD]轮|天使|"
    "融资(?!租赁|服务|平台)|"
    "贷款(?!服务|中介)|抵押|担保(?!服务)|质押|[\\d一二三四五六七八九十两]+(?:年|多年|人|万|亿|%)|"
    "业|占|费用|投入|经费|人员|团队|占比|强度|支出|中心|机构|收入|额|增长|异常|场所|场地|状况|困难|"
    "需要|能力|规模|周转|资金|流动资金)"
)
_TAIL = re.compile(
    "(?:的[^的、]{0,10}?)?(?:一家)?(?:小微|中小|初创|科技|创业|民营|高新技术|小型|中型|微型|国家级|创新型|"
    "制造)*(?:企业|公司|厂家|工厂|小厂|厂|团队|创业团队|生意|业务|的)$".replace("*", "{0,3}")
)
_CUT = re.compile(
    "(?:的)?(?:一家)?(?:企业|公司|厂|团队)(?=成立|想|要|需|有|在|去年|没|目前|现在|已)|(?=成立|想(?:贷|"
    "要|融|找|申)|需要|去年|没有(?:房|抵|贷)|年营收|目前|现在|已经)|做了\\d"
)
_PURPOSEFUL = re.compile("^(?:用于|用来|想|要|需|准备|计划|打算|希望|为了)")


def read_business(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield `main_business` or `products` in the speaker's words, and `industry` where the product leaves no doubt."""
    for field, pattern in (("products", _PRODUCTS), ("main_business", _DOES)):
        match = pattern.match(clause.text)
        if not match or is_supposed(clause, match.start("what")):
            continue
        what = match["what"]
        if _NOT_BUSINESS.match(what) or _PURPOSEFUL.match(clause.text):
            continue
        cut = _CUT.search(what)
        what = _TAIL.sub("", what[: cut.start()] if cut else what)
        if len(what) >= 2:
            end = match.start("what") + len(what)
            yield Found(field, clause.words(match.start("what"), end).strip(), match.start(), end)
            industry = industry_of(what, match["verb"]) if field == "main_business" else None
            if industry:
                yield Found("industry", industry, match.start("what"), end)
            return
