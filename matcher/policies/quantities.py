"""The names that formulas and conditions may use (计算口径): fields of a party, of a loan, and what follows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from matcher.declarations.registry import REGISTRY
from matcher.derivation import at_date, derive
from matcher.fields import Field, FieldRegistry, FieldType, Value
from matcher.parties import Values
from matcher.policies import loans, schedules
from matcher.policies.amounts import YUAN_PER_WAN, Figure, Lacking, exactly, unknown
from matcher.policies.loans import Loan


class Unit(StrEnum):
    """What a formula gives (单位): money, or a share."""

    YUAN = "元"
    PERCENT = "%"


def _computed(code: str, label: str) -> Field:
    return Field(code, label, FieldType.MONEY, "贷款", frozenset(), unit="元")


COMPUTED: tuple[Field, ...] = (
    _computed("principal_yuan", "贷款本金"),
    _computed("interest_yuan", "补助期内实际利息"),
    _computed("interest_base_yuan", "补助期内计息本金（本金×年数）"),
)
"""What is worked out from a loan: in 元; `interest_base_yuan` times a yearly rate is a year's interest."""

NAMES = FieldRegistry.of((*REGISTRY, *loans.FIELDS, *COMPUTED))
"""Every name that a formula or a condition of a benefit may use."""

_UNITS: Mapping[str, Unit] = {"元": Unit.YUAN, "万元": Unit.YUAN, "%": Unit.PERCENT}


def unit_of_field(field: Field) -> Unit | None:
    """The unit in which a formula sees a field: 万元 becomes 元; None where it is no amount."""
    return _UNITS.get(field.unit or "") if field.type in (FieldType.MONEY, FieldType.PERCENT) else None


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known of a party and a loan on a day (已知条件)."""

    values: Values
    loan: Loan

    def figure(self, code: str) -> Figure:
        """The amount of a name, in 元 or %; unknown and saying what to fill where it is not known."""
        if code in _COMPUTE:
            return _figure(_COMPUTE[code], self.loan)
        value = self.values.get(code)
        if not isinstance(value, int | Decimal) or isinstance(value, bool):
            return unknown(lacking(code))
        return exactly(Decimal(value) * (YUAN_PER_WAN if NAMES[code].unit == "万元" else 1))


def scope_of(party: Values, loan: Loan, at: date) -> Scope:
    """Join a party's values, derived and as of a day, with a loan's."""
    values: dict[str, Value] = {**at_date(derive(party), at), **loan.values}
    return Scope(values, loan)


def basis_of(code: str, loan: Loan) -> tuple[str, ...]:
    """The loan's own fields, as far as they are known, that an amount was worked out from; itself if it is a field."""
    if code not in _COMPUTE:
        return (code,)
    used = _BASIS[code]
    if code == "interest_yuan" and loan.interest_paid_yuan is not None:
        used = ("interest_paid_yuan",)
    return tuple(item for item in used if getattr(loan, item) is not None)


def lacking(code: str) -> Lacking:
    """A field that is to be filled, by its Chinese name and unit."""
    field = NAMES[code]
    return Lacking(code, f"{field.label}（{field.unit}）" if field.unit else field.label)


def _figure(compute: Callable[[Loan], Decimal], loan: Loan) -> Figure:
    try:
        return exactly(compute(loan))
    except schedules.Undecided as undecided:
        return unknown(*(lacking(code) for code in undecided.codes))


def _interest(loan: Loan) -> Decimal:
    if loan.interest_paid_yuan is not None:
        return loan.interest_paid_yuan
    if loan.rate_pct is None:
        raise schedules.Undecided("rate_pct")
    return schedules.interest_yuan(schedules.subsidised(loan), loan.rate_pct)


_PERIOD = ("term_months", "drawn_on", "subsidy_from", "subsidy_to", "day_count", "repayment")
_BASIS: Mapping[str, tuple[str, ...]] = {
    "principal_yuan": ("principal_wan",),
    "interest_yuan": ("principal_wan", "rate_pct", *_PERIOD),
    "interest_base_yuan": ("principal_wan", *_PERIOD),
}
_COMPUTE: Mapping[str, Callable[[Loan], Decimal]] = {
    "principal_yuan": lambda loan: loan.principal_wan * YUAN_PER_WAN,
    "interest_yuan": _interest,
    "interest_base_yuan": lambda loan: schedules.interest_base(schedules.subsidised(loan)),
}
