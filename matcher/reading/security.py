"""What an enterprise can offer as security (担保物), and that it has no real estate to mortgage."""

import re
from collections.abc import Iterator
from datetime import date

from matcher.declarations.enterprise import COLLATERAL
from matcher.reading.clauses import Clause, Found
from matcher.reading.subjects import is_supposed

_THINGS = {
    "房产": "房产|房(?=$|可|能|抵|来|作|做)|房子|房屋|不动产|厂房|商铺|住宅|写字楼|办公楼|房本|门面房",
    "土地": "土地使用权|土地|工业用地",
    "设备": "机器设备|生产设备|设备",
    "存货": "存货|库存|仓单",
    "应收账款": "应收账款|应收款|应收",
    "订单": "订单",
    "股权": "股权|股份",
    "预期收益": "预期收益|收益权|未来收益",
    "专利": "发明专利权?|专利权?|知识产权",
    "商标": "商标权?",
    "著作权": "著作权|版权|软著",
    "保单": "保单",
    "排污权": "排污权",
    "碳排放权": "碳排放权|碳配额",
}
_ANY_THING = "|".join(_THINGS.values())
_LIST = rf"(?P<things>(?:{_ANY_THING})(?:(?:、|和|或者?|与|及|以及)(?:{_ANY_THING})){{0,4}})"
_PLEDGE = "抵押|质押|抵质押|押给银行|作抵押|做抵押|作质押|做质押|当抵押|作担保|做担保|担保|增信|抵"
_OFFERED = re.compile(
    rf"(?:可以?|能够?|愿意?|有|用|拿|以|提供|拿得出|自有|名下有|手里有|手上有){{1,3}}(?:自己的|自有的?|"
    rf"公司的?|名下的?|一些|我们的?|几项|一套|两套|一处|部分|\d{{1,4}}[项件套处]|"
    rf"[一二三四五六七八九十]{{1,3}}[项件套处]|的){{0,3}}{_LIST}(?:等)?(?:可以?|能够?|来|去|进行|作|做|"
    rf"作为|当|权){{0,3}}(?:{_PLEDGE})(?!过|掉|给别|不了|不出)"
    rf"|{_LIST.replace('things', 'things2')}(?:等|也|都)?(?:可以?|能够?|愿意?)(?:拿来|拿去|用来|用于|作|做|"
    rf"作为|办理?|来){{0,2}}(?:{_PLEDGE})(?!不了)"
)
_OWNED = re.compile(
    "(?<!没)(?<!没有)(?<!无)(?:有|拥有)(?:一处|一套|两套|自有|自己的?|自购的?|一块|一栋)(?:的)?(?:厂房|"
    "房产|土地|办公楼|房子|写字楼)|(?:厂房|办公楼)是(?:自有|自己|买)的?"
)
_NO_ESTATE = re.compile(
    "(?:没有?|无|缺少?|缺乏|拿不出|提供不了|不具备|没什么|暂无)(?:任何|什么|足够的?|可以?|能|可供|自有|"
    "合适的?|传统|有效|银行要的?|自己的|固定资产|实物|[\u4e00-\u9fff]{0,2}的){0,3}"
    "(?:房产|房子|房屋|不动产|厂房|土地|房本|抵押物|抵押品|抵押资产|抵质押物?|抵押|押品|固定资产(?:抵押|"
    "可抵押|作抵押))(?!贷款?余额|记录|登记|过)"
    "|(?:房产|不动产|厂房|土地|抵押物|抵押)(?:什么的|之类|等)?(?:都|也|是)?(?:没有|拿不出|缺乏|不足)(?!房|问题)"
)
_UNSECURED = re.compile("纯信用|免抵押|无抵押|不用抵押|不要抵押|不想抵押|不需要抵押|信用方式|无需抵押")
_LENDER = re.compile(
    "(?:为|给|向|面向)[^，]{1,10}(?:提供|推出|办理|发放)|抵押贷款(?:业务|服务|中介|产品)|提供[^，]{0,8}抵押[^，]{0,4}贷款"
)
_TIED = re.compile(
    "已经?(?:全部?|都|被)?(?:抵押|质押|押)|抵押(?:出去|掉|给|了|过)|质押(?:出去|掉|给|了|过)|被抵押|租(?:的|来|用|赁)"
)
_GUARANTOR = re.compile(
    "(?<!没有)(?<!没)(?<!无)(?:可以?|能够?|愿意?|有)(?:由|提供|请|让|找)?(?:股东|实控人|实际控制人|老板|"
    "法人|法定代表人|企业主|个人|夫妻|第三方|母公司|集团|担保公司|担保人)(?:和配偶|夫妻|个人|来|提供|做|"
    "作|承担)?(?:连带责任)?(?:保证担保|保证|担保|连带)"
)
_TRIGGER = re.compile("抵押|质押|担保|押|信用|自有|房产|厂房|土地|保证|增信|不动产|房子|是自己|办公楼")


def read_security(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield `collateral` (what is offered) and `has_real_estate_collateral`.

    Asking for a loan on credit alone (纯信用) means that no real estate is offered. What is mortgaged already or
    rented can not be offered and yields nothing.
    """
    text = clause.text
    if not _TRIGGER.search(text):
        return
    if _LENDER.search(text):
        return
    none = _NO_ESTATE.search(text) or _UNSECURED.search(text)
    if none and not is_supposed(clause, none.start()):
        yield Found("has_real_estate_collateral", False, *none.span())
    if _TIED.search(text):
        return
    offered = [*_offers(clause, none)]
    if offered:
        things = {thing for names, _, _ in offered for thing in names}
        start, end = min(item[1] for item in offered), max(item[2] for item in offered)
        yield Found("collateral", tuple(thing for thing in COLLATERAL if thing in things), start, end)
        if not none and things & {"房产", "土地"}:
            yield Found("has_real_estate_collateral", True, start, end)


def _offers(clause: Clause, none: re.Match[str] | None) -> Iterator[tuple[frozenset[str], int, int]]:
    for match in _OFFERED.finditer(clause.text):
        overlaps = none is not None and match.start() < none.end() and none.start() < match.end()
        if not overlaps and not _refused(clause.text, match.start()) and not is_supposed(clause, match.start()):
            yield _things(match["things"] or match["things2"]), *match.span()
    for pattern, names in ((_OWNED, None), (_GUARANTOR, frozenset({"保证担保"}))):
        for match in pattern.finditer(clause.text):
            yield names or _things(match[0]), *match.span()


def _refused(text: str, start: int) -> bool:
    return re.search("没有?|无|不想?|未|缺$", text[max(0, start - 3) : start]) is not None


def _things(words: str) -> frozenset[str]:
    return frozenset(name for name, pattern in _THINGS.items() if re.search(pattern, words))
