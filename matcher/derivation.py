"""Fields that follow from other fields (推算字段), and what the day of evaluation changes.

Only what is known is used: a field is derived where all its inputs are known, and a given value is never replaced.
Shares are in %, exact to 0.01 and rounded to the side on which no threshold is reached that the exact figure misses:
down for what is asked to be high (研发强度 2.996 % gives 2.99), up for 资产负债率, which is asked to be low.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from matcher.declarations.registry import REGISTRY
from matcher.eligibility.results import NOT_APPLICABLE_VALUE
from matcher.fields import FieldType, Value
from matcher.taxonomy.sizes import size_class

_HUNDREDTH = Decimal("0.01")
_AGE_STEP = Decimal("0.0001")
_REAL_ESTATE = frozenset({"房产", "土地"})
_PATENT_TYPES = ("invention_patents", "utility_patents", "design_patents")
_OTHER_IP = ("software_copyrights", "ic_layouts", "new_drug_certificates", "plant_varieties")

Rule = Callable[[Mapping[str, Value]], Value | None]
"""Gives a field's value from known ones, or None where they do not decide it."""


def derive(values: Mapping[str, Value]) -> dict[str, Value]:
    """Give the values with everything added that follows from them at any date (see `at_date` for the rest)."""
    known = dict(values)
    for code, rule in RULES.items():
        derived = None if code in known else rule(known)
        if derived is not None:
            known[code] = derived
    return known


def at_date(values: Mapping[str, Value], at: date) -> dict[str, Value]:
    """Give the values as of a day: `age_years` from 成立日期, and no certificate that has run out.

    A stated `age_years` stays where 成立日期 is unknown. A certificate holds through its last day.
    """
    known = dict(values)
    founded = known.get("founded_on")
    if isinstance(founded, date):
        known["age_years"] = age_years(founded, at)
    for certificate in _CERTIFICATES:
        valid_to = known.get(certificate.valid_to or "")
        if isinstance(valid_to, date) and valid_to < at and known.get(certificate.code) is True:
            known[certificate.code] = False
    return known


def age_years(founded: date, at: date) -> Decimal:
    """Give the age in 年 to 4 places, whole on anniversaries: a year counts 372 days, a month 31."""
    return age_of_days(day_number(at) - day_number(founded))


def age_of_days(days: int) -> Decimal:
    """Give the age in 年 of so many days between two `day_number`s."""
    return (Decimal(days) / 372).quantize(_AGE_STEP)


def day_number(day: date) -> int:
    """Days on a calendar of 12 months of 31 days: differences over 372 are years, exact on anniversaries."""
    return day.year * 372 + day.month * 31 + day.day


_CERTIFICATES = tuple(item for item in REGISTRY if item.type is FieldType.FLAG and item.valid_to)


def _share(part: str, whole: str, rounding: str = ROUND_FLOOR, most: int | None = None) -> Rule:
    """Make the rule for part / whole in %, where the whole is above zero; above `most` the inputs contradict."""

    def rule(values: Mapping[str, Value]) -> Decimal | None:
        numerator, denominator = _number(values, part), _number(values, whole)
        if numerator is None or denominator is None or denominator <= 0:
            return None
        share = (numerator * 100 / denominator).quantize(_HUNDREDTH, rounding)
        return None if most is not None and share > most else share

    return rule


def _growth(now: str, before: str) -> Rule:
    """Make the rule for the growth from one year to the next in %, where the year before is above zero."""

    def rule(values: Mapping[str, Value]) -> Decimal | None:
        new, old = _number(values, now), _number(values, before)
        if new is None or old is None or old <= 0:
            return None
        return ((new - old) * 100 / old).quantize(_HUNDREDTH, ROUND_FLOOR)

    return rule


def _total(*parts: str) -> Rule:
    """Make the rule for the sum of parts that are all known."""

    def rule(values: Mapping[str, Value]) -> Decimal | None:
        known = [number for part in parts if (number := _number(values, part)) is not None]
        return sum(known, start=Decimal(0)) if len(known) == len(parts) else None

    return rule


def _per(part: str, whole: str, units: int) -> Rule:
    """Make the rule for part per so many units of the whole, which is above zero: 在孵企业 per 1,000 ㎡."""

    def rule(values: Mapping[str, Value]) -> Decimal | None:
        counted, measure = _number(values, part), _number(values, whole)
        if counted is None or measure is None or measure <= 0:
            return None
        return (counted * units / measure).quantize(_HUNDREDTH, ROUND_FLOOR)

    return rule


def _size_class(values: Mapping[str, Value]) -> Value | None:
    industry = values.get("industry")
    headcount = _number(values, "headcount")
    result = size_class(
        industry if isinstance(industry, str) else None,
        None if headcount is None else int(headcount),
        _number(values, "revenue_wan"),
        _number(values, "total_assets_wan"),
    )
    return result.size_class if result.applicable else NOT_APPLICABLE_VALUE


def _patents_total(values: Mapping[str, Value]) -> Value | None:
    counts = [values.get(code) for code in _PATENT_TYPES]
    known = [count for count in counts if isinstance(count, int)]
    return sum(known) if len(known) == len(counts) else None


def _has_own_ip(values: Mapping[str, Value]) -> Value | None:
    """Decide 自主知识产权: any known positive count says yes, all known to be zero says no, else it is unknown."""
    counts = {code: values.get(code) for code in (*_PATENT_TYPES, "patents_total", *_OTHER_IP)}
    if any(isinstance(count, int) and count > 0 for count in counts.values()):
        return True
    zero = all(counts[code] == 0 for code in ("patents_total", *_OTHER_IP))
    return False if zero else None


def _has_real_estate(values: Mapping[str, Value]) -> Value | None:
    """房产 or 土地 among the named collateral says yes; a list without them is not said to be complete."""
    named = values.get("collateral")
    return True if isinstance(named, tuple) and _REAL_ESTATE.intersection(named) else None


def _number(values: Mapping[str, Value], code: str) -> Decimal | None:
    value = values.get(code)
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


RULES: Mapping[str, Rule] = {
    "size_class": _size_class,
    "debt_ratio_pct": _share("total_liabilities_wan", "total_assets_wan", ROUND_CEILING),
    "revenue_growth_pct": _growth("revenue_wan", "revenue_previous_wan"),
    "rd_intensity_pct": _share("rd_expense_wan", "revenue_wan"),
    "rd_growth_pct": _growth("rd_expense_wan", "rd_expense_previous_wan"),
    "rd_intensity_previous_pct": _share("rd_expense_previous_wan", "revenue_previous_wan"),
    "rd_expense_two_years_wan": _total("rd_expense_wan", "rd_expense_previous_wan"),
    "net_profit_margin_pct": _share("net_profit_wan", "revenue_wan"),
    "funded_firms_pct": _share("funded_firms", "incubated_firms", most=100),
    "service_staff_per_ten": _per("service_staff", "incubated_firms", 10),
    "mentors_per_ten": _per("mentors", "incubated_firms", 10),
    "firms_per_thousand_sqm": _per("incubated_firms", "area_sqm", 1000),
    "tech_staff_pct": _share("tech_staff", "headcount", most=100),
    "patents_total": _patents_total,
    "has_own_ip": _has_own_ip,
    "has_real_estate_collateral": _has_real_estate,
}
"""How each derived field is computed, in an order in which inputs come before what uses them."""
