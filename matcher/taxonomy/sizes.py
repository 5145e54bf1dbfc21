"""Size classes of enterprises (企业划型) by 工信部联企业〔2011〕300号.

The industries of the table are mapped to GB/T 4754-2017 as in 国统字〔2017〕213号. 大型, 中型 and 小型 need all
their lower bounds ("下限", inclusive), 微型 one upper bound only: the class is the lowest class over the indicators.
So one indicator below the bound of 小型 decides 微型 though the others are unknown; else all must be known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

from matcher.taxonomy.industries import ancestors, descendants

SIZE_CLASSES = ("微型", "小型", "中型", "大型")


class Indicator(StrEnum):
    """What is measured: 从业人员 (人), 营业收入 (万元), 资产总额 (万元); the value is the field's code."""

    HEADCOUNT = "headcount"
    REVENUE = "revenue_wan"
    ASSETS = "total_assets_wan"


@dataclass(frozen=True, slots=True)
class SizeResult:
    """The size class (企业规模), or why there is none.

    `size_class` is 微型, 小型, 中型 or 大型; None with `applicable` False means that the rule does not cover the
    industry, None otherwise means unknown, and `missing` names the field codes that would decide it.
    """

    size_class: str | None
    missing: tuple[str, ...] = ()
    applicable: bool = True


Bounds = tuple[Indicator, int, int, int]
_X, _Y, _Z = Indicator.HEADCOUNT, Indicator.REVENUE, Indicator.ASSETS

BOUNDS: Mapping[str, tuple[Bounds, ...]] = {
    "农、林、牧、渔业": ((_Y, 20000, 500, 50),),
    "工业": ((_X, 1000, 300, 20), (_Y, 40000, 2000, 300)),
    "建筑业": ((_Y, 80000, 6000, 300), (_Z, 80000, 5000, 300)),
    "批发业": ((_X, 200, 20, 5), (_Y, 40000, 5000, 1000)),
    "零售业": ((_X, 300, 50, 10), (_Y, 20000, 500, 100)),
    "交通运输业": ((_X, 1000, 300, 20), (_Y, 30000, 3000, 200)),
    "仓储业": ((_X, 200, 100, 20), (_Y, 30000, 1000, 100)),
    "邮政业": ((_X, 1000, 300, 20), (_Y, 30000, 2000, 100)),
    "住宿业": ((_X, 300, 100, 10), (_Y, 10000, 2000, 100)),
    "餐饮业": ((_X, 300, 100, 10), (_Y, 10000, 2000, 100)),
    "信息传输业": ((_X, 2000, 100, 10), (_Y, 100000, 1000, 100)),
    "软件和信息技术服务业": ((_X, 300, 100, 10), (_Y, 10000, 1000, 50)),
    "房地产开发经营": ((_Y, 200000, 1000, 100), (_Z, 10000, 5000, 2000)),
    "物业管理": ((_X, 1000, 300, 100), (_Y, 5000, 1000, 500)),
    "租赁和商务服务业": ((_X, 300, 100, 10), (_Z, 120000, 8000, 100)),
    "其他未列明行业": ((_X, 300, 100, 10),),
}
"""Lower bounds (inclusive) of 大型, 中型 and 小型 for each indicator of each industry of the table."""

_OTHER = "其他未列明行业"
_NOT_COVERED = ""

CATEGORY_OF: Mapping[str, str] = {
    "A": "农、林、牧、渔业", "B": "工业", "C": "工业", "D": "工业", "E": "建筑业", "51": "批发业", "52": "零售业",
    "53": _NOT_COVERED, "54": "交通运输业", "55": "交通运输业", "56": "交通运输业",
    "57": "交通运输业", "58": "交通运输业",
    "59": "仓储业", "60": "邮政业", "61": "住宿业", "62": "餐饮业", "63": "信息传输业", "64": "信息传输业",
    "65": "软件和信息技术服务业", "701": "房地产开发经营", "702": "物业管理", "703": _OTHER, "704": _NOT_COVERED,
    "709": _OTHER, "L": "租赁和商务服务业", "M": _OTHER, "N": _OTHER, "O": _OTHER, "84": _NOT_COVERED, "85": _OTHER,
    "R": _OTHER, "J": _NOT_COVERED, "P": _NOT_COVERED, "S": _NOT_COVERED, "T": _NOT_COVERED,
}  # fmt: skip
"""The table's industry by GB/T 4754-2017 code; "" is not covered
(金融, 教育, 卫生, 铁路, 自有房地产, 公共管理, 国际组织)."""


def size_class(
    industry_code: str | None,
    headcount: int | None,
    revenue_wan: Decimal | None,
    assets_wan: Decimal | None,
) -> SizeResult:
    """Give the size class; headcount in 人, revenue and assets in 万元, None is unknown.

    A coarse industry (门类 G holds seven rows of the table) still decides where all that it may be agree.
    Raises `UnknownIndustry` for a code that GB/T 4754-2017 does not hold.
    """
    known = {Indicator.HEADCOUNT: headcount, Indicator.REVENUE: revenue_wan, Indicator.ASSETS: assets_wan}
    if industry_code is None:
        return SizeResult(None, ("industry",))
    results = {_within(category, known) for category in size_categories(industry_code)}
    if len(results) == 1:
        return results.pop()
    decided = {result.size_class for result in results} - {None}
    if len(decided) == 1 and all(result.size_class for result in results):
        return SizeResult(decided.pop())
    missing = {name for result in results for name in result.missing}
    return SizeResult(None, ("industry", *(item for item in Indicator if item in missing)))


def _within(category: str, known: Mapping[Indicator, int | Decimal | None]) -> SizeResult:
    if category == _NOT_COVERED:
        return SizeResult(None, applicable=False)
    tiers: list[int] = []
    missing: list[str] = []
    for indicator, *bounds in BOUNDS[category]:
        value = known[indicator]
        if value is None:
            missing.append(indicator.value)
        else:
            tiers.append(sum(value >= bound for bound in bounds))
    lowest = min(tiers, default=len(SIZE_CLASSES))
    if missing and lowest > 0:
        return SizeResult(None, tuple(missing))
    return SizeResult(SIZE_CLASSES[lowest])


@cache
def size_categories(industry_code: str) -> frozenset[str]:
    """Give the table's industries that a code may be: all that the size class needs to know of it; "" is not covered.

    Raises `UnknownIndustry`.
    """
    return frozenset(_category(leaf) for leaf in descendants(industry_code))


def _category(code: str) -> str:
    return next(CATEGORY_OF[step] for step in ancestors(code) if step in CATEGORY_OF)
