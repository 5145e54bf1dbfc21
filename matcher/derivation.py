"""Fields that follow from other fields (推算字段), and what the day of evaluation changes.

Only what is known is used: a field is derived where all its inputs are known, and a given value is never replaced.
A field whose tag the party deleted (`declarations.tags`) is not derived, nor what would need it.
Shares are in %, exact to 0.01 and rounded to the side on which no threshold is reached that the exact figure misses:
down for what is asked to be high (研发强度 2.996 % gives 2.99), up for 资产负债率, which is asked to be low.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from matcher.declarations.registry import REGISTRY
from matcher.declarations.tags import WITHHELD
from matcher.eligibility.results import NOT_APPLICABLE_VALUE
from matcher.fields import FieldType, Value
from matcher.taxonomy.sizes import size_class

_HUNDREDTH = Decimal("0.01")
_AGE_STEP = Decimal("0.0001")
_NONE: frozenset[str] = frozenset()
REAL_ESTATE = frozenset({"房产", "土地"})
"""What, named as collateral, says that there is real estate."""
PATENT_TYPES = ("invention_patents", "utility_patents", "design_patents")
OTHER_IP = ("software_copyrights", "ic_layouts", "new_drug_certificates", "plant_varieties")
"""What 自主知识产权 is counted from: patents by type, and what is no patent."""

Rule = Callable[[Mapping[str, Value]], Value | None]
"""Gives a field's value from known ones, or None where they do not decide it."""


def derive(values: Mapping[str, Value]) -> dict[str, Value]:
    """Give the values with everything added that follows from them at any date (see `at_date` for the rest)."""
    known, withheld = dict(values), withheld_tags(values)
    for code, rule in RULES.items():
        derived = None if code in known or code in withheld else rule(known)
        if derived is not None:
            known[code] = derived
    return known


def withheld_tags(values: Mapping[str, Value]) -> frozenset[str]:
    """The codes of the fields that are not to be inferred: the tags that the party deleted."""
    labels = values.get(WITHHELD)
    return frozenset(code for code in RULES if REGISTRY[code].label in labels) if isinstance(labels, tuple) else _NONE


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


@dataclass(frozen=True, slots=True)
class Ratio:
    """The rule for so many times one field per another that is above zero, to 0.01 (占比、增长率、每千平方米).

    `factor` is 100 for a share in %; `growth` takes the other field from the one first; a result above `most` means
    that the inputs contradict each other.
    """

    part: str
    whole: str
    factor: int = 100
    rounding: str = ROUND_FLOOR
    most: int | None = None
    growth: bool = False

    def __call__(self, values: Mapping[str, Value]) -> Decimal | None:
        """Give the ratio, or None where it is not decided."""
        part, whole = _number(values, self.part), _number(values, self.whole)
        if part is None or whole is None or whole <= 0:
            return None
        ratio = ((part - whole if self.growth else part) * self.factor / whole).quantize(_HUNDREDTH, self.rounding)
        return None if self.most is not None and ratio > self.most else ratio


@dataclass(frozen=True, slots=True)
class Total:
    """The rule for the sum of parts that are all known."""

    parts: tuple[str, ...]

    def __call__(self, values: Mapping[str, Value]) -> Decimal | None:
        """Give the sum, or None where a part is not known."""
        known = [number for part in self.parts if (number := _number(values, part)) is not None]
        return sum(known, start=Decimal(0)) if len(known) == len(self.parts) else None


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
    counts = [values.get(code) for code in PATENT_TYPES]
    known = [count for count in counts if isinstance(count, int)]
    return sum(known) if len(known) == len(counts) else None


def _has_own_ip(values: Mapping[str, Value]) -> Value | None:
    """Decide 自主知识产权: any known positive count says yes, all known to be zero says no, else it is unknown."""
    counts = {code: values.get(code) for code in (*PATENT_TYPES, "patents_total", *OTHER_IP)}
    if any(isinstance(count, int) and count > 0 for count in counts.values()):
        return True
    zero = all(counts[code] == 0 for code in ("patents_total", *OTHER_IP))
    return False if zero else None


def _has_real_estate(values: Mapping[str, Value]) -> Value | None:
    """房产 or 土地 among the named collateral says yes; a list without them is not said to be complete."""
    named = values.get("collateral")
    return True if isinstance(named, tuple) and REAL_ESTATE.intersection(named) else None


def _number(values: Mapping[str, Value], code: str) -> Decimal | None:
    value = values.get(code)
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


RULES: Mapping[str, Rule] = {
    "size_class": _size_class,
    "debt_ratio_pct": Ratio("total_liabilities_wan", "total_assets_wan", rounding=ROUND_CEILING),
    "revenue_growth_pct": Ratio("revenue_wan", "revenue_previous_wan", growth=True),
    "rd_intensity_pct": Ratio("rd_expense_wan", "revenue_wan"),
    "rd_growth_pct": Ratio("rd_expense_wan", "rd_expense_previous_wan", growth=True),
    "rd_intensity_previous_pct": Ratio("rd_expense_previous_wan", "revenue_previous_wan"),
    "rd_expense_two_years_wan": Total(("rd_expense_wan", "rd_expense_previous_wan")),
    "net_profit_margin_pct": Ratio("net_profit_wan", "revenue_wan"),
    "funded_firms_pct": Ratio("funded_firms", "incubated_firms", most=100),
    "service_staff_per_ten": Ratio("service_staff", "incubated_firms", 10),
    "mentors_per_ten": Ratio("mentors", "incubated_firms", 10),
    "firms_per_thousand_sqm": Ratio("incubated_firms", "area_sqm", 1000),
    "tech_staff_pct": Ratio("tech_staff", "headcount", most=100),
    "patents_total": _patents_total,
    "has_own_ip": _has_own_ip,
    "has_real_estate_collateral": _has_real_estate,
}
"""How each derived field is computed, in an order in which inputs come before what uses them."""
