"""The masked profile (脱敏画像): what anybody with a right to a list sees of an enterprise without its consent.

Industry, district, size, stage and years, as categories and ranges; a name that says what it is and where, with its
number on the list. Nothing here is read from a name, a code, an address or a free text.
"""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from matcher.fields import PARTY_KIND_LABELS, PartyKind
from matcher.taxonomy import industries, regions

PROFILE_FIELDS = ("industry", "region", "size_class", "life_stage", "age_years")
"""What an institution sees of an enterprise without consent (行业、地区、规模、阶段、年限)."""
_YEARS = (1, 3, 5, 10, 20)

Profile = Mapping[str, Mapping[str, Any]]
"""By field code, `value` (JSON) and `text`."""


def coarse(profile: Profile) -> dict[str, str]:
    """The profile in words: categories as they are, years as a range; what is not known is absent."""
    said = {code: str(profile[code]["text"]) for code in PROFILE_FIELDS if code in profile}
    if "age_years" in said:
        said["age_years"] = years_range(Decimal(str(profile["age_years"]["value"])))
    return said


def years_range(years: Decimal) -> str:
    """Years since the founding as a range: 不满 1 年, 1—3 年 (under 3), …, 20 年以上."""
    if years < _YEARS[0]:
        return f"不满 {_YEARS[0]} 年"
    if years >= _YEARS[-1]:
        return f"{_YEARS[-1]} 年以上"
    least, most = next((a, b) for a, b in pairwise(_YEARS) if a <= years < b)
    return f"{least}—{most} 年"


def masked_name(kind: PartyKind, profile: Profile, number: int | None = None) -> str:
    """What stands for a name: 某卫生材料及医药用品制造企业（江苏省苏州市昆山市）3号, with the number on its list."""
    industry, region = profile.get("industry"), profile.get("region")
    trade = _trade(str(industry["value"])) if industry else ""
    place = f"（{_place(str(region['value']))}）" if region else ""
    return f"某{trade}{PARTY_KIND_LABELS[kind]}{place}" + ("" if number is None else f"{number}号")


def _trade(code: str) -> str:
    """The name of the group (中类) of an industry: the class below it may have one firm in a district."""
    line = [code, *industries.ancestors(code)]
    group = next((item for item in reversed(line) if len(item) == 3), line[0])
    return industries.industry(group).name


def _place(code: str) -> str:
    return regions.full_name(code)
