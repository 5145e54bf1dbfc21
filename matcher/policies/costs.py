"""The cost sheet of a loan (企业贷款综合融资成本清单, "贷款明白纸"): interest, every fee, subsidies, one rate.

One method for all loans (单利法): all costs over the life of the loan, divided by the principal that is really out
times the years for which it is out. The People's Bank asks for the cost to be set against "实际占用的贷款本金".
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from matcher.policies import schedules
from matcher.policies.amounts import ZERO, Lacking, rate_pct, rounded
from matcher.policies.loans import GUARANTEE_INSURANCE, DayCount, FeeCycle, Loan
from matcher.policies.quantities import lacking

METHOD = "单利法：综合年化成本率 = （全期利息 + 全期各项费用 - 补助）÷ Σ（实际占用本金 × 占用年数）× 100%"
_FEES = (("guarantee_fee_yuan", "担保费"), ("valuation_fee_yuan", "评估费"), ("notary_fee_yuan", "公证费"))


@dataclass(frozen=True, slots=True)
class CostLine:
    """One cost over the life of the loan (成本项), in 元, and what it adds to the yearly rate in %."""

    label: str
    amount_yuan: Decimal
    annual_pct: Decimal | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CostSheet:
    """All costs of a loan (综合融资成本). With something lacking the figures are what is known: at least so much.

    `gross_pct` is before subsidies, `net_pct` after; both None where not even the interest can be worked out.
    `annual_net_yuan` is the net cost spread over the years of the term.
    """

    lines: tuple[CostLine, ...]
    occupied_yuan_years: Decimal | None
    gross_yuan: Decimal | None
    relief_yuan: Decimal
    net_yuan: Decimal | None
    gross_pct: Decimal | None
    net_pct: Decimal | None
    annual_net_yuan: Decimal | None
    lacking: tuple[Lacking, ...]
    assumptions: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every cost is known, so that the rate may be compared with another loan's."""
        return not self.lacking


@dataclass(frozen=True, slots=True)
class _Cost:
    label: str
    amount_yuan: Decimal
    note: str


def cost_sheet(loan: Loan, relief_yuan: Decimal = ZERO, notes: tuple[str, ...] = ()) -> CostSheet:
    """Work out the costs of a loan after a relief: the subsidies (元) that lower interest and fees of this loan.

    `notes` say what the relief rests on; they are added to the assumptions.
    """
    sheet = _costed(loan, relief_yuan)
    return replace(sheet, assumptions=(*sheet.assumptions, *notes))


def _costed(loan: Loan, relief_yuan: Decimal) -> CostSheet:
    fees, missing = _fees(loan)
    try:
        spans = schedules.whole_life(loan)
        if loan.rate_pct is None:
            raise schedules.Undecided("rate_pct")
    except schedules.Undecided as undecided:
        missing = (*(lacking(code) for code in undecided.codes), *missing)
        lines = tuple(CostLine(fee.label, fee.amount_yuan, None, fee.note) for fee in fees)
        return CostSheet(lines, None, None, relief_yuan, None, None, None, None, missing, _assumptions(loan))
    costs = (_Cost("利息", rounded(schedules.interest_yuan(spans, loan.rate_pct)), "全期，按合同利率"), *fees)
    return _sheet(loan, costs, schedules.occupied(spans), relief_yuan, missing)


def _sheet(
    loan: Loan, costs: tuple[_Cost, ...], occupied: Decimal, relief_yuan: Decimal, missing: tuple[Lacking, ...]
) -> CostSheet:
    gross = sum((cost.amount_yuan for cost in costs), ZERO)
    net = gross - relief_yuan
    months = Decimal(loan.term_months or 0)
    return CostSheet(
        tuple(
            CostLine(cost.label, cost.amount_yuan, rate_pct(cost.amount_yuan, occupied), cost.note) for cost in costs
        ),
        occupied,
        gross,
        relief_yuan,
        net,
        rate_pct(gross, occupied),
        rate_pct(net, occupied),
        rounded(net * schedules.MONTHS_A_YEAR / max(months, Decimal(schedules.MONTHS_A_YEAR))),
        missing,
        _assumptions(loan),
    )


def _fees(loan: Loan) -> tuple[tuple[_Cost, ...], tuple[Lacking, ...]]:
    """The fees over the life of the loan; what is not stated is lacking, unless no other is charged."""
    found: list[_Cost] = []
    missing: list[Lacking] = []
    for code, label, amount in _stated(loan):
        if amount is None:
            missing.extend(() if loan.no_other_fees else (lacking(code),))
            continue
        times = _times_paid(loan, code, amount)
        if times is None:
            missing.append(Lacking(f"fee_cycles.{code}", f"{label}的支付周期（once 一次性、yearly 每年）"))
        found.append(_Cost(label, amount * (times or 1), f"每年，共 {times} 次" if times and times > 1 else ""))
    if loan.premium_yuan is not None and loan.insurance_kind is None and loan.premium_yuan > 0:
        missing.append(lacking("insurance_kind"))
    return tuple(found), tuple(missing)


def _stated(loan: Loan) -> list[tuple[str, str, Decimal | None]]:
    fees = [(code, label, getattr(loan, code)) for code, label in _FEES]
    if loan.insurance_kind == GUARANTEE_INSURANCE or loan.premium_yuan is None:
        fees.append(("premium_yuan", "贷款保证保险费", loan.premium_yuan))
    return [*fees, *((name, name, amount) for name, amount in loan.other_fees_yuan.items())]


def _times_paid(loan: Loan, code: str, amount: Decimal) -> int | None:
    """How often a fee is paid over the term; None where the term is over a year and the cycle is not stated."""
    cycle = loan.fee_cycles.get(code)
    months = loan.term_months or 0
    if cycle is FeeCycle.ONCE or amount == 0 or 0 < months <= schedules.MONTHS_A_YEAR:
        return 1
    if cycle is None or months == 0:
        return None
    return -(-months // schedules.MONTHS_A_YEAR)


def _assumptions(loan: Loan) -> tuple[str, ...]:
    """What was taken for granted because the loan's file does not say it."""
    stated: list[str] = []
    if loan.repayment is None:
        stated.append("未说明还本方式，按到期一次还本、按期付息计算")
    if loan.day_count is None:
        stated.append("未说明计息方式，整月按十二分之一年计息")
    if loan.day_count in (DayCount.ACTUAL_360, DayCount.ACTUAL_365):
        stated.append("按实际天数计息；占用年数一律按实际天数除以 365，使不同计息方式的贷款可比")
    if loan.insurance_kind not in (None, GUARANTEE_INSURANCE) and loan.premium_yuan:
        stated.append(f"{loan.insurance_kind}与本笔贷款无关，其保险费不计入融资成本")
    if loan.term_months is not None and loan.term_months > schedules.MONTHS_A_YEAR:
        stated.append("补助只计已测算的一个补助期，以后年度须再申报，不预计")
    return tuple(stated)
