"""A loan as its contract and receipts state it (贷款): what subsidies, risk sharing and costs follow from.

Everything but the principal may be unknown (None): an amount that needs it is then unknown and names the field.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import partial

from matcher.declarations.enterprise import COLLATERAL
from matcher.fields import Field, FieldType, Value


class DayCount(StrEnum):
    """How days become a part of a year (计息方式): real days over 365 or 360, or each month 30 days of 360."""

    ACTUAL_365 = "actual/365"
    ACTUAL_360 = "actual/360"
    THIRTY_360 = "30/360"


class Repayment(StrEnum):
    """How the principal comes back (还本方式): 到期一次还本, 等额本金, 等额本息; the latter two by month."""

    BULLET = "bullet"
    EQUAL_PRINCIPAL = "equal_principal"
    EQUAL_INSTALMENT = "equal_instalment"


class FeeCycle(StrEnum):
    """How often a fee is paid (支付周期): once, or at the start of each loan year."""

    ONCE = "once"
    YEARLY = "yearly"


LABELS: Mapping[str, str] = {
    DayCount.ACTUAL_365: "实际天数/365",
    DayCount.ACTUAL_360: "实际天数/360",
    DayCount.THIRTY_360: "每月30天/360",
    Repayment.BULLET: "到期一次还本",
    Repayment.EQUAL_PRINCIPAL: "等额本金",
    Repayment.EQUAL_INSTALMENT: "等额本息",
}
"""The Chinese names of the codes above."""
GUARANTEE_INSURANCE = "中小企业贷款保证保险"
INSURANCE_KINDS = ("科技保险", GUARANTEE_INSURANCE, "其他保险")
PRODUCTS = ("科贷通", "科技贷", "融医贷", "昆科贷", "其他")
SECURITY = ("信用", "知识产权", *COLLATERAL)


@dataclass(frozen=True, slots=True)
class Loan:
    """One loan (一笔贷款). `_wan` is 万元, `_yuan` 元, `_pct` % a year; None is unknown.

    `interest_paid_yuan` is what was really paid in the subsidised period and replaces the computed interest; the period
    runs from `subsidy_from` until before `subsidy_to`. `fee_cycles` say by fee how often it is paid;
    `no_other_fees` says that a fee not named here is not charged at all.
    """

    principal_wan: Decimal
    rate_pct: Decimal | None = None
    term_months: int | None = None
    drawn_on: date | None = None
    lpr_1y_pct_at_drawing: Decimal | None = None
    day_count: DayCount | None = None
    repayment: Repayment | None = None
    subsidy_from: date | None = None
    subsidy_to: date | None = None
    interest_paid_yuan: Decimal | None = None
    guarantee_fee_yuan: Decimal | None = None
    valuation_fee_yuan: Decimal | None = None
    notary_fee_yuan: Decimal | None = None
    other_fees_yuan: Mapping[str, Decimal] = field(default_factory=dict)
    fee_cycles: Mapping[str, FeeCycle] = field(default_factory=dict)
    no_other_fees: bool = False
    insurance_kind: str | None = None
    premium_yuan: Decimal | None = None
    insured_sum_wan: Decimal | None = None
    secured_by: tuple[str, ...] | None = None
    product: str | None = None
    is_conversion_project: bool | None = None
    is_overdue: bool | None = None
    is_personal: bool | None = None
    is_entrusted: bool | None = None
    lender_is_bank: bool | None = None
    is_with_partner: bool | None = None
    has_other_public_funds: bool | None = None
    loss_yuan: Decimal | None = None
    booth_fee_yuan: Decimal | None = None
    is_key_exhibition: bool | None = None
    name: str = ""

    @property
    def values(self) -> dict[str, Value]:
        """The known values by the codes of `FIELDS`."""
        return {code: value for code in _CODES if (value := getattr(self, code)) is not None}


_field = partial(Field, group="贷款", kinds=frozenset())
_flag = partial(_field, type=FieldType.FLAG)
_yuan = partial(_field, type=FieldType.MONEY, unit="元")
_wan = partial(_field, type=FieldType.MONEY, unit="万元")
_pct = partial(_field, type=FieldType.PERCENT, unit="%")

FIELDS: tuple[Field, ...] = (
    _wan("principal_wan", "贷款本金"),
    _pct("rate_pct", "实际贷款年利率"),
    _field("term_months", "贷款期限", FieldType.COUNT, unit="个月"),
    _field("drawn_on", "放款日", FieldType.DATE),
    _pct("lpr_1y_pct_at_drawing", "放款时一年期LPR"),
    _field("day_count", "计息方式", FieldType.CHOICE, choices=tuple(DayCount)),
    _field("repayment", "还本方式", FieldType.CHOICE, choices=tuple(Repayment)),
    _field("subsidy_from", "补助期起", FieldType.DATE),
    _field("subsidy_to", "补助期止（不含当日）", FieldType.DATE),
    _yuan("interest_paid_yuan", "补助期内实付利息"),
    _yuan("guarantee_fee_yuan", "实付担保费"),
    _yuan("valuation_fee_yuan", "实付评估费"),
    _yuan("notary_fee_yuan", "实付公证费"),
    _field("insurance_kind", "险种", FieldType.CHOICE, choices=INSURANCE_KINDS),
    _yuan("premium_yuan", "保险费"),
    _wan("insured_sum_wan", "科技保险金额（保额）"),
    _field("secured_by", "本笔贷款的担保方式", FieldType.CHOICES, choices=SECURITY),
    _field("product", "贷款产品", FieldType.CHOICE, choices=PRODUCTS),
    _flag("is_conversion_project", "属于经审核确定的科技成果转化项目贷款"),
    _flag("is_overdue", "本笔贷款逾期或欠息"),
    _flag("is_personal", "属于法人（经营者）个人的贷款、担保、保险"),
    _flag("is_entrusted", "属于委托贷款"),
    _flag("lender_is_bank", "放款方为银行"),
    _flag("is_with_partner", "在科技金融合作机构办理"),
    _flag("has_other_public_funds", "本笔业务已获自治区其他财政资金"),
    _yuan("loss_yuan", "贷款损失"),
    _yuan("booth_fee_yuan", "展位费"),
    _flag("is_key_exhibition", "所参加的是省级商务重点展会"),
)
"""The fields of a loan that conditions and formulas may name (贷款字段)."""

_CODES = tuple(item.code for item in FIELDS)
NOT_COMPARED = frozenset(item.name for item in fields(Loan)) - frozenset(_CODES)
"""What a loan holds beside its fields: fees by other names, their cycles, its name."""
