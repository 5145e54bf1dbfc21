"""Column headings as people write them (列名): the name, and the unit that stands in brackets or behind a stroke."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from matcher.fields import Field, FieldRegistry, FieldType, PartyKind

_UNIT = (
    r"(?:十|百|千|十万|百万|千万|万|亿)?"
    r"(?:元|圆|人民币|rmb|cny|美元|美金|usd|港元|港币|hkd|欧元|eur|日元|jpy|英镑|gbp|新台币|台币|澳元|新元)(?:人民币)?"
    r"|万|亿|[%‰]|人|名|位|项|件|个|家|户|年|个?月|天|m2|平方米|平米|㎡|亩|万人"
)
_BRACKETS = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_IN_BRACKETS = re.compile(rf"(?:单位[:：]?)?({_UNIT})")
_BEHIND_STROKE = re.compile(rf"(.+?)[/_,、-](?:单位[:：]?)?({_UNIT})")
_NARROWING = re.compile(r"\d{4}|年度|预计|计划|目标")
_NOISE = re.compile(r"[\s*★:：]+")
_CURRENCY_WORDS = re.compile(r"人民币|rmb|cny")
_UNIT_NAMES = {"m2": "㎡", "平方米": "㎡", "平米": "㎡", "月": "个月"}
_FLAG_PREFIXES = ("是否", "是否为", "是否有", "是否属于", "是否是", "是否拥有")
_COUNT_SUFFIXES = ("数", "数量", "人数", "总数", "个数")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading taken apart: `name` in the form that is compared, `unit` (万元, %, 人 …) or None."""

    name: str
    unit: str | None


def plain(text: str) -> str:
    """Give a heading in the form that is compared: half-width, small letters, no spaces, stars or colons."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text.replace("\ufeff", ""))).casefold()


def take_apart(header: str) -> Heading:
    """Split "注册资本（万元）" or "注册资本/万元" into name and unit.

    A remark in brackets that is no unit is dropped ("成立日期(yyyy-mm-dd)"), unless it narrows the meaning to a year
    or to a plan ("营业收入(2019年)"): then it stays in the name, which is then no known one.
    """
    text = plain(header)
    unit: str | None = None
    for remark in _BRACKETS.findall(text):
        found = _IN_BRACKETS.fullmatch(remark)
        if found:
            unit = _unit_name(found.group(1))
        elif _NARROWING.search(remark):
            return Heading(text, unit)
    name = _BRACKETS.sub("", text)
    behind = _BEHIND_STROKE.fullmatch(name)
    if unit is None and behind:
        return Heading(behind.group(1), _unit_name(behind.group(2)))
    return Heading(name, unit)


def known_headings(kind: PartyKind, registry: FieldRegistry) -> Mapping[str, Field]:
    """Every heading that stands for a field of a kind: code, label and aliases; of two claims the first declared wins.

    A flag also answers to 是否…, a count to …数 and …数量.
    """
    fields = registry.of_kind(kind)
    known: dict[str, Field] = {}
    for names in (_own_names, _derived_names):
        for field in fields:
            for name in names(field):
                known.setdefault(plain(name), field)
    return known


def _own_names(field: Field) -> tuple[str, ...]:
    return (field.code, field.label, *field.aliases)


def _derived_names(field: Field) -> tuple[str, ...]:
    names = (field.label, *field.aliases)
    if field.type is FieldType.FLAG:
        return tuple(prefix + name for name in names for prefix in _FLAG_PREFIXES)
    if field.type is FieldType.COUNT:
        return tuple(name + suffix for name in names for suffix in _COUNT_SUFFIXES)
    return ()


def _unit_name(unit: str) -> str:
    plain_unit = _CURRENCY_WORDS.sub("", unit) if "元" in unit else _CURRENCY_WORDS.sub("元", unit)
    return _UNIT_NAMES.get(plain_unit, plain_unit.replace("圆", "元"))
