"""Requests as they come over the wire: read strictly, nothing unknown accepted, facts typed by the field registry."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StrictBool,
    StrictInt,
    ValidationError,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from api.problems import Refusal, Violation
from api.requests import MAX_LIMIT, MAX_TEXT, MatchRequest, ProspectRequest
from api.transport.violations import pointer, violations
from matcher.checkers import Checker, checker_of
from matcher.declarations.registry import REGISTRY
from matcher.errors import MatcherError, UnknownField
from matcher.fields import Field as PartyField
from matcher.fields import FieldType, PartyKind, Value
from matcher.offers import OfferKind
from matcher.parties import Fact, Party
from matcher.validation import check_value

FACTS = "Facts"
PARTY_FACTS = "PartyFacts"
"""The names of the facts' schemas in the OpenAPI document; both derive from the field registry."""
NO_CONTROL = r"^[^\x00-\x1f\x7f]+$"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(raw: object) -> object:
    """Take a day only as text: pydantic alone would read a number as seconds since 1970."""
    if isinstance(raw, str) and _DAY.fullmatch(raw):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            pass
    raise PydanticCustomError("iso_date", "not a day")


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Identifier = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_CONTROL)]
Text = Annotated[str, Field(max_length=MAX_TEXT)]
Source = Annotated[str, Field(min_length=1, max_length=100, pattern=NO_CONTROL)]
Limit = Annotated[StrictInt, Field(ge=1, le=MAX_LIMIT)]
Facts = Annotated[dict[str, Any], WithJsonSchema({"allOf": [{"$ref": f"#/components/schemas/{FACTS}"}]})]


_QUESTION = "我们做体外诊断试剂，在苏州高新区，成立3年，有12项发明专利，没有房产抵押，想贷款300万"


def shown(**example: Any) -> ConfigDict:
    """The example that the interface's page fills in; without one it would list every field of the registry."""
    return ConfigDict(json_schema_extra={"examples": [example]})


class Wire(BaseModel):
    """A request body: a member that it does not know is refused, not dropped. What a set names twice it holds once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /) -> JsonSchemaValue:
        """As pydantic has it, but that no array is said to refuse what comes twice: none does."""
        made = handler(schema)
        for member in handler.resolve_ref_schema(made).get("properties", {}).values():
            member.pop("uniqueItems", None)
        return made


class MatchBody(Wire):
    """Offers for a seeker: free text, a stored party, or both; `facts` correct or add to what either says."""

    model_config = shown(text=_QUESTION, kinds=["loan"], facts={"invention_patents": 12}, limit=3, include_unmet=True)

    text: Text = Field("", description="企业用自己的话说：做什么、有什么、要什么")
    party_id: Identifier | None = Field(None, description="已入库主体的编号")
    facts: Facts = Field({}, description="更正或补充的字段值")
    kinds: frozenset[OfferKind] = Field(frozenset(), description="只要这些类型的资源；不填为全部")
    limit: Limit = Field(10, description="结果数")
    at: Day | None = Field(None, description="按哪一天的规则与数据判断；不填为今天（北京时间）")
    include_unmet: StrictBool = Field(False, description="也列出未满足条件的资源及差距")
    personal: StrictBool = Field(
        True, description="填 false 则关闭个性化：不使用提问方的任何信息，按发布日期和名称排列，不评分"
    )

    def request(self) -> MatchRequest:
        """The domain's request; raises `Refusal` with one violation for each fact that a field cannot take."""
        return MatchRequest(
            self.text,
            self.party_id,
            checked_facts(self.facts),
            self.kinds,
            self.limit,
            self.at,
            self.include_unmet,
            self.personal,
        )


class ProspectBody(Wire):
    """Ranked seekers for an offer (名单)."""

    model_config = shown(offer_id="fund.kunshan-angel", limit=10)

    offer_id: Identifier = Field(description="资源编号")
    limit: Limit = Field(100, description="结果数")
    at: Day | None = Field(None, description="按哪一天的规则与数据判断；不填为今天（北京时间）")
    include_unmet: StrictBool = Field(False, description="也列出未满足条件的企业及差距")
    seekers: frozenset[PartyKind] = Field(
        frozenset(), description="只要这些类型的主体，如 carrier；不填为资源面向的全部"
    )

    def request(self) -> ProspectRequest:
        """The domain's request."""
        return ProspectRequest(self.offer_id, self.limit, self.at, self.include_unmet, self.seekers)


class ReadingBody(Wire):
    """A text to be read for what it states."""

    model_config = shown(text=_QUESTION)

    text: Text = Field(description="企业用自己的话说的一段文字")
    at: Day | None = Field(None, description="以哪一天为准理解“成立3年”之类的说法；不填为今天（北京时间）")


class FactBody(Wire):
    """One fact with where it came from. `label` and `text` are what an answer shows; in a request they are ignored."""

    value: Any = Field(description="字段值")
    source: Source | None = None
    observed_on: Day | None = None
    label: str | None = Field(None, json_schema_extra={"readOnly": True})
    text: str | None = Field(None, json_schema_extra={"readOnly": True})

    def fact(self, value: Value, source: str, day: date) -> Fact:
        """The domain's fact, with the party's source and day where it has none of its own."""
        return Fact(value, self.source or source, self.observed_on or day)


PartyFacts = Annotated[dict[str, Any], WithJsonSchema({"allOf": [{"$ref": f"#/components/schemas/{PARTY_FACTS}"}]})]


class PartyBody(Wire):
    """A party as it shall be from now on: facts that are not given are gone. What GET shows can be put back."""

    model_config = shown(
        kind="enterprise",
        name="示例诊断有限公司",
        facts={"headcount": 45, "revenue_wan": {"value": "293.52", "source": "税务", "observed_on": "2026-03-01"}},
        observed_on="2026-10-01",
        synthetic=True,
    )

    kind: PartyKind = Field(description="主体类型")
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=NO_CONTROL)] = Field(description="名称")
    facts: PartyFacts = Field({}, description="字段值，或带来源与日期的 {value, source, observed_on}")
    source: Source = Field("自填", description="数据来源")
    observed_on: Day | None = Field(None, description="数据截至日期；不填为今天（北京时间）")
    synthetic: StrictBool = Field(False, description="是否为虚构的演示数据")
    id: str | None = Field(None, json_schema_extra={"readOnly": True})
    tenant: str | None = Field(None, json_schema_extra={"readOnly": True})

    def party(self, identifier: str, tenant: str, today: date) -> Party:
        """The party under its id, on a platform; raises `Refusal` with one violation for each fact that is wrong."""
        if self.id not in {None, identifier}:
            raise Refusal.violating([Violation("id_mismatch", _MISMATCH, pointer("id"))])
        day = self.observed_on or today
        told = _told(self.facts)
        bare = self.facts | {code: fact.value for code, fact in told.items()} if told else self.facts
        values, source = checked_facts(bare, kind=self.kind), self.source
        facts = {code: Fact(value, source, day) for code, value in values.items()}
        facts |= {code: fact.fact(values[code], source, day) for code, fact in told.items()}
        return Party(identifier, self.kind, self.name, facts, tenant, source, day, self.synthetic)


class BulkPartyBody(PartyBody):
    """One party of a batch, under its own id."""

    model_config = shown(
        id="example-1", kind="enterprise", name="示例诊断有限公司", facts={"headcount": 45}, synthetic=True
    )

    id: Identifier = Field(description="主体编号；按统一社会信用代码导入的为 uscc-代码")


_MISMATCH = "与地址中的编号不同；应为：相同的编号。请改正或删去。"


def _told(facts: Mapping[str, object]) -> dict[str, FactBody]:
    """The facts that come with a source or a day: those that are objects, since no field's value is one."""
    told: dict[str, FactBody] = {}
    wrong: list[Violation] = []
    if dict not in map(type, facts.values()):  # most batches state bare values
        return told
    for code, raw in facts.items():
        if isinstance(raw, dict):
            try:
                told[code] = FactBody.model_validate(raw)
            except ValidationError as error:
                wrong += violations(error.errors(), "body", "facts", code)
    if wrong:
        raise Refusal.violating(wrong)
    return told


def checked_facts(facts: Mapping[str, object], *, kind: PartyKind | None = None) -> dict[str, Value]:
    """Values typed by their fields; raises `Refusal` naming every fact that is wrong, not only the first.

    With a `kind`, a field that such a party does not have is wrong too.
    """
    values: dict[str, Value] = {}
    wrong: list[Violation] = []
    checkers = _checkers(kind)
    for code, raw in facts.items():
        try:
            check = checkers.get(code)
            values[code] = check_value(_field(code, kind), raw) if check is None else check(raw)
        except MatcherError as error:
            wrong.append(Violation(error.code, str(error), pointer("facts", code)))
    if wrong:
        raise Refusal.violating(wrong)
    return values


@cache
def _checkers(kind: PartyKind | None) -> Mapping[str, Checker]:
    """What checks the fields that a kind of party has, by code; every field where no kind is asked for."""
    return {field.code: checker_of(field) for field in REGISTRY if kind is None or kind in field.kinds}


def _field(code: str, kind: PartyKind | None) -> PartyField:
    field = REGISTRY[code]
    if kind is None or kind in field.kinds:
        return field
    raise UnknownField(
        found=f"{kind.value} 没有字段 {code}（{field.label}）",
        expected="该类主体的字段",
        remedy="请查看 /v1/fields?kind=" + kind.value,
    )


_JSON_TYPES: Mapping[FieldType, dict[str, Any]] = {
    FieldType.TEXT: {"type": "string"},
    FieldType.CHOICE: {"type": "string"},
    FieldType.CHOICES: {"type": "array", "items": {"type": "string"}},
    FieldType.COUNT: {"type": "integer", "minimum": 0},
    FieldType.MONEY: {"type": ["number", "string"]},
    FieldType.PERCENT: {"type": ["number", "string"]},
    FieldType.NUMBER: {"type": ["number", "string"]},
    FieldType.DATE: {"type": "string", "format": "date"},
    FieldType.FLAG: {"type": "boolean"},
    FieldType.REGION: {"type": "string", "description": "GB/T 2260 代码"},
    FieldType.INDUSTRY: {"type": "string", "description": "GB/T 4754-2017 代码"},
    FieldType.CREDIT_CODE: {"type": "string", "description": "GB 32100-2015，18 位"},
}


def facts_schema() -> dict[str, Any]:
    """The JSON schema of facts, derived from the field registry: a new field is in it the moment it is declared."""
    return {
        "type": "object",
        "title": "字段值",
        "description": '已知的字段值；未知的字段不出现。金额、比例可用文字（"293.52"）以保精确。',
        "properties": {field.code: _value_schema(field) for field in REGISTRY},
        "additionalProperties": False,
    }


def party_facts_schema() -> dict[str, Any]:
    """The same, where each value may also be an object with its source and the day it was observed."""
    sourced = {"$ref": "#/components/schemas/FactBody"}
    properties = {field.code: {"anyOf": [_value_schema(field), sourced]} for field in REGISTRY}
    return facts_schema() | {"properties": properties}


def _value_schema(field: PartyField) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": field.label, **_JSON_TYPES[field.type]}
    if field.unit or field.description:
        unit = f"单位：{field.unit}" if field.unit else ""
        schema["description"] = "。".join(part for part in (unit, field.description) if part)
    if field.choices and field.type is FieldType.CHOICE:
        schema["enum"] = list(field.choices)
    elif field.choices:
        schema["items"] = {"type": "string", "enum": list(field.choices)}
    return schema
