"""Offers as their providers write them (自发资源): a draft of plain values in, an `Offer` out, checked by the fields.

What a form cannot say of an offer (a tree of conditions with clauses, preferences, a portfolio) stays as it was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from api.access.viewers import Role, Viewer
from api.store.store import Store
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.criteria import All, Clause, Criterion, Leaf, Operator
from matcher.eligibility.gaps import requirement
from matcher.errors import InvalidValue, UnknownParty
from matcher.fields import FieldType, PartyKind, Value
from matcher.offers import OFFER_KIND_LABELS, Confidence, Offer, OfferKind, OfferStatus, Terms
from matcher.taxonomy import industries, regions
from matcher.validation import check_value

KINDS_OF: Mapping[Role, tuple[OfferKind, ...]] = MappingProxyType(
    {
        Role.INSTITUTION: (
            OfferKind.LOAN,
            OfferKind.GUARANTEE,
            OfferKind.INSURANCE,
            OfferKind.FUND,
            OfferKind.SERVICE,
        ),
        Role.CARRIER: (OfferKind.INCUBATION, OfferKind.SERVICE),
        Role.LEAD_FIRM: (OfferKind.PROCUREMENT, OfferKind.SERVICE),
    }
)
"""What each role offers; the platform's own people write any kind."""
OPERATORS: Mapping[FieldType, tuple[Operator, ...]] = MappingProxyType(
    {
        **dict.fromkeys(
            (FieldType.COUNT, FieldType.MONEY, FieldType.PERCENT, FieldType.NUMBER), (Operator.GE, Operator.LE)
        ),
        FieldType.DATE: (Operator.GE, Operator.LE),
        FieldType.FLAG: (Operator.EQ,),
        FieldType.CHOICE: (Operator.IN, Operator.NOT_IN),
        FieldType.CHOICES: (Operator.HAS_ANY, Operator.HAS_ALL),
        FieldType.REGION: (Operator.UNDER,),
        FieldType.INDUSTRY: (Operator.UNDER,),
    }
)
"""How a field of each type may be compared in a draft; a text is compared in no way."""
_MANY = frozenset({Operator.IN, Operator.NOT_IN, Operator.HAS_ANY, Operator.HAS_ALL, Operator.UNDER})
MOST_CONDITIONS = 30
LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a draft; `value` is a list for the operators over several."""

    field: str
    operator: Operator
    value: object


@dataclass(frozen=True, slots=True)
class OfferDraft:
    """What a provider says of an offer. `conditions` None leaves those that stand; dates are the first and last day."""

    kind: OfferKind
    name: str
    summary: str
    focus: str = ""
    audience: frozenset[PartyKind] = frozenset({PartyKind.ENTERPRISE})
    terms: Terms = Terms()  # noqa: RUF009  # frozen
    service_regions: tuple[str, ...] = ()
    industry_focus: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] | None = ()
    effective_from: date | None = None
    effective_to: date | None = None
    status: OfferStatus = field(default=OfferStatus.APPROVED)


def written(store: Store, viewer: Viewer, identifier: str, draft: OfferDraft, today: date) -> Offer:
    """Write an offer of the viewer's party under an id, new or changed, and give it.

    Raises `Forbidden` and `UnknownOffer` where it is not theirs to write, `InvalidValue` for what cannot be.
    """
    before = next((item for item in store.offers.list(viewer) if item.id == identifier), None)
    _check(viewer, draft)
    offer = _merged(draft, before, _provider(store, viewer), today)
    store.offers.upsert_many(viewer, [replace(offer, id=identifier, tenant=viewer.tenant)])
    return store.offers.get(viewer, identifier)


def ended(offer: Offer, last: date | None) -> OfferDraft:
    """The draft of an offer whose last day is set: how one is closed; without one it is open again."""
    return replace(draft_of(offer), effective_to=last, conditions=None)


def draft_of(offer: Offer) -> OfferDraft:
    """The draft that an offer could be written by; `conditions` is None where they are more than a plain list."""
    return OfferDraft(
        kind=offer.kind,
        name=offer.name,
        summary=offer.summary,
        focus=offer.focus,
        audience=offer.audience,
        terms=offer.terms,
        service_regions=offer.service_regions,
        industry_focus=offer.industry_focus,
        conditions=_plain(offer.criteria),
        effective_from=offer.effective_from,
        effective_to=offer.effective_to,
        status=offer.status,
    )


def _plain(criteria: Criterion | None) -> tuple[Condition, ...] | None:
    children = () if criteria is None else criteria.children if isinstance(criteria, All) else (criteria,)
    found = []
    for child in children:
        if not isinstance(child, Leaf) or child.operator not in OPERATORS.get(REGISTRY[child.field].type, ()):
            return None
        value = list(child.value) if isinstance(child.value, tuple) else child.value
        found.append(Condition(child.field, child.operator, value))
    return tuple(found)


def _check(viewer: Viewer, draft: OfferDraft) -> None:
    kinds = KINDS_OF.get(viewer.role, tuple(OfferKind))
    if draft.kind not in kinds:
        labels = "、".join(OFFER_KIND_LABELS[kind] for kind in kinds)
        raise _invalid(f"资源类型“{OFFER_KIND_LABELS[draft.kind]}”", labels, "请选择本单位能发布的类型")
    for name, text in (("名称", draft.name), ("简介", draft.summary)):
        if not text.strip():
            raise _invalid(f"没有填写{name}", f"一句话的{name}", f"请补上{name}")
    if max(map(len, (draft.name, draft.summary, draft.focus))) > LONGEST:
        raise _invalid("文字过长", f"不超过 {LONGEST} 个字符", "请缩短后再试")
    if not draft.audience:
        raise _invalid("没有面向的对象", "企业、创业团队或载体", "请至少选择一类")
    _check_terms(draft.terms)
    if draft.effective_from and draft.effective_to and draft.effective_from > draft.effective_to:
        raise _invalid("截止日期早于开始日期", "不早于开始日期", "请改正日期")


def _check_terms(terms: Terms) -> None:
    for least, most, label in (
        (terms.amount_min_wan, terms.amount_max_wan, "金额"),
        (terms.rate_min_pct, terms.rate_max_pct, "利率"),
    ):
        for number in (least, most):
            if number is not None and (not number.is_finite() or number < 0):
                raise _invalid(f"{label}为 {number}", "不小于 0 的数字", f"请改正{label}")
        if least is not None and most is not None and least > most:
            raise _invalid(f"{label}下限 {least} 高于上限 {most}", "下限不高于上限", f"请改正{label}")


def _provider(store: Store, viewer: Viewer) -> tuple[str, str | None]:
    """The name that the offer bears, and the party's id where it is stored."""
    party = viewer.party_id or ""
    try:
        return store.parties.get(Viewer(viewer.tenant), party).name, party
    except UnknownParty:
        return party or "本平台", None


def _merged(draft: OfferDraft, before: Offer | None, provider: tuple[str, str | None], today: date) -> Offer:
    name, party = (before.provider, before.provider_id) if before else provider
    criteria = before.criteria if before else None
    if draft.conditions is not None:
        criteria = _criteria(draft.conditions, name)
    source = Clause(f"{name}在本平台发布的{OFFER_KIND_LABELS[draft.kind]}", "", draft.summary.strip())
    base = before or Offer("", draft.kind, "", name, "", "", draft.audience, (source,), provider_id=party)
    return replace(
        base,
        kind=draft.kind,
        name=draft.name.strip(),
        summary=draft.summary.strip(),
        focus=(draft.focus or draft.summary).strip(),
        audience=draft.audience,
        criteria=criteria,
        terms=draft.terms,
        service_regions=tuple(regions.region(code).code for code in draft.service_regions),
        industry_focus=tuple(industries.industry(code).code for code in draft.industry_focus),
        effective_from=draft.effective_from,
        effective_to=draft.effective_to,
        status=draft.status,
        confidence=before.confidence if before else Confidence.B,
        source=before.source if before else "自发布",
        observed_on=today,
    )


def _criteria(conditions: Iterable[Condition], provider: str) -> Criterion | None:
    leaves = tuple(_leaf(item, provider) for item in conditions)
    if len(leaves) > MOST_CONDITIONS:
        raise _invalid(f"{len(leaves)} 项条件", f"不超过 {MOST_CONDITIONS} 项", "请合并或删去一些条件")
    return All(leaves) if leaves else None


def _leaf(item: Condition, provider: str) -> Leaf:
    declared = REGISTRY[item.field]
    allowed = OPERATORS.get(declared.type, ())
    if item.operator not in allowed:
        said = "、".join(operator.value for operator in allowed) or "不能作为条件"
        raise _invalid(f"字段“{declared.label}”用 {item.operator.value} 比较", said, "请换一种比较方式或字段")
    value = _value(item)
    clause = Clause(f"{provider}发布的条件", "", "")
    leaf = Leaf(item.field, item.operator, value, declared.label, clause)
    label = f"{declared.label} {requirement(leaf)}"
    return replace(leaf, label=label, clause=replace(clause, quote=label))


def _value(item: Condition) -> Value:
    """The typed value; each of several is checked as one value of the field. Raises `InvalidValue`."""
    declared = REGISTRY[item.field]
    if item.operator not in _MANY:
        return check_value(declared, item.value)
    many = item.value if isinstance(item.value, list | tuple) else [item.value]
    if not many:
        raise _invalid(f"条件“{declared.label}”没有值", "至少一个值", "请补上，或删去这项条件")
    if declared.type is FieldType.CHOICES:
        return check_value(declared, list(many))
    return tuple(str(check_value(declared, one)) for one in many)


def plain_number(text: str, label: str) -> Decimal | None:
    """A number as a form gives it; None where it is blank. Raises `InvalidValue`."""
    plain = text.replace(",", "").replace("，", "").strip()
    if not plain:
        return None
    try:
        number = Decimal(plain)
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise _invalid(f"{label}“{text[:40]}”", "不小于 0 的数字", "请改正后再提交")
    return number


def _invalid(found: str, expected: str, remedy: str) -> InvalidValue:
    return InvalidValue(found=found, expected=expected, remedy=remedy)
