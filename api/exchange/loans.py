"""A loan's file (贷款文件): JSON, read strictly. What it does not say stays unknown; nothing is taken to be zero."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, ValidationError
from pydantic_core import PydanticCustomError

from api.problems import Refusal
from api.schemas import NO_CONTROL, Day
from api.transport.strict_json import decode
from matcher.errors import InvalidLoan
from matcher.policies.loans import INSURANCE_KINDS, PRODUCTS, SECURITY, DayCount, FeeCycle, Loan, Repayment

MAX_BYTES = 64 * 1024
"""No loan's file is larger (64 KB)."""
MAX_WAN = Decimal(10) ** 9
MAX_YUAN = MAX_WAN * 10_000
MAX_MONTHS = 600
_MAX_DIGITS = 24
_MOST_FAULTS = 10


def _decimal(raw: object) -> object:
    """Take a number as JSON has it or as text, to be exact; never a binary float, a truth value, or 1e400."""
    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
        raise PydanticCustomError("decimal", "not a number")
    if isinstance(raw, str) and (len(raw) > _MAX_DIGITS or not raw.isascii() or "_" in raw):
        raise PydanticCustomError("decimal", "not a number")
    return raw


def _one_of(*allowed: str) -> BeforeValidator:
    def check(raw: object) -> object:
        if raw in allowed:
            return raw
        raise PydanticCustomError("enum", "not one of them", {"expected": "、".join(allowed)})

    return BeforeValidator(check)


Number = Annotated[Decimal, BeforeValidator(_decimal)]
Yuan = Annotated[Number, Field(ge=0, le=MAX_YUAN, max_digits=_MAX_DIGITS, decimal_places=6)]
Wan = Annotated[Number, Field(ge=0, le=MAX_WAN, max_digits=_MAX_DIGITS, decimal_places=10)]
Percent = Annotated[Number, Field(ge=0, le=100, max_digits=_MAX_DIGITS, decimal_places=10)]
FeeName = Annotated[str, Field(min_length=1, max_length=50, pattern=NO_CONTROL)]
Secured = tuple[Annotated[str, _one_of(*SECURITY)], ...]


class LoanFile(BaseModel):
    """One loan as its contract and receipts state it (一笔贷款). A member that is not known is left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(max_length=200)] = Field("", description="便于辨认的名称")
    principal_wan: Wan = Field(gt=0, description="贷款本金（万元）")
    rate_pct: Percent | None = Field(None, description="实际贷款年利率（%）")
    term_months: Annotated[StrictInt, Field(ge=1, le=MAX_MONTHS)] | None = Field(None, description="期限（月）")
    drawn_on: Day | None = Field(None, description="放款日")
    lpr_1y_pct_at_drawing: Percent | None = Field(None, description="放款时一年期LPR（%）")
    day_count: DayCount | None = Field(None, description="计息方式；不足整月时必填")
    repayment: Repayment | None = Field(None, description="还本方式；不填按到期一次还本")
    subsidy_from: Day | None = Field(None, description="补助期起；不填为放款后的前 12 个月")
    subsidy_to: Day | None = Field(None, description="补助期止，不含当日")
    interest_paid_yuan: Yuan | None = Field(None, description="补助期内实付利息（元）；不填按利率计算")
    guarantee_fee_yuan: Yuan | None = Field(None, description="实付担保费（元）；没有请填 0")
    valuation_fee_yuan: Yuan | None = Field(None, description="实付评估费（元）；没有请填 0")
    notary_fee_yuan: Yuan | None = Field(None, description="实付公证费（元）；没有请填 0")
    other_fees_yuan: dict[FeeName, Yuan] = Field({}, max_length=50, description="其他费用（元），按名称")
    fee_cycles: dict[FeeName, FeeCycle] = Field({}, description="各项费用的支付周期；期限超过一年时必填")
    no_other_fees: StrictBool = Field(False, description="除所列外没有其他费用")
    insurance_kind: Annotated[str, _one_of(*INSURANCE_KINDS)] | None = Field(None, description="险种")
    premium_yuan: Yuan | None = Field(None, description="保险费（元）；没有请填 0")
    insured_sum_wan: Wan | None = Field(None, description="科技保险金额，即保额（万元）")
    secured_by: Secured | None = Field(None, description="本笔贷款的担保方式；信用贷款填 [信用]")
    product: Annotated[str, _one_of(*PRODUCTS)] | None = Field(None, description="贷款产品")
    is_conversion_project: StrictBool | None = Field(None, description="经国家、自治区审核确定的科技成果转化项目贷款")
    is_overdue: StrictBool | None = Field(None, description="逾期或欠息")
    is_personal: StrictBool | None = Field(None, description="法人（经营者）个人的贷款、担保、保险")
    is_entrusted: StrictBool | None = Field(None, description="委托贷款")
    lender_is_bank: StrictBool | None = Field(None, description="放款方为银行")
    is_with_partner: StrictBool | None = Field(None, description="在科技金融合作机构办理")
    has_other_public_funds: StrictBool | None = Field(None, description="本笔业务已获自治区其他财政资金")
    loss_yuan: Yuan | None = Field(None, description="贷款损失（元），供风险补偿测算")
    booth_fee_yuan: Yuan | None = Field(None, description="展位费（元），供展位费补助测算")
    is_key_exhibition: StrictBool | None = Field(None, description="所参加的是省级商务重点展会")

    def loan(self) -> Loan:
        """The domain's loan; `InvalidLoan` where two members contradict each other."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        loan = Loan(**given)
        _check(loan)
        return loan


def read_loan(name: str, content: bytes) -> Loan:
    """Read one loan's file; `name` is for messages. Raises `InvalidLoan` naming every member that is wrong."""
    document = read_document(name, content)
    try:
        return LoanFile.model_validate(document).loan()
    except ValidationError as error:
        raise _refused(name, error) from None
    except InvalidLoan as error:
        raise InvalidLoan(found=f"{name}：{error.found}", expected=error.expected, remedy=error.remedy) from None


def read_document(name: str, content: bytes) -> Mapping[str, Any]:
    """Read a small JSON object strictly; `InvalidLoan` where it is none."""
    if len(content) > MAX_BYTES:
        raise InvalidLoan(found=f"{name} 超过 {MAX_BYTES} 字节", expected="不超过 64 KB 的 JSON", remedy="检查文件")
    try:
        document = decode(content)
    except Refusal as refusal:
        found = refusal.problem.detail.split("；")[0].replace("请求体", name)
        raise InvalidLoan(found=found, expected="UTF-8 的 JSON", remedy="请修正后重试") from None
    if not isinstance(document, dict):
        raise InvalidLoan(found=f"{name} 不是对象", expected="{...} 形式的 JSON", remedy="参照 docs/benefits.md 的写法")
    return document


def read_bytes(path: Path) -> bytes:
    """A file's bytes, no more than one beyond the limit; `InvalidLoan` where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidLoan(
            found=f"无法读取文件 {path}（{error.strerror}）", expected="可读的 JSON 文件", remedy="检查路径"
        ) from error


def _check(loan: Loan) -> None:
    first, last = loan.subsidy_from, loan.subsidy_to
    if isinstance(first, date) and isinstance(last, date) and first >= last:
        raise InvalidLoan(found=f"补助期 {first} 至 {last}", expected="起日早于止日", remedy="核对补助期")
    if loan.secured_by is not None and (not loan.secured_by or len(set(loan.secured_by)) < len(loan.secured_by)):
        raise InvalidLoan(
            found="secured_by 为空或有重复", expected="至少一种担保方式，各一次", remedy="信用贷款填 [信用]"
        )
    known = {"guarantee_fee_yuan", "valuation_fee_yuan", "notary_fee_yuan", "premium_yuan", *loan.other_fees_yuan}
    for code in loan.fee_cycles:
        if code not in known:
            raise InvalidLoan(
                found=f"fee_cycles 中的 {code!r}", expected="、".join(sorted(known)), remedy="改为所列费用之一"
            )


def _refused(name: str, error: ValidationError) -> InvalidLoan:
    faults = [_fault(dict(item)) for item in error.errors(include_input=False, include_url=False)]
    return InvalidLoan(
        found=f"{name} 有 {len(faults)} 处不合规：{'；'.join(faults[:_MOST_FAULTS])}",
        expected="docs/benefits.md 所列的名称与单位，数字不带单位",
        remedy="逐项改正；不知道的项不要写",
    )


def _fault(item: Mapping[str, Any]) -> str:
    """One fault in Chinese: the member with its meaning, and what is wrong, without repeating what was sent."""
    path = [str(step) for step in item["loc"]]
    if item["type"] == "extra_forbidden":
        near = get_close_matches(path[-1], LoanFile.model_fields, n=1)
        return f"没有名为 {path[-1][:50]!a} 的项" + (f"，是否想写 {near[0]}" if near else "")
    field = LoanFile.model_fields.get(path[0])
    meaning = f"（{field.description}）" if field is not None and field.description else ""
    write = _FAULTS.get(str(item["type"]))
    return f"{'.'.join(path)[:80]}{meaning} {write(item.get('ctx') or {}) if write else '的值不合规'}"


def _number(bound: object) -> str:
    return str(bound).removeprefix("Decimal('").removesuffix("')")


_FAULTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "必须填写",
    "decimal": lambda _: "应为数字",
    "decimal_parsing": lambda _: "应为数字",
    "finite_number": lambda _: "应为有限的数字",
    "int_type": lambda _: "应为整数",
    "bool_type": lambda _: "应为 true 或 false",
    "iso_date": lambda _: "应为存在的日期，如 2022-03-01",
    "greater_than": lambda context: f"应大于 {_number(context.get('gt'))}",
    "greater_than_equal": lambda context: f"应不小于 {_number(context.get('ge'))}",
    "less_than_equal": lambda context: f"应不大于 {_number(context.get('le'))}",
    "enum": lambda context: f"应为以下之一：{str(context.get('expected')).replace(' or ', '、').replace(', ', '、')}",
}
