"""An offer as its provider sends it (写入资源): plain values; conditions as a list of field, operator and value."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from api.exchange.own_offers import MOST_CONDITIONS, Condition, OfferDraft
from api.schemas import NO_CONTROL, Day, Identifier, Wire, shown
from matcher.eligibility.criteria import Operator
from matcher.fields import PartyKind
from matcher.offers import OfferKind, Terms

Money = Annotated[Decimal, Field(ge=0, le=100_000_000, decimal_places=6)]
Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=6)]
Short = Annotated[str, Field(max_length=200)]
Long = Annotated[str, Field(max_length=2_000)]
Codes = Annotated[tuple[Annotated[str, Field(max_length=6, pattern=NO_CONTROL)], ...], Field(max_length=200)]
Words = Annotated[tuple[Annotated[str, Field(max_length=100, pattern=NO_CONTROL)], ...], Field(max_length=50)]


class TermsBody(Wire):
    """What an offer gives; what is not said is unknown."""

    amount_min_wan: Money | None = Field(None, description="最低金额（万元）")
    amount_max_wan: Money | None = Field(None, description="最高金额（万元）")
    term_months_max: Annotated[int, Field(ge=1, le=1_200)] | None = Field(None, description="最长期限（月）")
    rate_min_pct: Percent | None = Field(None, description="最低年利率（%）")
    rate_max_pct: Percent | None = Field(None, description="最高年利率（%）")
    share_max_pct: Percent | None = Field(None, description="持股不超过（%）")
    guarantee_modes: Words = Field((), description="担保方式")
    secured_by: Words = Field((), description="接受的担保物，取字段 collateral 的值")

    def terms(self) -> Terms:
        """The domain's terms."""
        return Terms(**self.model_dump())


class ConditionBody(Wire):
    """One condition."""

    field: Identifier = Field(description="字段编号，见 /v1/fields")
    operator: Operator = Field(description="比较方式")
    value: Any = Field(description="要求的值；in、not_in、has_any、has_all、under 为列表")


class OfferBody(Wire):
    """An offer as it shall be from now on."""

    model_config = shown(
        kind="procurement",
        name="精密减速器零件采购",
        summary="长期采购谐波减速器柔轮毛坯，年用量约 2 万件",
        service_regions=["320500"],
        conditions=[{"field": "age_years", "operator": "ge", "value": 2}],
    )

    kind: OfferKind = Field(description="资源类型；机构、载体、龙头企业各有能发布的类型")
    name: Annotated[Short, Field(min_length=1, pattern=NO_CONTROL)] = Field(description="名称")
    summary: Annotated[Long, Field(min_length=1)] = Field(description="一段话的介绍")
    focus: Long = Field("", description="适合谁、要什么，用来与企业的业务比较；不填为简介")
    audience: frozenset[PartyKind] = Field(frozenset({PartyKind.ENTERPRISE}), description="面向哪些主体")
    terms: TermsBody = Field(TermsBody.model_validate({}), description="条款")
    service_regions: Codes = Field((), description="服务地区（GB/T 2260 代码）；不填为不限")
    industry_focus: Codes = Field((), description="支持行业（GB/T 4754 代码）；不填为不限")
    conditions: Annotated[tuple[ConditionBody, ...], Field(max_length=MOST_CONDITIONS)] | None = Field(
        (), description="对申请方的条件，须同时满足；null 为保持原有条件不变"
    )
    effective_from: Day | None = Field(None, description="开始日期")
    effective_to: Day | None = Field(None, description="截止日期（含当日）；早于今天即已关闭")

    def draft(self) -> OfferDraft:
        """The domain's draft."""
        conditions = self.conditions
        plain = None if conditions is None else tuple(Condition(c.field, c.operator, c.value) for c in conditions)
        first: date | None = self.effective_from
        return OfferDraft(
            kind=self.kind,
            name=self.name,
            summary=self.summary,
            focus=self.focus,
            audience=self.audience,
            terms=self.terms.terms(),
            service_regions=self.service_regions,
            industry_focus=self.industry_focus,
            conditions=plain,
            effective_from=first,
            effective_to=self.effective_to,
        )
