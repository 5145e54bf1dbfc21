"""Codes by their names in a form (地区与行业): apart by semicolons, for names of industries hold 、 themselves."""

import re
from collections.abc import Iterable

from matcher.errors import InvalidValue
from matcher.fields import FieldType
from matcher.taxonomy.industries import find_industry, industry
from matcher.taxonomy.regions import find_region, full_name

_LABELS = {FieldType.REGION: "地区", FieldType.INDUSTRY: "行业"}


def names_of(kind: FieldType, codes: Iterable[str]) -> str:
    """The names of codes, as the form shows them."""
    return "；".join(full_name(code) if kind is FieldType.REGION else industry(code).name for code in codes)


def codes_of(kind: FieldType, text: str) -> tuple[str, ...]:
    """The codes that a text names. Raises `InvalidValue` for a name that is not known."""
    found: list[str] = []
    for name in filter(None, (part.strip() for part in re.split(r"[;；\n]", text))):
        found += _known(kind, name) or [code for part in name.split("、") for code in _must(kind, part.strip())]
    return tuple(dict.fromkeys(found))


def _known(kind: FieldType, name: str) -> list[str]:
    known = find_region(name) if kind is FieldType.REGION else find_industry(name)
    return [] if known is None else [known.code]


def _must(kind: FieldType, name: str) -> list[str]:
    known = _known(kind, name) if name else []
    if not known:
        label = _LABELS[kind]
        raise InvalidValue(found=f"{label}“{name[:40]}”", expected=f"能认出的{label}名称或代码", remedy="请改写或删去")
    return known
