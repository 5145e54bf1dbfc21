"""Shares and growth in running text (占比、增长), in %."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from matcher.reading.clauses import Clause, Found
from matcher.reading.labels import label, labelled
from matcher.reading.numerals import CHINESE, NUMBER, Exactness, exactness, number
from matcher.reading.subjects import is_fact

_SHARE = re.compile(
    rf"(?P<number>{NUMBER})%|百分之(?P<spoken>{CHINESE})|(?P<tenths>{CHINESE})成(?![为立本交功就员果长熟都])"
)
_FILLER = (
    "大概|大约|约|差不多|左右|是|为|达到|达|有|到|了|:|在|的|已经?|保持在?|超过|超|近|将近|接近|不到|不足|就|才|均|都"
)
_OF = "(?:占比|占[^，]{0,8}?的?(?:比重|比例|比)|占[^，]{0,8}|的?比例|的?比重|强度)"
_RD = "(?:研发|研究开发)(?:投入|费用|经费|支出)?"
_SALES = "(?:营业收入|营收|销售收入|销售额|销售|收入|业绩)"
_RISE = "(?:同比|环比)?(?:增长率?|增速|增幅|增加|上涨|涨|提升|提高)"
_FALL = "(?:同比)?(?:下降|下滑|减少|降低|跌|降)"
_BAD_PERIOD = re.compile("今年|本年|预计|目标|计划|明年|未来|复合|年均|平均|连续|三年|两年|季度|上半年|月|前年")
_SALES_BEFORE = re.compile(f"{_SALES}[^，]{{0,14}}$")
_LABELS = (
    label("revenue_growth_pct", "^(?:同比|较上年|比上年)(?:增长|上升|增加)", _FILLER),
    label("revenue_growth_pct", "^(?:同比|较上年|比上年)(?:下降|下滑|减少)", _FILLER, sign=-1),
    label("rd_growth_pct", f"{_RD}{_RISE}", _FILLER),
    label(
        "rd_intensity_pct",
        f"{_RD}{_OF}|研发(?:投入|费用|经费|支出)|研发强度",
        _FILLER,
        after="的?研发(?:投入|强度|占比)",
    ),
    label("tech_staff_pct", f"(?:研发|科技|技术)(?:人员|团队|人才){_OF}?", _FILLER),
    label("high_tech_revenue_share_pct", f"高新(?:技术)?产品(?:服务)?(?:销售)?收入{_OF}", _FILLER),
    label("main_business_share_pct", f"主营(?:业务)?(?:收入)?{_OF}", _FILLER),
    label("niche_market_share_pct", "细分(?:市场|领域)(?:的)?(?:市场)?(?:占有率|份额|市占率)", _FILLER),
    label("debt_ratio_pct", "(?:资产)?负债率", _FILLER),
    label("profit_growth_pct", f"净?利润{_RISE}", _FILLER),
    label("profit_growth_pct", f"净?利润{_FALL}", _FILLER, sign=-1),
    label("revenue_growth_pct", f"{_SALES}{_RISE}", _FILLER),
    label("revenue_growth_pct", f"{_SALES}{_FALL}", _FILLER, sign=-1),
)


def read_shares(clause: Clause, at: date) -> Iterator[Found]:  # noqa: ARG001 - the shape of a recogniser
    """Yield shares and growth of the last full year, in %; averages over years and plans are left out."""
    if "%" not in clause.text and "成" not in clause.text and "百分之" not in clause.text:
        return
    for item in labelled(clause.text, _SHARE, _LABELS):
        value = _value(item.number)
        around = clause.text[: item.number.start()], clause.text[item.number.end() :]
        if value is None or exactness(*around) is Exactness.BOUND or not is_fact(clause, item.start):
            continue
        if item.start == 0 and clause.text[0] in "同较比" and not _SALES_BEFORE.search(clause.before):
            continue
        told = (clause.before[-10:] + clause.text[: item.number.start()])[-24:]
        if "growth" not in item.label.field or not _BAD_PERIOD.search(told):
            yield Found(item.label.field, item.label.sign * value, item.start, item.end)


def _value(match: re.Match[str]) -> Decimal | None:
    if match["number"]:
        return number(match["number"])
    value = number(match["tenths"] or match["spoken"])
    return value * 10 if value is not None and match["tenths"] else value
