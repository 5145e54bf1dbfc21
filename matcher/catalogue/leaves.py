"""Reading single conditions (单项条件) and clauses: each names a declared field and has a value of its type."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count

from matcher.catalogue.entry import Entry
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.criteria import Clause, Leaf, Operator
from matcher.errors import UnknownField, UnknownPlace
from matcher.fields import Field, FieldType, Value
from matcher.offers import Offer
from matcher.taxonomy import industries, regions

_EQUALITY = frozenset({Operator.EQ, Operator.NE, Operator.IN, Operator.NOT_IN, Operator.MANUAL})
_ORDER = frozenset({Operator.GE, Operator.GT, Operator.LE, Operator.LT})
_PLACED = frozenset({*_EQUALITY, Operator.UNDER})

OPERATORS: Mapping[FieldType, frozenset[Operator]] = {
    FieldType.TEXT: _EQUALITY,
    FieldType.CHOICE: _EQUALITY,
    FieldType.CHOICES: frozenset({Operator.HAS_ANY, Operator.HAS_ALL, Operator.MANUAL}),
    FieldType.COUNT: _EQUALITY | _ORDER,
    FieldType.MONEY: _EQUALITY | _ORDER,
    FieldType.PERCENT: _EQUALITY | _ORDER,
    FieldType.NUMBER: _EQUALITY | _ORDER,
    FieldType.DATE: _EQUALITY | _ORDER,
    FieldType.FLAG: frozenset({Operator.EQ, Operator.NE, Operator.MANUAL}),
    FieldType.REGION: _PLACED,
    FieldType.INDUSTRY: _PLACED,
    FieldType.CREDIT_CODE: frozenset({Operator.MANUAL}),
}
"""The operators that fit a type of field."""

_EXACT = frozenset({FieldType.MONEY, FieldType.PERCENT, FieldType.NUMBER})
_TYPES: Mapping[FieldType, tuple[type[str | bool | int | Decimal | date], str]] = {
    FieldType.TEXT: (str, "文字"),
    FieldType.CHOICE: (str, "选项之一"),
    FieldType.CHOICES: (str, "选项"),
    FieldType.COUNT: (int, "整数"),
    FieldType.MONEY: (Decimal, "数字"),
    FieldType.PERCENT: (Decimal, "数字"),
    FieldType.NUMBER: (Decimal, "数字"),
    FieldType.DATE: (date, "日期"),
    FieldType.FLAG: (bool, "true 或 false"),
    FieldType.CREDIT_CODE: (str, "文字"),
    FieldType.REGION: (str, "加引号的六位行政区划代码"),
    FieldType.INDUSTRY: (str, "加引号的行业代码"),
}
"""The Python type that a value of each type of field has in a file; codes are checked against their taxonomy."""

_MANY = frozenset({Operator.IN, Operator.NOT_IN, Operator.HAS_ANY, Operator.HAS_ALL, Operator.UNDER})
_LEAF_KEYS = ("field", "operator", "value", "label", "quote", "document", "article", "assumption", "unit")


Period = tuple[date | None, date | None]
"""The first and the last day on which a text is in force; None: not stated, open."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What criteria refer to: the documents' titles by key, the offer's first clause, and the shared conditions.

    `offers` are the entries that are being loaded and `known` those loaded before, both by id; `period` is that of the
    referring offer. `trail` is the way of references so far, and `count` counts the conditions read for one offer.
    """

    titles: Mapping[str, str]
    first: Clause
    shared: Mapping[str, Entry]
    offers: Mapping[str, Entry] = field(default_factory=dict)
    known: Mapping[str, Offer] = field(default_factory=dict)
    period: Period = (None, None)
    trail: tuple[str, ...] = ()
    count: Iterator[int] = field(default_factory=lambda: count(1))


def read_leaf(entry: Entry, sources: Sources) -> Leaf:
    """Read one condition; without its own quote it takes the offer's first clause."""
    entry.only(*_LEAF_KEYS)
    entry.require("field", "operator", "label")
    field = declared_field(entry)
    operator = entry.choice("operator", Operator)
    if operator not in OPERATORS[field.type]:
        fitting = "、".join(sorted(OPERATORS[field.type]))
        raise entry.fault(
            f"{field.label}（{field.type}）不能用 {operator}", fitting, "换一种比较方式或换一个字段", "operator"
        )
    clause = own_clause(entry, sources)
    return Leaf(
        field.code, operator, _value(entry, field, operator), entry.text("label"), clause, entry.text("assumption")
    )


def declared_field(entry: Entry) -> Field:
    """The declared field that an entry names; a `unit` that it states must be the field's own."""
    code = entry.text("field")
    if code in REGISTRY.computed:
        raise entry.fault(f"字段 {code!r} 由评分算出", "字段表中的字段代码", "改用 scored 写评分条件")
    try:
        field = REGISTRY[code]
    except UnknownField as error:
        raise entry.fault(error.found, error.expected, error.remedy, "field") from error
    if "unit" in entry.data and entry.text("unit") != (field.unit or ""):
        raise entry.fault(
            f"{field.label} 的 unit 为 {entry.text('unit')!r}", field.unit or "无单位", "换算后填写，或换一个字段"
        )
    return field


def own_clause(entry: Entry, sources: Sources) -> Clause:
    """The clause that an entry quotes; the one it stands under where it quotes none."""
    if "quote" not in entry.data:
        if "document" in entry.data or "article" in entry.data:
            raise entry.fault("有 document 或 article 而无 quote", "写明原文", "补上 quote 或删去这两项")
        return sources.first
    entry.require("quote")
    document = sources.first.document
    if "document" in entry.data:
        document = _title(entry, sources.titles)
    return Clause(document, entry.text("article"), entry.text("quote"))


def read_clause(entry: Entry, titles: Mapping[str, str]) -> Clause:
    """Read the words that an offer rests on: a document by key, the article if it has one, the quote."""
    entry.only("document", "article", "quote")
    entry.require("document", "quote")
    return Clause(_title(entry, titles), entry.text("article"), entry.text("quote"))


def _title(entry: Entry, titles: Mapping[str, str]) -> str:
    key = entry.text("document")
    if key not in titles:
        raise entry.fault(f"没有名为 {key!r} 的文件", "、".join(titles) or "（未定义）", "在 documents 中写明或改名")
    return titles[key]


def _value(entry: Entry, field: Field, operator: Operator) -> Value | None:
    if operator is Operator.MANUAL:
        if "value" in entry.data:
            raise entry.fault("manual 条件带有 value", "不带 value", "删去 value，由人工核验")
        return None
    raw = entry.data.get("value")
    if operator not in _MANY:
        return typed_value(entry, field, raw)
    if not isinstance(raw, list) or not raw:
        raise entry.fault(f"{field.label} 的 value 为 {raw!r}", "非空列表", "改为 [甲, 乙]")
    codes = tuple(typed_value(entry, field, item) for item in raw)
    if not all(isinstance(code, str) for code in codes):
        raise entry.fault(f"{field.label} 的 value 为 {raw!r}", "文字或代码的列表", "改用大小比较，或写成 any")
    return tuple(str(code) for code in codes)


def typed_value(entry: Entry, field: Field, raw: object) -> Value:
    """One value of a field as the file writes it, in the field's own unit."""
    if field.type in _CODES and isinstance(raw, str):
        return _CODES[field.type](entry, raw)
    if field.type in (FieldType.CHOICE, FieldType.CHOICES) and isinstance(raw, str) and raw not in field.choices:
        raise entry.fault(f"{field.label} 没有选项 {raw!r}", "、".join(field.choices), "改为其中之一")
    if field.type in _EXACT and isinstance(raw, int) and not isinstance(raw, bool):
        return Decimal(raw)
    kind, expected = _TYPES[field.type]
    if isinstance(raw, kind) and (kind is bool or not isinstance(raw, bool)) and raw != "":
        return raw
    unit = f"，单位{field.unit}" if field.unit else ""
    raise entry.fault(f"{field.label} 的 value 为 {raw!r}", f"{expected}{unit}", "改为该字段类型的值")


def region_code(entry: Entry, text: str) -> str:
    """A GB/T 2260 code that exists, as written."""
    try:
        return regions.region(text).code
    except UnknownPlace as error:
        raise entry.fault(error.found, error.expected, error.remedy) from error


def industry_code(entry: Entry, text: str) -> str:
    """A GB/T 4754-2017 code that exists, in the taxonomy's own form; names are not accepted here."""
    found = industries.find_code(text)
    if found is None:
        raise entry.fault(f"行业代码 {text!r}", "GB/T 4754-2017 中的代码，如 C27、M7340", "查行业表后改正")
    return found.code


_CODES: Mapping[FieldType, Callable[[Entry, str], str]] = {
    FieldType.REGION: region_code,
    FieldType.INDUSTRY: industry_code,
}
