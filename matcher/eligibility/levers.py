"""By what a derived field is moved (推算字段的抓手): 研发费用占营收比 by 研发费用, 专利合计 by any kind of patent."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from matcher.derivation import RULES
from matcher.parties import Values

Inverse = Callable[[Decimal, Values], Decimal | None]
"""Gives the input's value at which the derived field has a wanted one, None where other inputs are not known."""

_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Lever:
    """One input that moves a derived field: the other inputs stay (分母不变).

    `step` is the smallest difference of the derived field; `items` are choices that make a derived flag true.
    """

    field: str
    moved_by: str
    inverse: Inverse
    step: Decimal = _HUNDREDTH
    items: tuple[str, ...] = ()


def is_computed(code: str, given: Values, known: Values) -> bool:
    """Whether a field's value follows from others that the party gave, rather than being given itself."""
    if code == "age_years":
        return "founded_on" in given
    return code in RULES and code not in given and code in known


def inputs_of(code: str) -> tuple[str, ...]:
    """The fields that a derived field may be moved by."""
    return tuple(lever.moved_by for lever in LEVERS if lever.field == code)


def contradicts(code: str, given: Values) -> bool:
    """Whether a given derived value differs from what the other given values say."""
    rule = RULES.get(code)
    if rule is None or code not in given:
        return False
    computed = rule({other: value for other, value in given.items() if other != code})
    return computed is not None and computed != given[code]


def _share_of(whole: str) -> Inverse:
    def inverse(wanted: Decimal, known: Values) -> Decimal | None:
        base = _number(known, whole)
        return None if base is None else wanted * base / 100

    return inverse


def _growth_from(before: str) -> Inverse:
    def inverse(wanted: Decimal, known: Values) -> Decimal | None:
        base = _number(known, before)
        return None if base is None else base * (100 + wanted) / 100

    return inverse


def _more_of(part: str, total: str) -> Inverse:
    def inverse(wanted: Decimal, known: Values) -> Decimal | None:
        have, whole = _number(known, part), _number(known, total)
        return None if have is None or whole is None else have + wanted - whole

    return inverse


def _any_of(_: Decimal, __: Values) -> Decimal | None:
    return Decimal(1)


def _by_items(_: Decimal, __: Values) -> Decimal | None:
    return None


def _number(values: Values, code: str) -> Decimal | None:
    value = values.get(code)
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


_PATENTS = ("invention_patents", "utility_patents", "design_patents")

LEVERS: tuple[Lever, ...] = (
    Lever("rd_intensity_pct", "rd_expense_wan", _share_of("revenue_wan")),
    Lever("rd_growth_pct", "rd_expense_wan", _growth_from("rd_expense_previous_wan")),
    Lever("revenue_growth_pct", "revenue_wan", _growth_from("revenue_previous_wan")),
    Lever("debt_ratio_pct", "total_liabilities_wan", _share_of("total_assets_wan")),
    Lever("tech_staff_pct", "tech_staff", _share_of("headcount")),
    *(Lever("patents_total", part, _more_of(part, "patents_total"), Decimal(1)) for part in _PATENTS),
    *(Lever("has_own_ip", part, _any_of, Decimal(1)) for part in (*_PATENTS, "software_copyrights")),
    Lever("has_real_estate_collateral", "collateral", _by_items, items=("房产", "土地")),
)
"""Every lever; a share's numerator moves it, since nobody shrinks to be eligible."""
