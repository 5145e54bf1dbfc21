"""What the platform's own records give of a carrier in a year (平台记录): computed, never entered.

Only what was recorded counts; a carrier none of whose tenants is known has no share of anything, not a share of zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from matcher.errors import InvalidValue
from matcher.taxonomy import industries

COMPUTED: Mapping[str, str] = {
    "tenants": "入驻企业（平台记录）",
    "tenants_in_focus_pct": "聚焦产业的入驻企业占比",
    "tenants_with_invention_pct": "有发明专利的入驻企业占比",
    "tenants_qualified_pct": "有专精特新、高新技术等资质的入驻企业占比",
    "tenants_joined": "当年入驻企业",
    "tenants_graduated": "当年毕业企业",
    "tenants_from_elsewhere": "来自其他省份的当年入驻企业",
    "invested_tenants": "当年获投资的入驻企业",
    "invested_wan": "当年入驻企业获投资金额",
    "funded_tenants": "当年获贷款的入驻企业",
    "funded_wan": "当年入驻企业获贷款金额",
    "demands_answered": "当年经平台对接成功的大企业需求",
    "partners": "当年有对接结果的合作机构",
}
"""What can be computed, by code, in Chinese."""

MOST_FOCUS = 2
"""How many industries a carrier may focus on: 工信厅联企业函〔2019〕92号 一（一） says one or two."""
FOCUS_CLASSES = ("传统优势产业", "战略新兴产业", "高新技术产业", "特色民族产业")
"""The classes of industry to choose from (同上)."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A firm in a carrier (入驻企业): what is known of it. None is unknown.

    `industry` is a code of GB/T 4754; `joined` and `graduated` are days; `province` is where it came from.
    """

    id: str
    industry: str | None = None
    invention_patents: int | None = None
    qualified: bool | None = None
    joined: date | None = None
    graduated: date | None = None
    from_elsewhere: bool | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Something that came of an introduction (对接结果) in the year: `kind` is invested, funded or answered."""

    kind: str
    tenant: str
    partner: str
    amount_wan: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Focus:
    """What a carrier focuses on (聚焦产业): industry codes of GB/T 4754 of any level, each with its class."""

    industries: Mapping[str, str]

    def __post_init__(self) -> None:
        """Raise `InvalidValue` for more than two, none, an unknown industry or a class that the text does not have."""
        if not 1 <= len(self.industries) <= MOST_FOCUS:
            raise InvalidValue(
                found=f"聚焦 {len(self.industries)} 个产业",
                expected="1 至 2 个区域主导产业（工信厅联企业函〔2019〕92号 一（一））",
                remedy="请只保留一到两个",
            )
        for code, kind in self.industries.items():
            industries.industry(code)
            if kind not in FOCUS_CLASSES:
                raise InvalidValue(
                    found=f"产业类别 {kind!r}", expected="、".join(FOCUS_CLASSES), remedy="请改为其中之一"
                )


def computed(
    tenants: Iterable[Tenant], results: Iterable[Result], focus: Focus | None, year: int
) -> dict[str, Decimal]:
    """What the records of a year give, by code of `COMPUTED`; what they cannot tell is absent.

    A share is that of the tenants of whom it is known, in %, cut to two places so that no threshold is reached by
    rounding. Money is in 万元. Tenants that graduated before the year are not counted.
    """
    present = [item for item in tenants if _present(item, year)]
    found = _counts(present, year) if present else {}
    found |= _shares(present, focus)
    return found | _results([*results], {item.id for item in present})


def _present(tenant: Tenant, year: int) -> bool:
    gone = tenant.graduated is not None and tenant.graduated.year < year
    return not gone and (tenant.joined is None or tenant.joined.year <= year)


def _counts(tenants: list[Tenant], year: int) -> dict[str, Decimal]:
    found = {"tenants": Decimal(len(tenants))}
    if all(item.joined is not None for item in tenants):
        new = [item for item in tenants if item.joined is not None and item.joined.year == year]
        found["tenants_joined"] = Decimal(len(new))
        if all(item.from_elsewhere is not None for item in new):
            found["tenants_from_elsewhere"] = Decimal(sum(bool(item.from_elsewhere) for item in new))
    graduated = [item for item in tenants if item.graduated is not None and item.graduated.year == year]
    return found | {"tenants_graduated": Decimal(len(graduated))}


def _shares(tenants: list[Tenant], focus: Focus | None) -> dict[str, Decimal]:
    answers: dict[str, list[bool]] = {
        "tenants_with_invention_pct": [x.invention_patents > 0 for x in tenants if x.invention_patents is not None],
        "tenants_qualified_pct": [x.qualified for x in tenants if x.qualified is not None],
    }
    if focus is not None:
        known = [item.industry for item in tenants if item.industry is not None]
        answers["tenants_in_focus_pct"] = [industries.is_under(code, focus.industries) for code in known]
    return {
        code: (Decimal(100 * sum(held)) / len(held)).quantize(Decimal("0.01"), ROUND_DOWN)
        for code, held in answers.items()
        if held
    }


def _results(results: list[Result], tenants: set[str]) -> dict[str, Decimal]:
    """Counts and sums of the year's results; absent where nothing was recorded, for nobody may have recorded.

    Demands answered are absent at none: lists tell of investments and loans, and not of every demand.
    """
    if not results:
        return {}
    mine = [item for item in results if item.tenant in tenants]
    found = {"partners": Decimal(len({item.partner for item in mine}))}
    for kind in ("invested", "funded"):
        of_kind = [item for item in mine if item.kind == kind]
        found[f"{kind}_tenants"] = Decimal(len({item.tenant for item in of_kind}))
        amounts = [item.amount_wan for item in of_kind]
        if all(amount is not None for amount in amounts):
            found[f"{kind}_wan"] = sum((amount for amount in amounts if amount is not None), Decimal(0))
    answered = sum(item.kind == "answered" for item in mine)
    return found | ({"demands_answered": Decimal(answered)} if answered else {})
