"""By what a derived field is moved (推算字段的抓手): 研发费用占营收比 by 研发费用, 专利合计 by any kind of patent."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from matcher.derivation import RULES
from matcher.parties import Values
from matcher.taxonomy.sizes import BOUNDS, Indicator

Inverse = Callable[[Decimal, Values], Decimal | None]
"""Gives the input's value at which the derived field has a wanted one, None where other inputs are not known."""

_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Lever:
    """One input that moves a derived field: the other inputs stay (分母不变).

    `step` is the smallest difference of the derived field; `items` are choices that make a derived flag true,
    `bounds` values at which a derived class changes. `fills_only` says that what is known is not changed for its sake:
    nobody lowers the revenue to be research-intensive.
    """

    field: str
    moved_by: str
    inverse: Inverse
    step: Decimal = _HUNDREDTH
    items: tuple[str, ...] = ()
    bounds: tuple[int, ...] = ()
    fills_only: bool = False


def is_computed(code: str, given: Values, known: Values) -> bool:
    """Whether a field's value follows from others that the party gave, rather than being given itself."""
    if code == "age_years":
        return "founded_on" in given
    return code in RULES and code not in given and code in known


def inputs_of(code: str, known: Values | None = None) -> tuple[str, ...]:
    """The fields that a derived field may be moved by, of what is known only those that are altered for its sake."""
    levers = (lever for lever in LEVERS if lever.field == code)
    return tuple(lever.moved_by for lever in levers if not lever.fills_only or lever.moved_by not in (known or {}))


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


def _per(whole: str, units: int) -> Inverse:
    def inverse(wanted: Decimal, known: Values) -> Decimal | None:
        base = _number(known, whole)
        return None if base is None else wanted * base / units

    return inverse


def _less(other: str) -> Inverse:
    def inverse(wanted: Decimal, known: Values) -> Decimal | None:
        part = _number(known, other)
        return None if part is None or part > wanted else wanted - part

    return inverse


def _growth_from(before: str) -> Inverse:
    def inverse(wanted: Decimal, known: Values) -> Decimal | None:
        base = _number(known, before)
        return None if base is None else base * (100 + wanted) / 100

    return inverse


def _whole_for(part: str) -> Inverse:
    def inverse(wanted: Decimal, known: Values) -> Decimal | None:
        numerator = _number(known, part)
        return None if numerator is None or wanted <= 0 else numerator * 100 / wanted

    return inverse


def _before_for(now: str) -> Inverse:
    def inverse(wanted: Decimal, known: Values) -> Decimal | None:
        reached = _number(known, now)
        return None if reached is None or wanted <= -100 else reached * 100 / (100 + wanted)

    return inverse


def _rest_of(part: str) -> Inverse:
    def inverse(wanted: Decimal, known: Values) -> Decimal | None:
        others = [_number(known, other) for other in _PATENTS if other != part]
        return None if None in others else wanted - sum(other for other in others if other is not None)

    return inverse


def _any_of(_: Decimal, __: Values) -> Decimal | None:
    return Decimal(1)


def _by_items(_: Decimal, __: Values) -> Decimal | None:
    return None


def _by_bounds(_: Decimal, __: Values) -> Decimal | None:
    return None


def _bounds(indicator: Indicator) -> tuple[int, ...]:
    rows = (row for rows in BOUNDS.values() for row in rows if row[0] is indicator)
    return tuple(sorted({bound for row in rows for bound in row[1:]}))


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
    Lever("rd_intensity_pct", "revenue_wan", _whole_for("rd_expense_wan"), fills_only=True),
    Lever("debt_ratio_pct", "total_assets_wan", _whole_for("total_liabilities_wan"), fills_only=True),
    Lever("tech_staff_pct", "headcount", _whole_for("tech_staff"), fills_only=True),
    Lever("rd_growth_pct", "rd_expense_previous_wan", _before_for("rd_expense_wan"), fills_only=True),
    Lever("revenue_growth_pct", "revenue_previous_wan", _before_for("revenue_wan"), fills_only=True),
    Lever("rd_expense_two_years_wan", "rd_expense_wan", _less("rd_expense_previous_wan")),
    Lever("rd_expense_two_years_wan", "rd_expense_previous_wan", _less("rd_expense_wan"), fills_only=True),
    Lever("rd_intensity_previous_pct", "rd_expense_previous_wan", _share_of("revenue_previous_wan"), fills_only=True),
    Lever("rd_intensity_previous_pct", "revenue_previous_wan", _whole_for("rd_expense_previous_wan"), fills_only=True),
    Lever("net_profit_margin_pct", "net_profit_wan", _share_of("revenue_wan")),
    Lever("net_profit_margin_pct", "revenue_wan", _whole_for("net_profit_wan"), fills_only=True),
    Lever("funded_firms_pct", "funded_firms", _share_of("incubated_firms")),
    Lever("service_staff_per_ten", "service_staff", _per("incubated_firms", 10)),
    Lever("mentors_per_ten", "mentors", _per("incubated_firms", 10)),
    Lever("firms_per_thousand_sqm", "incubated_firms", _per("area_sqm", 1000)),
    *(Lever("size_class", item.value, _by_bounds, bounds=_bounds(item), fills_only=True) for item in Indicator),
    *(Lever("patents_total", part, _rest_of(part), Decimal(1)) for part in _PATENTS),
    *(Lever("has_own_ip", part, _any_of, Decimal(1)) for part in (*_PATENTS, "software_copyrights")),
    Lever("has_real_estate_collateral", "collateral", _by_items, items=("房产", "土地")),
)
"""Every lever, those that are altered before those that are only filled."""
