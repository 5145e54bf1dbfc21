"""The field registry (字段): every attribute of a party, declared once.

Import templates, validation, rules, explanations, masking and the API schema are derived from it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum

from matcher.errors import UnknownField

Value = str | bool | int | Decimal | date | tuple[str, ...]
"""What a field can hold. Unknown is never a value: an unknown field is absent."""


class PartyKind(StrEnum):
    """Kinds of organisation (主体类型). A lead firm is an enterprise with procurement or cooperation offers."""

    ENTERPRISE = "enterprise"
    TEAM = "team"
    CARRIER = "carrier"
    INSTITUTION = "institution"
    OPERATOR = "operator"


PARTY_KIND_LABELS = {
    PartyKind.ENTERPRISE: "企业",
    PartyKind.TEAM: "创业团队",
    PartyKind.CARRIER: "载体",
    PartyKind.INSTITUTION: "机构",
    PartyKind.OPERATOR: "运营方",
}
"""Chinese name of every kind of organisation."""


class FieldType(StrEnum):
    """How a field's value is typed; one Python type each (see `PYTHON_TYPES`)."""

    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    REGION = "region"
    INDUSTRY = "industry"
    CREDIT_CODE = "credit_code"


PYTHON_TYPES: Mapping[FieldType, type] = {
    FieldType.TEXT: str,
    FieldType.CHOICE: str,
    FieldType.CHOICES: tuple,
    FieldType.COUNT: int,
    FieldType.MONEY: Decimal,
    FieldType.PERCENT: Decimal,
    FieldType.NUMBER: Decimal,
    FieldType.DATE: date,
    FieldType.FLAG: bool,
    FieldType.REGION: str,
    FieldType.INDUSTRY: str,
    FieldType.CREDIT_CODE: str,
}


class Source(StrEnum):
    """Where a field usually comes from (常见来源)."""

    REGISTRATION = "工商"
    TAX = "税务"
    SOCIAL_SECURITY = "社保"
    INTELLECTUAL_PROPERTY = "知识产权"
    CREDIT = "征信"
    AUTHORITY = "主管部门认定"
    FINANCIAL_REPORT = "财务报表"
    SELF = "自填"
    DERIVED = "推算"


class Sensitivity(StrEnum):
    """How a field is treated when shown (敏感级别)."""

    PUBLIC = "public"
    BUSINESS = "business"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute of a party (字段).

    `unit` is 万元, 人, 项, %, 年, ㎡ … and None where there is none; `aliases` are further column headers that
    an import understands; `derived_from` names the fields that a derived field is computed from;
    `valid_to` names the date field after which a flag no longer holds (证书有效期).
    """

    code: str
    label: str
    type: FieldType
    group: str
    kinds: frozenset[PartyKind]
    unit: str | None = None
    choices: tuple[str, ...] = ()
    source: Source = Source.SELF
    sensitivity: Sensitivity = Sensitivity.BUSINESS
    aliases: tuple[str, ...] = ()
    derived_from: tuple[str, ...] = ()
    valid_to: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class FieldRegistry:
    """All fields by code, in the order of declaration.

    `computed` are what evaluation itself works out (评价得分): they are looked up by code to be shown, but no party has
    them, so they are not among the fields.
    """

    fields: Mapping[str, Field] = field(default_factory=dict)
    computed: Mapping[str, Field] = field(default_factory=dict)

    @classmethod
    def of(cls, declared: Iterable[Field], computed: Iterable[Field] = ()) -> "FieldRegistry":
        """Build a registry; a code declared twice is a `ValueError`."""
        fields: dict[str, Field] = {}
        for item in declared:
            if item.code in fields:
                raise ValueError(f"field {item.code} is declared twice")
            fields[item.code] = item
        return cls(fields, {item.code: item for item in computed})

    def __getitem__(self, code: str) -> Field:
        found = self.fields.get(code) or self.computed.get(code)
        if found is None:
            near = get_close_matches(code, self.fields, n=1)
            remedy = f"是否想写 {near[0]}" if near else "请查看字段表（rongtong fields）"
            raise UnknownField(found=f"字段 {code!r}", expected="字段表中的字段代码", remedy=remedy)
        return found

    def __contains__(self, code: object) -> bool:
        return code in self.fields

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields.values())

    def __len__(self) -> int:
        return len(self.fields)

    def of_kind(self, kind: PartyKind) -> tuple[Field, ...]:
        """Fields that apply to a kind of party, in the order of declaration."""
        return tuple(item for item in self if kind in item.kinds)
