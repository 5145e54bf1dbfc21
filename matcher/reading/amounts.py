"""Amounts of money in running text (金额): what was turned over, earned, owned, owed, paid."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from matcher.reading.clauses import Clause, Found
from matcher.reading.labels import Label, label, labelled
from matcher.reading.numerals import ARABIC, CHINESE, NUMBER, Exactness, exactness, number
from matcher.reading.subjects import is_fact

_UNITS = {"个亿": 10_000, "亿": 10_000, "千万": 1_000, "百万": 100, "十万": 10, "万": 1, "w": 1, "W": 1}
_UNIT = "个亿|亿|千万|百万|十万|万|[wW](?![A-Za-z])"
_FOREIGN = "美元|美金|欧元|港元|港币|日元|英镑|韩元|新加坡元|[Uu][Ss][Dd]"
_COUNTED = (
    "人|台|件|套|只|个|户|家|吨|平|㎡|米|次|公里|用户|粉丝|部|辆|头|亩|支|瓶|盒|片|颗|名|位|条|册|份|"
    "千瓦|立方|公斤|斤|箱|像素|羽|株|笔"
)
MONEY = re.compile(
    rf"(?P<number>{NUMBER})(?P<vague>多|余|来|几)?(?P<unit>{_UNIT})"
    rf"(?:零?(?P<rest>{ARABIC}|{CHINESE})(?P<rest_vague>多|余)?(?P<rest_unit>千万|百万|万))?(?P<more>多|"
    rf"余)?(?!\d|多|余|{_COUNTED})"
    rf"(?P<currency>元人民币|元|块钱?|人民币|RMB|rmb|{_FOREIGN})?"
    rf"|(?P<yuan>{NUMBER})(?:元|块钱)(?!件)"
)
"""An amount of money; see `wan` for its value."""
FILLER = (
    "大概|大约|约|差不多|左右|是|为|达到|达|有|到|做到|实现|做|完成|:|在|的|了|共|合计|总共|一共|总额|"
    "金额|规模|就|才|只|已经?|稳定|能|"
    "人民币|超过|超|近|将近|接近|不到|不足|突破|破|过|至少|额"
)
_RANGE_BEFORE = re.compile(rf"(?:{ARABIC}|{CHINESE})(?:{_UNIT})?元?[-~—–至到]{{1,2}}$")


def wan(match: re.Match[str]) -> Decimal | None:
    """The amount of a `MONEY` match in 万元; None for foreign currency, which is not converted, and for no number."""
    if match["yuan"]:
        yuan = number(match["yuan"])
        return None if yuan is None else yuan / 10_000
    value = number(match["number"])
    if value is None or (match["currency"] and re.match(_FOREIGN, match["currency"])):
        return None
    total = value * _UNITS[match["unit"]]
    if not match["rest"]:
        return total
    rest = number(match["rest"])
    return None if rest is None else total + rest * _UNITS[match["rest_unit"]]


def opened_range(text: str, match: re.Match[str]) -> int | None:
    """Where a range begins whose upper end is this amount ("300到500万"); None where it is no range."""
    before = text[max(0, match.start() - 12) : match.start()]
    opened = _RANGE_BEFORE.search(before)
    return match.start() - len(opened[0]) if opened else None


def is_exact(text: str, match: re.Match[str]) -> bool:
    """Whether the amount is the value itself, not a bound or a range."""
    around = text[max(0, match.start() - 8) : match.start()], text[match.end() : match.end() + 4]
    is_vague = match["number"] and (match["vague"] or match["rest_vague"] or match["more"])
    return not is_vague and exactness(*around) is Exactness.EXACT and opened_range(text, match) is None


def _measure(field: str, words: str, *, sign: int = 1) -> Label:
    after = rf"(?:左右|上下|的|年|年度){{0,2}}(?:{words})(?!增|率|占|[^，]{{0,2}}[\d%])"
    return label(field, words, FILLER, after=after if sign > 0 else "(?!)", sign=sign)


_MEASURES = (
    _measure("registered_capital_wan", "注册资本金?|注册资金"),
    _measure("paid_in_capital_wan", "实缴资本|实缴资金|实缴|实收资本"),
    _measure("main_business_revenue_wan", "主营业务收入|主营收入"),
    _measure("export_wan", "出口额|出口收入|外销额|出口交货值|出口"),
    _measure("revenue_wan", "营业收入|营业额|营收|销售收入|销售总额|销售额|年销售|年收入|总收入|年度收入"),
    _measure("net_profit_wan", "(?<!不)净亏损|(?<!不)亏损|(?<!不)亏了?", sign=-1),
    _measure("net_profit_wan", "净利润|净利|纯利润|纯利"),
    _measure("net_assets_wan", "净资产|所有者权益"),
    _measure("total_assets_wan", "总资产|资产总额|资产总计|资产规模"),
    _measure("total_liabilities_wan", "总负债|负债总额|负债合计"),
    _measure("rd_expense_wan", "研发费用|研发投入|研发经费|研发支出|研究开发费用"),
    _measure("tax_paid_wan", "纳税总额|纳税额|纳税|缴税|上缴税收|缴纳税款|税收贡献"),
    _measure("annual_procurement_wan", "年采购额|年采购量|年度采购额|采购总额"),
)
_PREVIOUS = {"revenue_wan": "revenue_previous_wan", "rd_expense_wan": "rd_expense_previous_wan"}
_STOCKS = frozenset({"registered_capital_wan", "paid_in_capital_wan"})
_OTHER_PERIOD = (
    "人均|今年|本年|预计|预期|目标|计划|明年|将来|力争|累计|上半年|下半年|半年|季度|[一二三四]季|月|每天|日均|"
    "单笔|单店|未来|近?[三两五]年|"
    "历年|平均|峰值|合同|最高|一期|二期"
)
_PERIOD = re.compile(
    rf"(?P<last>去年|上年度?|上一年度?)|(?P<previous>前年)|(?<!\d)(?P<year>(?:20)?\d{{2}})年度?(?!前|来|以|"
    rf"多)|(?P<other>{_OTHER_PERIOD})"
)
_OCCASION = re.compile(
    r"\d年度?(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?:注册|正式|我们)?(?:成立|注册|创立|创办|认定|入选|获|取得|"
    r"通过|评|被|开始|投产)"
)
_LABEL_TRIGGER = re.compile("[万亿元wW块]")


def read_amounts(clause: Clause, at: date) -> Iterator[Found]:
    """Yield amounts of the last full year or the balance sheet, in 万元; bounds, plans, other periods are left out.

    The last year is understood where none is said; "今年", "上半年" or "每月" make the figure another thing.
    """
    if not _LABEL_TRIGGER.search(clause.text):
        return
    for item in labelled(clause.text, MONEY, _MEASURES):
        amount = wan(item.number)
        field = _field(clause, item.label.field, item.start, at)
        if amount is not None and field and is_exact(clause.text, item.number) and is_fact(clause, item.start):
            yield Found(field, item.label.sign * amount, item.start, item.end)


def _field(clause: Clause, field: str, start: int, at: date) -> str | None:
    if field in _STOCKS:
        return field
    period = _period(clause.text[:start][-14:], at) or _period(clause.before, at) or "last"
    return {"last": field, "previous": _PREVIOUS.get(field)}.get(period)


def _period(text: str, at: date) -> str:
    """The year that was last spoken of: "last" (the last full one), "previous", "other", or "" for none."""
    said = ""
    for match in _PERIOD.finditer(text):
        if match["year"]:
            if not _OCCASION.match(text, match.start("year") + len(match["year"]) - 1):
                said = {1: "last", 2: "previous"}.get((at.year - int(match["year"])) % 100, "other")
        else:
            said = match.lastgroup or ""
    return said
