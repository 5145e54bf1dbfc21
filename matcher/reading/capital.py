"""Equity (股权融资): rounds that were closed, outside investors, plans to list."""

import re
from collections.abc import Iterator
from datetime import date

from matcher.reading.amounts import MONEY, is_exact, wan
from matcher.reading.clauses import Clause, Found
from matcher.reading.subjects import is_planned, is_supposed

_ROUNDS: tuple[tuple[str, str], ...] = (
    ("Pre-IPO", "[Pp][Rr][Ee]-?IPO轮?"),
    ("Pre-A轮", "[Pp][Rr][Ee]-?[Aa]\\+?轮?"),
    ("种子轮", "种子轮"),
    ("天使轮", "天使轮|天使投资|天使融资|天使\\+轮"),
    ("A轮", "[Aa]\\d?\\+?轮"),
    ("B轮", "[Bb]\\d?\\+?轮"),
    ("C轮", "[Cc]\\d?\\+?轮"),
    ("D轮及以后", "[D-Fd-f]\\d?\\+?轮"),
    ("战略融资", "战略融资|战略投资"),
)
ROUND = "|".join(f"(?P<r{place}>(?<![A-Za-z-]){words})" for place, (_, words) in enumerate(_ROUNDS))
"""A financing round; the name of the group that matched gives which."""
_ROUND = re.compile(ROUND)
_CLOSED_BEFORE = re.compile(
    "(?:拿过|拿了|拿到了?|完成了?|获得了?|获了|已完成|已获|融过|融了|融到了?|做过|做完了?|有过|经历了?|"
    "刚拿|刚完成|已经?|获|处于|目前是?|现在是?|去年|前年|今年)"
    "(?:过|了|一轮|的|[\u4e00-\u9fff]{2,6}(?:创投|资本|基金|集团)的?|\\d{1,6}万?元?的?|"
    "近?[\\d一二三四五六七八九十百千两]{1,6}[万亿]元?的?|、|和|及|数[百千]?万元?的?){0,3}$"
)
_CLOSED_AFTER = re.compile(
    "(?:的)?(?:融资|投资)?(?:已经?|刚刚?|也|都|去年|今年|前年|"
    "近?[\\d一二三四五六七八九十百千两]{1,6}[万亿]元?){0,3}(?:完成|到账|结束|拿了|拿到|融了|做完|交割|"
    "公司$|企业$|项目$)"
)
_PLAIN = re.compile("(?:融资|投资)?(?:了|共|约|总计|金额|近)?[\\d一二三四五六七八九十百千两]")
_SOUGHT = re.compile(
    "想|准备|计划|打算|正在|启动|寻求|寻找|需要|需|希望|进行|找|开放|申请|求|下一轮|推进|筹备|要|拟|"
    "做(?!过|完)|争取|对接"
)
_NO_EQUITY = re.compile(
    "(?:没有?|未|从未|从没|没有过|尚未|还没有?|暂未)(?:进行|做|获得|接受|拿到?|引入|引进|开展|"
    "有)?(?:过)?(?:任何|外部|股权|机构|什么|风险|融过|的){0,3}(?:融过资|融资|投资|风投|投资机构|"
    "外部股东|资本)"
    "(?!需求|渠道|经验|计划|意向|贷|成本|压力|打算|租|平台|人|顾问)"
)
_INVESTED = re.compile(
    "(?<!没)(?<!没有)(?<!未)(?:有过?|已有|引入了?|引进了?|获得了?|获过|拿过|拿到了?|拿了|接受过)"
    "(?:(?:外部|机构|专业|[\\d一两三几]家|知名|VC|风险|股权|政府|国资|产业|的){0,3}"
    "(?:投资机构|机构投资者|机构投资|外部投资者?|风险投资|股权投资|风投|创投)|[^，]{0,6}(?:基金|资本|"
    "机构|创投)(?=入股|参股|投资了|投了)"
    "|(?:外部)?投资(?=$|了|过))"
    "(?:入股|参股|股东|投了)?(?!需求|意向|计划|价值|经验|人脉|顾问|想法|打算|者关系|额|回报|理财|业务|管理|咨询)"
)
_LISTED = re.compile(
    "(?:已经?(?:在)?(?:科创板|创业板|主板|北交所|港股|港交所|A股|沪市|深市|上交所|深交所|纳斯达克)?上市|"
    "(?:科创板|创业板|主板|北交所|港股|A股)(?:已)?上市(?:公司|企业)|"
    "(?<![其乎])是(?:一家)?(?:[\u4e00-\u9fff]{0,3}板)?上市(?:公司|企业))(?=$|[、了并且也已有—:]|的企业|的公司|之一)"
    "(?!销售|许可|的(?!公司|企业)|子公司|供应|配套|旗下|控股|参股|流通|应用|推广|产品|客户)"
)
_LISTED_IS = re.compile("(?:^|是|为|作为|属|一家|我们|公司|香港|深交所|上交所)$")
_PRODUCT = re.compile("产品|新药|药品|药物|器械|车型|新品|试剂|设备|品种|机型|注册证|软件|型号|款")
_LISTING_PLAN = re.compile(
    "(?:计划|准备|打算|拟|筹备|筹划|争取|目标是?|力争|规划|启动了?|有意|希望|正在|"
    "想)[^，]{0,12}?(?:上市(?!销售|许可|后备)|IPO|ipo|报北交所|上科创板|上北交所|挂牌科创板)"
    "|(?:有|制定了)(?:[一二三四五两\\d]{0,2}年?内?)?(?:上市|IPO)(?:计划|打算|规划|安排)|上市辅导(?:期|"
    "备案|中)|(?:已)?进入上市辅导"
)
_OTHERS_PLAN = re.compile("[及和为、助向给]拟上市|拟上市(?:公司|企业)(?=[^，])")
_NO_LISTING_PLAN = re.compile(
    "(?:没有?|暂无|无|尚无|没想过)(?:[\u4e00-\u9fff]{0,4})?(?:上市|IPO)(?:计划|打算|安排|规划|的想法)|"
    "(?:不打算|不准备|不考虑|没打算|暂不|不想|没想过)(?:[\u4e00-\u9fff]{0,2})?(?:上市|IPO)"
)
_RAISED = re.compile(
    "近[两二2]年(?:内)?(?:新增)?(?:累计)?(?:的)?股权融资(?:额|总额|金额)?(?:约|为|是|了|达|共|大概|:){0,2}$"
)
_TRIGGER = re.compile("入股|参股|轮|天使|融|投|资本|IPO|ipo|上市|北交所|科创板|Pre|pre|PRE")


def read_capital(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield `financing_round`, `has_equity_investors`, `equity_raised_two_years_wan` (万元) and `plans_listing`.

    A round that is only sought gives nothing: which one was closed before is not said. "产品已上市" is no listing.
    """
    if not _TRIGGER.search(clause.text):
        return
    yield from _rounds(clause)
    yield from _raised(clause)
    yield from _listing(clause)


def _rounds(clause: Clause) -> Iterator[Found]:
    none = _NO_EQUITY.search(clause.text)
    if none:
        yield Found("financing_round", "未融资", *none.span())
        yield Found("has_equity_investors", False, *none.span())
        return
    closed = [match for match in _ROUND.finditer(clause.text) if _is_closed(clause, match)]
    if closed:
        last = closed[-1]
        yield Found("financing_round", _ROUNDS[int((last.lastgroup or "r0")[1:])][0], *last.span())
        yield Found("has_equity_investors", True, *last.span())
        return
    invested = _INVESTED.search(clause.text)
    if invested and not is_planned(clause, invested.start()) and not is_supposed(clause, invested.start()):
        yield Found("has_equity_investors", True, *invested.span())


def _is_closed(clause: Clause, match: re.Match[str]) -> bool:
    left = clause.text[max(0, match.start() - 14) : match.start()]
    if _SOUGHT.search(left) or is_supposed(clause, match.start()):
        return False
    if re.search("没有?|未", left[-6:]):
        return False
    stated = _CLOSED_BEFORE.search(left) or _CLOSED_AFTER.match(clause.text, match.end())
    return bool(stated or (not left.strip("我们公司") and _PLAIN.match(clause.text, match.end())))


def _raised(clause: Clause) -> Iterator[Found]:
    for match in MONEY.finditer(clause.text):
        said = _RAISED.search(clause.text[max(0, match.start() - 24) : match.start()])
        amount = wan(match)
        if said and amount is not None and is_exact(clause.text, match):
            yield Found("equity_raised_two_years_wan", amount, match.start() - len(said[0]), match.end())


def _listing(clause: Clause) -> Iterator[Found]:
    none = _NO_LISTING_PLAN.search(clause.text)
    if none:
        yield Found("plans_listing", False, *none.span())
        return
    plan = _LISTING_PLAN.search(clause.text)
    if plan and _OTHERS_PLAN.search(clause.text, max(0, plan.start() - 3), plan.end() + 2):
        return
    if plan and not _PRODUCT.search(clause.text, max(0, plan.start() - 6), plan.end()):
        yield Found("plans_listing", True, *plan.span())
        return
    listed = _LISTED.search(clause.text)
    if listed and not is_planned(clause, listed.start()) and not is_supposed(clause, listed.start()):
        left = clause.text[max(0, listed.start() - 10) : listed.start()]
        is_own = listed[0].startswith("已") or "是" in listed[0] or _LISTED_IS.search(left)
        if is_own and not _PRODUCT.search(left) and not re.search("不|没|未|非", left[-2:]):
            yield Found("financing_round", "已上市", *listed.span())
